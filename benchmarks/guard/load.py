"""Asks an endpoint again and again, over connections that are kept.

Run as a program (`python -m benchmarks.guard.load PORT PATH COUNT CONNECTIONS CORE`); prints the
wall seconds of one request as JSON, and whether every answer was a 200 of the same length.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from benchmarks.guard.server import pin, run


async def ask(port: int, path: str, count: int) -> set[tuple[int, int]]:
    """Ask `count` times over one connection, and give the statuses and lengths that came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    line = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode()
    seen: set[tuple[int, int]] = set()
    for _ in range(count):
        writer.write(line)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        await reader.readexactly(length)
        seen.add((int(head.split()[1]), length))
    writer.close()
    return seen


async def load(port: int, path: str, count: int, connections: int) -> None:
    """Ask over several connections at a time."""
    began = time.perf_counter()
    each = count // connections
    found = await asyncio.gather(*(ask(port, path, each) for _ in range(connections)))
    wall = (time.perf_counter() - began) / (each * connections)
    seen = set().union(*found)
    fine = len(seen) == 1 and {status for status, _ in seen} == {200}
    print(json.dumps({"wall": wall, "fits": fine}))


if __name__ == "__main__":
    pin(int(sys.argv[5]))
    run(load(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
