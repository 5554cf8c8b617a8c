"""From what was seen of one route to facts that rules judge, and a proof for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from hushtable.model.facts import Access, Carried, Facts, Operation, Outflow
from hushtable.model.proof import Proof, Shows
from hushtable.model.sensitivity import Category
from hushtable.model.service import (
    ANYONE,
    NO_GATE,
    OWNER,
    SIGNED_IN,
    Attribute,
    Channel,
    Gate,
    GateKind,
    Pagination,
    Route,
)
from hushtable.prove.exchange import Exchange, Sighting
from hushtable.prove.sketch import Sketch
from hushtable.prove.store.faults import WRITES
from hushtable.prove.witness.evidence import curl, notes, request_of, written_test
from hushtable.prove.witness.expressions import expressions
from hushtable.prove.witness.keyuses import keys
from hushtable.prove.witness.mishaps import debug, sent_secrets, swallows, url_secrets
from hushtable.prove.witness.outflows import beside, outflows
from hushtable.prove.witness.reads import accesses
from hushtable.prove.witness.seen import OWNERS, Seen, Shown, answered_well, refused, widest
from hushtable.prove.witness.shrink import Resend, marks, shrunk
from hushtable.prove.witness.witness import OUTWARD

_WRITES = frozenset(
    {
        Operation.PUT,
        Operation.UPDATE,
        Operation.DELETE,
        Operation.BATCH_WRITE,
        Operation.TRANSACT_WRITE,
    }
)
_Fact = TypeVar("_Fact")
_GRAVE = frozenset({Category.FINANCIAL, Category.HEALTH, Category.PERSONAL})


def facts(  # noqa: PLR0913 - what was seen, and how it is to be told
    route: Route,
    exchanges: Sequence[Exchange],
    sightings: Sequence[Sighting],
    sketch: Sketch,
    folder: str,
    *,
    declared: Mapping[str, str] | None = None,
    app: str = "app.main:app",
    resend: Resend | None = None,
    early: tuple[Sequence[Exchange], Sequence[Sighting]] = ((), ()),
) -> tuple[Facts, tuple[Proof, ...], tuple[int, ...]]:
    """Give the facts of one route, their proofs, and the number of each proof's exchange.

    A sighting's `exchange` counts in `exchanges`. `app` is named by the tests that are written.
    `early` is what errors, logs and files showed of items as they were before something was
    learned; its exchanges are numbered after the others. Nothing is said but what was seen: no
    fact rests on an exchange that did not happen.
    """
    seen = Seen(route, tuple(exchanges), tuple(sightings), sketch, folder, dict(declared or {}))
    left = tuple(outflows(seen))
    used = tuple(keys(seen))
    trespassed = any(one.shows is Shows.OTHER_OWNER for _, shown in used for one in shown)
    made = tuple(accesses(seen))
    route = _route(seen, [one for one, _ in left], [one for one, _ in made], open_to=trespassed)
    seen = replace(seen, route=route)
    before = replace(seen, exchanges=tuple(early[0]), sightings=tuple(early[1]))
    aside = tuple(beside(left, outflows(before)))
    # The outflows keep who got each; everything else is told of the route as a whole.
    left = tuple((_regated(outflow, route), shown) for outflow, shown in left)
    rest = (tuple(accesses(seen)), tuple(keys(seen)), tuple(expressions(seen)))
    mishaps = (tuple(swallows(seen)), tuple(debug(seen)), (*url_secrets(seen), *sent_secrets(seen)))
    failed = (_news(mishaps[0], swallows(before)), _news(mishaps[1], debug(before)))
    told = Facts(
        routes=(route,),
        outflows=tuple(one for one, _ in (*left, *aside)),
        accesses=tuple(one for one, _ in rest[0]),
        keys=tuple(one for one, _ in rest[1]),
        expressions=tuple(one for one, _ in rest[2]),
        swallows=tuple(one for one, _ in (*mishaps[0], *failed[0])),
        debug=tuple(one for one, _ in (*mishaps[1], *failed[1])),
        url_secrets=tuple(one for one, _ in mishaps[2]),
    )
    shown = [
        *(one for outflow, every in left for one in _bundled(outflow, every)),
        *(one for group in (*rest, *mishaps) for _, every in group for one in every),
        *_open(seen),
    ]
    first = [
        *(one for outflow, every in aside for one in _bundled(outflow, every)),
        *(one for group in failed for _, every in group for one in every),
    ]
    proofs = (
        *(_proof(seen, one, app, resend) for one in shown),
        *(_proof(before, one, app, None, early=True) for one in first),
    )
    numbers = (one.exchange + len(exchanges) for one in first)
    return told, proofs, (*(one.exchange for one in shown), *numbers)


def _route(seen: Seen, left: list[Outflow], made: list[Access], *, open_to: bool) -> Route:
    """Give the route with what was seen of it: its gate, who gets in, what it reads."""
    answered = {one.asked.identity for one in seen.exchanges if answered_well(one)}
    got = [one.route.audience for one in left if one.channel in OUTWARD and one.route]
    if ANYONE in answered:
        audience, gate = ANYONE, NO_GATE
    else:
        who = [*got, *([SIGNED_IN] if open_to else [])]
        named = [one for one in answered if one and one not in OWNERS]
        if not who and answered & OWNERS:
            who = [OWNER if seen.route.audience == ANYONE else seen.route.audience]
        audience = widest(who) or widest(named) or seen.route.audience
        gate = _gate(seen)
    lists = {one.pagination for one in made}
    pagination = next(
        (one for one in (Pagination.CLIENT, Pagination.BOUNDED) if one in lists), Pagination.NONE
    )
    leaves = {
        one.attribute
        for outflow in left
        if outflow.channel is Channel.RESPONSE
        for one in outflow.carried
        if one.attribute is not None
    }
    reads = {one.table for one in made if one.operation not in _WRITES}
    return replace(
        seen.route,
        audience=audience,
        gate=gate,
        pagination=pagination,
        scans=any(one.operation is Operation.SCAN for one in made),
        writes=any(one.operation in _WRITES for one in made),
        reads=tuple(sorted(reads)),
        leaves=tuple(sorted(leaves)),
    )


def _gate(seen: Seen) -> Gate:
    """Keep the declared gate; where only callers with credentials were answered, there is one."""
    if seen.route.gate.kind is not GateKind.NONE:
        return seen.route.gate
    nobodys = [one for one in seen.exchanges if one.asked.identity == ANYONE]
    others = any(answered_well(one) and one.asked.identity != ANYONE for one in seen.exchanges)
    if any(map(refused, nobodys)):
        return Gate(GateKind.BODY, "refuses callers without credentials")
    # A gate that wants a header may call the request wrong that lacks it.
    return (
        Gate(GateKind.BODY, "answers callers with credentials") if others and nobodys else NO_GATE
    )


def _regated(outflow: Outflow, route: Route) -> Outflow:
    if outflow.route is None:
        return outflow
    who = outflow.route.audience if outflow.channel in OUTWARD else route.audience
    return replace(outflow, route=replace(route, audience=who))


def _news(
    known: Iterable[tuple[_Fact, tuple[Shown, ...]]],
    early: Iterable[tuple[_Fact, tuple[Shown, ...]]],
) -> tuple[tuple[_Fact, tuple[Shown, ...]], ...]:
    """Give the facts of earlier exchanges that later ones did not show."""
    told = {fact for fact, _ in known}
    return tuple(one for one in early if one[0] not in told)


def _bundled(outflow: Outflow, every: tuple[Shown, ...]) -> Iterator[Shown]:
    """Put what one exchange shows of one kind into one proof, by how much it matters."""
    kinds: dict[tuple[object, ...], list[Shown]] = {}
    by_attribute = {one.attribute: one for one in outflow.carried}
    for one in every:
        carried = by_attribute.get(one.attributes[0] if one.attributes else None)
        kinds.setdefault((one.shows, _weight(carried), one.exchange), []).append(one)
    for group in kinds.values():
        attributes = [name for one in group for name in one.attributes]
        yield replace(group[0], attributes=tuple(dict.fromkeys(sorted(attributes))))


def _weight(carried: Carried | None) -> str:
    category = carried.sensitivity.category if carried else Category.PUBLIC
    return "personal" if category in _GRAVE else str(category)


def _open(seen: Seen) -> Iterator[Shown]:
    """Show that a caller without credentials was given something, or changed something.

    An empty list tells nothing of a gate: what would have been in it may be for everybody.
    """
    given = {one.exchange for one in seen.sightings if one.channel in OUTWARD}
    for index, exchange in enumerate(seen.exchanges):
        did = index in given or any(call.operation in WRITES for call in exchange.calls)
        if exchange.asked.identity == ANYONE and answered_well(exchange) and did:
            said = f"{exchange.answered.status} to a caller without credentials"
            yield Shown(Shows.OPEN_ROUTE, Channel.RESPONSE, said, index)
            return


def _proof(
    seen: Seen, shown: Shown, app: str, resend: Resend | None, *, early: bool = False
) -> Proof:
    exchange = seen.exchanges[shown.exchange]
    asked = exchange.asked
    if resend is not None and shown.canary and not asked.fault:
        wanted = frozenset(
            mark
            for mark in marks(seen.sightings_of(shown.exchange))
            if mark == (shown.canary, str(shown.channel), shown.where)
        )
        if wanted:
            asked = shrunk(asked, wanted, resend)
    request = request_of(asked)
    told = (*notes(exchange, made=shown.made, early=early), *shown.notes)
    proof = Proof(
        request=request,
        channel=shown.channel,
        where=shown.where,
        attributes=_named(shown.attributes),
        canary=shown.canary,
        owner=shown.owner,
        encoding=shown.encoding,
        status=exchange.answered.status,
        curl=curl(request, notes=told, times=shown.times),
        shows=shown.shows,
        route=str(seen.route),
        notes=told,
    )
    return replace(proof, test=written_test(proof, exchange, seen.sketch, app))


def proof_of(
    route: Route, exchanges: Sequence[Exchange], shown: Shown, sketch: Sketch, app: str
) -> Proof:
    """Give the proof of what some exchanges of a route showed, beside its facts."""
    return _proof(Seen(route, tuple(exchanges), (), sketch, ""), shown, app, None)


def _named(attributes: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
    return tuple(one for one in attributes if one.path)
