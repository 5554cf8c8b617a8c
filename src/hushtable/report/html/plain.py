"""A result's JSON made plainly visible, and what is known of an attribute by its name."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from hushtable.report.escape import visible, visible_lines
from hushtable.report.read_only import leaves_by

Json = Any
"""A JSON value that fits `result.schema.json`."""

CATEGORIES = ("credential", "financial", "health", "personal", "internal", "public")
"""Sensitivities, the worst first."""

_LINES = frozenset({"remedy", "curl", "test", "diff"})
"""Texts of several lines."""


def shown(value: Json) -> Json:
    """Give a JSON value with every text plainly visible, those of several lines line by line.

    A result says the same names thousands of times: each is looked at once.
    """
    seen: dict[str, str] = {}

    def text(value: str) -> str:
        known = seen.get(value)
        if known is None:
            known = seen[value] = visible(value)
        return known

    def of(value: Json, name: str) -> Json:
        kind = type(value)
        if kind is str:
            return "\n".join(visible_lines(value)) if name in _LINES else text(value)
        if kind is dict:
            return {text(key): of(each, key) for key, each in value.items()}
        if kind is list or kind is tuple:
            return [of(each, name) for each in value]
        return value

    return of(value, "")


def category_of(attribute: str, kinds: Mapping[str, str]) -> str:
    """Give what an attribute is; of a whole item, the worst of what is known of its table."""
    if not attribute.endswith("*"):
        return kinds.get(attribute, "public")
    beginning = attribute.removesuffix("*")
    known = {kind for name, kind in kinds.items() if name.startswith(beginning)}
    return next((one for one in CATEGORIES if one in known), "public")


def leaving(
    finding: Mapping[str, Json], gone: Mapping[str, AbstractSet[str]], *, asked: bool
) -> tuple[str, ...]:
    """Give the attributes of a finding that leave. Some findings are of what is read and stays.

    `gone` is what leaves by each route. `asked`: a live service was, so that only the findings
    tell what leaves.
    """
    names = tuple(dict.fromkeys(finding["attributes"]))
    if asked or finding["channel"] != "response" or not finding["routes"]:
        return names
    by = [gone[route] for route in finding["routes"] if route in gone]
    here = by[0] if len(by) == 1 else frozenset().union(*by)
    seen = [proof["attributes"] for proof in finding["proofs"]]
    return tuple(name for name in names if leaves_by(name, here, seen))
