"""What a Record declares, read once: its table, keys, indexes and attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from hushtable.guard.errors import DeclarationError, InvalidKeyError
from hushtable.guard.marks import (
    Blind,
    ExpiresAt,
    Owner,
    PartitionKey,
    SortKey,
    Stored,
    Version,
)
from hushtable.guard.wiretypes import Scalar, Slot, slot_of
from hushtable.model.dynamodb.limits import PARTITION_KEY_BYTES, SORT_KEY_BYTES
from hushtable.model.dynamodb.wire import KEY_TYPES

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")


@dataclass(frozen=True, slots=True)
class KeyPart:
    """A key attribute: one field's value, or a text made of several by a template.

    `attribute` is its name in the table. `template` is "" where the field's own value is the key.
    """

    attribute: str
    fields: tuple[str, ...]
    template: str = ""
    wire: str = "S"
    pattern: str = ""
    limit: int = PARTITION_KEY_BYTES
    _form: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the pattern once: every read asks."""
        object.__setattr__(self, "_form", re.compile(self.pattern) if self.pattern else None)

    @property
    def prefix(self) -> str:
        """The text every key of this part begins with."""
        return _PLACEHOLDER.split(self.template)[0] if self.template else ""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The template in turns of text and field; () where there is none."""
        return tuple(_PLACEHOLDER.split(self.template)) if self.template else ()

    def render(self, values: Mapping[str, object]) -> object:
        """Make the key's value. Raises InvalidKeyError, which names fields and no value."""
        if not self.template:
            value = values[self.fields[0]]
        else:
            for name in self.fields:
                self._check_part(name, values[name])
            value = _PLACEHOLDER.sub(lambda match: str(values[match[1]]), self.template)
        if isinstance(value, str):
            size = len(value if value.isascii() else value.encode("utf-8", "surrogatepass"))
            if not 0 < size <= self.limit or not value.isprintable():
                self._refuse()
        elif isinstance(value, bytes) and not 0 < len(value) <= self.limit:
            self._refuse()
        form = self._form
        if form is not None and not (isinstance(value, str) and form.fullmatch(value)):
            self._refuse()
        return value

    def beginning(self, values: Mapping[str, object], count: int, *, whole: bool = False) -> str:
        """Make what a templated key begins with, when its first `count` fields are known.

        `whole` tells that the last of them is its whole value, so that the text behind it in the
        template belongs to the beginning too. Raises InvalidKeyError.
        """
        pieces = _PLACEHOLDER.split(self.template)
        text = pieces[0]
        for number in range(count):
            name = pieces[2 * number + 1]
            self._check_part(name, values[name])
            text += str(values[name])
            if whole or number < count - 1:
                text += pieces[2 * number + 2]
        if len(text.encode("utf-8", "surrogatepass")) > self.limit or not text.isprintable():
            self._refuse()
        return text

    def _check_part(self, name: str, value: object) -> None:
        """Refuse a value that could be read as a part of the template around it."""
        text = str(value)
        marks = {
            one for one in "".join(_PLACEHOLDER.split(self.template)[::2]) if not one.isalnum()
        }
        if len(self.fields) == 1:
            # An identifier with dashes behind a prefix with a dash cannot be read in two ways.
            marks -= _WITHIN_NAMES
        if not text or any(mark in text for mark in marks):
            message = f"the key {name} is empty or holds a mark of its template"
            raise InvalidKeyError(message)

    def _refuse(self) -> None:
        message = f"the key {' and '.join(self.fields) or self.attribute} has not its form"
        raise InvalidKeyError(message)


_WITHIN_NAMES = frozenset("-_. ")


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index, as a Record declares it.

    `partition` and `sort` name a field, or give `{attribute: template}`. `includes` are the
    fields an INCLUDE projection carries beside the keys; None means all of them.
    """

    name: str
    partition: str | Mapping[str, str]
    sort: str | Mapping[str, str] = ""
    includes: tuple[str, ...] | None = None
    local: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """The key of a table or an index."""

    partition: KeyPart
    sort: KeyPart | None = None
    parts: tuple[KeyPart, ...] = field(init=False, repr=False, compare=False)
    """The one or two parts, partition first."""
    fields: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The fields that make the key, in order, each once."""

    def __post_init__(self) -> None:
        """Gather them once: every read asks."""
        parts = (self.partition,) if self.sort is None else (self.partition, self.sort)
        object.__setattr__(self, "parts", parts)
        fields = dict.fromkeys(name for part in parts for name in part.fields)
        object.__setattr__(self, "fields", tuple(fields))


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """An index, read."""

    name: str
    keys: Keys
    carries: frozenset[str] | None
    """Names of the attributes it gives, None for all."""
    local: bool


@dataclass(frozen=True, slots=True)
class Attribute:
    """One field of a Record. `name` is its name in the table."""

    field: str
    name: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class Schema:
    """A Record, read."""

    record: str
    table: str
    keys: Keys
    attributes: Mapping[str, Attribute]
    """By field."""
    indexes: Mapping[str, IndexSchema] = field(default_factory=dict)
    entity: str = ""
    """What the entity attribute holds for this Record; "" where the table has one kind."""
    entity_attribute: str = "entity"
    blinds: Mapping[str, Attribute] = field(default_factory=dict)
    """Attributes that hold a keyed hash, by the field it is of."""
    owner: Attribute | None = None
    version: Attribute | None = None
    expires: Attribute | None = None

    @property
    def key_attributes(self) -> frozenset[str]:
        """Names of the table's key attributes."""
        return frozenset(part.attribute for part in self.keys.parts)


def read_schema(
    model: type[BaseModel],
    table: str,
    keys: tuple[Mapping[str, str], ...],
    indexes: tuple[Index, ...],
    entity: tuple[str, str],
) -> Schema:
    """Read a Record's class. `keys` are templates, `entity` its kind and the attribute of that.

    Raises DeclarationError.
    """
    name = model.__name__
    if not _TABLE_NAME.fullmatch(table):
        message = f"{name}: a table's name has 3 to 255 of a-z A-Z 0-9 _ - ."
        raise DeclarationError(message)
    attributes = {
        one: _attribute(one, slot_of(info, f"{name}.{one}"))
        for one, info in model.model_fields.items()
    }
    stored = [one.name for one in attributes.values()]
    if len(set(stored)) != len(stored):
        message = f"{name}: two fields are stored under one name"
        raise DeclarationError(message)
    own = _own_keys(name, attributes, keys)
    kind, kept_in = entity
    if kind and kept_in in stored:
        message = f"{name}: {kept_in} holds the kind of the item and cannot be a field too"
        raise DeclarationError(message)
    return Schema(
        record=name,
        table=table,
        keys=own,
        attributes=attributes,
        indexes={one.name: _index(name, one, own, attributes) for one in indexes},
        entity=kind,
        entity_attribute=kept_in,
        blinds=_blinds(name, attributes),
        owner=_only(name, attributes, Owner, "S"),
        version=_only(name, attributes, Version, "N"),
        expires=_only(name, attributes, ExpiresAt, "N"),
    )


def _attribute(name: str, slot: Slot) -> Attribute:
    stored = slot.marks.one(Stored)
    return Attribute(name, stored.name if stored else name, slot)


def _own_keys(
    name: str, attributes: Mapping[str, Attribute], templates: tuple[Mapping[str, str], ...]
) -> Keys:
    if templates:
        parts = [
            _part(name, one, attributes, limit)
            for one, limit in zip(templates, (PARTITION_KEY_BYTES, SORT_KEY_BYTES), strict=False)
        ]
        return Keys(parts[0], parts[1] if len(parts) > 1 else None)
    partition = [one for one in attributes.values() if one.slot.marks.has(PartitionKey)]
    sort = [one for one in attributes.values() if one.slot.marks.has(SortKey)]
    if len(partition) != 1 or len(sort) > 1:
        message = f"{name}: a Record has one PartitionKey and at most one SortKey"
        raise DeclarationError(message)
    first = _plain_part(name, partition[0], PARTITION_KEY_BYTES)
    return Keys(first, _plain_part(name, sort[0], SORT_KEY_BYTES) if sort else None)


def _plain_part(owner: str, attribute: Attribute, limit: int) -> KeyPart:
    slot = attribute.slot
    nullable = slot.nullable and not slot.marks.has(Blind)
    if not isinstance(slot.shape, Scalar) or slot.shape.wire not in KEY_TYPES or nullable:
        message = f"{owner}.{attribute.field}: a key is one text, number or bytes"
        raise DeclarationError(message)
    marks = slot.marks
    mark = marks.one(PartitionKey) or marks.one(SortKey)
    pattern = mark.pattern if mark else ""
    return KeyPart(attribute.name, (attribute.field,), "", slot.shape.wire, pattern, limit)


def _part(
    owner: str, said: str | Mapping[str, str], attributes: Mapping[str, Attribute], limit: int
) -> KeyPart:
    """Read a key that is a field's name or a template."""
    if isinstance(said, str):
        if said not in attributes:
            message = f"{owner}: there is no field {said} to be a key"
            raise DeclarationError(message)
        return _plain_part(owner, attributes[said], limit)
    ((attribute, template),) = said.items()
    fields = tuple(dict.fromkeys(_PLACEHOLDER.findall(template)))
    missing = [one for one in fields if one not in attributes]
    if missing:
        message = f"{owner}: the key {attribute} is made of {missing[0]}, which is no field"
        raise DeclarationError(message)
    if any(attribute == one.name for one in attributes.values()):
        message = f"{owner}: {attribute} is made by a template and cannot be a field too"
        raise DeclarationError(message)
    return KeyPart(attribute, fields, template, "S", "", limit)


def _index(
    owner: str, index: Index, table: Keys, attributes: Mapping[str, Attribute]
) -> IndexSchema:
    partition = _part(owner, index.partition, attributes, PARTITION_KEY_BYTES)
    sort = _part(owner, index.sort, attributes, SORT_KEY_BYTES) if index.sort else None
    keys = Keys(partition, sort)
    carries = None
    if index.includes is not None:
        unknown = [one for one in index.includes if one not in attributes]
        if unknown:
            message = f"{owner}: the index {index.name} includes {unknown[0]}, which is no field"
            raise DeclarationError(message)
        carries = frozenset(
            {
                *(part.attribute for part in (*keys.parts, *table.parts)),
                *(attributes[one].name for one in index.includes),
            }
        )
    return IndexSchema(index.name, keys, carries, index.local)


def _blinds(owner: str, attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    for one in attributes.values():
        mark = one.slot.marks.one(Blind)
        if mark is None:
            continue
        where = f"{owner}.{one.field}"
        source = attributes.get(mark.of)
        if source is None or not isinstance(source.slot.shape, Scalar) or mark.of in found:
            message = f"{where}: Blind names another field, which holds one value"
            raise DeclarationError(message)
        if one.slot.shape != Scalar("S", str) or not one.slot.nullable or one.slot.default:
            message = f"{where}: Blind stands on `str | None = None`: the guard fills it"
            raise DeclarationError(message)
        found[mark.of] = one
    return found


def _only(
    owner: str, attributes: Mapping[str, Attribute], mark: type, wire: str
) -> Attribute | None:
    found = [one for one in attributes.values() if one.slot.marks.has(mark)]
    if len(found) > 1:
        message = f"{owner}: {mark.__name__} stands on more than one field"
        raise DeclarationError(message)
    if found and not (isinstance(found[0].slot.shape, Scalar) and found[0].slot.shape.wire == wire):
        kind = {"S": "a text", "N": "a number"}[wire]
        message = f"{owner}.{found[0].field}: {mark.__name__} stands on {kind}"
        raise DeclarationError(message)
    return found[0] if found else None
