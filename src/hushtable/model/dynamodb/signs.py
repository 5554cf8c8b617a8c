"""What shows in JSON that DynamoDB or its client wrote it: typed values, metadata of answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hushtable.model.dynamodb.wire import TYPES

METADATA_NAMES = frozenset(
    {
        "ResponseMetadata",
        "ConsumedCapacity",
        "ItemCollectionMetrics",
        "ScannedCount",
        "UnprocessedKeys",
        "UnprocessedItems",
        "HTTPHeaders",
        "RetryAttempts",
    }
)
"""Members of DynamoDB's answers, and what botocore adds to them. Source: API Reference."""

CURSOR_NAMES = frozenset({"LastEvaluatedKey", "ExclusiveStartKey"})
"""Members that hold where a page ends. Source: API Reference, Query."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def is_typed(value: Mapping[str, object]) -> bool:
    """Tell whether a JSON object is one typed attribute value, its payload as the type wants."""
    if len(value) != 1:
        return False
    name, payload = next(iter(value.items()))
    return name in TYPES and _fits(name, payload)


def _fits(name: str, payload: object) -> bool:
    match name:
        case "S" | "B":
            return isinstance(payload, str)
        case "N":
            return isinstance(payload, str) and _NUMBER.fullmatch(payload) is not None
        case "BOOL":
            return isinstance(payload, bool)
        case "NULL":
            return payload is True
        case "M":
            return isinstance(payload, dict) and all(
                isinstance(member, dict) and is_typed(member) for member in payload.values()
            )
        case "L":
            return isinstance(payload, list) and all(
                isinstance(member, dict) and is_typed(member) for member in payload
            )
        case _:
            return isinstance(payload, list) and all(isinstance(member, str) for member in payload)
