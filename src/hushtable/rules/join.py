"""What scan suspects and what prove saw become one list of findings.

A finding is made once: what was suspected and was seen keeps its place and key and is proven.
What only prove saw is added. What was tried and not seen stays suspected, with how often it was
tried: that something did not come out refutes nothing. What came out once and not again, with other
canaries, proves nothing either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hushtable.model.finding import Finding, Result, Verdict
from hushtable.model.proof import Proof, Reach, Shows, came_again
from hushtable.model.service import ANYONE, Attribute, Channel, Route
from hushtable.rules.alignment import Alignment, aligned
from hushtable.rules.catalogue import Rule, catalogue
from hushtable.rules.merge import order, wider

_NAMED = frozenset({Shows.ITEM, Shows.MAP, Shows.ATTRIBUTE, Shows.INPUT})
_PLACED = frozenset({Channel.LOG, Channel.FILE})
"""What leaves so is told at the line that wrote it, also by a run."""

_CALL = 3
"""Lines of one call: source and run may tell another of them."""

_MOST_PROOFS = 5


@dataclass(frozen=True, slots=True)
class _Both:
    """What is compared: suspicions, what was seen, its proofs, and which routes are the same."""

    suspected: tuple[Finding, ...]
    seen: tuple[Finding, ...]
    proofs: tuple[Proof, ...]
    routes: Alignment
    shows: dict[str, frozenset[Shows]]
    tables: frozenset[str] = frozenset()
    """What the tables of the run are called. A source may call them by their settings."""
    named: frozenset[str] = frozenset()
    """What the source calls its tables. One of that name in the run is that table and no other."""
    once: tuple[Proof, ...] = ()
    """What was seen and did not come again: a reason, and no proof."""
    limited: tuple[str, ...] = ()
    """Routes that were seen to refuse attempts for their number."""

    def touch(self, suspected: Iterable[Attribute], seen: Sequence[Attribute]) -> bool:
        """Whether attributes of a suspicion and of what was seen are the same in part."""
        return any(
            covers(self.called(one, other), other) or covers(other, self.called(one, other))
            for one in suspected
            for other in seen
        )

    def called(self, suspected: Attribute, seen: Attribute) -> Attribute:
        """Give an attribute of the source under the table's name in the run, where it has none.

        A table that both know by one name is never taken for one that only the source names.
        """
        if suspected.table in self.tables or (suspected.table and seen.table in self.named):
            return suspected
        return replace(suspected, table=seen.table)


def join(
    scanned: Result,
    proven: Result,
    proofs: Iterable[Proof],
    reach: Reach | None = None,
    rules: tuple[Rule, ...] | None = None,
) -> Result:
    """Give one result of both. `proven` are judgements of what was seen, `proofs` show it.

    A judgement without a proof is left out. `rules` replaces the catalogue, for tests.
    """
    every = tuple(dict.fromkeys(proofs))
    told = tuple(one for one in every if came_again(one))
    known = catalogue() if rules is None else rules
    shows = {rule.code: frozenset(rule.info.shown_by) for rule in known}
    routes = aligned(map(str, scanned.routes), _running(proven, told, reach))
    apart = routes.apart(scanned.routes, proven.routes)
    here = tuple(one for one in scanned.findings if not one.routes or set(one.routes) - apart)
    both = _Both(
        suspected=here,
        seen=tuple(shown(proven.findings, told, shows)),
        proofs=told,
        routes=routes,
        shows=shows,
        tables=frozenset(_tables(proven, told)),
        named=frozenset(_sources(scanned)),
        once=tuple(one for one in every if not came_again(one)),
        limited=tuple(str(route) for route in proven.routes if route.rate_limited),
    )
    kept: list[Finding] = [one for one in scanned.findings if one not in here]
    taken: set[str] = set()
    for suspected in here:
        same = [one for one in both.seen if _same(suspected, one, both)]
        taken.update(one.key for one in same)
        kept.append(_joined(suspected, same, both, reach))
    keys = taken | {one.key for one in kept}
    added = [one for one in both.seen if one.key not in keys]
    categories = {**dict(proven.sensitivities), **dict(scanned.sensitivities)}
    return replace(
        scanned,
        findings=tuple(sorted((*kept, *added), key=order)),
        routes=_merged(scanned.routes, proven.routes, both.routes, apart),
        unknown=tuple(dict.fromkeys((*scanned.unknown, *proven.unknown))),
        sensitivities=tuple(sorted(categories.items())),
        reach=reach if reach is not None else scanned.reach,
    )


def shown(
    findings: Iterable[Finding], proofs: Sequence[Proof], shows: dict[str, frozenset[Shows]]
) -> Iterator[Finding]:
    """Give the findings that a proof shows, with their proofs, as proven. The rest is no claim."""
    for one in findings:
        wanted = shows.get(one.code, frozenset())
        routes = {str(route) for route in one.routes}
        found = [
            proof
            for proof in proofs
            if proof.shows in wanted
            # A switch of the whole app belongs to no route.
            and (not routes or proof.route in routes)
            and _fits(one, proof)
        ]
        if found:
            # What anyone got is the plainest to show.
            found.sort(key=lambda proof: proof.request.identity != ANYONE)
            proven = tuple(found[:_MOST_PROOFS])
            yield replace(one, verdict=Verdict.PROVEN, proofs=proven)


def covers(whole: Attribute, part: Attribute) -> bool:
    """Whether one attribute is another or holds it: `users.*` holds `users.profile.city`."""
    if whole.table != part.table and whole.table and part.table:
        return False
    if whole.path == part.path:
        return True
    return whole.open and part.path[: len(whole.path) - 1] == whole.path[:-1]


def _fits(finding: Finding, proof: Proof) -> bool:
    """Whether a proof shows some of what a finding names, through the same channel."""
    if proof.shows not in _NAMED:
        return True
    return proof.channel is finding.channel and _touch(finding.attributes, proof.attributes)


def _touch(mine: Iterable[Attribute], others: Sequence[Attribute]) -> bool:
    return any(covers(one, other) or covers(other, one) for one in mine for other in others)


def _same(suspected: Finding, seen: Finding, both: _Both) -> bool:
    """Whether a suspicion is what was seen: rule, route, channel, and attributes that touch."""
    if suspected.code != seen.code or suspected.channel is not seen.channel:
        return False
    if suspected.routes and seen.routes and not both.routes.share(suspected.routes, seen.routes):
        return False
    if not suspected.routes and seen.routes and _told_by_route(seen, both):
        return False
    named = suspected.attributes and seen.attributes
    if named and not both.touch(suspected.attributes, seen.attributes):
        return False
    if suspected.channel not in _PLACED:
        return True
    # A log line tells its own place; where it could not, it is told at a handler.
    exact = [one for one in both.suspected if _at(one, seen, 0)]
    if exact:
        return _at(suspected, seen, 0)
    told = any(one.place == seen.place for one in seen.routes)
    return _at(suspected, seen, _CALL) or (told and bool(suspected.routes))


def _at(suspected: Finding, seen: Finding, lines: int) -> bool:
    mine, its = suspected.place, seen.place
    near = mine.path == its.path and abs(mine.line - its.line) <= lines
    return suspected.code == seen.code and near


def _told_by_route(seen: Finding, both: _Both) -> bool:
    """Whether scan suspects the same of this very route: then no handler of the app is meant."""
    return any(
        one.code == seen.code and both.routes.share(one.routes, seen.routes)
        for one in both.suspected
    )


def _joined(
    suspected: Finding, same: Sequence[Finding], both: _Both, reach: Reach | None
) -> Finding:
    proofs = tuple(dict.fromkeys(proof for one in same for proof in one.proofs))
    if not proofs:
        proofs = _by_name(suspected, both)
    if not proofs:
        can_be_shown = reach is not None and both.shows.get(suspected.code)
        why = _once(suspected, both) or _limited(suspected, both)
        if not why and reach and can_be_shown:
            why = _tried(suspected, reach, both.routes)
        return replace(suspected, reasons=(*suspected.reasons, *why))
    proven = replace(suspected, verdict=Verdict.PROVEN, proofs=proofs[:_MOST_PROOFS])
    if suspected.attributes:
        known = {name.table for name in suspected.attributes}
        more = {name for one in same for name in one.attributes if known & both.tables}
        proven = replace(proven, attributes=tuple(sorted({*suspected.attributes, *more})))
    for one in same:
        if wider(one.audience, proven.audience):
            # Somebody got it of whom the source did not tell: the worse words are right.
            worst = max(one.severity, proven.severity, key=lambda severity: severity.rank)
            proven = replace(proven, audience=one.audience, message=one.message, severity=worst)
    return proven


def _by_name(suspected: Finding, both: _Both) -> tuple[Proof, ...]:
    """Give proofs when every attribute that a finding names was seen to leave as it says.

    A read of an index is proven so: no undeclared attribute stands in one that holds a few.
    """
    wanted = both.shows.get(suspected.code, frozenset())
    if suspected.channel in _PLACED or not wanted & _NAMED:
        return ()
    if not suspected.attributes or not suspected.routes:
        return ()
    found: dict[Proof, None] = {}
    for attribute in suspected.attributes:
        proof = next((one for one in both.proofs if _names(one, attribute, suspected, both)), None)
        if proof is None:
            return ()
        found[proof] = None
    return tuple(found)


def _names(proof: Proof, attribute: Attribute, suspected: Finding, both: _Both) -> bool:
    return (
        proof.shows in _NAMED
        and proof.channel is suspected.channel
        and any(both.routes.same(str(route), proof.route) for route in suspected.routes)
        and any(covers(its, both.called(attribute, its)) for its in proof.attributes)
    )


def _once(suspected: Finding, both: _Both) -> tuple[str, ...]:
    """Say that something of a suspicion was seen, and that it did not come again."""
    wanted = both.shows.get(suspected.code, frozenset())
    for one in both.once:
        here = any(both.routes.same(str(route), one.route) for route in suspected.routes)
        if one.shows not in wanted or not here:
            continue
        named = one.shows in _NAMED and suspected.attributes
        if named and not (
            one.channel is suspected.channel and both.touch(suspected.attributes, one.attributes)
        ):
            continue
        return (f"seen once; it came again in {one.reproduced} of {one.replayed} replays",)
    return ()


def _limited(suspected: Finding, both: _Both) -> tuple[str, ...]:
    """Say that a limit was seen, of what says that there is none."""
    if Shows.UNLIMITED not in both.shows.get(suspected.code, frozenset()):
        return ()
    limited = (
        one
        for one in both.limited
        if any(both.routes.same(str(route), one) for route in suspected.routes)
    )
    return tuple(f"a limit was seen in a run: {one} refused further attempts" for one in limited)


def _tried(finding: Finding, reach: Reach, routes: Alignment) -> tuple[str, ...]:
    """Say what became of the routes of a suspicion that was not proven."""
    names = [str(route) for route in finding.routes]
    requests = sum(
        number for name, number in reach.tried if any(routes.same(one, name) for one in names)
    )
    if requests:
        return (f"not seen in {requests} request{'' if requests == 1 else 's'}",)
    for one in reach.unreached:
        if any(routes.same(name, one.route) for name in names):
            return (f"not tried: {one.route} was not reached ({one.why})",)
    return ()


def _tables(proven: Result, proofs: Iterable[Proof]) -> Iterator[str]:
    """Name the tables of a run: those that were read, and those that something left."""
    for route in proven.routes:
        yield from route.reads
        yield from (one.table for one in route.leaves)
    yield from (one.table for finding in proven.findings for one in finding.attributes)
    yield from (one.table for proof in proofs for one in proof.attributes)


def _sources(scanned: Result) -> Iterator[str]:
    """Name the tables of the source: those that its routes read, and those that findings name."""
    for route in scanned.routes:
        yield from filter(None, route.reads)
        yield from (one.table for one in route.leaves if one.table)
    yield from (one.table for each in scanned.findings for one in each.attributes if one.table)


def _running(proven: Result, proofs: Iterable[Proof], reach: Reach | None) -> Iterator[str]:
    yield from map(str, proven.routes)
    yield from (one.route for one in proofs)
    if reach is not None:
        yield from (name for name, _ in reach.tried)
        yield from (one.route for one in reach.unreached)


def _merged(
    scanned: tuple[Route, ...],
    proven: tuple[Route, ...],
    routes: Alignment,
    apart: frozenset[Route],
) -> tuple[Route, ...]:
    """Give scan's routes, with what was seen to leave them, and those that only ran."""
    merged = []
    for route in scanned:
        twins = [one for one in proven if route not in apart and routes.same(str(route), str(one))]
        leaves = {*route.leaves, *(name for one in twins for name in one.leaves)}
        merged.append(replace(route, leaves=tuple(sorted(leaves))))
    alone = [one for one in proven if not routes.source.get(str(one))]
    return (*merged, *alone)
