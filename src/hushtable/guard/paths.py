"""Typed paths into a Record's items: `User.at.status == "open"`, `User.at.visits.add(1)`.

What they make are conditions, filters and updates. A filter chooses among items that were read; it
decides nothing about who may see them, and DynamoDB bills what it leaves out too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from hushtable.guard.encode import encode
from hushtable.guard.errors import RefusedError
from hushtable.guard.marks import Encrypted
from hushtable.guard.schema import Schema
from hushtable.guard.tokens import Tokens, Value, Where, joined
from hushtable.guard.wiretypes import (
    Anything,
    DictOf,
    ListOf,
    MapOf,
    OneOf,
    SetOf,
    Slot,
    stored_name,
    wire_of,
)
from hushtable.model.dynamodb.limits import IN_OPERANDS

Section = Literal["SET", "REMOVE", "ADD", "DELETE"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold. Put together with `&`, `|` and `~`."""

    tokens: Tokens

    def __and__(self, other: Condition) -> Condition:
        """Both hold."""
        return Condition(("(", *self.tokens, ") AND (", *other.tokens, ")"))

    def __or__(self, other: Condition) -> Condition:
        """One of them holds."""
        return Condition(("(", *self.tokens, ") OR (", *other.tokens, ")"))

    def __invert__(self) -> Condition:
        """Negate it."""
        return Condition(("NOT (", *self.tokens, ")"))

    def __bool__(self) -> bool:
        """Refuse to be taken for a truth: `and`, `or` and `not` lose a condition silently."""
        message = "conditions are put together with &, | and ~"
        raise RefusedError(message)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an update."""

    section: Section
    where: Where
    tokens: Tokens


class Path:
    """An attribute, or a place inside one."""

    __slots__ = ("_slot", "_where")

    def __init__(self, where: Where, slot: Slot) -> None:
        """Stand for a place and what is declared of it."""
        self._where = where
        self._slot = slot

    def __repr__(self) -> str:
        """Write the path."""
        return f"Path({self._where})"

    def __getattr__(self, name: str) -> Path:
        """Go into a map of a fixed shape. Raises AttributeError for a name it does not declare."""
        shape = self._slot.shape
        if not name.startswith("_") and isinstance(shape, MapOf) and name in shape.fields:
            return self._part(name, shape.fields[name])
        message = f"{self._where} declares no {name}"
        raise AttributeError(message)

    def __getitem__(self, step: str | int) -> Path:
        """Go into a map by a key, or into a list by its place."""
        match self._slot.shape, step:
            case MapOf(fields=fields), str() if step in fields:
                return self._part(step, fields[step])
            case DictOf(member), str():
                slot = member
            case ListOf(member), int() if step >= 0 and not isinstance(step, bool):
                slot = member
            case Anything(), _:
                slot = Slot(Anything())
            case _:
                message = f"{self._where} has no such place inside"
                raise RefusedError(message)
        return Path(Where((*self._where.steps, step)), _inside(self, slot))

    def _part(self, name: str, slot: Slot) -> Path:
        steps = (*self._where.steps, stored_name(name, slot))
        return Path(Where(steps), _inside(self, slot))

    def __eq__(self, value: object) -> Condition:  # type: ignore[override]
        """Equal."""
        return self._compare("=", value)

    def __ne__(self, value: object) -> Condition:  # type: ignore[override]
        """Not equal. Holds too where the attribute is missing."""
        return self._compare("<>", value)

    def __lt__(self, value: object) -> Condition:
        """Less."""
        return self._compare("<", value)

    def __le__(self, value: object) -> Condition:
        """Less or equal."""
        return self._compare("<=", value)

    def __gt__(self, value: object) -> Condition:
        """Greater."""
        return self._compare(">", value)

    def __ge__(self, value: object) -> Condition:
        """Greater or equal."""
        return self._compare(">=", value)

    __hash__ = None  # type: ignore[assignment]

    def between(self, low: object, high: object) -> Condition:
        """From `low` to `high`, both included."""
        where = self._readable()
        return Condition((where, " BETWEEN ", self._value(low), " AND ", self._value(high)))

    def in_(self, values: Collection[object]) -> Condition:
        """One of at most 100 values. Raises RefusedError for more, or none."""
        if not 0 < len(values) <= IN_OPERANDS:
            message = f"{self._where}: IN takes 1 to {IN_OPERANDS} values"
            raise RefusedError(message)
        listed = joined(((self._value(one),) for one in values), ", ")
        return Condition((self._readable(), " IN (", *listed, ")"))

    def begins_with(self, prefix: str | bytes) -> Condition:
        """Begins with a text."""
        return Condition(("begins_with(", self._readable(), ", ", self._value(prefix), ")"))

    def contains(self, part: object) -> Condition:
        """Contains a text, a member of a set, or an element of a list."""
        value = Value(encode(part, str(self._where)))
        return Condition(("contains(", self._readable(), ", ", value, ")"))

    def exists(self) -> Condition:
        """There is such an attribute."""
        return Condition(("attribute_exists(", self._where, ")"))

    def missing(self) -> Condition:
        """There is none."""
        return Condition(("attribute_not_exists(", self._where, ")"))

    def size_between(self, low: int, high: int) -> Condition:
        """Its size lies between two numbers: characters, bytes, members or elements."""
        ends = (Value({"N": str(int(low))}), " AND ", Value({"N": str(int(high))}))
        return Condition(("size(", self._readable(), ") BETWEEN ", *ends))

    def set(self, value: object) -> Change:
        """Set it."""
        return Change("SET", self._where, (self._where, " = ", self._value(value)))

    def set_once(self, value: object) -> Change:
        """Set it where it is missing."""
        where = self._where
        kept = (where, " = if_not_exists(", where, ", ", self._value(value), ")")
        return Change("SET", where, kept)

    def append(self, values: Collection[object]) -> Change:
        """Append to a list, which is made where it is missing."""
        if not isinstance(self._slot.shape, ListOf | Anything):
            message = f"{self._where} is no list"
            raise RefusedError(message)
        where, none = self._where, Value({"L": []})
        more = Value(encode(list(values), str(where)))
        made = (where, " = list_append(if_not_exists(", where, ", ", none, "), ", more, ")")
        return Change("SET", where, made)

    def add(self, value: object) -> Change:
        """Add to a number, or members to a set; either is made where it is missing."""
        if wire_of(self._slot.shape) not in {"N", "SS", "NS", "BS", ""}:
            message = f"{self._where} is no number and no set"
            raise RefusedError(message)
        return Change("ADD", self._where, (self._where, " ", self._value(value)))

    def discard(self, members: Collection[object]) -> Change:
        """Take members out of a set."""
        if not isinstance(self._slot.shape, SetOf | Anything):
            message = f"{self._where} is no set"
            raise RefusedError(message)
        value = self._value(frozenset(members))
        return Change("DELETE", self._where, (self._where, " ", value))

    def remove(self) -> Change:
        """Remove it."""
        return Change("REMOVE", self._where, (self._where,))

    def _compare(self, operator: str, value: object) -> Condition:
        return Condition((self._readable(), f" {operator} ", self._value(value)))

    def _value(self, value: object) -> Value:
        """Encode a value, of the wire type that is declared."""
        if self._slot.marks.has(Encrypted):
            message = f"{self._where} is encrypted: it is written by put and update by name"
            raise RefusedError(message)
        wire = encode(value, str(self._where))
        if next(iter(wire)) not in _wires(self._slot):
            message = f"{self._where}: a {type(value).__name__} has not the declared wire type"
            raise RefusedError(message)
        return Value(wire)

    def _readable(self) -> Where:
        if self._slot.marks.has(Encrypted):
            message = f"{self._where} is encrypted: there is nothing to compare with"
            raise RefusedError(message)
        return self._where


_ANY = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "M", "L"})


def _wires(slot: Slot) -> frozenset[str]:
    match slot.shape:
        case OneOf(options):
            found = frozenset(wire_of(one) for one in options)
        case shape:
            found = frozenset({wire_of(shape)}) if wire_of(shape) else _ANY
    return found | {"NULL"} if slot.nullable else found


def _inside(outer: Path, slot: Slot) -> Slot:
    """Hand the marks of a map on to what is inside: a part of what is encrypted is encrypted."""
    marks = outer._slot.marks  # noqa: SLF001 - of the same class's object
    return replace(slot, marks=replace(slot.marks, all=(*slot.marks.all, *marks.all)))


class Paths:
    """The attributes of a Record: `User.at.status`."""

    def __init__(self, schema: Schema) -> None:
        """Take what the Record declares."""
        self._schema = schema

    def __getattr__(self, name: str) -> Path:
        """Give an attribute. Raises AttributeError for what is not declared."""
        attribute = self._schema.attributes.get(name)
        if attribute is None:
            message = f"{self._schema.record} has no attribute {name}"
            raise AttributeError(message)
        return Path(Where((attribute.name,)), attribute.slot)
