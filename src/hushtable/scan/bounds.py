"""Who bounds what a read gives, and which filters stand in for access control."""

from __future__ import annotations

from collections.abc import Iterable

from hushtable.model.facts import (
    Bound,
)
from hushtable.model.service import (
    Pagination,
)
from hushtable.scan.records import MANY, Record

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


def pagination_of(records: list[Record]) -> Pagination:
    """Say who bounds the items a route's reads give."""
    many = [record for record in records if record.operation in MANY and not record.count_only]
    if any(
        record.limit is Bound.CLIENT or (record.start_from_client and not record.start_sealed)
        for record in many
    ):
        return Pagination.CLIENT
    bounded = [
        record
        for record in many
        if record.limit is Bound.CAPPED
        or (record.limit is Bound.CONSTANT and (record.limit_value or 0) > 1)
        or (record.limit is Bound.UNKNOWN)
    ]
    return Pagination.BOUNDED if bounded else Pagination.NONE
