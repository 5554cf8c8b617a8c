"""Serves one of the apps with uvicorn, in a process of its own.

Run as a program (`python -m benchmarks.guard.serving APP CORE`); prints its port.
"""

from __future__ import annotations

import asyncio
import importlib
import sys

import uvicorn

from benchmarks.guard.server import pin, run


async def serve(name: str) -> None:
    """Serve until standard input closes."""
    app = importlib.import_module(f"benchmarks.guard.{name}").app
    config = uvicorn.Config(app, port=0, http="httptools", access_log=False, log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    pin(int(sys.argv[2]))
    run(serve(sys.argv[1]))
