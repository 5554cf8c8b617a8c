"""The connections of coroutines: HTTP/1.1 on the event loop, one request at a time on each.

No thread takes part. A client that works in a thread, as pyreqwest does, hands the interpreter's
lock over twice for each answer, and both sides find their caches cold: with it a GetItem took
200 us of CPU where it takes 115 this way (16 at a time, uvloop, canned server, both in one run).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.incoming import Incoming
from hushtable.guard.transport.judge import Failure

_CONNECTIONS = 256
_IDLE = 20.0
"""Seconds; less than a server keeps an idle connection: a write must not meet one that closes."""
_REMEMBERED = 256
"""Addresses that are kept taken apart; past that all are forgotten."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An address, taken apart."""

    host: str
    port: int
    secure: bool
    line: str
    """The head of every request to it."""


class _Connection(asyncio.Protocol):
    """One connection. It carries one request at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._incoming: Incoming | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._outcome: Reply | Failure = Failure.BROKEN
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self._incoming is None:
            self.abort()  # nothing was asked
            return
        outcome = self._incoming.feed(data)
        if outcome is None:
            return
        if isinstance(outcome, Failure) or not self._incoming.reusable:
            self.abort()
        self._settle(outcome)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the protocol's
        self._transport = None
        self._settle(Failure.BROKEN)

    def ask(self, sent: bytes) -> asyncio.Future[None]:
        """Send a request. When the future is done, `taken` gives what came of it."""
        waiting = self._waiting = self._loop.create_future()
        self._incoming = Incoming()
        if self._transport is None:
            self._settle(Failure.BROKEN)
        else:
            self._transport.write(sent)
        return waiting

    def taken(self) -> Reply | Failure:
        """Give what came, and keep nothing of it.

        It is no result of the future, which the event loop holds until the task waits again: a
        large body would stay that long.
        """
        outcome, self._outcome = self._outcome, Failure.BROKEN
        return outcome

    def late(self) -> None:
        """Give up waiting."""
        self.abort()
        self._settle(Failure.TIMED_OUT)

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def is_open(self) -> bool:
        """Tell whether it may carry another request."""
        return self._transport is not None and not self._transport.is_closing()

    def _settle(self, outcome: Reply | Failure) -> None:
        waiting, self._waiting = self._waiting, None
        self._incoming = None
        if waiting is not None and not waiting.done():
            self._outcome = outcome
            waiting.set_result(None)


@dataclass(slots=True)
class _Pool:
    """The connections of one event loop."""

    room: asyncio.Semaphore
    idle: dict[_Place, deque[_Connection]] = field(default_factory=dict)
    open: set[_Connection] = field(default_factory=set)
    ending: AsyncIterator[None] | None = None
    """Is closed when the loop ends, and closes the connections with it."""

    def take(self, place: _Place, now: float) -> _Connection | None:
        """Take the connection that was used last."""
        idle = self.idle.get(place)
        while idle:
            found = idle.pop()
            if found.is_open() and now - found.idle_since < _IDLE:
                return found
            self.drop(found)
        return None

    def give(self, place: _Place, connection: _Connection, now: float) -> None:
        """Keep a connection for the next request, and let go of the one that waited too long."""
        if not connection.is_open():
            self.drop(connection)
            return
        connection.idle_since = now
        idle = self.idle.setdefault(place, deque())
        idle.append(connection)
        if now - idle[0].idle_since > _IDLE:
            self.drop(idle.popleft())

    def drop(self, connection: _Connection) -> None:
        """Let go of a connection."""
        connection.abort()
        self.open.discard(connection)

    def close(self) -> None:
        """Let go of all."""
        for connection in [*self.open]:
            self.drop(connection)
        self.idle.clear()


async def _until_the_loop_ends(pool: _Pool) -> AsyncIterator[None]:
    """Close a pool with its loop, which ends every asynchronous generator that was begun in it."""
    try:
        yield
    finally:
        pool.close()


class Connections:
    """The pools of all event loops. `connect` bounds the connecting alone, in seconds.

    Safe between threads: a pool belongs to its loop, and is found under a lock the first time.
    """

    def __init__(self, connect: float) -> None:
        """Open nothing yet."""
        self._connect = connect
        self._lock = threading.Lock()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()
        self._places: dict[str, _Place] = {}
        self._context: ssl.SSLContext | None = None

    async def post(
        self, url: str, headers: dict[str, str], body: bytes, seconds: float
    ) -> Reply | Failure:
        """Post, and give the whole answer or what went wrong."""
        loop = asyncio.get_running_loop()
        place = self._places.get(url) or self._placed(url)
        pool = self._pools.get(loop) or await self._begun(loop)
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        sent = f"{place.line}{lines}content-length: {len(body)}\r\n\r\n".encode() + body
        until = loop.time() + seconds
        await pool.room.acquire()
        try:
            connection = pool.take(place, loop.time())
            if connection is None:
                connection = await self._connected(loop, pool, place, until - loop.time())
                if connection is None:
                    return Failure.NOT_SENT
            timer = loop.call_later(until - loop.time(), connection.late)
            try:
                await connection.ask(sent)
            except BaseException:
                pool.drop(connection)
                raise
            finally:
                timer.cancel()
            outcome = connection.taken()
            pool.give(place, connection, loop.time())
            return outcome
        finally:
            pool.room.release()

    async def close(self) -> None:
        """Close the pool of this loop. The next call opens a new one."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            pool.close()
            if pool.ending is not None:
                await pool.ending.aclose()  # type: ignore[attr-defined]

    async def _begun(self, loop: asyncio.AbstractEventLoop) -> _Pool:
        with self._lock:
            for other in [*self._pools]:
                if other.is_closed():
                    del self._pools[other]  # it holds its loop, which so would never go
            pool = self._pools.setdefault(loop, _Pool(asyncio.Semaphore(_CONNECTIONS)))
        if pool.ending is None:
            pool.ending = _until_the_loop_ends(pool)
            await anext(pool.ending)
        return pool

    def _placed(self, url: str) -> _Place:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        line = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nhost: {parts.netloc}\r\n"
            "user-agent: hushtable-guard\r\naccept: */*\r\n"
        )
        port = parts.port or (443 if secure else 80)
        place = _Place(parts.hostname or "", port, secure, line)
        if len(self._places) >= _REMEMBERED:
            self._places.clear()
        self._places[url] = place
        return place

    async def _connected(
        self, loop: asyncio.AbstractEventLoop, pool: _Pool, place: _Place, seconds: float
    ) -> _Connection | None:
        """Connect; None where that fails, so that nothing was sent."""
        context = self._secured() if place.secure else None
        with contextlib.suppress(OSError, TimeoutError):  # ssl.SSLError is an OSError
            async with asyncio.timeout(min(self._connect, max(seconds, 0))):
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop), place.host, place.port, ssl=context
                )
            pool.open.add(connection)
            return connection
        return None

    def _secured(self) -> ssl.SSLContext:
        """Trust whom the system trusts."""
        if self._context is None:
            context = ssl.create_default_context()
            context.set_alpn_protocols(["http/1.1"])
            self._context = context
        return self._context
