"""A result's JSON made plainly visible, and what is known of an attribute by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hushtable.report.escape import visible, visible_lines

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


def overlap(one: str, other: str) -> bool:
    """Whether two attributes, as `users.email` or `users.*`, are the same in part."""
    return one == other or _holds(one, other) or _holds(other, one)


def _holds(whole: str, part: str) -> bool:
    inside = whole.removesuffix("*") if whole.endswith(".*") else f"{whole}."
    return part.startswith(inside)


def leaves(finding: Mapping[str, Json], attribute: str, gone: set[str], *, asked: bool) -> bool:
    """Whether an attribute that a finding names leaves a route, of which `gone` leaves.

    Some findings are of what is read and stays inside. `asked`: a live service was, so that only
    the findings tell what leaves.
    """
    if asked or finding["channel"] != "response" or attribute in gone:
        return True
    if any(overlap(attribute, one) for one in gone):
        return True
    return any(
        overlap(attribute, one) for proof in finding["proofs"] for one in proof["attributes"]
    )
