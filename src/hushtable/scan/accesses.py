"""Turns what was asked of DynamoDB into facts: calls, their expressions, their keys."""

from __future__ import annotations

from hushtable.model.facts import (
    Access,
    Expression,
    KeyUse,
)
from hushtable.model.hiding import hiding
from hushtable.model.place import Step
from hushtable.model.service import Route
from hushtable.scan.bounds import pagination_of
from hushtable.scan.kinds import Read
from hushtable.scan.labels import Kind
from hushtable.scan.notes import Notes
from hushtable.scan.observations import RawExpression
from hushtable.scan.ownership import is_compared, refuses_by_data, tied_inputs
from hushtable.scan.records import Record
from hushtable.scan.tracing import entry_steps


def accesses(notes: Notes, route: Route | None, lists: set[int]) -> list[Access]:
    """Give the facts of the calls of one entry. `lists` are ids of records that give many items."""
    given: dict[int, set[str]] = {}
    for store in notes.stores:
        given.setdefault(id(store.record), set()).add(store.attribute)
    return [
        _access(one, route, lists, tuple(sorted(given.get(id(one), ())))) for one in notes.records
    ]


def _access(record: Record, route: Route | None, lists: set[int], given: tuple[str, ...]) -> Access:
    return Access(
        record.operation,
        record.table,
        record.place,
        route,
        record.function,
        record.library,
        record.index,
        record.projection,
        tuple(sorted(record.origin.used)),
        tuple(sorted(record.channels)),
        id(record) in lists,
        record.limit,
        record.limit_value,
        record.start_from_client,
        record.start_sealed,
        record.drains,
        record.filtered,
        hiding(record.filter_hides),
        pagination_of([record]),
        record.count_only,
        (
            *entry_steps(route),
            *record.trail,
            *(Step(p, w) for p, w in record.arguments.items()),
        ),
        given,
    )


def read(record: Record) -> Read:
    """Say what the key and the index of a call tell of the items it gives."""
    used = {name.partition(".")[0] for name in record.origin.used}
    return Read(
        record.place,
        record.table,
        record.index,
        frozenset(record.marks),
        tuple(sorted(used - {"*", "[]"})),
    )


def expression(raw: RawExpression, route: Route | None, checked: set[str]) -> Expression:
    """Give the fact of one expression. `checked` are inputs whose names were on a fixed list."""
    inputs = [label for label in raw.labels if label.kind is Kind.INPUT]
    # A key that was checked against fixed names is no free text.
    free = [label for label in inputs if not label.validated and not label.counted]
    named = [label for label in (*raw.name_labels, *raw.labels) if label.kind is Kind.INPUT]
    keyed = [label for label in named if label.counted]
    listed = any(label.kind is Kind.KEY and label.path for label in (*raw.name_labels, *raw.labels))
    listed = listed or any(label.name in checked for label in named)
    chooses = [label for label in raw.name_labels if label.kind is Kind.INPUT] or keyed
    return Expression(
        raw.kind,
        raw.place,
        raw.text,
        tuple(sorted(raw.names.items())) if raw.complete else None,
        raw.values if raw.complete else None,
        route,
        raw.function,
        raw.record.table,
        client=min((one.name for one in free), default=""),
        client_names=min((one.name for one in chooses), default=""),
        allow_listed=listed,
        trace=(*entry_steps(route), *raw.trail),
    )


def key_uses(record: Record, notes: Notes, route: Route | None) -> list[KeyUse]:
    """Give a fact for each key value of a call."""
    found = []
    tied, refused = tied_inputs(notes), refuses_by_data(notes)
    compared = is_compared(record, notes)
    for key in record.keys:
        inputs = sorted(
            (label for label in key.labels if label.kind is Kind.INPUT),
            key=lambda x: (x.name, x.source, x.path, x.validated, x.capped),
        )
        client = inputs[0] if inputs else None
        checked = record.owner_checked
        if not checked and client is not None and client.name in tied:
            checked = "membership"
        if not checked and refused:
            checked = "compare"
        if not checked and compared:
            checked = "compare"
        if not checked and notes.roles:
            checked = "role"
        found.append(
            KeyUse(
                record.operation,
                record.table,
                key.attribute,
                key.place,
                route,
                record.function,
                client.name if client else "",
                client.source if client else "",
                validated=all(label.validated for label in inputs),
                composed=key.composed,
                owner_checked=checked,
                reaches=tuple(sorted(record.channels)),
                trace=(*entry_steps(route), *record.trail),
            )
        )
    return found
