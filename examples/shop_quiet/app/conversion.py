"""Between DynamoDB's types and JSON's."""

from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def plain(value: Any) -> Any:
    """Turn every Decimal into an int or a float, at any depth."""
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def from_wire(item: dict[str, Any]) -> dict[str, Any]:
    """Decode an item as the low-level client returns it."""
    return {name: plain(_deserializer.deserialize(value)) for name, value in item.items()}


def to_wire(item: dict[str, Any]) -> dict[str, Any]:
    """Encode an item for the low-level client."""
    return {name: _serializer.serialize(value) for name, value in item.items()}
