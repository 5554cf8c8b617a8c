"""Runs one client in a process of its own, so that its imports and its CPU are its own.

Run as a program (`python -m benchmarks.guard.driver CLIENT URL CORE`) in the client's environment.
Reads orders from standard input, one JSON object a line, and answers each with one line: the CPU
and wall seconds of `count` calls, `together` at a time, or the peak memory of one call or of
decoding an answer that is there already.
"""

from __future__ import annotations

import asyncio
import http.client
import importlib
import inspect
import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.guard.canned import BIG, PAGE, shown
from benchmarks.guard.server import pin, run

Calls = dict[str, Callable[[], Any]]
"""What a client can do, by name: `get narrow` asks for the shown attributes alone, `get whole` for
whole items; `page narrow` and `page whole` are queries of 100 items; `big` is one of 12 MB.
Each gives JSON bytes."""

_KILOBYTE = 1024


def fits(name: str, body: bytes) -> bool:
    """Tell whether a call gave what the endpoint shows."""
    found = json.loads(body)
    found = found.get("items", found) if isinstance(found, dict) else found
    if name == "big":
        return found[:PAGE] == [shown(number) for number in range(PAGE)]
    if name.startswith("page"):
        return bool(found == [shown(number) for number in range(1, PAGE + 1)])
    return bool(found == shown(1))


async def repeat(call: Callable[[], Any], count: int, together: int) -> None:
    """Make `count` calls, `together` at a time; plain code is called one after the other."""
    if not inspect.iscoroutinefunction(call):
        for _ in range(count):
            call()
        return

    async def some() -> None:
        for _ in range(count // together):
            await call()

    await asyncio.gather(*(some() for _ in range(together)))


async def measured(call: Callable[[], Any], count: int, together: int) -> dict[str, float]:
    """Time calls. CPU is of the whole process, threads too."""
    wall, cpu = time.perf_counter(), time.process_time()
    await repeat(call, count, together)
    return {
        "cpu": (time.process_time() - cpu) / count,
        "wall": (time.perf_counter() - wall) / count,
    }


def status(field: str) -> int:
    """Read a size of this process, in bytes (Linux)."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition(f"{field}:")[2].split()[0]) * _KILOBYTE


def lower_the_mark() -> None:
    """Set the high-water mark to what is resident now: proc_pid_clear_refs(5)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


async def peak(call: Callable[[], Any]) -> dict[str, float]:
    """Give how far the resident size rises above what it was, during one call."""
    lower_the_mark()
    before = status("VmRSS")
    found = call()
    if inspect.isawaitable(found):
        found = await found
    return {"peak": status("VmHWM") - before, "answer": len(found)}


def received(url: str) -> bytearray:
    """Fetch the answer of 12 MB into one place, so that nothing else of it is left in memory."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    headers = {"x-amz-target": "DynamoDB_20120810.Query"}
    connection.request("POST", "/", json.dumps({"TableName": BIG}), headers)
    response = connection.getresponse()
    body = bytearray(int(response.headers["content-length"]))
    at = 0
    with memoryview(body) as view:
        while came := response.readinto(view[at:]):
            at += came
    connection.close()
    return body


async def obey(client: str, url: str) -> None:
    """Carry out orders until there are none."""
    module = importlib.import_module(f"benchmarks.guard.clients.{client}")
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with AsyncExitStack() as stack:
        made = module.calls(url, stack)
        calls: Calls = await made if inspect.isawaitable(made) else made
        plain = not any(inspect.iscoroutinefunction(call) for call in calls.values())
        hello = {"calls": [*calls], "plain": plain, "began": began}
        hello["decoding"] = hasattr(module, "decoding")
        print(json.dumps(hello), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            call = calls[order["call"]]
            if order["do"] == "check":
                body = call()
                body = await body if inspect.isawaitable(body) else body
                answer: dict[str, Any] = {"fits": fits(order["call"], body)}
            elif order["do"] == "peak":
                answer = await peak(call)
            elif order["do"] == "decoding":
                decode, body = module.decoding(), received(url)
                answer = await peak(lambda decode=decode, body=body: decode(body))
            else:
                answer = await measured(call, order["count"], order["together"])
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    pin(int(sys.argv[3]))
    run(obey(sys.argv[1], sys.argv[2]))
