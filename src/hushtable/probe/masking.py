"""Shows a value so that it can be recognised by its owner and used by nobody."""

from __future__ import annotations

import re
from urllib.parse import quote

from hushtable.model.sensitivity import Category, Sensitivity

_SHOWN = 2
_SHORT = 8
_LONGEST = 40
_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,47}\d{0,3}")
_SHAPES = ((re.compile(r"[A-Za-z]"), "a"), (re.compile(r"\d"), "9"))


def masked(value: object, sensitivity: Sensitivity | None = None) -> str:
    """Mask a scalar: a credential and a short value whole, others but for their beginning.

    Never more than two characters are shown, nor more than a quarter of the value.
    """
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"a number of {len(str(value))} characters"
    text = str(value)
    if sensitivity is not None and sensitivity.category is Category.CREDENTIAL:
        return f"*** ({_size(text)})"
    shown = min(_SHOWN, len(text) // 4) if len(text) >= _SHORT else 0
    start = "".join(one if one.isalnum() else "*" for one in text[:shown])
    return f"{start}*** ({_size(text)})"


def _size(text: str) -> str:
    return f"{len(text)} characters"


def member(path: tuple[str, ...]) -> str:
    """Give where a member stands, as `$[].email`. A name that may be a value is told as `*`."""
    shown = "$"
    for part in path:
        if part == "[]":
            shown += "[]"
        else:
            shown += f".{named(part)}"
    return shown


def named(part: str) -> str:
    """Give a member's name, or `*` for one that does not look like a name, as an e-mail."""
    return part if _NAME.fullmatch(part) else "*"


def shortened(path: str, secret: frozenset[str] = frozenset()) -> str:
    """Give a request's path for a report: long runs cut, and what is secret masked."""
    for one in sorted(secret, key=len, reverse=True):
        for form in {one, quote(one, safe="")}:
            path = path.replace(form, "***")
    return re.sub(
        rf"([^/?&=]{{8}})[^/?&=]{{{_LONGEST},}}",
        lambda found: f"{found[1]}...({len(found[0])} characters)",
        path,
    )


def form(text: str) -> str:
    """Give a value's form: letters as `a`, digits as `9`, signs as they are."""
    for pattern, sign in _SHAPES:
        text = pattern.sub(sign, text)
    return text
