"""The forms of composed keys: `USER#7f3a` is `USER#{user_id}`, `PROFILE` is itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hushtable.prove.store.guessing import (
    OWNER,
    PLACEHOLDER,
    entity_of_placeholder,
    normal_form,
    singular,
)

_SEPARATORS = re.compile(r"([#|:/])")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.+Z-]*")
_SEEN = "{@}"
_UNIQUE = re.compile(
    r"\{@\}|[0-9a-f]{8}-[0-9a-f]{4}-.+|[0-9a-f]{12,}|[0-9A-HJKMNP-TV-Z]{26}|\d{4}-\d\d-\d\d.*|\d+",
    re.IGNORECASE,
)
"""What is made new for each item: a UUID, a digest, a ULID, a date, a number."""

_CONSTANT = re.compile(r"[A-Za-z]{1,30}\d{0,2}(?:[_-][A-Za-z]{1,20}\d{0,2}){0,4}")
_LONGEST = 200


def template_of(text: str, ids: Iterable[tuple[str, str]]) -> str:
    """Give the form of a key's value. `ids` are the known texts in it with what they identify.

    Empty where the value is one id and nothing else, or of no form that is known.
    """
    if not text or len(text) > _LONGEST or PLACEHOLDER.search(text):
        return ""
    for known, entity in sorted(ids, key=lambda one: -len(one[0])):
        text = text.replace(known, f"{{{_placeholder(entity)}}}")
    if PLACEHOLDER.fullmatch(text):
        return ""
    parts = _SEPARATORS.split(_INSTANT.sub(_SEEN, text))
    for at, part in enumerate(parts):
        if _UNIQUE.fullmatch(part):
            parts[at] = f"{{{_after(parts[:at])}}}"
    found = "".join(parts)
    if "{" not in found:
        return found if all(_CONSTANT.fullmatch(part) for part in parts[::2] if part) else ""
    return "" if PLACEHOLDER.fullmatch(found) else found


def template_with(prefix: str, ids: Iterable[tuple[str, str]]) -> str:
    """Give the form of keys that begin with a text: `ORDER#` is `ORDER#{order}`."""
    if not prefix or PLACEHOLDER.search(prefix):
        return ""
    for known, entity in ids:
        prefix = prefix.replace(known, f"{{{_placeholder(entity)}}}")
    return f"{prefix}{{{_after(_SEPARATORS.split(prefix))}}}"


def is_known(template: str, forms: Iterable[str]) -> bool:
    """Whether one of some forms says the same: `{member}` and `{user_id}` are both the owner."""
    return normal_form(template) in map(normal_form, forms)


def _placeholder(entity: str) -> str:
    return "user_id" if entity == OWNER else entity.replace(" ", "_")


def _after(parts: Sequence[str]) -> str:
    """Name what comes after the literal parts of a key: `ORDER#` is followed by an order."""
    words = [part for part in parts if part and "{" not in part and not _SEPARATORS.match(part)]
    name = singular(words[-1].lower().rstrip("_-")) if words else "row"
    name = re.sub(r"\W", "_", name)
    # A second owner in one key would be the same one again.
    taken = {entity_of_placeholder(one) for one in PLACEHOLDER.findall("".join(parts))}
    return f"{name}_item" if entity_of_placeholder(name) in taken else name
