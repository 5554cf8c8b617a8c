"""The connections of coroutines: for each event loop a pool of its own, which ends with the loop.

asyncio connects, secures and keeps time, httptools parses; here is who may use which connection.
A request that was written is never written again here: whether it was carried out nobody knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.exchange import Connection
from hushtable.guard.transport.judge import Failure

MOST = 256
"""Connections of one event loop."""

_REMEMBERED = 256
"""Addresses that are kept taken apart; past that all are forgotten."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An address, taken apart."""

    url: str
    host: str
    port: int
    secure: bool
    line: str
    """The head of every request to it."""


class _Pool:
    """The connections of one event loop, and the room for requests."""

    __slots__ = ("_queue", "_room", "ending", "idle", "loop", "open")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._room = MOST
        self._queue: deque[asyncio.Future[None]] = deque()
        """Those who wait for room."""
        self.idle: dict[str, list[Connection]] = {}
        """By URL, the one that was used last at the end."""
        self.open: set[Connection] = set()
        self.ending: AsyncGenerator[None, None] | None = None
        """Is closed when the loop ends, and closes the connections with it."""

    def enter(self) -> bool:
        """Take room for a request, if there is some."""
        if self._room:
            self._room -= 1
            return True
        return False

    async def turn(self, until: float) -> bool:
        """Wait for room, behind those who wait already; tell whether there was some in time."""
        mine: asyncio.Future[None] = self.loop.create_future()
        self._queue.append(mine)
        try:
            async with asyncio.timeout(until - time.monotonic()):
                await mine
        except BaseException as error:
            if mine.done() and not mine.cancelled():
                self.leave()  # it was given, and is not wanted any more
            if isinstance(error, TimeoutError):
                return False
            raise
        return True

    def leave(self) -> None:
        """Give the room of a request to the next."""
        while self._queue:
            following = self._queue.popleft()
            if not following.done():
                following.set_result(None)
                return
        self._room += 1

    def take(self, place: _Place) -> Connection | None:
        """Take the connection that was used last."""
        idle = self.idle.get(place.url)
        while idle:
            found = idle.pop()
            if found.is_open():
                return found
            self.drop(found)
        return None

    async def sure(self, connection: Connection) -> bool:
        """Let the loop read what came of a connection; tell whether that was its end."""
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)  # what came is read after the tasks that were due
        except BaseException:
            self.drop(connection)
            raise
        return connection.is_open()

    def give(self, place: _Place, connection: Connection) -> None:
        """Keep a connection for the next request."""
        if connection not in self.open or not connection.is_open():
            self.drop(connection)
            return
        idle = self.idle.get(place.url)
        if idle is None:
            idle = self.idle[place.url] = []
        idle.append(connection)

    def drop(self, connection: Connection) -> None:
        """Close a connection."""
        connection.abort()
        self.open.discard(connection)

    def make_room(self) -> None:
        """Before one is opened: forget what has ended, close what is idle where all are in use.

        Every request in hand has a connection or is about to open one.
        """
        self.open = {one for one in self.open if one.is_open()}
        kept = 0
        for url, idle in [*self.idle.items()]:
            idle[:] = [one for one in idle if one in self.open]
            while idle and kept + len(idle) > self._room:
                self.drop(idle.pop(0))
            kept += len(idle)
            if not idle:
                del self.idle[url]

    def let_go(self) -> None:
        """Close the idle connections now, and the others when their answers have come."""
        for idle in self.idle.values():
            for connection in idle:
                connection.abort()
        self.idle.clear()
        self.open.clear()


class Connections:
    """The pools of all event loops. `connect` bounds the connecting alone, in seconds.

    Safe between threads: a pool is touched by its own loop's thread alone.
    """

    def __init__(self, connect: float) -> None:
        """Open nothing yet."""
        self._connect = connect
        self._lock = threading.Lock()
        self._pools: dict[asyncio.AbstractEventLoop, _Pool] = {}
        self._places: dict[str, _Place] = {}
        self._context: ssl.SSLContext | None = None

    async def post(
        self, url: str, headers: dict[str, str], body: bytes, seconds: float
    ) -> Reply | Failure:
        """Post, and give the whole answer or what went wrong."""
        until = time.monotonic() + seconds
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop) or await self._begun(loop)
        place = self._places.get(url) or self._placed(url)
        sent = _written(place, headers, body)
        if sent is None:
            return Failure.UNKNOWN
        if not pool.enter() and not await pool.turn(until):
            return Failure.NOT_SENT
        try:
            connection = pool.take(place)
            while connection is not None and connection.is_unsure():
                if await pool.sure(connection):
                    break
                connection = pool.take(place)
            if connection is None:
                connection = await self._connected(pool, place, until)
            if connection is None:
                return Failure.NOT_SENT
            try:
                await connection.ask(sent, until)
            except BaseException:  # nobody waits any more
                pool.drop(connection)
                raise
            pool.give(place, connection)
            return connection.taken()
        finally:
            pool.leave()

    async def close(self) -> None:
        """Let go of all connections, those of other loops too. The next call opens new ones."""
        own = self._pools.get(asyncio.get_running_loop())
        if own is not None:
            own.let_go()
        self.close_now(besides=own)

    def close_now(self, besides: _Pool | None = None) -> None:
        """Tell every loop to let go of its connections, from whatever thread."""
        with self._lock:
            pools = [pool for pool in self._pools.values() if pool is not besides]
        for pool in pools:
            with contextlib.suppress(RuntimeError):  # its loop has ended
                pool.loop.call_soon_threadsafe(pool.let_go)

    async def _begun(self, loop: asyncio.AbstractEventLoop) -> _Pool:
        """Begin the pool of a loop, and forget those of loops that were never told to end."""
        pool = _Pool(loop)
        with self._lock:
            for other in [one for one in self._pools if one.is_closed()]:
                del self._pools[other]
            self._pools[loop] = pool
        pool.ending = _until_the_loop_ends(pool, self._ended)
        await anext(pool.ending)
        return pool

    def _ended(self, pool: _Pool) -> None:
        with self._lock:
            if self._pools.get(pool.loop) is pool:
                del self._pools[pool.loop]

    def _placed(self, url: str) -> _Place:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        line = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nhost: {parts.netloc}\r\n"
            "user-agent: hushtable-guard\r\naccept: */*\r\n"
        )
        port = parts.port or (443 if secure else 80)
        place = _Place(url, parts.hostname or "", port, secure, line)
        if len(self._places) >= _REMEMBERED:
            self._places.clear()
        self._places[url] = place
        return place

    async def _connected(self, pool: _Pool, place: _Place, until: float) -> Connection | None:
        """Connect; None where that fails, so that nothing was sent."""
        pool.make_room()
        seconds = min(self._connect, until - time.monotonic())
        # ssl.SSLError is an OSError; UnicodeError tells of a host that is no name.
        with contextlib.suppress(OSError, UnicodeError):
            async with asyncio.timeout(seconds):
                context = await self._secured() if place.secure else None
                _, connection = await pool.loop.create_connection(
                    lambda: Connection(pool.loop), place.host, place.port, ssl=context
                )
            pool.open.add(connection)
            return connection
        return None

    async def _secured(self) -> ssl.SSLContext:
        """Trust whom the system trusts, and check the name. Its certificates are many to read."""
        if self._context is None:
            context = await asyncio.to_thread(ssl.create_default_context)
            context.set_alpn_protocols(["http/1.1"])
            self._context = context
        return self._context


async def _until_the_loop_ends(
    pool: _Pool, ended: Callable[[_Pool], None]
) -> AsyncGenerator[None, None]:
    """Close a pool with its loop, which ends every asynchronous generator that was begun in it."""
    try:
        yield
    finally:
        ended(pool)
        for connection in [*pool.open]:
            connection.abort()
        pool.let_go()


def _written(place: _Place, headers: dict[str, str], body: bytes) -> bytes | None:
    """Write a request; None where a header is no line of text, and would be read as something else.

    No other coding is asked for, so that the checksum is over what is decoded.
    """
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    head = f"{place.line}{lines}content-length: {len(body)}\r\n\r\n"
    if not head.isascii() or not lines.count("\r") == lines.count("\n") == len(headers):
        return None
    return head.encode("ascii") + body
