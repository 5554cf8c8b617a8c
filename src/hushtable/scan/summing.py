"""Sums up what the workers found: whole items get their known attributes, places unite."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from hushtable.model.facts import (
    Cargo,
    Carried,
    Coverage,
    Facts,
    Outflow,
    TableDefinition,
    Unknown,
)
from hushtable.model.sensitivity import Category
from hushtable.model.service import Attribute, Channel, Route
from hushtable.scan.beside import Around
from hushtable.scan.load import Loaded
from hushtable.scan.observe import Observer
from hushtable.scan.workers import Played

KNOWN_MAX = 60


@dataclass(slots=True)
class Tally:
    """Everything the batches gave, so far."""

    played: list[Played] = field(default_factory=list)
    shapes: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, one: Played) -> None:
        """Add a batch."""
        self.played.append(one)
        for table, names in one.shapes.items():
            self.shapes.setdefault(table, {}).update(names)


def sum_up(tally: Tally, around: Around, loaded: Loaded, coverage: Coverage) -> Facts:
    """Make the facts of the run."""
    observed = [one for played in tally.played for one in played.observed]
    routes = _unique([r for one in observed for r in one.routes])
    shapes = _shapes(tally, observed)
    sensitive = {
        table: _sensitive(loaded.observer, table, names) for table, names in shapes.items()
    }
    outflows = [
        _widened(flow, sensitive) for one in observed for flow in one.outflows
    ]
    tables = _unique([t for p in tally.played for t in p.tables] + list(around.tables))
    failed: dict[str, Unknown] = {}
    for played in tally.played:
        failed |= played.failed
    failed |= loaded.machine.program.unknown
    unknown = [*loaded.unknown, *failed.values(), *around.unknown,
               *(u for p in tally.played for u in p.unknown)]
    return Facts(
        routes=tuple(routes),
        outflows=tuple(_without_repeats(outflows)),
        accesses=tuple(_unique([a for one in observed for a in one.accesses])),
        expressions=tuple(_unique([e for one in observed for e in one.expressions])),
        keys=tuple(_unique([k for one in observed for k in one.keys])),
        holes=tuple(_unique([h for one in observed for h in one.holes])),
        swallows=tuple(_unique([s for one in observed for s in one.swallows])),
        debug=tuple(_unique([d for p in tally.played for d in p.debug])),
        literals=around.literals,
        url_secrets=tuple(_unique([u for one in observed for u in one.urls])),
        tables=tuple(_told(t, sensitive) for t in tables),
        policies=around.policies,
        allows=around.allows,
        unknown=tuple(_unique(unknown)),
        coverage=_coverage(tally, loaded, routes, failed, coverage),
    )


def _unique(found: list[Any]) -> list[Any]:
    return list(dict.fromkeys(found))


def _shapes(tally: Tally, observed: list[Any]) -> dict[str, set[str]]:
    """Name the attributes of each table, from what is written to it and read of it."""
    shapes: dict[str, set[str]] = {t: set(names) for t, names in tally.shapes.items()}
    for one in observed:
        for access in one.accesses:
            names = shapes.setdefault(access.table, set())
            names |= {name.partition(".")[0] for name in access.used}
    return shapes


def _sensitive(observer: Observer, table: str, names: set[str]) -> list[tuple[str, Any]]:
    found = []
    for name in sorted(names)[:400]:
        if name in {"*", "[]"}:
            continue
        sensitivity = observer.sensitivity(name, table)
        if sensitivity.category not in {Category.PUBLIC, Category.INTERNAL}:
            found.append((name, sensitivity))
    return found[:KNOWN_MAX]


def _widened(flow: Outflow, sensitive: dict[str, list[tuple[str, Any]]]) -> Outflow:
    """Name the sensitive attributes that are known to be in a whole item that leaves."""
    if flow.channel is Channel.STORE:
        return flow
    added: list[Carried] = []
    have = {one.attribute for one in flow.carried}
    for one in flow.carried:
        if one.cargo is not Cargo.ITEM or one.attribute is None:
            continue
        for name, sensitivity in sensitive.get(one.attribute.table, ()):
            attribute = Attribute(one.attribute.table, (name,))
            if name not in one.minus and attribute not in have:
                have.add(attribute)
                added.append(replace(one, cargo=Cargo.ATTRIBUTE, attribute=attribute,
                                     sensitivity=sensitivity, chosen=False))
    return replace(flow, carried=(*flow.carried, *added)) if added else flow


def _without_repeats(flows: list[Outflow]) -> list[Outflow]:
    """Drop what a function that nothing calls shows again of a place a route has shown."""
    routed = {(f.place, f.channel) for f in flows if f.route is not None}
    kept = [f for f in flows if f.route is not None or (f.place, f.channel) not in routed]
    return _unique(kept)


def _told(table: TableDefinition, sensitive: dict[str, list[tuple[str, Any]]]) -> TableDefinition:
    names = {name for name, _ in sensitive.get(table.name, sensitive.get(table.logical_name, ()))}
    return replace(table, sensitive=tuple(sorted(names | set(table.sensitive))))


def _coverage(
    tally: Tally, loaded: Loaded, routes: list[Route], failed: dict[str, Unknown], base: Coverage
) -> Coverage:
    parsed: set[str] = set(loaded.machine.program.parsed)
    unresolved: Counter[str] = Counter()
    for played in tally.played:
        parsed |= played.parsed
        unresolved.update(played.unresolved)
    return replace(
        base,
        files_seen=len(loaded.sources),
        files_skipped=len(loaded.sources) - len(parsed) - len(failed),
        files_parsed=len(parsed),
        files_failed=len(failed) + len(loaded.unknown),
        routes=len(routes),
        functions_run=max((p.functions for p in tally.played), default=0),
        calls=sum(p.calls for p in tally.played),
        calls_unresolved=sum(unresolved.values()),
        bounds_hit=sum(p.bounds for p in tally.played),
        unresolved=tuple(unresolved.most_common(10)),
    )
