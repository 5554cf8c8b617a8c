"""Where a type has no fixed shape, and what opens it."""

from __future__ import annotations

from collections.abc import Iterator

from hushtable.scan.annotations import (
    ANYTHING,
    MAPPINGS,
    SEQUENCES,
    class_of,
    element_type,
    members,
    origin_name,
    shown,
    value_type,
)
from hushtable.scan.fields import Schema
from hushtable.scan.frame import Machine
from hushtable.scan.schema import schema_of
from hushtable.scan.values import (
    Class,
    Opaque,
    Value,
)

MAX_LEVELS = 8


def classes_in(type_: Value, level: int = 0) -> Iterator[Class]:
    """Give the classes of the program that a type names."""
    for one in members(type_):
        cls = class_of(one)
        if cls is not None:
            yield cls
        elif level < MAX_LEVELS:
            for argument in getattr(one, "arguments", ()):
                yield from classes_in(argument, level + 1)


def openings(
    m: Machine, type_: Value, path: tuple[str, ...], seen: frozenset[int]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give each place in a type that has no fixed shape, with what opens it."""
    if len(path) > MAX_LEVELS:
        return
    for one in members(type_):
        schema = schema_of(m, one)
        if schema is not None:
            if id(schema.cls) not in seen:
                yield from _of_fields(m, schema, path, seen | {id(schema.cls)})
            continue
        why = _without_shape(one)
        if why:
            yield path, why
        name = origin_name(one)
        inner = element_type(one) if name in SEQUENCES else None
        held = value_type(one) if name in MAPPINGS else None
        if held is not None and schema_of(m, held) is not None:
            inner = held
        if inner is not None:
            yield from openings(m, inner, path, seen)


def _without_shape(type_: Value) -> str:
    """Say why a type has no fixed shape; empty when it has one."""
    name = origin_name(type_)
    if isinstance(type_, Opaque):
        return "a model that is not in the scanned files"
    if name in SEQUENCES and element_type(type_) is None:
        return f"{shown(type_)} has elements of any shape"
    return shown(type_) if name in MAPPINGS | ANYTHING else ""


def _of_fields(
    m: Machine, schema: Schema, path: tuple[str, ...], seen: frozenset[int]
) -> Iterator[tuple[tuple[str, ...], str]]:
    if schema.extra == "allow":
        yield path, 'extra="allow"'
    for field in schema.fields.values():
        if field.exclude or field.type is None:
            continue
        inside = path if field is schema.root else (*path, field.shown_as or field.name)
        yield from openings(m, field.type, inside, seen)
