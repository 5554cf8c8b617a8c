"""What scan's facts say of the store: tables, keys, indexes, and the names in their items.

Names alone are taken over. What a value looks like is guessed from its name, and corrected by the
app's complaints.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hushtable.model.dynamodb.expression_tree import HOLE, ExpressionError, tokens
from hushtable.model.dynamodb.grammar import keywords
from hushtable.model.facts import Cargo, Expression, ExpressionKind, Facts, Operation
from hushtable.prove.sketch import (
    Certainty,
    IndexSketch,
    Kind,
    Setting,
    Shape,
    Sketch,
    TableSketch,
    Used,
)
from hushtable.prove.store.guessing import guess, ordered

_PLAIN_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_:@-]{0,99}")
_NO_ATTRIBUTES = frozenset({Cargo.CURSOR, Cargo.METADATA, Cargo.EXCEPTION})
_OF_ONE_ITEM = frozenset({Operation.GET, Operation.UPDATE, Operation.DELETE})
_FUNCTIONS = frozenset({
    "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains",
    "size", "if_not_exists", "list_append",
})  # fmt: skip
_OPERATIONS = {
    Operation.GET: "GetItem", Operation.BATCH_GET: "BatchGetItem", Operation.QUERY: "Query",
    Operation.TRANSACT_GET: "TransactGetItems", Operation.SCAN: "Scan",
}  # fmt: skip
_REQUEST = "request"
_PAIR = 2


def sketch_of(facts: Facts) -> Sketch:
    """Collect what the facts name."""
    paths = _paths(facts)
    names = {one.name for one in facts.tables if one.keys} | paths.keys()
    tables = []
    for name in sorted(name for name in names if _PLAIN_TABLE.fullmatch(name)):
        table = _defined(facts, name) or _from_keys(facts, name)
        indexes = (*table.indexes, *_seen_indexes(facts, table))
        attributes = shapes_of(paths.get(name, ()))
        tables.append(
            replace(
                table,
                indexes=indexes,
                attributes=attributes,
                used=tuple(_used(facts, name)),
                composed=any(one.composed for one in facts.keys if one.table == name),
            )
        )
    return Sketch(tables=tuple(tables))


def joined(first: Sketch, second: Sketch) -> Sketch:
    """Put two sketches together. Where they differ the second is right, unless it knows less."""
    tables = {table.name: table for table in first.tables}
    for table in second.tables:
        known = tables.get(table.name)
        tables[table.name] = table if known is None else _both(known, table)
    settings: dict[str, Setting] = {one.name: one for one in first.settings}
    settings |= {one.name: one for one in second.settings}
    lessons = tuple(dict.fromkeys((*first.lessons, *second.lessons)))
    return Sketch(tuple(tables.values()), tuple(settings.values()), lessons)


def shapes_of(paths: Iterable[Sequence[str]]) -> tuple[tuple[str, Shape], ...]:
    """Make the shapes of attributes from the paths that are named in them."""
    root = _Node()
    for path in paths:
        if all(part in {"[]", "*"} or _PLAIN_NAME.fullmatch(part) for part in path):
            root.add(path)
    return tuple(
        (name, node.shape(name)) for name, node in sorted(root.parts.items()) if name not in "*[]"
    )


def with_attribute(table: TableSketch, name: str, shape: Shape) -> TableSketch:
    """Add or replace an attribute."""
    others = tuple(one for one in table.attributes if one[0] != name)
    return replace(table, attributes=tuple(sorted((*others, (name, shape)))))


def with_table(sketch: Sketch, table: TableSketch, lesson: str = "") -> Sketch:
    """Put a table in the place of the one of that name, with the reason."""
    tables = tuple(table if one.name == table.name else one for one in sketch.tables)
    told = sketch.lessons if not lesson or lesson in sketch.lessons else (*sketch.lessons, lesson)
    return replace(sketch, tables=tables, lessons=told)


@dataclass(slots=True)
class _Node:
    """An attribute or part of one, with the parts that are named in it."""

    parts: dict[str, _Node] = field(default_factory=dict)

    def add(self, path: Sequence[str]) -> None:
        node = self
        for part in path:
            node = node.parts.setdefault(part, _Node())

    def shape(self, name: str) -> Shape:
        guessed = guess(name)
        fields = tuple(
            (part, node.shape(part)) for part, node in sorted(self.parts.items())
            if part not in {"[]", "*"}
        )  # fmt: skip
        if fields:
            return Shape("M", fields=fields)
        if "*" in self.parts:
            return guessed if guessed.kind == "M" else Shape("M")
        element = self.parts.get("[]")
        # A part without a name may be one of a text, or of the wire form.
        if element is not None and any(part != "[]" for part in element.parts):
            return Shape("L", element=element.shape(name))
        return guessed


def _paths(facts: Facts) -> dict[str, list[tuple[str, ...]]]:
    """Give every path that the facts name, by table."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for outflow in facts.outflows:
        for carried in outflow.carried:
            attribute = carried.attribute
            if attribute and carried.cargo not in _NO_ATTRIBUTES and attribute.table != _REQUEST:
                found[attribute.table].append(attribute.path)
    for access in facts.accesses:
        texts = (*(access.projection or ()), *access.used, *access.filter_hides)
        found[access.table] += [tuple(text.split(".")) for text in texts]
    for key in facts.keys:
        found[key.table].append((key.attribute,))
    for expression in facts.expressions:
        found[expression.table] += _named(expression)
        found[expression.table] += [(name,) for name in expression.key_attributes]
    for table in facts.tables:
        found[table.name] += [(name,) for name in table.sensitive]
    return found


def _used(facts: Facts, table: str) -> Iterator[Used]:
    """Give what the code of each route names of a table's items, by the calls that give them."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for access in facts.accesses:
        if access.table == table and access.route is not None:
            paths = (*(access.projection or ()), *access.used, *access.filter_hides)
            operation = _OPERATIONS.get(access.operation, "")
            names = found[str(access.route), operation, access.index if operation else ""]
            names += [path.partition(".")[0] for path in paths]
    for outflow in facts.outflows:
        carried = [one for one in outflow.carried if one.attribute and one.attribute.table == table]
        # Of a whole item the program names none: what scan says of it is the whole table's.
        whole = any(one.attribute.whole for one in carried if one.attribute)
        if outflow.route is not None:
            found[str(outflow.route), "", ""] += [
                one.attribute.path[0]
                for one in carried
                if one.attribute and one.cargo not in _NO_ATTRIBUTES and (one.chosen or not whole)
            ]
    for (route, operation, index), named in sorted(found.items()):
        names = sorted({name for name in named if _PLAIN_NAME.fullmatch(name)})
        if names:
            yield Used(route, tuple(names), operation, index)


def _named(expression: Expression) -> Iterator[tuple[str, ...]]:
    """Give the attributes that an expression names at the top of an item."""
    kind = expression.kind.value
    if expression.text is None or expression.kind in {
        ExpressionKind.STATEMENT, ExpressionKind.NAMES,
    }:  # fmt: skip
        return
    aliases = dict(expression.names or ())
    words = {word.upper() for word in keywords(kind)}
    before = ""
    try:
        for token in tokens(expression.text):
            name = aliases.get(token.text, "") if token.kind == "alias" else token.text
            wanted = token.kind == "alias" or (
                token.kind == "name" and name.upper() not in words and name not in _FUNCTIONS
            )
            if wanted and before != "." and name and HOLE not in name:
                yield (name,)
            before = token.text
    except ExpressionError:
        return


def _defined(facts: Facts, name: str) -> TableSketch | None:
    """Take a table's keys from its definition, which says nothing of their types here."""
    for table in facts.tables:
        if table.name == name and table.keys:
            return TableSketch(
                name,
                keys=tuple((key, "S") for key in table.keys[:_PAIR]),
                indexes=tuple(
                    IndexSketch(index, tuple((key, "S") for key in keys), gives, Certainty.KEYS)
                    for index, keys, gives in table.indexes
                    if keys
                ),
                why=f"defined in {table.place.path}",
                certainty=Certainty.KEYS,
            )
    return None


def _from_keys(facts: Facts, name: str) -> TableSketch:
    """Take a table's keys from the key values that the program gives in one place."""
    seen: dict[object, list[str]] = defaultdict(list)
    for key in facts.keys:
        named = _PLAIN_NAME.fullmatch(key.attribute)
        if key.table == name and key.operation in _OF_ONE_ITEM and named:
            names = seen[key.place, str(key.route)]
            if key.attribute not in names:
                names.append(key.attribute)
    longest = max(seen.values(), key=len, default=[])[:_PAIR]
    if not longest:
        return TableSketch(name, (), certainty=Certainty.GUESSED)
    certainty = Certainty.NAMES if len(longest) == _PAIR else Certainty.PARTITION
    keys = tuple((key, "S") for key in ordered(longest))
    return TableSketch(name, keys, why="the keys that its reads name", certainty=certainty)


def _seen_indexes(facts: Facts, table: TableSketch) -> Iterator[IndexSketch]:
    """Give the indexes that are queried and nowhere defined."""
    known = {index.name for index in table.indexes}
    for access in facts.accesses:
        if access.table != table.name or not access.index or access.index in known:
            continue
        keys = [
            key.attribute
            for key in facts.keys
            if key.table == table.name and key.place == access.place and key.route == access.route
        ]
        names = tuple(dict.fromkeys(filter(_PLAIN_NAME.fullmatch, keys)))[:_PAIR]
        if names and _PLAIN_TABLE.fullmatch(access.index):
            known.add(access.index)
            yield IndexSketch(
                access.index,
                tuple((key, "S") for key in names),
                certainty=Certainty.PARTITION if len(names) == 1 else Certainty.NAMES,
            )


def _both(first: TableSketch, second: TableSketch) -> TableSketch:
    known, other = (first, second) if first.certainty > second.certainty else (second, first)
    indexes: Mapping[str, IndexSketch] = {
        **{one.name: one for one in other.indexes}, **{one.name: one for one in known.indexes}
    }  # fmt: skip
    attributes = {**dict(first.attributes), **dict(second.attributes)}
    return replace(
        known,
        indexes=tuple(indexes.values()),
        attributes=tuple(sorted(attributes.items())),
        templates=tuple(dict.fromkeys((*first.templates, *second.templates))),
        owner=second.owner or first.owner,
        closed=first.closed or second.closed,
        kinds=_all_kinds(first.kinds, second.kinds),
        used=tuple(dict.fromkeys((*first.used, *second.used))),
        composed=first.composed or second.composed,
    )


def _all_kinds(first: tuple[Kind, ...], second: tuple[Kind, ...]) -> tuple[Kind, ...]:
    kinds = {one.forms: one for one in first if one.forms}
    nameless = dict.fromkeys(one for one in (*first, *second) if not one.forms)
    for one in second:
        known = kinds.get(one.forms)
        if one.forms:
            attributes = {**dict(known.attributes if known else ()), **dict(one.attributes)}
            written = one.written or bool(known and known.written)
            kinds[one.forms] = replace(
                one, attributes=tuple(sorted(attributes.items())), written=written
            )
    return (*kinds.values(), *nameless)
