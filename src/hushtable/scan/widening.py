"""Names what is in a whole item that leaves: what is known of its table, its kind, its index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from hushtable.model.facts import Cargo, Carried, Outflow
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.service import Attribute, Channel, Route
from hushtable.scan.kinds import Kinds, Read
from hushtable.scan.observe import Observed, Observer

KNOWN_MAX = 60
NAMES_MAX = 400
OF_A_ROUTE = ("outflows", "accesses", "expressions", "keys", "holes", "swallows", "urls")

Told = tuple[tuple[str, Sensitivity], ...]


@dataclass(slots=True)
class Widening:
    """The sensitive attributes of every table, and of every kind of item in it."""

    observer: Observer
    shapes: dict[str, set[str]]
    kinds: Kinds
    _known: dict[tuple[str, str, frozenset[str]], Told] = field(default_factory=dict)

    def apply(self, observed: Observed) -> None:
        """Widen the outflows of one entry; its route leaves what an index bounds, no more."""
        reads: dict[tuple[Any, str], list[Read]] = {}
        for read in observed.reads:
            reads.setdefault((read.place, read.table), []).append(read)
        flows = [self._widened(flow, reads) for flow in observed.outflows]
        bounded = flows != observed.outflows and {
            one.attribute
            for before, after in zip(observed.outflows, flows, strict=True)
            for one in before.carried
            if one.cargo is Cargo.ITEM and one not in after.carried
        }
        observed.outflows = flows
        if bounded and observed.routes:
            self._rename(observed, {one for one in bounded if one is not None})

    def sensitive(self, table: str) -> Told:
        """Give the sensitive attributes known of a table."""
        return self._sensitive(table, "", frozenset(self.shapes.get(table, ())))

    def _sensitive(self, table: str, words: str, names: frozenset[str]) -> Told:
        key = (table, words, names)
        if key not in self._known:
            found = [
                (name, self._sensitivity(name, table, words))
                for name in sorted(names - {"*", "[]"})[:NAMES_MAX]
            ]
            self._known[key] = tuple(
                (name, what)
                for name, what in found
                if what.category not in {Category.PUBLIC, Category.INTERNAL}
            )[:KNOWN_MAX]
        return self._known[key]

    def _sensitivity(self, name: str, table: str, words: str) -> Sensitivity:
        """Classify a name; the kind of an item says whose it is where the table's name does not."""
        plain = self.observer.sensitivity(name, table)
        if plain.reason.startswith("declared") or not words:
            return plain
        return self.observer.sensitivity(name, f"{table} {words}")

    def _widened(self, flow: Outflow, reads: dict[tuple[Any, str], list[Read]]) -> Outflow:
        """Name the sensitive attributes that are known to be in a whole item that leaves."""
        if flow.channel is Channel.STORE:
            return flow
        kept: list[Carried] = []
        added: list[Carried] = []
        have = {one.attribute for one in flow.carried}
        for one in flow.carried:
            if one.cargo is not Cargo.ITEM or one.attribute is None or not one.attribute.whole:
                kept.append(one)
                continue
            table = one.attribute.table
            known = reads.get((one.origin, table), [])
            bound = self._projected(known)
            if bound is not None:
                kept += [
                    replace(
                        one,
                        attribute=Attribute(table, (name,)),
                        sensitivity=self._sensitivity(name, table, ""),
                        detail=known[0].index,
                    )
                    for name in bound
                    if name not in one.minus
                ]
                continue
            kept.append(one)
            for name, sensitivity in self._told(table, known):
                attribute = Attribute(table, (name,))
                if name not in one.minus and attribute not in have:
                    have.add(attribute)
                    added.append(
                        replace(
                            one,
                            cargo=Cargo.ATTRIBUTE,
                            attribute=attribute,
                            sensitivity=sensitivity,
                            chosen=False,
                        )
                    )
        return replace(flow, carried=(*kept, *added))

    def _told(self, table: str, reads: list[Read]) -> Told:
        """Give the sensitive attributes of the kinds that reads ask for, else of the table."""
        named = [self.kinds.names(read) for read in reads]
        if not named or any(names is None for names in named):
            return self.sensitive(table)
        words = " ".join(dict.fromkeys(self.kinds.words(read) for read in reads))
        names = frozenset(name for names in named if names is not None for name in names)
        return self._sensitive(table, words, names)

    def _projected(self, reads: list[Read]) -> tuple[str, ...] | None:
        found = {self.kinds.projected(read) for read in reads}
        return found.pop() if len(found) == 1 else None

    @staticmethod
    def _rename(observed: Observed, bounded: set[Attribute]) -> None:
        """Say in the route, and in every fact that names it, what leaves after all."""
        still = {
            one.attribute
            for flow in observed.outflows
            if flow.channel is Channel.RESPONSE
            for one in flow.carried
            if one.cargo is Cargo.ITEM
        }
        gone = bounded - still
        added = {one for one in still if one is not None and not one.whole}
        routes: dict[Route, Route] = {
            route: replace(route, leaves=tuple(sorted({*route.leaves} - gone | added)))
            for route in observed.routes
        }
        observed.routes = list(routes.values())
        for name in OF_A_ROUTE:
            facts: Iterable[Any] = getattr(observed, name)
            setattr(
                observed,
                name,
                [
                    replace(fact, route=routes.get(fact.route, fact.route)) if fact.route else fact
                    for fact in facts
                ],
            )
