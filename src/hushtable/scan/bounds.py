"""Who bounds what a read gives."""

from __future__ import annotations

from hushtable.model.facts import (
    Bound,
)
from hushtable.model.service import (
    Pagination,
)
from hushtable.scan.records import MANY, Record


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
