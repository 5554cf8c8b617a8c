"""msgspec Structs for DynamoDB's JSON, made from shapes: what they do not name is never decoded.

msgspec skips unknown members in its tokenizer, so an attribute that came along undeclared becomes
no Python object.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec

from hushtable.guard.errors import DecodeError
from hushtable.guard.wiretypes import (
    Anything,
    DictOf,
    ListOf,
    MapOf,
    OneOf,
    Scalar,
    SetOf,
    Shape,
    Slot,
    stored_name,
    wire_of,
)
from hushtable.model.dynamodb.wire import from_wire

Convert = Callable[[Any], Any]
_OPTIONS: dict[str, Any] = {"frozen": True, "gc": False}


@dataclass(frozen=True, slots=True)
class Reading:
    """How one slot is read: the type msgspec decodes, the way to the value, what is left to do.

    `absent` stands in for a missing attribute; it is NODEFAULT where the attribute must be there.
    """

    type: Any
    way: str
    convert: Convert | None = None
    absent: Any = msgspec.NODEFAULT


class Missing:
    """What is given for a missing attribute whose default must be made or is not of its shape."""


MISSING = Missing()


def reading(slot: Slot, *, native: bool) -> Reading:
    """Make the reading of a slot.

    `native` reads scalars as the declared types; else as what pydantic takes for them.
    """
    shape = slot.shape
    if isinstance(shape, Anything):
        # None comes for a missing attribute alone: a stored NULL is a map.
        absent = msgspec.NODEFAULT if slot.required else None
        return Reading(dict[str, Any], "", _open, absent)
    if isinstance(shape, OneOf):
        return _one_of(shape, slot, native=native)
    wire = wire_of(shape)
    payload, convert = _payload(shape, native=native)
    if slot.nullable:
        made = _leaf([(wire, payload | None, None), ("NULL", bool, False)])
    else:
        made = _leaf([(wire, payload)])
    if slot.required:
        return Reading(made, wire, _unless_none(convert) if slot.nullable else convert)
    if slot.default is None and not slot.made:
        return Reading(made, wire, _unless_none(convert), made(**{wire: None}))
    if convert is None and not slot.made:
        return Reading(made, wire, None, made(**{wire: slot.default}))
    absent = made(**{wire: None})
    take = taking(Reading(made, wire, _unless_none(convert)))
    return Reading(made, "", lambda found: MISSING if found is absent else take(found), absent)


def _leaf(fields: list[Any]) -> Any:
    # Another wire type than the declared one is an unknown member, and an error.
    return msgspec.defstruct("Wire", fields, forbid_unknown_fields=True, **_OPTIONS)


def _unless_none(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda value: None if value is None else convert(value)


def _payload(shape: Shape, *, native: bool) -> tuple[Any, Convert | None]:
    """Give the type inside the wire type, and what is left to convert."""
    match shape:
        case Scalar():
            return _scalar(shape, native=native)
        case SetOf(member):
            inner, convert = _scalar(member, native=native)
            if convert is None:
                return set[inner], None  # type: ignore[valid-type]
            return set[inner], lambda found: {convert(one) for one in found}  # type: ignore[valid-type]
        case ListOf(member):
            each = reading(member, native=native)
            take = taking(each)
            return list[each.type], lambda found: [take(one) for one in found]  # type: ignore[name-defined]
        case DictOf(member):
            each = reading(member, native=native)
            take = taking(each)
            return dict[str, each.type], lambda found: {  # type: ignore[name-defined]
                name: take(one) for name, one in found.items()
            }
        case MapOf(model, fields):
            made, build = struct_of(fields, native=native)
            if native:
                return made, lambda found: model.model_construct(**build(found))
            return made, build
        case _:
            message = f"{type(shape).__name__} has no payload"
            raise TypeError(message)


def _scalar(shape: Scalar, *, native: bool) -> tuple[Any, Convert | None]:
    if shape.wire == "N" and not native:
        return Decimal, _finite
    if not native:
        return {"S": str, "B": bytes, "BOOL": bool}[shape.wire], None
    return shape.type, _finite if shape.type in {Decimal, float} else None


def _finite(value: Any) -> Any:
    if not math.isfinite(value):
        # DynamoDB holds no such number: what sent it is not DynamoDB.
        message = "a number"
        raise DecodeError(message, "is not finite")
    return value


def taking(each: Reading) -> Convert:
    """Make the function that takes a value out of its wire struct."""
    convert = each.convert
    if not each.way:
        return convert or (lambda value: value)
    take = attrgetter(each.way)
    if convert is None:
        return take
    return lambda wire: convert(take(wire))


def struct_of(
    fields: Mapping[str, Slot], *, native: bool
) -> tuple[Any, Callable[[Any], dict[str, Any]]]:
    """Make the struct of a map of a fixed shape, and the function that gives its values by name."""
    members: list[Any] = []
    rename: dict[str, str] = {}
    readers: list[tuple[str, Convert]] = []
    optional: list[Any] = []
    for number, (name, slot) in enumerate(fields.items()):
        each = reading(slot, native=native)
        own = f"a{number}"
        rename[own] = stored_name(name, slot)
        if each.absent is msgspec.NODEFAULT:
            members.append((own, each.type))
        else:
            optional.append((own, each.type, each.absent))
        readers.append((name, taking(replace_way(each, own))))
    made = msgspec.defstruct("Map", [*members, *optional], rename=rename, **_OPTIONS)

    def build(found: Any) -> dict[str, Any]:
        given = {name: read(found) for name, read in readers}
        return {name: value for name, value in given.items() if value is not MISSING}

    return made, build


def replace_way(each: Reading, own: str) -> Reading:
    """Lead to a slot through a member of a struct."""
    way = f"{own}.{each.way}" if each.way else own
    return Reading(each.type, way, each.convert, each.absent)


def _open(value: Any) -> Any:
    return MISSING if value is None else plain_numbers(from_wire(value))


def plain_numbers(value: object) -> object:
    """Turn whole Decimals into int: JSON's readers expect numbers, not texts."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {name: plain_numbers(part) for name, part in value.items()}
        case list():
            return [plain_numbers(part) for part in value]
        case set():
            return {plain_numbers(part) for part in value}
        case _:
            return value


def _one_of(shape: OneOf, slot: Slot, *, native: bool) -> Reading:
    fields: list[Any] = []
    converts: list[tuple[str, Convert | None]] = []
    for option in shape.options:
        payload, convert = _payload(option, native=native)
        wire = wire_of(option)
        fields.append((wire, payload | msgspec.UnsetType, msgspec.UNSET))
        converts.append((wire, convert))
    if slot.nullable:
        fields.append(("NULL", bool, False))
    made = _leaf(fields)

    def read(wire: Any) -> Any:
        if wire is None:
            return MISSING
        for kind, convert in converts:
            value = getattr(wire, kind)
            if value is not msgspec.UNSET:
                return value if convert is None else convert(value)
        return None

    return Reading(made, "", read, msgspec.NODEFAULT if slot.required else None)
