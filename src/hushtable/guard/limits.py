"""Rate limits per caller and per route.

    @app.post("/login", dependencies=[Depends(RateLimit("5/minute; 50/hour"))])

Counted by `limits`, in memory, Redis or Valkey (`async+redis://host:6379`). Memory counts for one
process alone: where several answer, use a store they share. Redis needs `limits[async-redis]`.

When the store does not answer in time, requests are refused with 503: a limit that stands before
a login must not fall when somebody takes the store down. Where answering matters more, say
`when_down="allow"`. Either way the log says when the store is lost and when it is back.

The caller is the peer's address unless `by` says otherwise. Behind a proxy that is the proxy,
unless the server was told to trust its headers; better limit by the signed-in caller's id. What
`by` gives is hashed into the key, so that the store holds no address and no id.

Connections and locks belong to the event loop they were made in. A store that is named by its URI
is opened anew in each loop (a function on AWS Lambda, a test), and what was counted in memory goes
on; a `Storage` that is given stays in the loop it was first used in.
"""
# FastAPI reads the annotations of `__call__`, and as late as 0.115 it looks for what a written-out
# one means in `__globals__`, which an object has not: no `from __future__ import annotations`.

import asyncio
import hashlib
import inspect
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    RateLimiter,
)
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from starlette.requests import Request

from hushtable.guard.errors import DeclarationError, TooManyRequestsError, UnavailableError
from hushtable.guard.route import template

_log = logging.getLogger("hushtable.limits")

By = Callable[[Request], Awaitable[str | None] | str | None]

_STRATEGIES = {"moving-window": MovingWindowRateLimiter, "fixed-window": FixedWindowRateLimiter}


def client_host(request: Request) -> str | None:
    """Give the address of the peer, None where the server knows none."""
    return request.client.host if request.client else None


def open_storage(uri: str) -> Storage:
    """Open a store that several limits share. `async+` is put before the scheme where missing.

    Raises DeclarationError for a scheme that `limits` does not know or whose client is missing.
    The text holds no part of the URI but its scheme: there may be a password in the rest.
    """
    scheme = uri.partition("://")[0]
    try:
        storage = storage_from_string(uri if scheme.startswith("async+") else f"async+{uri}")
    except (ConfigurationError, ValueError, TypeError):
        storage = None
    if not isinstance(storage, Storage):
        message = f"limits cannot open a storage {scheme}://; is its client installed?"
        raise DeclarationError(message)
    return storage


class RateLimit:
    """A dependency that counts one request and refuses it when there were too many.

    One object serves every request of a process. A caller has one count for each route (method
    and template) it stands on, or one in all for limits that share a `name`.
    """

    def __init__(
        self,
        rate: str,
        *,
        by: By = client_host,
        storage: Storage | str = "async+memory://",
        strategy: Literal["moving-window", "fixed-window"] = "moving-window",
        when_down: Literal["refuse", "allow"] = "refuse",
        name: str = "",
        timeout: float = 1.0,
    ) -> None:
        """Allow `rate`: one or several as `limits` writes them, `"100/minute; 1000/day"`.

        `by` gives the caller's id, None for one that is not known: those share a count. `timeout`
        is how many seconds the store may take.
        """
        try:
            self._rates = tuple(parse_many(rate))
        except ValueError:
            message = f"{rate!r} is no rate; write it as '100/minute; 1000/day'"
            raise DeclarationError(message) from None
        if strategy not in _STRATEGIES:
            message = f"strategy is one of {', '.join(_STRATEGIES)}"
            raise DeclarationError(message)
        if when_down not in {"refuse", "allow"}:
            message = "when_down is one of refuse, allow"
            raise DeclarationError(message)
        opened = open_storage(storage) if isinstance(storage, str) else storage
        self._counter: RateLimiter = _STRATEGIES[strategy](opened)
        self._uri = storage if isinstance(storage, str) else ""
        self._opened: dict[asyncio.AbstractEventLoop, RateLimiter] = {}
        self._by = by
        self._when_down = when_down
        self._name = name
        # Stores keep the two kinds of window in values of different types.
        self._strategy = strategy
        self._timeout = timeout
        self._down = False

    async def __call__(self, request: Request) -> None:
        """Count a request. Raises TooManyRequestsError, and UnavailableError without a store."""
        told = self._by(request)
        caller = await told if inspect.isawaitable(told) else told
        method = str(request.scope.get("method", ""))
        place = self._name or f"{method} {template(request.scope)}"
        parts = (self._strategy, bool(self._name), place, caller or "")
        # As a tuple: no id can spell another route's key.
        digest = hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=16)
        key = digest.hexdigest()
        try:
            async with asyncio.timeout(self._timeout):
                counter = self._here()
                refusing = await self._refusing(counter, key)
                wait = await self._wait(counter, refusing, key) if refusing else 0.0
        except Exception as error:  # noqa: BLE001 - each store's client raises errors of its own
            self._lost(error)
            return
        if self._down:
            self._down = False
            _log.warning("the store of the rate limits is back")
        if refusing is not None:
            message = f"more than {refusing} for one caller on {place}"
            raise TooManyRequestsError(message, retry_after=wait)

    def _here(self) -> RateLimiter:
        """Give the counter whose connections and locks belong to this event loop."""
        if not self._uri:
            return self._counter
        loop = asyncio.get_running_loop()
        counter = self._opened.get(loop)
        if counter is None:
            for ended in [one for one in list(self._opened) if one.is_closed()]:
                self._opened.pop(ended, None)
            opened = open_storage(self._uri)
            if isinstance(opened, MemoryStorage):
                _go_on(opened, self._counter.storage)
            counter = self._opened[loop] = _STRATEGIES[self._strategy](opened)
        return counter

    async def _refusing(self, counter: RateLimiter, key: str) -> RateLimitItem | None:
        """Count the request in every rate; give the first that is used up."""
        for rate in self._rates:
            if not await counter.hit(rate, key):
                return rate
        return None

    async def _wait(self, counter: RateLimiter, rate: RateLimitItem, key: str) -> float:
        """Give the whole seconds until the window has room, at least one."""
        reset = (await counter.get_window_stats(rate, key))[0]
        return float(max(1, min(math.ceil(reset - time.time()), rate.get_expiry())))

    def _lost(self, error: Exception) -> None:
        if not self._down:
            self._down = True
            # The error's text may hold the store's address and password.
            what = "refused" if self._when_down == "refuse" else "let through uncounted"
            _log.error(
                "the store of the rate limits is lost (%s): requests are %s",
                type(error).__name__,
                what,
            )
        if self._when_down == "refuse":
            message = "the store of the rate limits does not answer"
            raise UnavailableError(message) from None


def _go_on(storage: MemoryStorage, before: object) -> None:
    """Count on with what was counted before in this process, and with locks of one's own.

    A loop that ends in the middle of something leaves its locks held for ever.
    """
    if isinstance(before, MemoryStorage):
        storage.storage, storage.expirations = before.storage, before.expirations
        storage.events = before.events
