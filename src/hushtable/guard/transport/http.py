"""One POST over a pool of connections, from coroutines and from plain code.

pyreqwest, because the HTTP client is what a lean call costs. CPU of one GetItem answered by a
canned server on loopback, 16 at a time, both clients in one run: aiohttp takes 1.9 to 2.4 times
what pyreqwest takes, and a call through aiobotocore 12 to 15 times. pyreqwest also has the same
client for plain code, and its pool belongs to no event loop, so that one object serves them all.

Clients are made at the first use, since their threads do not survive a fork: a server may load the
service and then fork. In a process forked after the first use a call is refused; it would hang.
"""

from __future__ import annotations

import contextlib
import os
import threading
from datetime import timedelta
from typing import TypeVar

from pyreqwest.client import Client, ClientBuilder, SyncClient, SyncClientBuilder
from pyreqwest.exceptions import PoolTimeoutError, PyreqwestError
from pyreqwest.response import Response, SyncResponse

from hushtable.guard.errors import RefusedError
from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.judge import LARGEST_BODY, Failure

_CONNECTIONS = 256
_IDLE = timedelta(seconds=20)
"""Less than a server keeps an idle connection: a write must not meet one that is closing."""

_BEFORE_ANYTHING_WAS_SENT = "client error (Connect)"
"""How pyreqwest names a failure to resolve, connect or shake hands. Its exception classes do not
tell: ConnectError and ConnectTimeoutError are raised for requests that were sent, too."""

_FORKED = "a transport was used before this process was forked: make the first call after"

_Builder = TypeVar("_Builder", ClientBuilder, SyncClientBuilder)


class Http:
    """The pool. `connect` bounds the connecting alone, in seconds. Safe between threads."""

    def __init__(self, connect: float) -> None:
        """Open nothing yet."""
        self._connect = timedelta(seconds=connect)
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._client_now: SyncClient | None = None
        self._process = 0

    async def post(
        self, url: str, headers: dict[str, str], body: bytes, seconds: float
    ) -> Reply | Failure:
        """Post from a coroutine, and give the whole answer or what went wrong."""
        client = self._open()
        try:
            request = client.post(url).headers(headers).body_bytes(body)
            streamed = request.timeout(timedelta(seconds=seconds)).build_streamed()
            async with streamed as response:
                if _stated(response) <= LARGEST_BODY:
                    whole = (await response.body_reader.bytes()).to_bytes()
                    return Reply(response.status, dict(response.headers.items()), whole)
                chunks, left = [], LARGEST_BODY
                while (chunk := await response.body_reader.read_chunk()) is not None:
                    chunks.append(chunk.to_bytes())
                    left -= len(chunks[-1])
                    if left < 0:
                        return Failure.TOO_LARGE
                return Reply(response.status, dict(response.headers.items()), b"".join(chunks))
        except PyreqwestError as broken:
            return _failure(broken)
        except ValueError:  # a header that is not text
            return Failure.BROKEN

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
        """Close both pools. The next call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            await client.close()
        self._close_now()

    def close_now(self) -> None:
        """Close both pools, from plain code: that of coroutines when its last call has ended."""
        with self._lock:
            self._client = None
        self._close_now()

    def _close_now(self) -> None:
        with self._lock:
            client, self._client_now = self._client_now, None
        if client is not None:
            client.close()

    def _open(self) -> Client:
        client = self._client
        if client is None:
            with self._lock:
                client = self._client = self._client or _begun(self._made(ClientBuilder()))
        elif self._process != os.getpid():
            raise RefusedError(_FORKED)
        return client

    def _open_now(self) -> SyncClient:
        client = self._client_now
        if client is None:
            with self._lock:
                made = self._client_now or _begun_now(self._made(SyncClientBuilder()))
                client = self._client_now = made
        elif self._process != os.getpid():
            raise RefusedError(_FORKED)
        return client

    def _made(self, builder: _Builder) -> _Builder:
        """Nothing is decompressed, so that the checksum is over what is decoded."""
        self._process = os.getpid()
        return (
            builder.no_proxy()
            .follow_redirects(enable=False)
            .gzip(enable=False)
            .brotli(enable=False)
            .zstd(enable=False)
            .deflate(enable=False)
            .connect_timeout(self._connect)
            .max_connections(_CONNECTIONS)
            .pool_idle_timeout(_IDLE)
            .user_agent("hushtable-guard")
        )


def _begun(builder: ClientBuilder) -> Client:
    with contextlib.suppress(RuntimeError):  # pyreqwest's word for a forked process
        return builder.build()
    raise RefusedError(_FORKED)


def _begun_now(builder: SyncClientBuilder) -> SyncClient:
    with contextlib.suppress(RuntimeError):
        return builder.build()
    raise RefusedError(_FORKED)


def _stated(response: Response | SyncResponse) -> int:
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
