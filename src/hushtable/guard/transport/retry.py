"""When a request is sent again: the standard retry mode, as DynamoDB's clients use it.

Four tries; a pause drawn between nothing and 25 ms, 50 ms, 100 ms... or, when throttled, 1 s, 2 s,
4 s... up to 20 s; a quota of 500 tokens for each transport, of which a retry takes some and
success gives them back, so that a service in trouble is not hammered. A longer pause that the
service asks for is kept, up to five seconds more. The figures are those of botocore 1.44.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from hushtable.guard.transport.judge import Judgement

ATTEMPTS = 4

_BASE = 0.025
_THROTTLED_BASE = 1.0
_LONGEST = 20.0
_MORE_WHEN_ASKED = 5.0


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, in seconds, and how often they are tried."""

    connect: float = 3.0
    attempt: float = 10.0
    """One try, from its first byte to the last of the answer."""
    total: float = 30.0
    """A call with all its tries and pauses."""
    attempts: int = ATTEMPTS


@dataclass(frozen=True, slots=True)
class Cost:
    """What a retry takes from the quota."""

    throttled: int = 5
    other: int = 14


class RetryQuota:
    """The tokens that the retries of one transport share. Safe between threads."""

    def __init__(self, tokens: int = 500, cost: Cost | None = None) -> None:
        """Start full."""
        self.cost = cost or Cost()
        self._most = self._left = tokens
        self._lock = threading.Lock()

    def take(self, judgement: Judgement) -> int:
        """Take what a retry costs; 0 where not enough is left, and no retry should be made."""
        amount = self.cost.throttled if judgement.throttled else self.cost.other
        with self._lock:
            if amount > self._left:
                return 0
            self._left -= amount
            return amount

    def give_back(self, amount: int) -> None:
        """Give back what the last retry took, or 1 for a success at the first try."""
        if self._left == self._most:
            return
        with self._lock:
            self._left = min(self._most, self._left + (amount or 1))


def worth_another(judgement: Judgement, tries: int, attempts: int, *, safe: bool) -> bool:
    """Decide whether a request that was tried `tries` times is tried again.

    One that is not safe is sent again only where the service did not act on it.
    """
    return judgement.again and tries < attempts and (safe or not judgement.acted)


def pause(judgement: Judgement, tries: int, asked: float | None) -> float:
    """Draw how many seconds to wait after the try number `tries` (1 is the first)."""
    base = _THROTTLED_BASE if judgement.throttled else _BASE
    drawn = random.random() * min(base * 2.0 ** (tries - 1), _LONGEST)  # noqa: S311 -- jitter, no secret
    if asked is None:
        return drawn
    return max(drawn, min(asked, drawn + _MORE_WHEN_ASKED))
