"""What a value must look like, by what was said when it was refused.

The words of Python and pydantic are data here; finding the attribute is done elsewhere.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hushtable.prove.sketch import Form, Shape

NAIVE = "%Y-%m-%dT%H:%M:%S.%f"
AWARE = "%Y-%m-%dT%H:%M:%S.%f+00:00"

NUMBER = Shape("N", Form.INTEGER)
DECIMAL = Shape("N", Form.DECIMAL)
TEXT = Shape()
TEXTS = Shape("L", element=Shape())
MAP = Shape("M")

BY_METHOD: Mapping[str, Shape] = MappingProxyType({
    **dict.fromkeys(("get", "items", "keys", "values", "pop", "setdefault", "update"), MAP),
    **dict.fromkeys(("append", "extend", "sort", "insert"), TEXTS),
    **dict.fromkeys(("add", "discard", "union", "intersection"), Shape("SS", element=Shape())),
    **dict.fromkeys(
        ("lower", "upper", "strip", "split", "startswith", "endswith", "encode", "replace"), TEXT
    ),
    **dict.fromkeys(("to_integral_value", "quantize", "normalize", "as_tuple"), DECIMAL),
})  # fmt: skip
"""What a value is that a program calls this method of, when the value has no such method."""

BY_TYPE: Mapping[str, Shape] = MappingProxyType({
    "int": NUMBER, "float": DECIMAL, "decimal": DECIMAL, "finite": DECIMAL,
    "bool": Shape("BOOL"), "string": TEXT, "bytes": Shape("B"),
    "datetime": Shape(form=Form.DATETIME), "date": Shape(form=Form.DATE),
    "time": Shape(form=Form.TIME), "uuid": Shape(form=Form.UUID), "url": Shape(form=Form.URL),
    "ip": Shape(form=Form.IP), "json": Shape(form=Form.JSON),
    "list": TEXTS, "tuple": TEXTS, "set": TEXTS, "frozen_set": TEXTS, "iterable": TEXTS,
    "dict": MAP, "mapping": MAP, "model": MAP, "dataclass": MAP,
})  # fmt: skip
"""What pydantic wanted, by the first word of its error's type (`int_parsing`)."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of Python's own: the exception's kind, its text, and what the value must be.

    `source` is what must stand in the line of code too.
    """

    kind: str
    text: str
    shape: Shape
    source: str = ""


SPOKEN = (
    Spoken("ValueError", r"^Invalid isoformat string", Shape(form=Form.DATE),
           r"(?<!\w)date\.fromisoformat"),
    Spoken("ValueError", r"^Invalid isoformat string", Shape(form=Form.TIME),
           r"(?<!\w)time\.fromisoformat"),
    Spoken("ValueError", r"^Invalid isoformat string", Shape(form=Form.DATETIME)),
    Spoken("TypeError", r"^fromisoformat: argument must be str", Shape(form=Form.DATETIME)),
    Spoken("ValueError", r"^Unknown string format|^String does not contain a date",
           Shape(form=Form.DATETIME)),
    Spoken("ParserError", r"", Shape(form=Form.DATETIME)),
    Spoken("ValueError", r"^invalid literal for int\(\)", Shape(form=Form.INTEGER)),
    Spoken("ValueError", r"^could not convert string to float", Shape(form=Form.DECIMAL)),
    Spoken("InvalidOperation", r"", Shape(form=Form.DECIMAL)),
    Spoken("ValueError", r"badly formed hexadecimal UUID", Shape(form=Form.UUID)),
    Spoken("ValueError", r"non-hexadecimal number", Shape(form=Form.HEX)),
    Spoken("ValueError", r"does not appear to be an IPv4 or IPv6", Shape(form=Form.IP)),
    Spoken("JSONDecodeError", r"", Shape(form=Form.JSON)),
    Spoken("Error", r"base64|padding", Shape(form=Form.BASE64)),
    Spoken("TypeError", r"not supported between instances of '(?:str|NoneType)' and "
           r"'(?:int|float|decimal\.Decimal)'", NUMBER),
    Spoken("TypeError", r"not supported between instances of '(?:int|float|decimal\.Decimal)' and "
           r"'str'", NUMBER, r"now\(|time\(|int\(|\d"),
    Spoken("TypeError", r"not supported between instances of 'decimal\.Decimal' and 'str'", TEXT),
    Spoken("TypeError", r"^unsupported operand type\(s\) for [-+*/%]+=?: .*'str'", NUMBER),
    Spoken("TypeError", r"^can't multiply sequence by non-int", NUMBER),
    Spoken("TypeError", r'^can only concatenate str \(not "(?:int|float)"\)', NUMBER),
    Spoken("TypeError", r'^can only concatenate str \(not "decimal\.Decimal"\)', TEXT),
    Spoken("TypeError", r"^expected string or bytes-like object|expected str instance, Decimal|"
           r"must be str, not (?:decimal\.)?Decimal", TEXT),
    Spoken("TypeError", r"^string indices must be integers", MAP),
    Spoken("TypeError", r"^'(?:decimal\.)?Decimal' object is not iterable", TEXTS),
    Spoken("TypeError", r"^'(?:decimal\.)?Decimal' object is not subscriptable", MAP),
)  # fmt: skip
"""The first that fits is taken."""

_CALLED = (
    ("InvalidOperation", r"", ("Decimal",)),
    ("ValueError", r"hexadecimal UUID", ("UUID",)),
    ("ValueError", r"non-hexadecimal", ("fromhex",)),
    ("Error", r"", ("b64decode", "urlsafe_b64decode", "standard_b64decode")),
    ("JSONDecodeError", r"", ("loads",)),
    ("TypeError", r"fromisoformat", ("fromisoformat",)),
    ("ValueError", r"IPv4", ("ip_address", "IPv4Address", "IPv6Address")),
)

_FORMAT = re.compile(r"does not match format '(.+)'$")
_ZONES = re.compile(r"offset-naive and offset-aware")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|True|False")


def spoken(kind: str, text: str, source: str) -> Shape | None:
    """Give what a value must be after an exception of Python's own."""
    written = _FORMAT.search(text)
    if kind == "ValueError" and written:
        return _of_format(written.group(1))
    for one in SPOKEN:
        if one.kind == kind and re.search(one.text, text) and re.search(one.source, source):
            return one.shape
    return None


def called(kind: str, text: str) -> tuple[str, ...]:
    """Give the functions that refuse a value without telling it, by their exception."""
    return tuple(
        name
        for one, said, names in _CALLED
        if one == kind and re.search(said, text)
        for name in names
    )


def mixes_zones(kind: str, text: str) -> bool:
    """Whether a time with a zone met one without."""
    return kind == "TypeError" and _ZONES.search(text) is not None


def rezoned(shape: Shape) -> Shape:
    """Write times without a zone if they had one, and with one if not."""
    aware = shape.form is Form.DATETIME and shape.pattern in {"", AWARE}
    return replace(shape, kind="S", form=Form.DATETIME, pattern=NAIVE if aware else AWARE)


def validated(shape: Shape, kind: str, context: Mapping[str, str], message: str) -> Shape:
    """Give the shape that pydantic's error of this type asks for; the same if it asks for none."""
    match kind, context:
        case (("enum" | "literal_error"), {"expected": expected}):
            choices = tuple(_literals(expected))
            is_number = all(re.fullmatch(r"-?[\d.]+", one) for one in choices)
            return Shape("N" if is_number and choices else "S", choices=choices)
        case "string_pattern_mismatch", {"pattern": pattern}:
            return replace(_text(shape), pattern=pattern)
        case "string_too_long", {"max_length": most}:
            return replace(_text(shape), longest=int(most))
        case "string_too_short", {"min_length": least}:
            return replace(_text(shape), shortest=int(least))
        case (("greater_than" | "greater_than_equal" | "less_than" | "less_than_equal"), _):
            return _bounded(shape, kind, context)
        case "timezone_aware", _:
            return Shape(form=Form.DATETIME, pattern=AWARE)
        case "timezone_naive", _:
            return Shape(form=Form.DATETIME, pattern=NAIVE)
        case "none_required", _:
            return Shape("")
        case "value_error", _ if "email" in message.lower():
            return replace(_text(shape), form=Form.EMAIL)
        case _:
            return _typed(shape, kind)


def _typed(shape: Shape, kind: str) -> Shape:
    wanted = next(
        (one for word, one in BY_TYPE.items() if kind == word or kind.startswith(f"{word}_")), None
    )
    if wanted is None or "max_" in kind or "min_" in kind or "too_" in kind:
        return shape
    if wanted.kind in {"L", "M"} and shape.kind == wanted.kind:
        return shape
    if wanted.kind == "N" and shape.kind == "N":
        return replace(shape, form=wanted.form, choices=())
    if wanted == TEXT and shape.kind == "S":
        return shape
    return wanted


def _bounded(shape: Shape, kind: str, context: Mapping[str, str]) -> Shape:
    """Keep a number within a bound; an exclusive one is taken by one less."""
    text = next((context[name] for name in ("ge", "gt", "le", "lt") if name in context), "")
    try:
        bound = float(text)
    except ValueError:
        return shape
    base = shape if shape.kind == "N" else replace(NUMBER, form=Form.DECIMAL)
    if kind.startswith("greater"):
        low = bound + (kind == "greater_than")
        return replace(base, low=low, high=None if base.high and base.high < low else base.high)
    high = bound - (kind == "less_than")
    return replace(base, high=high, low=base.low if base.low is not None and base.low <= high
                   else None)  # fmt: skip


def _text(shape: Shape) -> Shape:
    return shape if shape.kind == "S" and not shape.choices else Shape()


def _of_format(written: str) -> Shape:
    """Take a strptime format: what it has in it says whether it is a date, a time or both."""
    dated = any(f"%{one}" in written for one in "dmyYjbBcxDF")
    timed = any(f"%{one}" in written for one in "HIMScXTR")
    form = Form.DATETIME if dated and timed else Form.TIME if timed else Form.DATE
    return Shape(form=form, pattern=written)


def _literals(expected: str) -> list[str]:
    """Read `'a', 'b' or 'c'`."""
    found = []
    for text in _QUOTED.findall(expected):
        try:
            found.append(str(ast.literal_eval(text)))
        except (ValueError, SyntaxError):
            continue
    return found
