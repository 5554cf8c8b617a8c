"""Sums up what the workers found: whole items get their known attributes, places unite."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from hushtable.model.facts import Coverage, Facts, Outflow, TableDefinition, Unknown
from hushtable.model.service import Route
from hushtable.scan.beside import Around
from hushtable.scan.kinds import Kept, Kinds
from hushtable.scan.load import Loaded
from hushtable.scan.observe import Observed
from hushtable.scan.widening import Widening
from hushtable.scan.workers import Played

A_GUESS = 0.5
"""A name that says no more than this is not claimed of a table's definition."""


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
    tables = _unique([t for p in tally.played for t in p.tables] + list(around.tables))
    widening = Widening(loaded.observer, _shapes(tally, observed), _kinds(tally, observed, tables))
    for one in observed:
        widening.apply(one)
    routes = _unique([r for one in observed for r in one.routes])
    outflows = [flow for one in observed for flow in one.outflows]
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
        tables=tuple(_told(t, widening) for t in tables),
        policies=around.policies,
        allows=around.allows,
        unknown=tuple(_unique(unknown)),
        coverage=_coverage(tally, loaded, routes, failed, coverage),
    )


def _unique(found: list[Any]) -> list[Any]:
    return list(dict.fromkeys(found))


def _shapes(tally: Tally, observed: list[Observed]) -> dict[str, set[str]]:
    """Name the attributes of each table, from what is written to it and read of it."""
    shapes: dict[str, set[str]] = {t: set(names) for t, names in tally.shapes.items()}
    for one in observed:
        for access in one.accesses:
            names = shapes.setdefault(access.table, set())
            names |= {name.partition(".")[0] for name in access.used}
    return shapes


def _kinds(tally: Tally, observed: list[Observed], tables: list[TableDefinition]) -> Kinds:
    """Tell the kinds of items in each table, from what is written and what is read."""
    kinds = Kinds()
    read = [Kept(r.table, r.marks, r.used) for one in observed for r in one.reads if r.used]
    kinds.learn([*(k for p in tally.played for k in p.kept), *read], tables)
    return kinds


def _without_repeats(flows: list[Outflow]) -> list[Outflow]:
    """Drop what a function that nothing calls shows again of a place a route has shown."""
    routed = {(f.place, f.channel) for f in flows if f.route is not None}
    kept = [f for f in flows if f.route is not None or (f.place, f.channel) not in routed]
    return _unique(kept)


def _told(table: TableDefinition, widening: Widening) -> TableDefinition:
    known = table.name if table.name in widening.shapes else table.logical_name
    names = {name for name, what in widening.sensitive(known) if what.confidence > A_GUESS}
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
