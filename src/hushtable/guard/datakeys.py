"""Plaintext data keys, held for a while: bounded in seconds, in uses and in number.

Of several tasks and threads that want one key at once, one gets it and the others wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, NamedTuple, NoReturn

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushtable.guard.errors import DeclarationError

LIFETIME: Final = 900.0
"""Seconds that a data key is used for."""
USES: Final = 100_000
"""Values that one data key is used for."""
CAPACITY: Final = 1000
"""Data keys that are held at once."""


class Want(NamedTuple):
    """One data key: a new one for writing, or the one that `wrapped` holds."""

    key_id: str
    table: str
    attribute: str
    wrapped: bytes = b""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class DataKey:
    """A data key, ready for use. Shows nothing of it."""

    aead: AESGCM = field(repr=False)
    header: bytes = field(repr=False)

    def __reduce__(self) -> NoReturn:
        message = "a data key cannot be pickled"
        raise TypeError(message)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no data key. `lasting` when asking again would not help."""

    why: str
    lasting: bool


@dataclass(slots=True)
class Held:
    """A data key in the cache, until it expires or no use of it is left."""

    key: DataKey
    expires: float
    uses: int


Flight = Future[Held | Fault]


@dataclass(frozen=True, slots=True)
class Wait:
    """A key that is being got. `mine` when the one who asked has to get it."""

    flight: Flight
    mine: bool


class DataKeys:
    """The data keys of one cipher. Safe for threads; its lock is held for moments only.

    Keys whose time is over are let go whenever the cache is asked for any key.
    """

    __slots__ = (
        "_capacity",
        "_clock",
        "_flights",
        "_held",
        "_lifetime",
        "_lock",
        "_soonest",
        "_uses",
    )

    def __init__(
        self,
        lifetime: float = LIFETIME,
        uses: int = USES,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the bounds: seconds, uses of each key, keys at once."""
        if not (lifetime > 0 and uses > 0 and capacity > 0):
            message = "the life, the uses and the number of data keys must be more than 0"
            raise DeclarationError(message)
        self._lifetime = lifetime
        self._uses = uses
        self._capacity = capacity
        self._clock = clock
        self._held: dict[Want, Held] = {}
        self._flights: dict[Want, Flight] = {}
        self._soonest = 0.0
        self._lock = threading.Lock()

    def take(self, want: Want, count: int) -> tuple[DataKey, int] | Wait:
        """Take up to `count` uses of a key that is held, or wait for it."""
        with self._lock:
            self._sweep()
            # Taken out and put back at the end: the key used longest ago goes first.
            held = self._held.pop(want, None)
            if held is not None and held.uses:
                granted = _granted(held, count)
                if held.uses:
                    self._held[want] = held
                return held.key, granted
            flight = self._flights.get(want)
            if flight is not None:
                return Wait(flight, mine=False)
            flight = self._flights[want] = Flight()
            return Wait(flight, mine=True)

    def take_landed(self, held: Held, count: int) -> tuple[DataKey, int]:
        """Take up to `count` uses of a key that was waited for; others may have left none."""
        with self._lock:
            return held.key, _granted(held, count)

    def land(self, want: Want, got: Callable[[], tuple[Want, DataKey] | Fault]) -> None:
        """Get a key and give it to all who wait. `got` names it as a reader will want it."""
        asked = self._clock()
        answer: tuple[Want, DataKey] | Fault = Fault("interrupted", lasting=False)
        try:
            answer = got()
        finally:
            with self._lock:
                outcome = self._landed(want, answer, asked)
                flight = self._flights.pop(want)
            flight.set_result(outcome)

    def forget(self) -> None:
        """Let go of every key."""
        with self._lock:
            self._held.clear()

    def __len__(self) -> int:
        with self._lock:
            self._sweep()
            return len(self._held)

    def __reduce__(self) -> NoReturn:
        message = "data keys cannot be pickled"
        raise TypeError(message)

    def _landed(
        self, want: Want, answer: tuple[Want, DataKey] | Fault, asked: float
    ) -> Held | Fault:
        if isinstance(answer, Fault):
            return answer
        reading, key = answer
        held = self._hold(want, key, asked)
        if reading != want:
            self._hold(reading, key, asked)
        return held

    def _hold(self, want: Want, key: DataKey, asked: float) -> Held:
        # Life counts from before the call, so that it is never longer than was said.
        held = Held(key, asked + self._lifetime, self._uses)
        self._held.pop(want, None)
        self._held[want] = held
        self._soonest = min(self._soonest, held.expires) if len(self._held) > 1 else held.expires
        while len(self._held) > self._capacity:
            del self._held[next(iter(self._held))]
        return held

    def _sweep(self) -> None:
        now = self._clock()
        if now < self._soonest or not self._held:
            return
        self._held = {want: held for want, held in self._held.items() if held.expires > now}
        self._soonest = min((held.expires for held in self._held.values()), default=now)


def _granted(held: Held, count: int) -> int:
    granted = min(count, held.uses)
    held.uses -= granted
    return granted
