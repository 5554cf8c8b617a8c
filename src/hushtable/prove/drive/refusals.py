"""What a 422 teaches: each error names a place, a kind, and often the bounds it wants."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hushtable.prove.drive.making import Location
from hushtable.prove.exchange import Complaint, Exchange
from hushtable.prove.sketch import Form, Shape

INVALID = 422
_PLACES = frozenset({"path", "query", "header", "cookie", "body"})
_CHOICES = re.compile(r"'((?:[^'\\]|\\.)*)'|\b(\d+)\b")
_FORMS: tuple[tuple[str, Shape], ...] = (
    ("uuid", Shape(form=Form.UUID)),
    ("datetime", Shape(form=Form.DATETIME)),
    ("timezone", Shape(form=Form.DATETIME)),
    ("date_from_datetime", Shape(form=Form.DATE)),
    ("date", Shape(form=Form.DATE)),
    ("time_delta", Shape(choices=("PT1H",))),
    ("time", Shape(form=Form.TIME)),
    ("int", Shape(kind="N", form=Form.INTEGER)),
    ("float", Shape(kind="N", form=Form.DECIMAL)),
    ("decimal", Shape(kind="N", form=Form.DECIMAL)),
    ("bool", Shape(kind="BOOL")),
    ("url", Shape(form=Form.URL)),
    ("ip_", Shape(form=Form.IP)),
    ("list", Shape(kind="L", element=Shape())),
    ("set", Shape(kind="L", element=Shape())),
    ("tuple", Shape(kind="L", element=Shape())),
    ("dict", Shape(kind="M")),
    ("model", Shape(kind="M")),
    ("dataclass", Shape(kind="M")),
    ("mapping", Shape(kind="M")),
    ("json", Shape(form=Form.JSON)),
    ("string", Shape()),
    ("missing", Shape()),
)


def lessons(exchange: Exchange) -> Iterator[tuple[Location, Shape | None]]:
    """Give places and the shapes they want; None where the app wants nothing there."""
    told = list(_told(exchange.answered.body)) if exchange.answered.status == INVALID else []
    for error in told:
        at, kind = _location(error), str(error.get("type", ""))
        context = error.get("ctx")
        shape = _shape(kind, context if isinstance(context, Mapping) else {}, error)
        if at and (shape is not None or kind == "extra_forbidden"):
            yield at, shape
    if not told:
        yield from _complained(exchange.complaints)


def _told(body: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        whole = json.loads(body)
    except ValueError:
        return
    found = whole
    if isinstance(whole, Mapping):
        found = next((whole[name] for name in ("detail", "errors") if name in whole), ())
    for error in found if isinstance(found, list) else ():
        if isinstance(error, Mapping) and isinstance(error.get("loc"), list):
            yield error


def _location(error: Mapping[str, Any]) -> Location:
    return tuple(str(part) for part in error["loc"])


def _shape(kind: str, ctx: Mapping[str, Any], error: Mapping[str, Any]) -> Shape | None:
    match kind:
        case "string_pattern_mismatch":
            return Shape(pattern=str(ctx.get("pattern", "")))
        case "string_too_short":
            return Shape(shortest=int(ctx.get("min_length", 1)))
        case "string_too_long":
            return Shape(longest=int(ctx.get("max_length", 1)))
        case "enum" | "literal_error":
            expected = str(ctx.get("expected", ""))
            choices = tuple(one or number for one, number in _CHOICES.findall(expected))
            return Shape(choices=choices) if choices else None
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return _bounded(ctx)
        case "value_error" | "assertion_error":
            return _by_words(str(error.get("msg", "")).lower())
    return next((shape for start, shape in _FORMS if kind.startswith(start)), None)


def _bounded(ctx: Mapping[str, Any]) -> Shape | None:
    def number(name: str, step: float) -> float | None:
        value = ctx.get(name)
        return float(value) + step if isinstance(value, int | float) else None

    low = number("ge", 0) if "ge" in ctx else number("gt", 1)
    high = number("le", 0) if "le" in ctx else number("lt", -1)
    if low is None and high is None:
        return None
    return Shape(kind="N", form=Form.INTEGER, low=low, high=high)


def _by_words(message: str) -> Shape | None:
    """Read what a validator that somebody wrote says it wants."""
    known = (
        ("email", Shape(form=Form.EMAIL)),
        ("phone", Shape(pattern=r"^\+4930[0-9]{8}$")),
        ("uuid", Shape(form=Form.UUID)),
        ("url", Shape(form=Form.URL)),
        ("date", Shape(form=Form.DATE)),
        # Rules for passwords ask for several sorts of characters.
        ("uppercase", Shape(pattern=r"^Aa1![a-z2-7]{16}$")),
        ("upper case", Shape(pattern=r"^Aa1![a-z2-7]{16}$")),
        ("digit", Shape(pattern=r"^Aa1![a-z2-7]{16}$")),
        ("password", Shape(pattern=r"^Aa1![a-z2-7]{16}$")),
        ("alphanumeric", Shape(pattern=r"^[a-z0-9]{14}$")),
        ("lowercase", Shape(pattern=r"^[a-z]{14}$")),
        ("slug", Shape(pattern=r"^[a-z0-9]{14}$")),
        ("currency", Shape(choices=("EUR",))),
        ("country", Shape(choices=("DE",))),
        ("positive", Shape(kind="N", form=Form.INTEGER, low=1)),
    )
    choices = tuple(one for one, _ in _CHOICES.findall(message) if one)
    if "one of" in message and choices:
        return Shape(choices=choices)
    return next((shape for word, shape in known if word in message), None)


def _complained(complaints: Iterable[Complaint]) -> Iterator[tuple[Location, Shape | None]]:
    """Read what the app's own validation said, where its answer keeps it to itself."""
    for complaint in complaints:
        if "ValidationError" not in complaint.kind:
            continue
        errors: list[tuple[Location, str, dict[str, Any], dict[str, Any]]] = []
        for name, text in complaint.details:
            word, _, rest = name.partition(" ")
            if word == "at":
                at = tuple("0" if part == "[]" else part for part in rest.split("."))
                errors.append((at, text, {}, {}))
            elif errors and word == "ctx":
                errors[-1][2][rest] = _number(text)
            elif errors and word == "message":
                errors[-1][3]["msg"] = text
        for at, kind, context, told in errors:
            shape = _shape(kind, context, told)
            if shape is not None:
                yield (at if at[0] in _PLACES else ("body", *at)), shape


def _number(text: str) -> int | float | str:
    with contextlib.suppress(ValueError):
        return int(text)
    with contextlib.suppress(ValueError):
        return float(text)
    return text
