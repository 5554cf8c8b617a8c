"""What came of a try: is it an answer, may the service have acted, is another try worth it.

The codes are those of botocore's standard retry mode, and of DynamoDB's own service model.
tests/guard/transport/test_judge.py compares every decision with botocore's own.
"""

from __future__ import annotations

import email.utils
import json
import zlib
from dataclasses import dataclass
from enum import Enum
from typing import Any

from hushtable.guard.transport.call import Reply

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_TRANSIENT = frozenset({"PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException"})
_TRANSIENT_STATUS = frozenset({500, 502, 503, 504})
_TOO_MANY = "429"
"""What `error_code` gives for that status where the answer has no code of its own."""
_WRITE_CONFLICT = "ReplicatedWriteConflictException"
_NOT_ACTED = (THROTTLED - {"PriorRequestNotComplete"}) | {_WRITE_CONFLICT}
"""Refusals made before anything was done, so that even a write may be sent again."""

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
_CLOCK = frozenset(
    {
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
    }
)
_SKEW = 240
"""Seconds a clock may be off before a refused signature is blamed on it. DynamoDB allows 300."""

LARGEST_BODY = 17 * 1024 * 1024
"""Bytes of an answer that are taken. BatchGetItem answers with 16 MB of items at most."""

_ANSWERED = 300
_SERVER_ERROR = 500


class Failure(Enum):
    """Why a try brought no answer. The value is what a log may say of it."""

    NOT_SENT = "no connection"
    TIMED_OUT = "no answer in time"
    BROKEN = "the connection broke"
    TOO_LARGE = "the answer is too large"
    NO_KEYS = "no credentials"
    UNKNOWN = "the request could not be made"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a try.

    `trouble` says in a few words why this is no answer to give on, and is empty where it is one.
    `again` is whether another try is worth it; `acted` whether the service may have done what was
    asked; `throttled` whether it asked for patience.
    """

    trouble: str = ""
    again: bool = False
    acted: bool = True
    throttled: bool = False
    code: str = ""


_FINE = Judgement()
_CORRUPT = Judgement("the answer is corrupt", again=True)


def judge(outcome: Reply | Failure) -> Judgement:
    """Judge what came of one try."""
    if isinstance(outcome, Failure):
        return _FAILED[outcome]
    if not intact(outcome):
        return _CORRUPT
    if outcome.status < _ANSWERED:
        return _FINE
    code = error_code(outcome)
    throttled = code in THROTTLED or code == _TOO_MANY
    acted = code not in _NOT_ACTED or outcome.status >= _SERVER_ERROR
    trouble = ""
    if throttled:
        trouble = "throttled"
    elif code in EXPIRED:
        trouble = "the credentials have expired"
    elif code in _TRANSIENT or outcome.status >= _SERVER_ERROR:
        trouble = "the service failed"
    again = (
        throttled
        or code in _TRANSIENT
        or code == _WRITE_CONFLICT
        or outcome.status in _TRANSIENT_STATUS
    )
    return Judgement(trouble, again=again, acted=acted, throttled=throttled, code=code)


def intact(reply: Reply) -> bool:
    """Tell whether the body is what the service sent, by its CRC32, where it sent one."""
    wanted = reply.headers.get("x-amz-crc32")
    return wanted is None or wanted == str(zlib.crc32(reply.body))


def error_code(reply: Reply) -> str:
    """Take the bare code (`ThrottlingException`) from an error; its status where it has none."""
    try:
        decoded: Any = json.loads(reply.body)
    except (ValueError, RecursionError):
        decoded = None
    code = decoded.get("__type") if isinstance(decoded, dict) else None
    if not isinstance(code, str):
        return str(reply.status)
    return code.partition(":")[0].rpartition("#")[2]


def clock_offset(reply: Reply, code: str, signed: float) -> float | None:
    """Tell how far the service's clock is ahead of the time a request was signed for.

    None where that is not why it was refused: the refusal is about something else, or the clocks
    agree. `signed` is in seconds since the epoch.
    """
    if code not in _CLOCK:
        return None
    parsed = email.utils.parsedate_tz(reply.headers.get("date", ""))
    if parsed is None:
        return None
    try:
        offset = email.utils.mktime_tz(parsed) - signed
    except (OverflowError, ValueError):
        return None
    return offset if abs(offset) > _SKEW else None


def asked_pause(outcome: Reply | Failure) -> float | None:
    """Read how many seconds the service asks to wait: `x-amz-retry-after`, else `retry-after`."""
    if isinstance(outcome, Failure):
        return None
    for name, unit in (("x-amz-retry-after", 1000), ("retry-after", 1)):
        text = outcome.headers.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) < 10:  # noqa: PLR2004 -- 30 years
            return int(text) / unit
    return None


_FAILED = {
    Failure.NOT_SENT: Judgement(Failure.NOT_SENT.value, again=True, acted=False),
    Failure.TIMED_OUT: Judgement(Failure.TIMED_OUT.value, again=True),
    Failure.BROKEN: Judgement(Failure.BROKEN.value, again=True),
    Failure.TOO_LARGE: Judgement(Failure.TOO_LARGE.value),
    Failure.NO_KEYS: Judgement(Failure.NO_KEYS.value, acted=False),
    Failure.UNKNOWN: Judgement(Failure.UNKNOWN.value),
}
