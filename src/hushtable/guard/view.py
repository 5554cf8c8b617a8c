"""A View: what of a Record an answer shows. It is the projection, and nothing else is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from hushtable.guard.compiled import Compiled, Field
from hushtable.guard.errors import DeclarationError
from hushtable.guard.marks import At, Blind, Credential, Encrypted, Marks, OpenMap, Owner, Visible
from hushtable.guard.record import Record
from hushtable.guard.schema import Schema
from hushtable.guard.wiretypes import (
    Anything,
    DictOf,
    ListOf,
    MapOf,
    OneOf,
    Scalar,
    Slot,
    is_free,
    refused,
    slot_of,
    stored_name,
    wire_of,
)

R = TypeVar("R", bound=Record)
_NOTHING: frozenset[str] = frozenset()
_OF_RECORDS = (Visible, Credential, Encrypted, Blind, Owner)
"""Marks that keep something from somebody. A View may repeat one, and cannot add one."""


@dataclass(slots=True)
class Declared:
    """What a View declares, and the Compiled of each set of fields that callers see."""

    schema: Schema
    view: type[BaseModel]
    fields: tuple[Field, ...]
    free: bool
    roles: dict[str, frozenset[str]]
    """The roles that see a field, of those that not everybody sees."""
    sealed: tuple[str, ...]
    """Fields whose attribute is stored encrypted."""
    made: dict[tuple[frozenset[str], bool], Compiled[Any]] = field(default_factory=dict)

    def seen_by(self, roles: frozenset[str] | None, *, keyed: bool = False) -> Compiled[Any]:
        """Give the View as callers with these roles see it; None sees everything.

        `keyed` reads the key beside what is shown.
        """
        hidden = _NOTHING
        if self.roles and roles is not None:
            hidden = frozenset(name for name, needed in self.roles.items() if not roles & needed)
        found = self.made.get((hidden, keyed))
        if found is None:
            shown = tuple(one for one in self.fields if one.name not in hidden)
            extras = tuple(_extras(self, keyed=keyed or bool(self.sealed)))
            found = Compiled(
                self.view, shown, extras, free=self.free and not hidden, sealed=self.sealed
            )
            self.made[hidden, keyed] = found
        return found


class View(BaseModel, Generic[R]):
    """The base of all Views: `class UserOut(View[User])`.

    A field shows the attribute of its name, or the one that `At` leads to. It is a pydantic model,
    so it validates, documents itself in OpenAPI, and may have computed fields.

    Raises DeclarationError, where the class is declared, for a field that the Record has not, that
    is a credential, or that may be missing where the View says it is not.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    declared_: ClassVar[Declared]

    @classmethod
    def __pydantic_init_subclass__(cls, **rest: Any) -> None:
        """Read what the class declares."""
        super().__pydantic_init_subclass__(**rest)
        if cls.__pydantic_generic_metadata__["origin"] is not None:
            return
        record = _record_of(cls)
        if record is not None:
            cls.declared_ = _declare(cls, record)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Tell in OpenAPI which roles see a field that not everybody sees."""
        found = handler(core_schema)
        declared: Declared | None = getattr(cls, "declared_", None)
        if declared is None or not declared.roles:
            return found
        properties = handler.resolve_ref_schema(found).get("properties", {})
        for one in declared.fields:
            shown = properties.get(one.alias, properties.get(one.name))
            if one.name in declared.roles and shown is not None:
                roles = sorted(declared.roles[one.name])
                shown["x-visible-to"] = roles
                shown.setdefault("description", f"Shown to {' and '.join(roles)} alone.")
        return found


def _record_of(cls: type[BaseModel]) -> type[Record] | None:
    for base in cls.__mro__:
        known = getattr(base, "__pydantic_generic_metadata__", None)
        if known and known["origin"] is View and isinstance(known["args"][0], type):
            found: type[Record] = known["args"][0]
            return found
    return None


def _declare(cls: type[View[Any]], record: type[Record]) -> Declared:
    schema: Schema | None = getattr(record, "schema_", None)
    if schema is None:
        message = f"{cls.__name__}: {record.__name__} is no Record with a table"
        raise DeclarationError(message)
    fields: list[Field] = []
    roles: dict[str, frozenset[str]] = {}
    sealed: list[str] = []
    for name, info in cls.model_fields.items():
        where = f"{cls.__name__}.{name}"
        slot = slot_of(info, where)
        at = slot.marks.one(At)
        steps, source = _follow(schema, at.path if at else name, where)
        _check(slot, source, where)
        visible = source.marks.one(Visible)
        if visible is not None:
            if info.is_required():
                raise refused(where, "not every caller sees it, so it needs a default")
            roles[name] = visible.roles
        if source.marks.has(Encrypted):
            sealed.append(name)
            slot = Slot(Scalar("B", bytes), slot.nullable, slot.required, slot.default)
        alias = info.serialization_alias or info.alias or name
        fields.append(Field(name, steps, slot, alias, info.default_factory))  # type: ignore[arg-type]
    free = is_free(cls) and not sealed
    declared = Declared(schema, cls, tuple(fields), free, roles, tuple(sealed))
    declared.seen_by(None)
    return declared


def _follow(schema: Schema, path: str, where: str) -> tuple[tuple[str, ...], Slot]:
    """Follow a path through what the Record declares; marks on the way count for what is inside."""
    first, *rest = path.split(".")
    attribute = schema.attributes.get(first)
    if attribute is None:
        raise refused(where, f"{schema.record} has no attribute {first}")
    steps, slot = [attribute.name], attribute.slot
    marks = slot.marks.all
    for step in rest:
        match slot.shape:
            case MapOf(fields=fields) if step in fields:
                steps.append(stored_name(step, fields[step]))
                slot = fields[step]
            case DictOf(member):
                steps.append(step)
                slot = Slot(member.shape, nullable=True, required=False, marks=member.marks)
            case ListOf():
                raise refused(where, "a list is shown whole: its places are data")
            case _:
                raise refused(where, f"{path} is not declared by {schema.record}")
        marks = (*marks, *slot.marks.all)
    loose = slot.required and len(rest) > 0 and not attribute.slot.required
    return tuple(steps), Slot(
        slot.shape,
        slot.nullable,
        slot.required and not loose,
        slot.default,
        slot.made,
        Marks(marks),
    )


def _check(slot: Slot, source: Slot, where: str) -> None:
    """Check one field of a View against what the Record says of its attribute."""
    for mark in _OF_RECORDS:
        said = slot.marks.one(mark)
        if said is not None and said != source.marks.one(mark):
            raise refused(where, f"{mark.__name__} is said in the Record: here nobody heeds it")
    if source.marks.has(Credential):
        raise refused(where, "a credential is shown to nobody")
    if source.marks.has(Blind):
        raise refused(where, "a blind hash is shown to nobody")
    if isinstance(slot.shape, Anything) and not slot.marks.has(OpenMap):
        raise refused(
            where, "a map whose keys nobody declared is shown with OpenMap('reason') alone"
        )
    absent = not source.required and source.default is None and not source.made
    if slot.required and (source.nullable or absent):
        raise refused(where, "may be missing in the Record, so it is optional here too")
    if not source.marks.has(Encrypted):
        _check_shape(slot.shape, source.shape, where)


def _check_shape(shown: Any, stored: Any, where: str) -> None:
    match shown, stored:
        case _, Anything():
            return
        case Anything(), MapOf() | ListOf() | DictOf():
            if any(mark.has(Credential) for mark in _marks_within(stored)):
                raise refused(where, "a credential lies inside")
        case MapOf(fields=fields), MapOf(fields=known):
            for name, slot in fields.items():
                inner = f"{where}.{name}"
                if name not in known:
                    raise refused(inner, "the Record does not declare it")
                _check(slot, known[name], inner)
        case MapOf(fields=fields), DictOf(member):
            for name, slot in fields.items():
                _check(slot, Slot(member.shape, nullable=True, required=False,
                                  marks=member.marks), f"{where}.{name}")  # fmt: skip
        case (ListOf(one), ListOf(other)) | (DictOf(one), DictOf(other)):
            _check(one, other, f"{where}[]")
        case OneOf(options), OneOf(known):
            if not {wire_of(one) for one in known} <= {wire_of(one) for one in options}:
                raise refused(where, "the Record's union has more types")
        case OneOf(options), _ if wire_of(stored) in {wire_of(one) for one in options}:
            return
        case _:
            if wire_of(shown) != wire_of(stored):
                raise refused(where, "the Record stores another type")


def _marks_within(shape: Any) -> Iterator[Marks]:
    match shape:
        case MapOf(fields=fields):
            for slot in fields.values():
                yield slot.marks
                yield from _marks_within(slot.shape)
        case ListOf(member) | DictOf(member):
            yield member.marks
            yield from _marks_within(member.shape)


def _extras(declared: Declared, *, keyed: bool) -> Iterator[Field]:
    """Give what is read beside the shown fields, to decide whether the item is shown at all."""
    schema = declared.schema
    if schema.owner is not None:
        yield _extra("owner", schema.owner.name, schema.owner.slot.shape)
    if schema.entity:
        yield _extra("entity", schema.entity_attribute, Scalar("S", str))
    if schema.expires is not None:
        yield _extra("expires", schema.expires.name, schema.expires.slot.shape)
    if keyed:
        for part in schema.keys.parts:
            kinds = {"S": str, "N": int, "B": bytes}
            shape = Scalar(part.wire, kinds[part.wire])  # type: ignore[arg-type]
            yield _extra(f"key {part.attribute}", part.attribute, shape)


def _extra(name: str, attribute: str, shape: Any) -> Field:
    return Field(name, (attribute,), Slot(shape, nullable=True, required=False), name)
