"""Tables and items for an emulator, from plain Python or from a JSON file.

The JSON is what the dataclasses say, with plain values:

    {"tables": [{"name": "orders", "keys": ["user_id", "order_id"], "types": {"order_id": "N"},
                 "indexes": [{"name": "by-status", "keys": ["status"], "includes": ["total"]}],
                 "items": [{"user_id": "u1", "order_id": 7, "status": "open", "total": 12.50}]}]}
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from hushtable.embedded.emulator import Emulator
from hushtable.model.dynamodb.limits import BATCH_WRITE_ITEMS
from hushtable.model.dynamodb.wire import KEY_TYPES, WireError, item_to_wire
from hushtable.model.errors import HushtableError

_MOST_KEYS = 2


class FixtureError(HushtableError):
    """A description of tables and items is wrong. Names tables and attributes, never a value."""


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its one or two keys, and the other attributes it includes.

    `includes` None means all of them, `()` means the keys only.
    """

    name: str
    keys: tuple[str, ...]
    includes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: partition key and sort key, indexes and items. Keys are strings unless `types`."""

    name: str
    keys: tuple[str, ...]
    types: Mapping[str, str] = field(default_factory=dict)
    indexes: tuple[Index, ...] = ()
    items: tuple[Mapping[str, object], ...] = ()

    def create_request(self) -> dict[str, Any]:
        """Make the CreateTable request. Raises FixtureError for wrong keys or types."""
        for owner, keys in (
            (self.name, self.keys),
            *((one.name, one.keys) for one in self.indexes),
        ):
            if not 1 <= len(keys) <= _MOST_KEYS:
                message = f"{owner}: a table or index has one or two keys"
                raise FixtureError(message)
        names = sorted({*self.keys, *(key for index in self.indexes for key in index.keys)})
        types = {name: self.types.get(name, "S") for name in names}
        if set(self.types) - set(names) or set(types.values()) - KEY_TYPES:
            message = f"{self.name}: types are S, N or B, and of key attributes only"
            raise FixtureError(message)
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeySchema": _key_schema(self.keys),
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
            ],
            "BillingMode": "PAY_PER_REQUEST",
        }
        if self.indexes:
            request["GlobalSecondaryIndexes"] = [
                {
                    "IndexName": index.name,
                    "KeySchema": _key_schema(index.keys),
                    "Projection": _projection(index.includes),
                }
                for index in self.indexes
            ]
        return request


def read_tables(path: Path) -> tuple[Table, ...]:
    """Read tables from a JSON file.

    Raises FixtureError when the file is not what the module's docstring shows, OSError when it
    cannot be read.
    """
    try:
        document = json.loads(path.read_bytes(), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        message = f"{path.name}: not JSON in UTF-8"
        raise FixtureError(message) from error
    return tables_from(document, path.name)


def tables_from(document: object, source: str = "fixture") -> tuple[Table, ...]:
    """Make tables from decoded JSON. Raises FixtureError, which names `source`."""
    match document:
        case {"tables": list(tables), **rest} if not rest:
            return tuple(_table(one, f"{source}: table {at}") for at, one in enumerate(tables))
        case _:
            message = f"{source}: one key is expected, tables, with a list"
            raise FixtureError(message)


def load(emulator: Emulator, tables: Iterable[Table]) -> None:
    """Create the tables and put their items.

    Raises FixtureError for what cannot be a table or an item, RequestRefusedError when the
    emulator refuses one (a table that exists, an item without its key).
    """
    for table in tables:
        emulator.ask("CreateTable", table.create_request())
        put(emulator, table.name, table.items)


def put(emulator: Emulator, table: str, items: Sequence[Mapping[str, object]]) -> None:
    """Put items into a table that exists. Raises what `load` raises."""
    for start in range(0, len(items), BATCH_WRITE_ITEMS):
        batch = items[start : start + BATCH_WRITE_ITEMS]
        puts = [{"PutRequest": {"Item": _wire(table, item)}} for item in batch]
        emulator.ask("BatchWriteItem", {"RequestItems": {table: puts}})


def _wire(table: str, item: Mapping[str, object]) -> dict[str, Any]:
    try:
        return {name: _json_form(value) for name, value in item_to_wire(item).items()}
    except WireError as error:
        message = f"{table}: an item cannot be stored: {error}"
        raise FixtureError(message) from error


def _json_form(value: object) -> object:
    """Give bytes the base64 text they have on the wire."""
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case list():
            return [_json_form(part) for part in value]
        case dict():
            return {name: _json_form(part) for name, part in value.items()}
        case _:
            return value


def _key_schema(keys: tuple[str, ...]) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)]


def _projection(includes: tuple[str, ...] | None) -> dict[str, Any]:
    if includes is None:
        return {"ProjectionType": "ALL"}
    if not includes:
        return {"ProjectionType": "KEYS_ONLY"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(includes)}


def _table(entry: object, where: str) -> Table:
    known = _known(entry, {"name", "keys", "types", "indexes", "items"}, where)
    match {"types": {}, "indexes": [], "items": [], **known}:
        case {
            "name": str(name),
            "keys": list(keys),
            "types": dict(types),
            "indexes": list(indexes),
            "items": list(items),
        } if all(isinstance(item, dict) for item in items):
            return Table(
                name=name,
                keys=_strings(keys, where),
                types=dict(zip(types, _strings(list(types.values()), where), strict=True)),
                indexes=tuple(
                    _index(one, f"{where}, index {at}") for at, one in enumerate(indexes)
                ),
                items=tuple(items),
            )
        case _:
            message = f"{where}: name and keys are needed; types is a map, the rest lists of maps"
            raise FixtureError(message)


def _index(entry: object, where: str) -> Index:
    known = _known(entry, {"name", "keys", "includes"}, where)
    match {"includes": None, **known}:
        case {"name": str(name), "keys": list(keys), "includes": None}:
            return Index(name, _strings(keys, where))
        case {"name": str(name), "keys": list(keys), "includes": list(includes)}:
            return Index(name, _strings(keys, where), _strings(includes, where))
        case _:
            message = f"{where}: an index has a name, keys, and may have a list of includes"
            raise FixtureError(message)


def _known(entry: object, known: set[str], where: str) -> dict[str, object]:
    if not isinstance(entry, dict) or set(entry) - known:
        message = f"{where}: a map is expected, with none but {', '.join(sorted(known))}"
        raise FixtureError(message)
    return entry


def _strings(values: list[object], where: str) -> tuple[str, ...]:
    texts = tuple(value for value in values if isinstance(value, str))
    if len(texts) != len(values):
        message = f"{where}: key names, types and included attributes are strings"
        raise FixtureError(message)
    return texts
