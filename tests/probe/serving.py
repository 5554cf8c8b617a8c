"""Servers of bad manners on loopback, as bytes: each answers every connection in its own way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Manner = Callable[[asyncio.StreamWriter, str], Awaitable[None]]


@dataclass
class Log:
    """The request lines that arrived, with the headers of each, and when by the loop's clock."""

    lines: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def methods(self) -> set[str]:
        """The methods that were used."""
        return {line.split()[0] for line in self.lines}


@asynccontextmanager
async def served(manner: Manner) -> AsyncIterator[tuple[str, Log]]:
    """Serve in a manner; give the URL and the log."""
    log = Log()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, _, headers = head.partition("\r\n")
            log.lines.append(line)
            log.headers.append(headers)
            log.times.append(asyncio.get_running_loop().time())
            await manner(writer, line.split()[1])
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", log
    finally:
        server.close()


def plain(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Give an answer as it goes over the wire."""
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def says(body: bytes, status: str = "200 OK", *headers: str) -> Manner:
    """Answer everything alike."""

    async def manner(writer: asyncio.StreamWriter, _path: str) -> None:
        writer.write(plain(body, status, *headers))
        await writer.drain()

    return manner


async def hangs(_writer: asyncio.StreamWriter, _path: str) -> None:
    """Take the request and never answer."""
    await asyncio.sleep(3600)


async def trickles(writer: asyncio.StreamWriter, _path: str) -> None:
    """Send a header for ever, a letter at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.01)


async def floods(writer: asyncio.StreamWriter, _path: str) -> None:
    """Send a gigabyte."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")
    for _ in range(1024):
        writer.write(b" " * 1_048_576)
        await writer.drain()


async def circles(writer: asyncio.StreamWriter, path: str) -> None:
    """Redirect to a longer path, for ever."""
    writer.write(plain(b"", "307 Temporary Redirect", f"location: {path}x"))
    await writer.drain()


async def dawdles(writer: asyncio.StreamWriter, _path: str) -> None:
    """Answer after a while."""
    await asyncio.sleep(0.1)
    writer.write(plain(b"{}"))
    await writer.drain()


def breaks_first() -> Manner:
    """Break off the first time, as a server that had closed the connection, and answer then."""
    seen: list[str] = []

    async def manner(writer: asyncio.StreamWriter, path: str) -> None:
        seen.append(path)
        if len(seen) > 1:
            writer.write(plain(b"{}"))
            await writer.drain()

    return manner
