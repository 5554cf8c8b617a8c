"""The ways a number or a moment is written again: what a canary without a token is known by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

_NUMBER = re.compile(r"^[+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$|^[+-]?\.\d+$")
_MOMENT = re.compile(
    r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?$", re.IGNORECASE
)
_LOOSE = re.compile(
    r"(?<![\w.-])(?:"
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d\d:\d\d:\d\d\.\d{4,9}"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|[0-9a-fA-F]{32}"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
    r"|[+-]?\d{6,38}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?"
    r"|\d{1,5}\.\d{4,20}"
    r")(?![\w-])"
)
_DIGITS = 40
_SHORTEST = 6
_LONGEST = 64
_MOST_LOOSE = 20_000


def renderings(text: str) -> Iterator[str]:
    """Give a value as it is written and as it may have been planted."""
    text = text.strip()
    if not _SHORTEST <= len(text) <= _LONGEST:
        return
    yield text
    if _NUMBER.match(text):
        yield from _numbers(text)
    elif _MOMENT.match(text):
        yield from _moments(text)
    elif text.lower() != text:
        yield text.lower()


def loose(text: bytes) -> Iterator[str]:
    """Give what looks like a number, a moment, a UUID or an address in free text, each once."""
    seen: set[str] = set()
    for match in _LOOSE.finditer(text.decode("utf-8", "replace")):
        if len(seen) >= _MOST_LOOSE:
            return
        if match[0] not in seen:
            seen.add(match[0])
            yield match[0]


def _numbers(text: str) -> Iterator[str]:
    try:
        number = Decimal(text.replace("_", ""))
    except InvalidOperation:
        return
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS:
        return
    plain = f"{number:f}"
    yield plain
    if "." in plain:
        yield plain.rstrip("0").rstrip(".")
    if number == number.to_integral_value():
        yield f"{number.to_integral_value():f}"
    yield str(number.normalize())


def _moments(text: str) -> Iterator[str]:
    try:
        moment = datetime.fromisoformat(text.upper().replace(",", "."))
    except ValueError:
        return
    yield moment.isoformat()
    yield moment.isoformat(" ")
    universal = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    bare = universal.replace(tzinfo=None)
    for parts in dict.fromkeys(("auto", "seconds", "milliseconds", "microseconds")):
        written = bare.isoformat(timespec=parts)
        yield from (f"{written}+00:00", f"{written}Z", written)
