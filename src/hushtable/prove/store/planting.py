"""The items that are planted: two owners, two items each, and every join finds its other half."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product
from typing import Any

from hushtable.prove.canary import UNDECLARED, Source
from hushtable.prove.sketch import Form, Kind, Shape, Sketch, TableSketch
from hushtable.prove.store.guessing import (
    OWNER,
    PLACEHOLDER,
    Entities,
    entity_of_placeholder,
    guess,
)
from hushtable.prove.store.kinds import MOST_KINDS, is_mixed
from hushtable.prove.store.mint import Mint, Place

OWNERS = ("A", "B")
ITEMS = 2
"""Items of each owner, unless an attribute has more choices than that."""

MOST_ITEMS = 6
_SPECIFIC = (Form.UUID, Form.HEX, Form.EMAIL, Form.INTEGER)


@dataclass(frozen=True, slots=True)
class Planted:
    """One item in wire form. `names` are its plain key values and the ids within them, by name."""

    owner: str
    item: int
    wire: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _One:
    """Which item is made: an owner's n-th, and its number among all that the owner has there."""

    owner: str
    item: int
    number: int


@dataclass(frozen=True, slots=True)
class _Sort:
    """Items that are made alike: the forms of their keys, and what they have.

    `first` is the number of the first of them. Of the keys in `unlike` nothing is known.
    """

    forms: Mapping[str, str]
    attributes: tuple[tuple[str, Shape], ...]
    keys: tuple[tuple[str, str], ...]
    count: int
    first: int
    unlike: frozenset[str] = frozenset()


class Planter:
    """Makes the items of a sketch's tables."""

    def __init__(self, sketch: Sketch, mint: Mint) -> None:
        """Read which attributes are ids, and what ids look like."""
        self.sketch = sketch
        self.mint = mint
        self.entities = Entities.of_sketch(sketch)
        self._items: dict[str, tuple[TableSketch, tuple[Planted, ...]]] = {}
        self._shapes: dict[str, Shape] = {}
        self._homes = _homes(sketch, self.entities)
        for table in sketch.tables:
            self._read(table)

    def id_of(self, entity: str, owner: str, item: int) -> str:
        """Give the id of an owner, or of that owner's n-th thing of a kind."""
        home = self._homes.get(entity, ("", entity))
        place = Place(Source.ITEM, (home[1],), home[0], owner, 0 if entity == OWNER else item)
        return self.mint.identifier(entity, self._shapes.get(entity, Shape()), place).planted

    def items(self, table: TableSketch) -> tuple[Planted, ...]:
        """Make a table's items. Of two with one key the first stays."""
        made = self._items.get(table.name)
        if made is None or made[0] != table:
            made = self._items[table.name] = table, self._made(table)
        return made[1]

    def plain(self, table: TableSketch, owner: str, item: int) -> Mapping[str, str]:
        """Give the texts and numbers of an owner's n-th item, or of the items that there are."""
        own = [one for one in self.items(table) if one.owner == owner]
        right = [one for one in own if one.item == item] or own
        return {
            name: next(iter(wire.values()))
            for one in reversed(right)
            for name, wire in one.wire.items()
            if wire.keys() <= {"S", "N"}
        }

    def _made(self, table: TableSketch) -> tuple[Planted, ...]:
        sorts = tuple(_mixed(table) if is_mixed(table) else _alike(table))
        most = max((sort.count for sort in sorts), default=0)
        found: dict[tuple[str, ...], Planted] = {}
        for owner, item, sort in product(OWNERS, range(most), sorts):
            if item < sort.count:
                made = self._item(table, _One(owner, item, sort.first + item), sort)
                key = tuple(str(made.wire[name]) for name, _ in table.keys)
                found.setdefault(key, made)
        return tuple(found.values())

    def _read(self, table: TableSketch) -> None:
        """Note what is known of the ids in a table. The stricter shape wins."""
        kinds = dict(_keys(table))
        shapes = dict(table.attributes)
        for name, shape in (one for kind in table.kinds for one in kind.attributes):
            if name not in shapes or _strictness(shape) > _strictness(shapes[name]):
                shapes[name] = shape
        templates = _templates(table)
        composed = {name for name, _ in templates}
        for name in {**shapes, **kinds}:
            if name not in composed:
                shape = shapes.get(name) or guess(name)
                self._note(self.entities.of(table, name), _id_shape(shape, kinds.get(name, "")))
        for name, template in templates:
            # What was refused of a composed key is the id within it.
            for one in PLACEHOLDER.findall(template):
                if name in shapes:
                    self._note(entity_of_placeholder(one), _id_shape(shapes[name], ""))

    def _note(self, entity: str, shape: Shape) -> None:
        known = self._shapes.get(entity)
        if known is None or _strictness(shape) > _strictness(known):
            self._shapes[entity] = shape

    def _item(self, table: TableSketch, one: _One, sort: _Sort) -> Planted:
        wire: dict[str, Any] = {}
        names: dict[str, str] = {}
        for name, shape in sort.attributes:
            if shape.kind and name not in sort.unlike:
                wire[name] = self._value(table, name, shape, one)
        for name, wanted in sort.keys:
            template = sort.forms.get(name, "")
            if template:
                text = self._filled(template, wire, one, names)
                wire[name] = {wanted: text}
            elif name not in wire or wanted not in wire[name]:
                known = {**dict(table.attributes), **dict(sort.attributes)}.get(name)
                shape = replace(known or guess(name), kind=wanted)
                unlike = name in sort.unlike and self.entities.of(table, name) != OWNER
                made = self._unique if unlike else self._value
                wire[name] = made(table, name, shape, one)
            names[name] = str(wire[name][wanted])
        if not table.closed:
            wire[UNDECLARED] = {
                "S": self.mint.undeclared(table.name, one.owner, one.number).planted
            }
        return Planted(one.owner, one.item, wire, names)

    def _value(self, table: TableSketch, name: str, shape: Shape, one: _One) -> dict[str, Any]:
        entity = self.entities.of(table, name)
        if entity in self._homes and shape.kind in {"S", "N"} and not shape.choices:
            text = self.id_of(entity, one.owner, one.item)
            if shape.kind == "S" or text.isdigit():
                return {shape.kind: text}
        return self._unique(table, name, shape, one)

    def _unique(self, table: TableSketch, name: str, shape: Shape, one: _One) -> dict[str, Any]:
        return self.mint.wire(
            shape, table=table.name, path=(name,), owner=one.owner, item=one.number
        )

    def _filled(
        self, template: str, wire: Mapping[str, Any], one: _One, names: dict[str, str]
    ) -> str:
        def placed(match: re.Match[str]) -> str:
            name = match.group(1)
            entity = entity_of_placeholder(name)
            known = wire.get(name)
            if entity != OWNER and known is not None:
                names[name] = str(next(iter(known.values())))
                return names[name]
            text = self.id_of(entity, one.owner, one.item)
            names[f"{name.removesuffix('_id').replace(' ', '_')}_id"] = text
            return text

        return PLACEHOLDER.sub(placed, template)


def _homes(sketch: Sketch, entities: Entities) -> dict[str, tuple[str, str]]:
    """Give the attribute that each id belongs to: a key, best the whole key of a table.

    What is a key nowhere is no id: nothing is looked up by it.
    """
    ranked: list[tuple[int, str, str, str]] = []
    for table in sketch.tables:
        templates = _templates(table)
        own = [name for name, _ in table.keys]
        for name, _ in _keys(table):
            rank = 2 if name not in own else 0 if name == own[-1] else 1
            rank += 4 if any(key == name for key, _ in templates) else 0
            ranked.append((rank, entities.of(table, name), table.name, name))
        for name, template in templates:
            ranked += [
                (3, entity_of_placeholder(one), table.name, name)
                for one in PLACEHOLDER.findall(template)
            ]
        for name, _ in table.attributes:
            if entities.of(table, name) == OWNER:
                ranked.append((8, OWNER, table.name, name))
    homes: dict[str, tuple[str, str]] = {}
    for _, entity, table_name, name in sorted(ranked, key=lambda one: one[0]):
        homes.setdefault(entity, (table_name, name))
    homes.pop("", None)
    return homes


def _templates(table: TableSketch) -> tuple[tuple[str, str], ...]:
    """Give the forms of a table's composed keys, those of its kinds too."""
    own = (form for kind in table.kinds for form in kind.forms if form[1])
    return tuple(dict.fromkeys((*table.templates, *own)))


def _keys(table: TableSketch) -> Iterator[tuple[str, str]]:
    yield from table.keys
    for index in table.indexes:
        for name, kind in index.keys:
            if name not in dict(table.keys):
                yield name, kind


def _alike(table: TableSketch) -> Iterator[_Sort]:
    """Give each combination of the forms of the table's keys, with forms of the indexes' keys."""
    forms: dict[str, list[str]] = {}
    for name, template in table.templates:
        forms.setdefault(name, []).append(template)
    own = [name for name, _ in table.keys if name in forms]
    others = [name for name in forms if name not in own]
    count = _count(table.attributes)
    for number, combination in enumerate(product(*(forms[name] for name in own))):
        if number >= MOST_KINDS:
            return
        beside = {name: forms[name][number % len(forms[name])] for name in others}
        known = {**beside, **dict(zip(own, combination, strict=True))}
        yield _Sort(known, table.attributes, tuple(_keys(table)), count, number * count)


def _mixed(table: TableSketch) -> Iterator[_Sort]:
    """Give each kind of a table's items, with what it is known with; whole keys come first.

    An item is in the indexes that its kind is known to be in. What is not known of its keys is
    unlike the keys of any other.
    """
    own = dict(table.keys)
    sorts = []
    for number, kind in enumerate((table.kinds or (Kind(),))[:MOST_KINDS]):
        forms = dict(kind.forms)
        known = {*own, *forms, *(name for name, _ in kind.attributes)}
        sorts.append(
            _Sort(
                forms,
                kind.attributes,
                tuple(one for one in _keys(table) if one[0] in known),
                _count(kind.attributes),
                number * MOST_ITEMS,
                frozenset(own.keys() - forms.keys()),
            )
        )
    yield from sorted(sorts, key=lambda sort: len(sort.unlike))


def _count(attributes: Iterable[tuple[str, Shape]]) -> int:
    choices = (len(shape.choices) for _, shape in attributes)
    return min(MOST_ITEMS, max(ITEMS, *choices, 0))


def _id_shape(shape: Shape, kind: str) -> Shape:
    if kind == "N" or shape.kind == "N":
        return Shape("N", Form.INTEGER, low=shape.low, high=shape.high)
    plain = shape.kind == "S" and not shape.choices
    return replace(shape, refers_to="") if plain else Shape()


def _strictness(shape: Shape) -> int:
    if shape.kind == "N":
        return len(_SPECIFIC) + 2
    if shape.pattern or shape.longest is not None or shape.shortest is not None:
        return len(_SPECIFIC) + 1
    return _SPECIFIC.index(shape.form) + 1 if shape.form in _SPECIFIC else 0


def copies(item: Mapping[str, Any], key: str, kind: str, count: int) -> Iterator[Mapping[str, Any]]:
    """Give copies of an item under keys of their own, beside it where the key has two parts."""
    text = item[key].get(kind)
    for number in range(1, count + 1) if isinstance(text, str) else ():
        match kind:
            case "S":
                yield {**item, key: {kind: f"{text}-{number}"}}
            case "N":
                yield {**item, key: {kind: str(Decimal(text) + number)}}
