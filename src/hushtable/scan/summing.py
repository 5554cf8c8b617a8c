"""Sums up what the workers found: whole items get their known attributes, places unite."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from hushtable.model.facts import Coverage, Facts, Outflow, TableDefinition, Unknown
from hushtable.model.service import Route
from hushtable.scan.beside import joined
from hushtable.scan.kinds import Kept, Kinds
from hushtable.scan.load import Loaded
from hushtable.scan.observe import Observed
from hushtable.scan.playing import Played
from hushtable.scan.widening import Widening

A_GUESS = 0.5
"""A name that says no more than this is not claimed of a table's definition."""


@dataclass(slots=True)
class Tally:
    """Everything the jobs gave, and the modules they needed, each module once."""

    played: list[Played]
    shapes: dict[str, dict[str, str]] = field(default_factory=dict)


def tally(jobs: list[Played]) -> Tally:
    """Gather what the jobs gave, in their order."""
    grounds: dict[str, Played] = {}
    for one in jobs:
        grounds |= one.grounds
    found = Tally([*(grounds[path] for path in sorted(grounds)), *jobs])
    for one in found.played:
        for table, names in one.shapes.items():
            found.shapes.setdefault(table, {}).update(names)
    return found


def sum_up(jobs: list[Played], loaded: Loaded, coverage: Coverage) -> Facts:
    """Make the facts of the run from what every job gave, that of loading first."""
    gathered = tally(jobs)
    around = joined([one.around for one in jobs if one.around is not None])
    observed = [one for played in gathered.played for one in played.observed]
    tables = _unique([t for p in gathered.played for t in p.tables] + list(around.tables))
    kinds = _kinds(gathered, observed, tables)
    widening = Widening(loaded.observer, _shapes(gathered, observed), kinds)
    for one in observed:
        widening.apply(one)
    routes = _unique([r for one in observed for r in one.routes])
    outflows = [flow for one in observed for flow in one.outflows]
    failed: dict[str, Unknown] = {}
    for played in gathered.played:
        failed |= played.failed
    failed |= loaded.failed
    unknown = [
        *loaded.unknown,
        *failed.values(),
        *around.unknown,
        *(u for p in gathered.played for u in p.unknown),
    ]
    return Facts(
        routes=tuple(routes),
        outflows=tuple(_without_repeats(outflows)),
        accesses=tuple(_unique([a for one in observed for a in one.accesses])),
        expressions=tuple(_unique([e for one in observed for e in one.expressions])),
        keys=tuple(_unique([k for one in observed for k in one.keys])),
        holes=tuple(_unique([h for one in observed for h in one.holes])),
        swallows=tuple(_unique([s for one in observed for s in one.swallows])),
        debug=tuple(_unique([d for p in gathered.played for d in p.debug])),
        literals=around.literals,
        url_secrets=tuple(_unique([u for one in observed for u in one.urls])),
        tables=tuple(_told(t, widening) for t in tables),
        policies=around.policies,
        allows=around.allows,
        unknown=tuple(_unique(unknown)),
        coverage=_coverage(gathered, loaded, routes, failed, coverage),
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
    used = {path for played in tally.played for path in played.used}
    parsed = {path for path in used if path in loaded.sources} - set(failed)
    unresolved: Counter[str] = Counter()
    for played in tally.played:
        unresolved.update(played.unresolved)
    return replace(
        base,
        files_seen=len(loaded.sources),
        files_skipped=len(loaded.sources) - len(parsed) - len(failed),
        files_parsed=len(parsed),
        files_failed=len(failed) + len(loaded.unknown),
        routes=len(routes),
        functions_run=sum(p.functions for p in tally.played),
        calls=sum(p.calls for p in tally.played),
        calls_unresolved=sum(unresolved.values()),
        bounds_hit=sum(p.bounds for p in tally.played),
        unresolved=tuple(unresolved.most_common(10)),
    )
