"""Tables that nobody defined: their keys and indexes, as the app's own requests tell them.

What one request tells may be wrong (a Put says nothing of keys); a later one that disagrees
corrects it. A table that the app itself created is never corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hushtable.embedded.fixtures import Index, Table
from hushtable.embedded.strictness import TableShape
from hushtable.model.sensitivity_names import of_people
from hushtable.prove.canary import UNDECLARED
from hushtable.prove.sketch import Certainty, IndexSketch, TableSketch
from hushtable.prove.store.guessing import (
    comes_second,
    guess,
    is_generic,
    names_owner,
    ordered,
    rows_of,
    singular,
    speaking,
)
from hushtable.prove.store.wanted import Wanted, kind_of

Keys = tuple[tuple[str, str], ...]

_KEY_KINDS = frozenset({"S", "N", "B"})
_PAIR = 2


def corrected(known: TableSketch | None, want: Wanted, *, types: bool) -> TableSketch:
    """Give the table that a request expects. `types` allows to correct the types of its keys."""
    table = known or TableSketch(want.table, (), certainty=Certainty.GUESSED)
    if table.keys and table.certainty is Certainty.DEFINED:
        return table
    if want.index:
        table = table if table.keys else _guessed(table, want)
        return _with_index(table, want)
    if want.item is not None:
        table = _with_index_types(table, want.item)
    keys, certainty = _told(table.keys, table.certainty, want)
    if types:
        keys = _retyped(keys, want)
    if not keys:
        return _guessed(table, want)
    if keys == table.keys and certainty is table.certainty:
        return table
    return replace(table, keys=keys, certainty=certainty, why=f"the keys of {want.operation}")


def from_description(known: TableSketch | None, description: Mapping[str, Any]) -> TableSketch:
    """Read what DescribeTable says of a table that the app made; the rest stays as known."""
    shape = TableShape.from_description(description)
    base = known or TableSketch(shape.name, ())
    return replace(
        base,
        keys=tuple((name, shape.types.get(name, "S")) for name in shape.keys),
        indexes=tuple(
            IndexSketch(
                name,
                tuple((key, shape.types.get(key, "S")) for key in index.keys),
                None if index.gives is None else tuple(sorted(index.gives - {UNDECLARED})),
            )
            for name, index in shape.indexes.items()
        ),
        certainty=Certainty.DEFINED,
        why="CreateTable",
    )


def create_request(table: TableSketch) -> dict[str, Any]:
    """Make the CreateTable request of a sketch."""
    own = [name for name, _ in table.keys]
    kinds = {name: kind for index in table.indexes for name, kind in index.keys}
    indexes = []
    for index in table.indexes:
        keys = tuple(name for name, _ in index.keys)
        more = tuple(name for name in index.gives or () if name not in {*own, *keys})
        indexes.append(Index(index.name, keys, None if index.gives is None else more))
    fixture = Table(table.name, tuple(own), {**kinds, **dict(table.keys)}, indexes=tuple(indexes))
    return fixture.create_request()


def with_open_indexes(request: Mapping[str, Any]) -> dict[str, Any]:
    """Let every index of a CreateTable request give the undeclared attribute too.

    What is added to an index later leaves with the items that it gives, as with those of a table.
    """
    opened = {
        kind: [{**one, "Projection": _opened(one.get("Projection"))} for one in request[kind]]
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        if isinstance(request.get(kind), list)
        and all(isinstance(one, dict) for one in request[kind])
    }
    return {**request, **opened}


def _opened(projection: Any) -> Any:
    match projection:
        case {"ProjectionType": "KEYS_ONLY"}:
            return {"ProjectionType": "INCLUDE", "NonKeyAttributes": [UNDECLARED]}
        case {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(names)}:
            return {"ProjectionType": "INCLUDE", "NonKeyAttributes": [*names, UNDECLARED]}
        case _:
            return projection


def resembling(name: str, tables: Iterable[TableSketch]) -> TableSketch | None:
    """Give the table that is meant by a name, where the source knows it by its setting.

    `dynamodb_orders_table` is `myapp-orders`: the words that say what is in it are the same, or
    one name has more of them. None where two fit as well.
    """
    wanted = speaking(name)
    ranked = sorted(
        ((len(wanted ^ own), table) for table in tables
         if (own := speaking(table.name)) and wanted and (own <= wanted or wanted <= own)),
        key=lambda one: one[0],
    )  # fmt: skip
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def is_ready(table: TableSketch | None) -> bool:
    """Whether enough is known of a table to make it when it is only described."""
    return table is not None and bool(table.keys) and table.certainty >= Certainty.NAMES


def guessed_table(name: str, known: TableSketch | None) -> TableSketch:
    """Guess a table of which nothing is known but its name."""
    return corrected(known, Wanted(name, "DescribeTable"), types=False)


def _told(keys: Keys, certainty: Certainty, want: Wanted) -> tuple[Keys, Certainty]:
    """Combine what is known of a key with what a request says of it."""
    if want.key is not None:
        return _from_whole(keys, certainty, want.key)
    equal = [one for one in want.conditions if one.operator == "=" and len(one.path) == 1]
    ranged = [one for one in want.conditions if one.operator != "=" and len(one.path) == 1]
    if not equal:
        return keys, certainty
    kinds = {one.name: kind_of(one.values[0]) for one in (*equal, *ranged) if one.values}
    names = ordered(one.name for one in equal)
    first, second = names[0], (*names[1:], *(one.name for one in ranged), "")[0]
    if second:
        told = ((first, kinds[first]), (second, kinds[second]))
        sure = Certainty.KEYS if ranged else Certainty.NAMES
        same = {name for name, _ in keys} == {first, second}
        return (keys, certainty) if same and certainty >= sure else (told, sure)
    if keys and keys[0][0] == first:
        return keys, max(certainty, Certainty.PARTITION)
    if first in dict(keys) and len(keys) == _PAIR and certainty <= Certainty.NAMES:
        return (keys[1], keys[0]), Certainty.KEYS
    if certainty >= Certainty.NAMES:
        return keys, certainty
    return ((first, kinds[first]),), Certainty.PARTITION


def _from_whole(keys: Keys, certainty: Certainty, key: Mapping[str, Any]) -> tuple[Keys, Certainty]:
    names = {name for name, _ in keys}
    if names == set(key):
        return keys, max(certainty, Certainty.KEYS if len(key) == 1 else Certainty.NAMES)
    if certainty >= Certainty.NAMES or not 1 <= len(key) <= _PAIR:
        return keys, certainty
    found = ordered(key)
    if certainty is Certainty.PARTITION and keys[0][0] in key:
        found = tuple(sorted(key, key=lambda name: name != keys[0][0]))
    sure = Certainty.KEYS if len(key) == 1 or certainty is Certainty.PARTITION else Certainty.NAMES
    return tuple((name, kind_of(key[name])) for name in found), sure


def _retyped(keys: Keys, want: Wanted) -> Keys:
    """Take the types of a key from the values that the app gives for it."""
    kinds = {name: kind_of(value) for name, value in (want.key or {}).items()}
    kinds |= {one.name: kind_of(one.values[0]) for one in want.conditions if one.values}
    if not kinds and want.item is not None:
        kinds = {name: kind_of(value) for name, value in want.item.items()}
    return tuple(
        (name, kinds[name] if kinds.get(name) in _KEY_KINDS else kind) for name, kind in keys
    )


def _with_index_types(table: TableSketch, item: Mapping[str, Any]) -> TableSketch:
    """Take the types of the indexes' keys from an item that the app writes."""
    kinds = {name: kind_of(value) for name, value in item.items()}
    indexes = tuple(
        replace(
            one,
            keys=tuple(
                (name, kinds[name] if kinds.get(name) in _KEY_KINDS else kind)
                for name, kind in one.keys
            ),
        )
        for one in table.indexes
    )
    return table if indexes == table.indexes else replace(table, indexes=indexes)


def _with_index(table: TableSketch, want: Wanted) -> TableSketch:
    known = next((one for one in table.indexes if one.name == want.index), None)
    keys = known.keys if known else ()
    certainty = known.certainty if known else Certainty.GUESSED
    keys, certainty = _told(keys, certainty, replace(want, key=None))
    keys = _retyped(keys, want) or _index_guess(want.index)
    own = dict(table.keys)
    # A table's own key in an index has the type that it has in the table.
    keys = tuple((name, own.get(name, kind)) for name, kind in keys)
    found = IndexSketch(want.index, keys, known.gives if known else None, certainty)
    if found == known:
        return table
    others = tuple(one for one in table.indexes if one.name != want.index)
    return replace(table, indexes=(*others, found))


def _index_guess(index: str) -> Keys:
    """Guess an index's key from its name: `email-index`, `GSI1`, `by_status`, `userId-index`."""
    bare = index.replace(".", "-")
    for noise in ("index", "Index", "INDEX", "gsi", "GSI", "by", "By", "lsi"):
        bare = bare.removesuffix(noise).strip("-_") or bare
        bare = bare.removeprefix(f"{noise}-").removeprefix(f"{noise}_").strip("-_") or bare
    if bare == index or index.upper().startswith("GSI"):
        return ((f"{index}PK", "S"),)
    return ((bare.replace("-", "_"), "S"),)


def _guessed(table: TableSketch, want: Wanted) -> TableSketch:
    """Guess a key by the names of what is in a table."""
    kinds = {name: shape.kind for name, shape in table.attributes}
    kinds |= {name: kind_of(value) for name, value in (want.item or {}).items()}
    if want.item is not None:
        kinds = {name: kind for name, kind in kinds.items() if name in want.item}
    row = rows_of(table.name)
    wanted = {f"{row}_id": 0, f"{row}id": 0, "pk": 1, "id": 2, "uuid": 3, row: 4}
    usable = [name for name, kind in kinds.items() if kind in _KEY_KINDS]
    ranked = sorted(usable, key=lambda name: wanted.get(name.lower(), _rank(table.name, name)))
    first = ranked[0] if ranked else "id"
    sort = next((one for one in usable if is_generic(one) and comes_second(one)), "")
    keys = [(first, kinds.get(first, "S"))]
    if sort and is_generic(first) and sort != first:
        keys.append((sort, kinds[sort]))
    return replace(
        table, keys=tuple(keys), certainty=Certainty.GUESSED, why="guessed by the names in it"
    )


def _rank(table: str, name: str) -> int:
    lowered = name.lower()
    if of_people(table) and names_owner(name):
        return 0
    if lowered.endswith(("_id", "id", "uuid")):
        return 5 if lowered.startswith(singular(rows_of(table))) else 7
    if is_generic(name):
        return 6
    return 9 if comes_second(name) or guess(name).form.value != "text" else 8
