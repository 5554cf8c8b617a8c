"""What a route does behind its gate, as rules on gates and owners ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hushtable.model.facts import Access, Cargo, Facts, Operation, Outflow
from hushtable.model.sensitivity import Category
from hushtable.model.service import Attribute, Route
from hushtable.rules.leaving import OUTWARD, is_sensitive
from hushtable.rules.reading import READS
from hushtable.rules.routes import by_route, key

_ACTS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Doing:
    """What a route does: the tables it reads and writes, and what leaves it."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    leaves: tuple[Attribute, ...]
    sensitive: tuple[Attribute, ...]
    grave: bool
    touches: bool
    acts: bool
    """Whether the method alone says that something is changed."""


def doings(facts: Facts) -> Iterator[tuple[Route, Doing]]:
    """Give every route with what it does: its own record, and every fact that names it."""
    accesses, outflows = by_route(facts.accesses), by_route(facts.outflows)
    for route in facts.routes:
        if not route.handler:
            # An operation of a live service: what it does was seen from outside or not at all.
            continue
        which = key(route)
        yield route, _doing(route, accesses.get(which, []), outflows.get(which, []))


def _doing(route: Route, accesses: list[Access], outflows: list[Outflow]) -> Doing:
    reads, writes = set(route.reads), set[str]()
    touches = bool(route.reads or route.writes or route.scans or route.leaves)
    for access in accesses:
        touches = True
        names = reads if access.operation in READS else writes
        names.add(_named(access.table, access.operation))
    leaves, sensitive = set(route.leaves), set[Attribute]()
    grave = False
    for outflow in outflows:
        for one in outflow.carried if outflow.channel in OUTWARD else ():
            # What callers sent themselves they get from nobody.
            if one.attribute is None or not one.attribute.table or one.cargo is Cargo.INPUT:
                continue
            leaves.add(one.attribute)
            if is_sensitive(one.sensitivity):
                sensitive.add(one.attribute)
                grave = grave or one.sensitivity.category is not Category.PERSONAL
    return Doing(
        reads=tuple(sorted(reads)),
        writes=tuple(sorted(writes)),
        leaves=tuple(sorted(leaves)),
        sensitive=tuple(sorted(sensitive)),
        grave=grave,
        touches=touches or bool(leaves),
        acts=route.method.upper() in _ACTS,
    )


def _named(table: str, operation: Operation) -> str:
    return table or f"a table ({operation})"
