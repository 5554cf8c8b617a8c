"""The lean transport: sign, post, judge, and again if it is worth it. No botocore in the way.

One call is a generator that says what to do next (post this, wait so long, load that) and is told
what came of it. `send` and `send_now` only carry that out, so they cannot differ in a decision.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from hushtable.guard.errors import UnavailableError
from hushtable.guard.transport.call import Reply, Request
from hushtable.guard.transport.endpoint import Endpoint, Endpoints, is_loopback
from hushtable.guard.transport.http import Http
from hushtable.guard.transport.judge import (
    EXPIRED,
    Failure,
    Judgement,
    asked_pause,
    clock_offset,
    judge,
)
from hushtable.guard.transport.keys import Keys, KeySource
from hushtable.guard.transport.retry import RetryQuota, Timing, pause, worth_another
from hushtable.guard.transport.sign import Signer


class _Post(NamedTuple):  # made for every call, in a third of a dataclass' time
    url: str
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class _Load:
    what: Callable[[], None]
    seconds: float


_Step = _Post | _Load | float
"""What to do next; a number is the seconds to wait."""

_Course = Generator[_Step, Reply | Failure | None, Reply]


class LeanTransport:
    """Sends over one pool of connections. Shared by every task, thread and event loop."""

    def __init__(self, keys: KeySource, endpoints: Endpoints, timing: Timing | None = None) -> None:
        """Sign with `keys` and send to `endpoints`. Nothing is opened before the first call."""
        self._keys = keys
        self._endpoints = endpoints
        self._timing = timing or Timing()
        self._quota = RetryQuota()
        self._signer = Signer()
        self._http = Http(self._timing.connect)
        self._clock = 0.0
        """Seconds that the service's clock is ahead of ours."""

    @property
    def is_local(self) -> bool:
        """Whether its endpoint is on this machine. May ask botocore for the endpoint first."""
        any_call = Request("ListTables", b"{}")
        if self._endpoints.known(any_call, None) is None:
            self._endpoints.find(any_call, None)
        endpoint = self._endpoints.known(any_call, None)
        return endpoint is not None and is_loopback(endpoint.url)

    async def send(self, request: Request) -> Reply:
        """Send from a coroutine."""
        course = self._course(request)
        came: Reply | Failure | None = None
        try:
            while True:
                step = course.send(came)
                came = None
                if isinstance(step, _Post):
                    came = await self._http.post(step.url, step.headers, step.body, step.seconds)
                elif isinstance(step, _Load):
                    await _load(step)
                else:
                    await asyncio.sleep(step)
        except StopIteration as end:
            reply: Reply = end.value
        return reply

    def send_now(self, request: Request) -> Reply:
        """Send and wait, from plain code."""
        course = self._course(request)
        came: Reply | Failure | None = None
        try:
            while True:
                step = course.send(came)
                came = None
                if isinstance(step, _Post):
                    came = self._http.post_now(step.url, step.headers, step.body, step.seconds)
                elif isinstance(step, _Load):
                    step.what()
                else:
                    time.sleep(step)
        except StopIteration as end:
            reply: Reply = end.value
        return reply

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    def close_now(self) -> None:
        """Let go of connections, from plain code."""
        self._http.close_now()

    def _course(self, request: Request) -> _Course:
        """Run through one call."""
        until = time.monotonic() + self._timing.total
        invocation = f"{random.getrandbits(128):032x}"
        tries = taken = 0
        mended: set[str] = set()
        while True:
            keys = self._keys.current()
            endpoint = self._endpoints.known(request, keys.account_id) if keys else None
            if keys is None or endpoint is None:
                keys, endpoint = yield from self._prepared(request, until)
            left = until - time.monotonic()
            if left <= 0:
                raise _unavailable(request, Failure.TIMED_OUT.value, tries)
            clock = self._clock
            headers = self._signer.headers(
                keys, endpoint, request.operation, request.body, time.time() + clock
            )
            headers["amz-sdk-invocation-id"] = invocation
            headers["amz-sdk-request"] = f"attempt={tries + 1}"
            seconds = min(left, self._timing.attempt)
            came = yield _Post(endpoint.url, headers, request.body, seconds)
            outcome = came if came is not None else Failure.UNKNOWN
            tries += 1
            found = judge(outcome)
            if isinstance(outcome, Reply) and found.trouble == "" and not found.code:
                self._quota.give_back(taken)
                return outcome
            if isinstance(outcome, Reply) and (mend := self._mend(outcome, found, keys, clock)):
                name, step = mend
                if name not in mended:
                    mended.add(name)
                    yield step
                    continue
            attempts = self._timing.attempts + len(mended)
            if worth_another(found, tries, attempts, safe=request.safe):
                seconds = pause(found, tries - len(mended), asked_pause(outcome))
                enough = time.monotonic() + seconds < until
                if enough and (taken := self._quota.take(found)):
                    yield seconds
                    continue
            if isinstance(outcome, Reply) and not found.trouble:
                return outcome
            raise _unavailable(request, found.trouble, tries, asked_pause(outcome))

    def _prepared(
        self, request: Request, until: float
    ) -> Generator[_Step, Reply | Failure | None, tuple[Keys, Endpoint]]:
        """Have credentials and an endpoint, loading what is not known yet."""
        keys = self._keys.current()
        if keys is None:
            yield _Load(self._keys.load, until - time.monotonic())
            keys = self._keys.current()
            if keys is None:
                raise _unavailable(request, Failure.NO_KEYS.value, 0)
        endpoint = self._endpoints.known(request, keys.account_id)
        if endpoint is None:
            find = partial(self._endpoints.find, request, keys.account_id)
            yield _Load(find, until - time.monotonic())
            endpoint = self._endpoints.known(request, keys.account_id)
            if endpoint is None:
                raise _unavailable(request, "no endpoint is known", 0)
        return keys, endpoint

    def _mend(
        self, reply: Reply, found: Judgement, keys: Keys, clock: float
    ) -> tuple[str, _Step] | None:
        """Find what would make the same request be accepted: newer credentials, the right time.

        The service refused to look at it, so that it may be sent again whatever it asks. `keys`
        and `clock` are what the refused try was signed with.
        """
        if found.code in EXPIRED:
            return "keys", _Load(partial(self._keys.load, keys), self._timing.total)
        # Measured against the clock as it was corrected, so that a correction ends when our own
        # clock is set right.
        offset = clock_offset(reply, found.code, time.time() + clock)
        if offset is None:
            return None
        self._clock = clock + offset
        return "clock", 0.0


async def _load(step: _Load) -> None:
    """Load in a thread. One that takes too long goes on for the next call to find it done."""
    waiting = asyncio.ensure_future(asyncio.to_thread(step.what))
    await asyncio.wait([waiting], timeout=max(step.seconds, 0))


def _unavailable(
    request: Request, why: str, tries: int, asked: float | None = None
) -> UnavailableError:
    return UnavailableError(f"{request.operation}: {why} (tries: {tries})", retry_after=asked)
