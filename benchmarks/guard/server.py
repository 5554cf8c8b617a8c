"""The canned server: raw HTTP on loopback, as cheap as it can be, so that clients are measured.

Run as a program (`python -m benchmarks.guard.server CORE`); prints its port. uvloop, if installed.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import re
import sys

from benchmarks.guard.canned import Answers

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target:\s*DynamoDB_20120810\.(\w+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """Answers each request on a connection as it comes."""

    def __init__(self, answers: Answers) -> None:
        """Wait for requests."""
        self._answers = answers
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self._came += data
        while (end := self._came.find(b"\r\n\r\n")) >= 0:
            head = self._came[:end]
            stated = _LENGTH.search(head)
            size = end + 4 + (int(stated[1]) if stated else 0)
            if len(self._came) < size:
                return
            body, self._came = self._came[end + 4 : size], self._came[size:]
            target = _TARGET.search(head)
            self._transport.write(self._answers.to(target[1] if target else b"", body))  # type: ignore[attr-defined]


async def serve() -> None:
    """Serve until the process is ended or its standard input closes."""
    answers = Answers()
    answers.big()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def run(main: object) -> None:
    """Run a coroutine on uvloop where it is installed."""
    factory = None
    if importlib.util.find_spec("uvloop"):
        factory = importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)  # type: ignore[arg-type]


def pin(core: int) -> None:
    """Run on one core alone, where there is more than one."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[core % len(cores)]})


if __name__ == "__main__":
    pin(int(sys.argv[1]))
    run(serve())
