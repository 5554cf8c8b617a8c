"""Where a page of Query or Scan ends: at 1 MB of items read, before any filter or projection.

ministack 1.4 reads to the end whatever the size, so code that never follows LastEvaluatedKey
would seem to work. Source: Amazon DynamoDB Developer Guide, "Paginating table query results"
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html) and "Item
sizes and formats" (.../CapacityUnitCalculations.html) for the bytes of an item. A page of
ExecuteStatement is not cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hushtable.model.dynamodb.limits import PAGE_BYTES

PAGED = frozenset({"Query", "Scan"})

_SHOWS_LESS = (
    "FilterExpression",
    "QueryFilter",
    "ScanFilter",
    "ConditionalOperator",
    "ProjectionExpression",
    "AttributesToGet",
    "Select",
)
"""The parameters that make an answer smaller than what was read for it."""

_PLACEHOLDERS = ("ExpressionAttributeNames", "ExpressionAttributeValues")

_COLLECTION_BYTES = 3
_ELEMENT_BYTES = 1


def items_of_page(
    request: Mapping[str, Any],
    payload: bytes,
    read: Callable[[Mapping[str, Any]], list[Mapping[str, Any]]],
) -> int | None:
    """Give how many items the page may read, or None when the answer is within 1 MB.

    `payload` is the answer as it came; `read` makes a request and returns its items.
    """
    bare = all(request.get(name) is None for name in _SHOWS_LESS)
    # Text as long as the items or longer: JSON adds quotes and braces, base64 a third.
    if bare and len(payload) <= PAGE_BYTES:
        return None
    items = read(_without_filters(request))
    total = 0
    for count, item in enumerate(items):
        total += item_bytes(item)
        if total > PAGE_BYTES:
            return count
    return None


def item_bytes(item: Mapping[str, Any]) -> int:
    """Give the size of an item in wire form, in bytes, as DynamoDB counts it."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    match value:
        case {"S": str(text)}:
            return len(text.encode())
        case {"N": str(number)}:
            return _number_bytes(number)
        case {"B": str(text)}:
            return _binary_bytes(text)
        case {"SS": list(texts)}:
            return sum(len(text.encode()) for text in texts)
        case {"NS": list(numbers)}:
            return sum(map(_number_bytes, numbers))
        case {"BS": list(texts)}:
            return sum(map(_binary_bytes, texts))
        case {"L": list(parts)}:
            inner = sum(_ELEMENT_BYTES + _value_bytes(part) for part in parts)
            return _COLLECTION_BYTES + inner
        case {"M": dict(parts)}:
            return _COLLECTION_BYTES + _ELEMENT_BYTES * len(parts) + item_bytes(parts)
        case _:
            return 1


def _number_bytes(number: str) -> int:
    """One byte, and one for each two significant digits."""
    digits = number.lstrip("-").partition("E")[0].replace(".", "").strip("0")
    return 1 + (len(digits) + 1) // 2


def _binary_bytes(base64_text: str) -> int:
    return len(base64_text) // 4 * 3 - base64_text.count("=")


def _without_filters(request: Mapping[str, Any]) -> dict[str, Any]:
    """Make the request that returns everything that was read."""
    bare = {name: value for name, value in request.items() if name not in _SHOWS_LESS}
    condition = bare.get("KeyConditionExpression") or ""
    for name in _PLACEHOLDERS:
        # DynamoDB refuses placeholders that no expression uses.
        used = {one: value for one, value in (bare.pop(name, None) or {}).items()
                if one in condition}  # fmt: skip
        if used:
            bare[name] = used
    return bare
