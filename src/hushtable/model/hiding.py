"""Which attributes, compared in a filter, decide who may see an item."""

from __future__ import annotations

from collections.abc import Iterable

HIDING = (
    "deleted",
    "archived",
    "hidden",
    "private",
    "visib",
    "tenant",
    "owner",
    "org_id",
    "organization",
    "user_id",
    "userid",
    "account",
    "active",
    "public",
    "draft",
    "banned",
)


def hiding(names: Iterable[str]) -> tuple[str, ...]:
    """Give the names among these that decide who may see an item."""
    return tuple(n for n in names if any(word in n.lower() for word in HIDING))
