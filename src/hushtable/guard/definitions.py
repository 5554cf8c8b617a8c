"""The tables that Records declare, as DynamoDB defines them: keys, indexes, time to live."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hushtable.guard.errors import DeclarationError
from hushtable.guard.schema import IndexSchema, KeyPart, Keys, Schema
from hushtable.guard.table import Table

Key = tuple[tuple[str, str], ...]
"""One or two attributes with their types, partition key first."""


@dataclass(frozen=True, slots=True)
class DefinedIndex:
    """An index. `carries` are the attributes beside the keys, None for all."""

    name: str
    key: Key
    carries: tuple[str, ...] | None
    local: bool


@dataclass(frozen=True, slots=True)
class Defined:
    """A table, as all the Records that share it declare it."""

    name: str
    key: Key
    indexes: tuple[DefinedIndex, ...] = ()
    expires: str = ""
    """The attribute of its time to live; "" where it has none."""

    @property
    def key_types(self) -> Key:
        """Every attribute that is a key of the table or of an index, by name, with its type."""
        return tuple(sorted({*self.key, *(one for index in self.indexes for one in index.key)}))

    def create_request(self) -> dict[str, Any]:
        """Make the CreateTable request, in words that CloudFormation shares."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": wire} for name, wire in self.key_types
            ],
            "KeySchema": key_schema(self.key),
        }
        for section, local in (("GlobalSecondaryIndexes", False), ("LocalSecondaryIndexes", True)):
            found = [_index_request(one) for one in self.indexes if one.local is local]
            if found:
                request[section] = found
        return request


def defined(tables: Iterable[Table[Any]]) -> tuple[Defined, ...]:
    """Give the tables by name, each once.

    Raises DeclarationError where Records that share a table disagree on its key, on an index or on
    its time to live.
    """
    by_name: dict[str, dict[int, Schema]] = {}
    for one in tables:
        by_name.setdefault(one.name, {})[id(one.record.schema_)] = one.record.schema_
    return tuple(_defined(name, list(by_name[name].values())) for name in sorted(by_name))


def _defined(name: str, schemas: Sequence[Schema]) -> Defined:
    keys = {_key(one.keys) for one in schemas}
    _only(keys, f"{name}: its Records declare different keys")
    expires = {one.expires.name for one in schemas if one.expires is not None}
    if len(expires) > 1:
        message = f"{name}: a table has one time to live, and its Records declare several"
        raise DeclarationError(message)
    indexes = sorted({index for schema in schemas for index in schema.indexes})
    found = tuple(
        _index(name, [one.indexes[index] for one in schemas if index in one.indexes], keys)
        for index in indexes
    )
    types: dict[str, str] = {}
    for key in (*keys, *(index.key for index in found)):
        for attribute, wire in key:
            if types.setdefault(attribute, wire) != wire:
                message = f"{name}: {attribute} is a key of two types"
                raise DeclarationError(message)
    return Defined(name, keys.pop(), found, "".join(expires))


def _index(table: str, declared: Sequence[IndexSchema], keys: Collection[Key]) -> DefinedIndex:
    """Put together what several Records say of one index."""
    first = declared[0]
    _only(
        {(_key(one.keys), one.local) for one in declared},
        f"{table}: the index {first.name} is declared in different ways",
    )
    own = _key(first.keys)
    known = {name for key in (own, *keys) for name, _ in key}
    carries: tuple[str, ...] | None = None
    if all(one.carries is not None for one in declared):
        every = frozenset[str]().union(*(one.carries or () for one in declared))
        carries = tuple(sorted(every - known))
    return DefinedIndex(first.name, own, carries, first.local)


def _only(said: Collection[object], message: str) -> None:
    if len(said) != 1:
        raise DeclarationError(message)


def _key(keys: Keys) -> Key:
    parts: tuple[KeyPart, ...] = keys.parts
    return tuple((part.attribute, part.wire) for part in parts)


def key_schema(key: Key) -> list[dict[str, str]]:
    """Write a key as CreateTable and CloudFormation do."""
    kinds = ("HASH", "RANGE")
    return [
        {"AttributeName": name, "KeyType": kind}
        for (name, _), kind in zip(key, kinds, strict=False)
    ]


def _index_request(index: DefinedIndex) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": projected(index)}
    if index.carries:
        projection["NonKeyAttributes"] = list(index.carries)
    return {
        "IndexName": index.name,
        "KeySchema": key_schema(index.key),
        "Projection": projection,
    }


def projected(index: DefinedIndex) -> str:
    """Name the projection of an index."""
    if index.carries is None:
        return "ALL"
    return "INCLUDE" if index.carries else "KEYS_ONLY"
