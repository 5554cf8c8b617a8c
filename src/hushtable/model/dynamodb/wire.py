"""DynamoDB's wire form: every value is a map of one type name to a payload.

Source: Amazon DynamoDB API Reference, `AttributeValue`,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import (
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
    Rounded,
    Subnormal,
    Underflow,
)
from typing import Any

from hushtable.model.dynamodb.limits import NESTING_LEVELS, NUMBER_DIGITS

SCALAR_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL"})
SET_TYPES = frozenset({"SS", "NS", "BS"})
DOCUMENT_TYPES = frozenset({"M", "L"})
TYPES = SCALAR_TYPES | SET_TYPES | DOCUMENT_TYPES
KEY_TYPES = frozenset({"S", "N", "B"})

# Up to 38 significant digits, magnitude 1E-130 to 9.99...E+125. Source: Developer Guide,
# "Supported data types and naming rules", HowItWorks.NamingRulesDataTypes.html.
_NUMBERS = Context(
    prec=NUMBER_DIGITS,
    Emin=-130,
    Emax=125,
    traps=[Inexact, InvalidOperation, Overflow, Rounded, Subnormal, Underflow],
)


class WireError(ValueError):
    """A value has no wire form, or a wire form is malformed. Names types, never the value."""


def is_wire(value: object) -> bool:
    """Tell whether `value` looks like one wire value: a map of exactly one type name."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in TYPES


def to_wire(value: object) -> dict[str, Any]:
    """Encode a plain Python value.

    str, int, Decimal, bytes, bool, None, list or tuple, mapping with string keys, and non-empty
    sets of one kind of str, number or bytes. Raises `WireError` for everything else: a float is
    refused, since it does not hold the decimal digits that would be stored.
    """
    return _encode(value, 0)


def from_wire(value: object) -> object:
    """Decode one wire value to plain Python; numbers become `Decimal`. Raises `WireError`."""
    return _decode(value, 0)


def item_to_wire(item: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """Encode every attribute of an item. Raises `WireError`."""
    return {name: to_wire(value) for name, value in item.items()}


def item_from_wire(item: Mapping[str, object]) -> dict[str, object]:
    """Decode every attribute of an item. Raises `WireError`."""
    return {name: from_wire(value) for name, value in item.items()}


def _encode(value: object, depth: int) -> dict[str, Any]:  # noqa: C901  (a case a type)
    if depth > NESTING_LEVELS:
        message = f"nested more than {NESTING_LEVELS} levels deep"
        raise WireError(message)
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": _number(value)}
        case bytes() | bytearray():
            return {"B": bytes(value)}
        case list() | tuple():
            return {"L": [_encode(part, depth + 1) for part in value]}
        case set() | frozenset():
            return _encode_set(value)
        case Mapping():
            if not all(isinstance(name, str) for name in value):
                message = "a map has a name that is no string"
                raise WireError(message)
            return {"M": {name: _encode(part, depth + 1) for name, part in value.items()}}
        case _:
            message = f"{type(value).__name__} has no wire form"
            raise WireError(message)


def _number(value: int | Decimal) -> str:
    try:
        number = _NUMBERS.create_decimal(value)
    except ArithmeticError:
        message = f"a number needs more than {NUMBER_DIGITS} digits or is out of range"
        raise WireError(message) from None
    if not number.is_finite():
        message = "a number is not finite"
        raise WireError(message)
    return str(number)


def _encode_set(value: set[Any] | frozenset[Any]) -> dict[str, Any]:
    kinds = {next(iter(_encode(member, 0))) for member in value}
    if len(kinds) != 1 or not kinds <= KEY_TYPES:
        message = "a set must be non-empty and hold only strings, only numbers or only bytes"
        raise WireError(message)
    kind = kinds.pop()
    members = sorted(_encode(member, 0)[kind] for member in value)
    return {f"{kind}S": members}


def _decode(value: object, depth: int) -> object:
    if depth > NESTING_LEVELS:
        message = f"nested more than {NESTING_LEVELS} levels deep"
        raise WireError(message)
    if not isinstance(value, Mapping) or len(value) != 1:
        message = "a wire value is a map of exactly one type name"
        raise WireError(message)
    ((kind, payload),) = value.items()
    match kind, payload:
        case "NULL", True:
            return None
        case ("BOOL", bool()) | ("S", str()):
            return payload
        case "N", str():
            return _decode_number(payload)
        case "B", bytes() | bytearray():
            return bytes(payload)
        case (("SS" | "NS" | "BS"), list() | tuple() | set() | frozenset()) if payload:
            return {_decode({kind[0]: member}, depth) for member in payload}
        case "L", list() | tuple():
            return [_decode(part, depth + 1) for part in payload]
        case "M", Mapping():
            return {name: _decode(part, depth + 1) for name, part in payload.items()}
        case _:
            shown = kind if kind in TYPES else "an unknown type"
            message = f"malformed payload of {shown}"
            raise WireError(message)


def _decode_number(text: str) -> Decimal:
    try:
        number = _NUMBERS.create_decimal(text)
    except ArithmeticError:
        message = "malformed payload of N"
        raise WireError(message) from None
    if not number.is_finite():
        message = "malformed payload of N"
        raise WireError(message)
    return number
