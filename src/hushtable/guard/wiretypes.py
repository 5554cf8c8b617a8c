"""Which wire type a Python type has, and what lies inside it.

DynamoDB's types are those of `hushtable.model.dynamodb.wire`. Dates, times and identifiers are
stored as text in ISO form, as pydantic writes them to JSON.
"""

from __future__ import annotations

import datetime as dt
import enum
import types
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from inspect import isclass
from pathlib import PurePath
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from pydantic import AnyUrl, BaseModel, EmailStr, SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from hushtable.guard.errors import DeclarationError
from hushtable.guard.marks import Marks, Stored

UNION = (Union, types.UnionType)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a stored value looks like."""


@dataclass(frozen=True, slots=True)
class Scalar(Shape):
    """A value of one wire type. `type` is the Python type it is read as.

    `plain` tells that reading needs no more than the type itself, `same` that msgspec and pydantic
    write it to JSON alike.
    """

    wire: Literal["S", "N", "B", "BOOL"]
    type: Any
    plain: bool = True
    same: bool = True


@dataclass(frozen=True, slots=True)
class SetOf(Shape):
    """A set of texts, numbers or bytes."""

    member: Scalar


@dataclass(frozen=True, slots=True)
class ListOf(Shape):
    """A list."""

    member: Slot


@dataclass(frozen=True, slots=True)
class DictOf(Shape):
    """A map whose keys are data: `dict[str, X]`."""

    member: Slot


@dataclass(frozen=True, slots=True)
class MapOf(Shape):
    """A map of a fixed shape: a pydantic model. `fields` are by name in the model."""

    model: type[BaseModel]
    fields: Mapping[str, Slot]


@dataclass(frozen=True, slots=True)
class OneOf(Shape):
    """A union of shapes that differ in their wire types."""

    options: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Anything(Shape):
    """A value that nobody declared: `Any`, `dict`, `list`."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value: a field, or a member of a list."""

    shape: Shape
    nullable: bool = False
    required: bool = True
    default: Any = None
    """What stands where nothing is stored; a field's factory is called by pydantic alone."""
    made: bool = False
    """Whether the default comes from a factory."""
    marks: Marks = Marks(())  # noqa: RUF009 - it is frozen
    free: bool = True
    """Whether nothing but the type is asked of the value: no pattern, no bound, no validator."""


_SCALARS: Mapping[Any, Scalar] = {
    str: Scalar("S", str),
    int: Scalar("N", int),
    float: Scalar("N", float),
    Decimal: Scalar("N", Decimal),
    bool: Scalar("BOOL", bool),
    bytes: Scalar("B", bytes, same=False),
    uuid.UUID: Scalar("S", uuid.UUID),
    dt.datetime: Scalar("S", dt.datetime, same=False),
    dt.date: Scalar("S", dt.date),
    dt.time: Scalar("S", dt.time, plain=False, same=False),
    dt.timedelta: Scalar("S", dt.timedelta, plain=False, same=False),
    EmailStr: Scalar("S", str, plain=False),
    SecretStr: Scalar("S", str, plain=False, same=False),
    SecretBytes: Scalar("B", bytes, plain=False, same=False),
}


def slot_of(field: FieldInfo, where: str) -> Slot:
    """Read a field of a model. Raises DeclarationError, naming `where`."""
    slot = slot_of_type(field.annotation, where)
    marks = Marks.of(field.metadata)
    own = [one for one in field.metadata if not Marks.of([one]).all]
    made = field.default_factory is not None
    default = None if field.default is PydanticUndefined else field.default
    return Slot(
        shape=slot.shape,
        nullable=slot.nullable,
        # None is not stored, so what may be None may be missing.
        required=field.is_required() and not slot.nullable,
        default=default,
        made=made,
        marks=Marks((*slot.marks.all, *marks.all)),
        free=slot.free and not own,
    )


def slot_of_type(annotation: Any, where: str) -> Slot:
    """Read a type expression. Raises DeclarationError for one that DynamoDB cannot hold."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = slot_of_type(args[0], where)
        marks = Marks.of(args[1:])
        free = len(marks.all) == len(args) - 1
        return Slot(inner.shape, inner.nullable, marks=marks, free=inner.free and free)
    if origin in UNION:
        return _union([one for one in args if one is not type(None)], type(None) in args, where)
    if isinstance(annotation, NewType):
        return slot_of_type(annotation.__supertype__, where)
    if origin is Literal:
        kinds = {type(one) for one in args}
        if len(kinds) != 1 or not kinds <= {str, int}:
            raise refused(where, "a Literal holds texts alone or whole numbers alone")
        return Slot(Scalar("S" if kinds == {str} else "N", annotation))
    if origin is not None:
        return _container(origin, args, where)
    shape = _class(annotation, where)
    if isinstance(shape, MapOf):
        own = all(one.free for one in shape.fields.values())
        return Slot(shape, free=own and is_free(shape.model))
    return Slot(shape)


_HARMLESS = frozenset(
    {"title", "extra", "frozen", "from_attributes", "populate_by_name", "validate_by_name",
     "hide_input_in_errors", "json_schema_extra", "use_attribute_docstrings", "defer_build"}
)  # fmt: skip
"""Settings of a model that change nothing of how a stored value is read or written to JSON."""


def is_free(model: type[BaseModel]) -> bool:
    """Tell whether a model asks nothing of its values but their types, and writes them as they are.

    It has no validator, no serializer, no computed field and no field under another name.
    """
    decorators = model.__pydantic_decorators__
    said = (
        decorators.validators, decorators.field_validators, decorators.root_validators,
        decorators.field_serializers, decorators.model_serializers, decorators.model_validators,
        decorators.computed_fields,
    )  # fmt: skip
    renamed = any(
        one.alias or one.validation_alias or one.serialization_alias or one.exclude
        for one in model.model_fields.values()
    )
    return not any(said) and not renamed and set(model.model_config) <= _HARMLESS


def _union(options: Sequence[Any], nullable: bool, where: str) -> Slot:  # noqa: FBT001
    slots = [slot_of_type(one, where) for one in options]
    free = all(one.free for one in slots)
    nullable = nullable or any(one.nullable for one in slots)
    if len(slots) == 1:
        return Slot(slots[0].shape, nullable, marks=slots[0].marks, free=free)
    shapes = tuple(one.shape for one in slots)
    if any(isinstance(one, Anything) for one in shapes):
        return Slot(Anything(), nullable)
    wires = [wire_of(shape) for shape in shapes]
    if len(set(wires)) != len(wires):
        raise refused(where, "two types of a union have the same wire type, so neither can be told")
    return Slot(OneOf(shapes), nullable, free=free)


def wire_of(shape: Shape) -> str:
    """Name the wire type of a shape; "" where it can be any."""
    match shape:
        case Scalar(wire=wire):
            return wire
        case SetOf(member=member):
            return f"{member.wire}S"
        case ListOf():
            return "L"
        case DictOf() | MapOf():
            return "M"
        case _:
            return ""


def _container(origin: Any, args: tuple[Any, ...], where: str) -> Slot:
    if origin in {set, frozenset}:
        member = slot_of_type(args[0], where)
        if not isinstance(member.shape, Scalar) or member.shape.wire == "BOOL" or member.nullable:
            raise refused(where, "a set holds texts, numbers or bytes")
        return Slot(SetOf(member.shape), free=member.free)
    if origin in {list, Sequence} or (origin is tuple and args[1:] == (...,)):
        if args[0] is Any:
            return Slot(Anything())
        member = slot_of_type(args[0], where)
        return Slot(ListOf(member), free=member.free and origin is not tuple)
    if origin in {dict, Mapping}:
        if args[0] is not str:
            raise refused(where, "the keys of a map are texts")
        if args[1] is Any:
            return Slot(Anything())
        member = slot_of_type(args[1], where)
        return Slot(DictOf(member), free=member.free)
    raise refused(where, f"{getattr(origin, '__name__', origin)} has no wire type")


def _class(annotation: Any, where: str) -> Shape:
    known = _SCALARS.get(annotation)
    if known is not None:
        return known
    if annotation is Any or annotation in {dict, list, object}:
        return Anything()
    if not isclass(annotation):
        raise refused(where, f"{annotation!r} has no wire type")
    if issubclass(annotation, BaseModel):
        fields = {
            name: slot_of(field, f"{where}.{name}")
            for name, field in annotation.model_fields.items()
        }
        return MapOf(annotation, fields)
    if issubclass(annotation, enum.Enum):
        kinds = {type(one.value) for one in annotation}
        if len(kinds) != 1 or not kinds <= {str, int}:
            raise refused(where, "an Enum's values are texts alone or whole numbers alone")
        return Scalar("S" if kinds == {str} else "N", annotation)
    for base in (str, int, float, Decimal, bytes):
        if issubclass(annotation, base):
            found = _SCALARS[base]
            return Scalar(found.wire, base, plain=False, same=False)
    if issubclass(annotation, AnyUrl | PurePath):
        return Scalar("S", str, plain=False, same=False)
    raise refused(where, f"{annotation.__name__} has no wire type")


def stored_name(name: str, slot: Slot) -> str:
    """Give the name a field is stored under."""
    stored = slot.marks.one(Stored)
    return stored.name if stored else name


def refused(where: str, why: str) -> DeclarationError:
    """Make the error of what is declared wrongly at a place."""
    return DeclarationError(f"{where}: {why}")
