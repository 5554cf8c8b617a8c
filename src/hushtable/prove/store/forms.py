"""The text of one value: looks like what the app expects, and holds a token where it can."""

from __future__ import annotations

import base64
import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hushtable.prove.canary import UNDECLARED
from hushtable.prove.sketch import Form, Shape
from hushtable.prove.store.patterns import fits, literal_start, text_like

HOST = "canary.example"
STRONG_DIGITS = 8
"""Numbers with fewer digits occur by chance, and are not looked for."""

_SHORTEST_STRONG = 8
_EARLIEST = 1_000_000_000
_LATEST = 1_700_000_000
_SMALLEST = 100_000_000
_LARGEST = 2_000_000_000
_CENTS = 100
_LETTERS = str.maketrans("234567", "abcdef")
"""For patterns that allow no digits: the text is then looked for whole."""

_FORMATS = {
    Form.DATE: "%Y-%m-%d",
    Form.TIME: "%H:%M:%S.%f",
    Form.DATETIME: "%Y-%m-%dT%H:%M:%S.%f+00:00",
}
_NUMBERS = frozenset({Form.INTEGER, Form.DECIMAL, Form.EPOCH})


def text_of(shape: Shape, token: str, source: random.Random) -> str:
    """Write a value of kind S. The token is in it unless its form leaves no room."""
    if shape.form in _FORMATS:
        return moment(shape, source)
    if shape.form in _NUMBERS:
        return number(shape, source)
    if shape.pattern:
        return _patterned(shape, token, source)
    return _fitted(_plain(shape, token, source), shape, token)


def number(shape: Shape, source: random.Random) -> str:
    """Write a number within its bounds, with at least eight digits where they allow it."""
    if shape.form is Form.EPOCH:
        return str(_second(shape, source))
    low = shape.low if shape.low is not None else _below(shape.high)
    high = shape.high if shape.high is not None else max(low * 2, _LARGEST)
    if shape.form is not Form.DECIMAL:
        return str(source.randint(-int(-low // 1), max(int(high // 1), -int(-low // 1))))
    if shape.high is None and shape.low is None:
        return f"{Decimal(_odd(10**7, 10**8 - 1, source)) / _CENTS}"
    scale = 10 ** max(2, STRONG_DIGITS - len(str(int(max(abs(low), abs(high))))) + 1)
    return f"{Decimal(_odd(int(low * scale), int(high * scale), source)) / scale:f}"


def moment(shape: Shape, source: random.Random) -> str:
    """Write a date or time, in the shape's own format if it has one."""
    when = datetime.fromtimestamp(0, UTC) + timedelta(
        seconds=_second(shape, source), microseconds=source.randint(1, 999_999)
    )
    return when.strftime(shape.pattern or _FORMATS[shape.form])


def is_strong(shape: Shape, text: str) -> bool:
    """Whether a text without a token in it is one that nobody has by chance."""
    if shape.choices:
        return False
    if shape.kind in {"N", "NS"} or shape.form in _NUMBERS:
        return sum(one.isdigit() for one in text.lstrip("0.-")) >= STRONG_DIGITS
    return len(text) >= _SHORTEST_STRONG


def _odd(low: int, high: int, source: random.Random) -> int:
    """Draw a number that does not end in a zero, which would be written with a digit less."""
    drawn = source.randint(low, high)
    return drawn if drawn % 10 else min(drawn + source.randint(1, 9), high)


def _below(high: float | None) -> float:
    if high is None or high > _SMALLEST:
        return _SMALLEST
    return 0 if high >= 0 else high * 2


def _second(shape: Shape, source: random.Random) -> int:
    low = int(shape.low) if shape.low is not None else _EARLIEST
    high = int(shape.high) if shape.high is not None else max(_LATEST, low + _EARLIEST // 2)
    return source.randint(min(low, high), high)


def _plain(shape: Shape, token: str, source: random.Random) -> str:
    match shape.form:
        case Form.EMAIL:
            return f"{token}@{HOST}"
        case Form.URL:
            return f"https://{HOST}/{token}"
        case Form.UUID:
            return str(uuid.UUID(int=source.getrandbits(128), version=4))
        case Form.HEX:
            return f"{source.getrandbits(128):032x}"
        case Form.BASE64:
            return base64.b64encode(token.encode()).decode()
        case Form.PASSWORD:
            return f"{token.capitalize()}1!"
        case Form.PHONE:
            return f"+1555{source.randint(10**7, 10**8 - 1)}"
        case Form.IP:
            return f"10.{'.'.join(str(source.randint(10, 254)) for _ in range(3))}"
        case Form.JSON:
            names = [UNDECLARED, *(name for name, _ in shape.fields)]
            return json.dumps({name: f"{token}{at or ''}" for at, name in enumerate(names)})
        case _:
            return token


def _fitted(text: str, shape: Shape, token: str) -> str:
    """Make a text as long as it must be and no longer than it may be."""
    if shape.shortest is not None and len(text) < shape.shortest:
        missing = shape.shortest - len(text)
        text = f"{'x' * (missing - 1)}-{text}" if missing > 1 else f"x{text}"
    if shape.longest is not None and len(text) > shape.longest:
        text = (token if shape.longest >= len(token) else text)[: shape.longest]
    return text


def _patterned(shape: Shape, token: str, source: random.Random) -> str:
    start = literal_start(shape.pattern)
    letters = token.translate(_LETTERS)
    tries = (
        token,
        f"{start}{token}",
        token.upper(),
        f"{token}@{HOST}",
        f"https://{HOST}/{token}",
        f"{start}{token.upper()}",
        f"{token.capitalize()}1!",
        letters,
        letters.upper(),
        letters.capitalize(),
    )
    for one in tries:
        fitted = _fitted(one, shape, token)
        if fits(shape.pattern, fitted):
            return fitted
    made = text_like(shape.pattern, source.getrandbits(32))
    return made or _fitted(token, shape, token)
