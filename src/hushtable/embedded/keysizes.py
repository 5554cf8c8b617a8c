"""Key values that are longer than DynamoDB takes them: 2,048 bytes a partition, 1,024 a sort key.

Source: "Constraints in Amazon DynamoDB", Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hushtable.model.dynamodb.expression import parse
from hushtable.model.dynamodb.expression_tree import And, Comparison, Name, Path, Value
from hushtable.model.dynamodb.limits import PARTITION_KEY_BYTES, SORT_KEY_BYTES

TOO_LONG = {
    True: "One or more parameter values were invalid: Size of hashkey has exceeded the maximum "
    f"size limit of{PARTITION_KEY_BYTES} bytes",
    False: "One or more parameter values were invalid: Aggregated size of all range keys has "
    f"exceeded the size limit of {SORT_KEY_BYTES} bytes",
}
"""The service's own texts, by whether the key is the partition's; the missing space is its own."""


def long_values(operation: str, request: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Give name and size of each key value of a request that may be too long."""
    if operation in {"GetItem", "DeleteItem", "UpdateItem"}:
        key = request.get("Key")
        pairs = list(key.items()) if isinstance(key, dict) else []
    elif operation == "Query":
        pairs = list(_compared(request))
    else:
        return
    for name, value in pairs:
        size = _size(value)
        if size > SORT_KEY_BYTES:
            yield name, size


def too_long(name: str, size: int, keys: tuple[str, ...]) -> str | None:
    """Give the service's text for a key value that is too long for where it stands, or None."""
    if keys and name == keys[0]:
        return TOO_LONG[True] if size > PARTITION_KEY_BYTES else None
    return TOO_LONG[False] if name in keys else None


def _compared(request: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give what a KeyConditionExpression compares by `=`. It is known to be valid."""
    text = request.get("KeyConditionExpression")
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    tree = parse(text, "KeyConditionExpression") if isinstance(text, str) else None
    for part in tree.conditions if isinstance(tree, And) else (tree,):
        match part:
            case Comparison(left=Path(parts=(Name(text=name),)), right=Value(text=placeholder)):
                yield names.get(name, name), values.get(placeholder)


def _size(value: object) -> int:
    match value:
        case {"S": str(text)}:
            return len(text.encode("utf-8", "surrogatepass"))
        case {"B": str(text)}:
            return len(text) * 3 // 4
        case _:
            return 0
