"""Which kinds of items the app asks its store for, and what is known of these by that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Call, Complaint, Exchange
from hushtable.prove.learn.context import SHORT, Context
from hushtable.prove.learn.refine import table_of
from hushtable.prove.sketch import Kind, Sketch, TableSketch, Used
from hushtable.prove.store.composed import template_of, template_with
from hushtable.prove.store.guessing import is_generic
from hushtable.prove.store.kinds import (
    Pattern,
    holds,
    is_mixed,
    kind_of,
    meant,
    seeded,
    with_names,
    with_pattern,
)
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.sketching import with_table
from hushtable.prove.store.wanted import Compared, Wanted, plain, wanted
from hushtable.prove.store.wanted import kind_of as type_of

_PLANTED = frozenset({Source.ITEM, Source.UNDECLARED})
_SEPARATORS = re.compile(r"[#|]")


@dataclass(frozen=True, slots=True)
class Touched:
    """The kind of items that one call gives, by its number; None where it may give several."""

    operation: str
    index: str
    kind: int | None


def wants(call: Call) -> tuple[Wanted, ...]:
    """Give what a call asks for; nothing for a malformed one."""
    try:
        return tuple(wanted(call.operation, call.request))
    except (AttributeError, TypeError, KeyError, ValueError):
        return ()


def pattern_of(table: TableSketch, want: Wanted, context: Context) -> Pattern | None:
    """Say which items a request asks for; None where a key's form is not known."""
    own = [name for name, _ in table.keys]
    keys = frozenset({*own, *(name for index in table.indexes for name, _ in index.keys)})
    given: Mapping[str, Any] = want.key or want.item or {}
    # A Scan has no condition on its keys: its filter says which items it wants.
    among = want.conditions or (want.filters if want.operation == "Scan" else ())
    among = tuple(one for one in among if one.name in keys and len(one.path) == 1 and one.values)
    texts = {name: plain(value) for name, value in given.items() if name in keys}
    texts |= {one.name: plain(one.values[0]) for one in among if one.operator == "="}
    forms: dict[str, str] = {}
    constants = {} if want.item else dict(_constants(want.filters, keys, context))
    for name, text in texts.items():
        form = _form(text, context)
        if name not in own and not is_generic(name) and form == text and "{" not in text:
            constants[name] = (text,)
        elif form is not None:
            forms[name] = form
        elif name in own:
            return None
    whole = bool(own) and all(name in forms for name in own)
    return Pattern(forms, dict(_starts(among, context)), constants, whole)


def _starts(among: tuple[Compared, ...], context: Context) -> Iterator[tuple[str, str]]:
    for one in among:
        text = plain(one.values[0])
        ids = context.ids_in(text)
        start = template_with(text, ids)
        if one.operator == "begins_with" and start and (ids or not context.is_foreign(text)):
            yield one.name, start


def _form(text: str, context: Context) -> str | None:
    """Give the form of a key's value, nothing for an id by itself, None for none that is known."""
    ids = context.ids_in(text)
    foreign = not ids and context.is_foreign(text) and not context.is_choice(text)
    form = "" if foreign else template_of(text, ids)
    return form if form or not _SEPARATORS.search(text) else None


def _constants(
    filters: tuple[Compared, ...], keys: frozenset[str], context: Context
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the constants of the program that a filter wants attributes to be equal to."""
    for one in filters:
        texts = tuple(plain(value) for value in one.values if type_of(value) == "S")
        if (
            one.operator in {"=", "in"}
            and one.name not in keys
            and len(one.path) == 1
            and texts
            and all(SHORT.fullmatch(text) and not context.is_foreign(text) for text in texts)
        ):
            yield one.name, texts


def met(sketch: Sketch, want: Wanted, context: Context) -> Sketch:
    """Add the kind of items that a request shows, where a table holds several."""
    table = table_of(sketch, want.table)
    pattern = pattern_of(table, want, context) if table is not None else None
    if table is None or pattern is None or not table.keys or want.operation.endswith("Statement"):
        return sketch
    base = table
    if not (table.kinds or table.composed):
        if not pattern.composes(table):
            return sketch
        base = seeded(table)
    found = with_pattern(base, pattern, written=pattern.whole and bool(want.item))
    if found == table:
        return sketch
    new = [one for one in found.kinds if one.forms not in {known.forms for known in base.kinds}]
    line = "; ".join(filter(None, (_told(table, one) for one in new)))
    return with_table(sketch, found, line)


def _told(table: TableSketch, kind: Kind) -> str:
    forms = dict(kind.forms)
    own = [f"{name} {forms[name]}" for name, _ in table.keys if forms.get(name)]
    return f"{table.name}: items with {' and '.join(own)}" if len(own) > 1 else ""


def asked_kind(sketch: Sketch, want: Wanted, context: Context) -> Kind | None:
    """Give the one kind of a table's items that a request asks for, if it says which."""
    table = table_of(sketch, want.table)
    pattern = pattern_of(table, want, context) if table is not None else None
    return None if table is None or pattern is None else meant(table, pattern)


def named(sketch: Sketch, want: Wanted, context: Context, *, after: bool) -> Sketch:
    """Give the kind that a request asks for the attributes that it names, or writes.

    Those whose values may tell kinds apart wait until after the values were looked at.
    """
    table = table_of(sketch, want.table)
    kind = asked_kind(sketch, want, context)
    if table is None or kind is None:
        return sketch
    indexed = {name for index in table.indexes for name, _ in index.keys}
    known = {
        name for name, shape in table.attributes if after or not (shape.choices or name in indexed)
    }
    names = [one.name for one in (*want.changed, *want.filters) if one.operator != "REMOVE"]
    if want.operation != "DeleteItem":
        names += want.item or ()
    found = with_names(table, kind, [name for name in names if name in known])
    return sketch if found is table else with_table(sketch, found)


def joined_by(sketch: Sketch, exchange: Exchange, context: Context, route: str) -> Sketch:
    """Give the kinds that a route asks for the attributes that its code names.

    What comes of a call that may give several kinds is known of none of them.
    """
    for table in sketch.tables:
        used = [one for one in table.used if one.route == route]
        if not used or not table.kinds:
            continue
        calls = tuple(_touched(sketch, table, exchange, context))
        found = table
        for one in used:
            found = _joined(found, one, calls)
        if found != table:
            sketch = with_table(sketch, found)
    return sketch


def _touched(
    sketch: Sketch, table: TableSketch, exchange: Exchange, context: Context
) -> Iterator[Touched]:
    for call in exchange.calls:
        for want in wants(call) if not call.provoked else ():
            if want.table == table.name:
                kind = asked_kind(sketch, want, context)
                number = None if kind is None else table.kinds.index(kind)
                yield Touched(call.operation, want.index, number)


def _joined(table: TableSketch, used: Used, calls: tuple[Touched, ...]) -> TableSketch:
    mine = [
        one.kind
        for one in calls
        if not used.operation or (one.operation, one.index) == (used.operation, used.index)
    ]
    told = [number for number in mine if number is not None]
    if not told or len(told) < len(mine):
        return table
    places = tuple(dict.fromkeys(told))
    for name in used.names:
        if any(name in dict(table.kinds[at].attributes) for at in places):
            continue
        for at in places:
            # Of several that were asked for one is not meant that the app writes without it.
            if len(places) == 1 or not table.kinds[at].written:
                table = with_names(table, table.kinds[at], (name,))
    return table


def kinds_at_hand(
    sketch: Sketch, complaint: Complaint, exchange: Exchange, mint: Mint
) -> dict[str, Kind]:
    """Give the kind of each table's item that a complaint is about.

    What the exception says of itself comes first, then what was at hand.
    """
    found: dict[str, Kind] = {
        table.name: table.kinds[0]
        for table in sketch.tables
        if len(table.kinds) == 1 and not is_mixed(table)
    }
    mixed = {table.name for table in sketch.tables if is_mixed(table) and table.kinds}
    if not mixed:
        return found
    context = Context(exchange.asked, mint)
    told = (*(text for _, text in complaint.details), complaint.text)
    for texts in (told, complaint.values):
        for canary in _canaries(texts, mint):
            if canary.table in mixed and canary.table not in found:
                kind = _kind_at(sketch, canary, exchange, context)
                if kind is not None:
                    found[canary.table] = kind
    return found


def _canaries(texts: tuple[str, ...], mint: Mint) -> tuple[Canary, ...]:
    """Give the canaries that tell an item apart: an id stands in several."""
    every = dict.fromkeys(
        canary
        for text in texts
        for canary in mint.found_in(text)
        if canary.source in _PLANTED and not mint.ids_in(canary.planted)
    )
    return tuple(sorted(every, key=lambda one: one.source is not Source.UNDECLARED))


def _kind_at(sketch: Sketch, canary: Canary, exchange: Exchange, context: Context) -> Kind | None:
    """Find the item that holds a canary among those that the store gave, and its kind."""
    table = table_of(sketch, canary.table)
    if table is None:
        return None
    for call in exchange.calls:
        for item in _items(call, table.name):
            if not holds(item, canary.planted):
                continue
            kind = kind_of(table, item)
            if kind is not None:
                return kind
            asked = [
                found
                for want in wants(call)
                if want.table == table.name
                and (found := asked_kind(sketch, want, context)) is not None
            ]
            if len(asked) == 1:
                return asked[0]
    return None


def _items(call: Call, table: str) -> Iterator[Mapping[str, Any]]:
    answer = call.answer
    responses = answer.get("Responses")
    if isinstance(responses, Mapping):
        held = [*responses.get(table, ())]
    else:
        held = [one.get("Item") for one in responses or () if isinstance(one, Mapping)]
        held += [answer.get("Item"), answer.get("Attributes"), *answer.get("Items", ())]
    yield from (one for one in held if isinstance(one, Mapping))
