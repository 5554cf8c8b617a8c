"""One POST over a pool of connections, from coroutines and from plain code.

The HTTP client is what a lean call costs, so the two have different ones. CPU of one GetItem
answered by a canned server on loopback, 16 at a time on uvloop, all in one run: a coroutine pays
47 to 53 us with connections of its own on its event loop (`connections`), 113 us with pyreqwest,
which works in a thread and hands the interpreter's lock over twice for each answer, and 211 to
233 us with aiohttp. A bare protocol around httptools, without a pool, timers or checks, takes 31
to 35. Plain code has pyreqwest: its threads stand in nobody's way there, and its pool belongs to no
event loop.

Nothing is made before the first use, since threads and sockets are not for two processes: a server
may load the service and then fork. In a process forked after the first use a call is refused; it
would hang, or read another's answers.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from pyreqwest.client import SyncClient, SyncClientBuilder
from pyreqwest.exceptions import PoolTimeoutError, PyreqwestError
from pyreqwest.response import SyncResponse

from hushtable.guard.errors import RefusedError
from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.connections import MOST, Connections
from hushtable.guard.transport.exchange import IDLE
from hushtable.guard.transport.judge import LARGEST_BODY, Failure

_BEFORE_ANYTHING_WAS_SENT = "client error (Connect)"
"""How pyreqwest names a failure to resolve, connect or shake hands. Its exception classes do not
tell: ConnectError and ConnectTimeoutError are raised for requests that were sent, too."""

_FORKED = "a transport was used before this process was forked: make the first call after"


class Http:
    """The pool. `connect` bounds the connecting alone, in seconds. Safe between threads."""

    def __init__(self, connect: float) -> None:
        """Open nothing yet."""
        self._connect = connect
        self._connections = Connections(connect)
        self._lock = threading.Lock()
        self._client_now: SyncClient | None = None
        self._process = 0

    def post(
        self, url: str, headers: dict[str, str], body: bytes, seconds: float
    ) -> Coroutine[Any, Any, Reply | Failure]:
        """Post from a coroutine, and give the whole answer or what went wrong."""
        self._claim()
        return self._connections.post(url, headers, body, seconds)

    def post_now(
        self, url: str, headers: dict[str, str], body: bytes, seconds: float
    ) -> Reply | Failure:
        """Post from plain code, and give the whole answer or what went wrong."""
        client = self._open_now()
        try:
            request = client.post(url).headers(headers).body_bytes(body)
            streamed = request.timeout(timedelta(seconds=seconds)).build_streamed()
            with streamed as response:
                if _stated(response) <= LARGEST_BODY:
                    whole = response.body_reader.bytes().to_bytes()
                    return Reply(response.status, dict(response.headers.items()), whole)
                chunks, left = [], LARGEST_BODY
                while (chunk := response.body_reader.read_chunk()) is not None:
                    chunks.append(chunk.to_bytes())
                    left -= len(chunks[-1])
                    if left < 0:
                        return Failure.TOO_LARGE
                return Reply(response.status, dict(response.headers.items()), b"".join(chunks))
        except PyreqwestError as broken:
            return _failure(broken)
        except ValueError:  # a header that is not text
            return Failure.BROKEN

    async def close(self) -> None:
        """Close all pools, busy connections when they are done. The next call opens new ones."""
        await self._connections.close()
        self._close_now()

    def close_now(self) -> None:
        """Close all pools, from plain code: those of coroutines as soon as their loops run."""
        self._connections.close_now()
        self._close_now()

    def _close_now(self) -> None:
        with self._lock:
            client, self._client_now = self._client_now, None
        if client is not None:
            client.close()

    def _claim(self) -> None:
        """Belong to the first process that uses it."""
        process = os.getpid()
        if self._process != process:
            if self._process:
                raise RefusedError(_FORKED)
            self._process = process

    def _open_now(self) -> SyncClient:
        self._claim()
        client = self._client_now
        if client is None:
            with self._lock:
                client = self._client_now = self._client_now or self._made()
        return client

    def _made(self) -> SyncClient:
        """Make the client. Nothing is decompressed, so that the checksum is over what came."""
        builder = (
            SyncClientBuilder()
            .no_proxy()
            .follow_redirects(enable=False)
            .gzip(enable=False)
            .brotli(enable=False)
            .zstd(enable=False)
            .deflate(enable=False)
            .connect_timeout(timedelta(seconds=self._connect))
            .max_connections(MOST)
            .pool_idle_timeout(timedelta(seconds=IDLE))
            .user_agent("hushtable-guard")
        )
        with contextlib.suppress(RuntimeError):  # pyreqwest's word for a forked process
            return builder.build()
        raise RefusedError(_FORKED)


def _stated(response: SyncResponse) -> int:
    """Give the length the answer states, which bounds it; too long a one where it states none."""
    length = response.get_header("content-length")
    return int(length) if length is not None and length.isdecimal() else LARGEST_BODY + 1


def _failure(error: PyreqwestError) -> Failure:
    """Say what went wrong. The error's own text names the address, and is dropped."""
    details = getattr(error, "details", None) or {}
    causes = [cause["message"] for cause in details.get("causes") or ()]
    if isinstance(error, PoolTimeoutError) or _BEFORE_ANYTHING_WAS_SENT in causes:
        return Failure.NOT_SENT
    if isinstance(error, TimeoutError):
        return Failure.TIMED_OUT
    return Failure.BROKEN
