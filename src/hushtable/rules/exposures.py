"""What leaves a service, as a contract: each attribute by route, channel and audience.

Whatever leaves counts, also what no rule complains of: a team agrees to public fields too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from hushtable.model.contract import (
    ANY_ROUTE,
    EXCEPTION,
    NOBODY,
    Basis,
    Contract,
    Exposure,
    Line,
    Part,
    contract,
    together,
)
from hushtable.model.facts import Cargo, Carried, Facts, Outflow
from hushtable.model.place import Place
from hushtable.model.proof import Proof, Shows
from hushtable.model.sensitivity import Category
from hushtable.model.service import ANYONE, Channel, Route
from hushtable.rules.alignment import aligned
from hushtable.rules.leaving import OUTWARD, departures, is_credential

SECRET = "secret"  # noqa: S105 - a word of the model
"""Stands for a table: a setting or a constant of the program is no attribute of any."""

_ELSEWHERE = frozenset(Channel) - {Channel.STORE}
_NAMED = frozenset({Shows.ITEM, Shows.MAP, Shows.ATTRIBUTE, Shows.INPUT})

_Where = tuple[str, Channel, str]
"""Route, channel and table."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves, and where in the source: `places` by route, channel and table."""

    contract: Contract
    places: Mapping[_Where, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Thing:
    exposure: Exposure
    place: Place
    credential: bool


def suspected(facts: Facts) -> Leaving:
    """Give what a scan says leaves."""
    labels = _labels(facts.routes)
    return _leaving((_thing(*one, labels) for one in _flowing(facts)), Basis.SCAN)


def shown(facts: Facts, proofs: Iterable[Proof], source: Facts | None = None) -> Leaving:
    """Give what a run showed, each time it was run, in the words of the source where there is one.

    An app that runs may have other names: its routes a prefix, its tables what settings say.
    """
    told = tuple(one for one in proofs if one.reproduced >= one.replayed)
    names = _labels(facts.routes) if source is None else _called(facts, source)
    things = [
        _thing(outflow, one, names)
        for outflow, one in _flowing(facts)
        if any(_shows(proof, outflow, one) for proof in told)
    ]
    if source is not None:
        things = _in_words_of(suspected(source).contract, things, _tables(facts))
    return _leaving(things, Basis.PROOFS)


def both(read: Leaving, run: Leaving) -> Leaving:
    """Give what either a scan or a run says leaves."""
    made = together(read.contract, run.contract, Basis.BOTH)
    return Leaving(made, {**run.places, **read.places})


def _leaving(things: Iterable[_Thing], basis: Basis) -> Leaving:
    known = tuple(things)
    places: dict[_Where, Place] = {}
    for one in sorted(known, key=lambda thing: thing.place):
        at = one.exposure
        places.setdefault((at.route, at.channel, at.table), one.place)
    marks = (one.exposure for one in known if one.credential)
    return Leaving(contract((one.exposure for one in known), basis, marks), places)


def _flowing(facts: Facts) -> Iterator[tuple[Outflow, Carried]]:
    """Give what leaves in clear. Of what is stored only credentials: a store is there to store."""
    for departure in departures(facts, _ELSEWHERE, _counts):
        yield from ((departure.outflow, one) for one in departure.carried)
    kept = frozenset({Channel.STORE})
    for departure in departures(facts, kept, lambda one: is_credential(one.sensitivity)):
        yield from ((departure.outflow, one) for one in departure.carried if _path(one))


def _counts(one: Carried) -> bool:
    """Whether it is something of the service's: not a text of its own, not a plain echo."""
    if one.cargo is Cargo.INPUT and one.sensitivity.category is Category.PUBLIC:
        return False
    return not one.own_text and bool(_path(one))


def _thing(outflow: Outflow, one: Carried, labels: Mapping[tuple[str, str], str]) -> _Thing:
    route, outward = outflow.route, outflow.channel in OUTWARD
    if route is not None:
        label = labels.get(_name(route), str(route))
    else:
        label = ANY_ROUTE if outward else outflow.function or outflow.place.path
    audience = ANYONE if route is None else route.audience
    if not outward:
        audience = ANYONE if outflow.public_file else NOBODY
    path = tuple(map(_fit, _path(one)))
    less = tuple(sorted(name for name in map(_fit, one.minus) if "." not in name))
    part = Part(path, less if path[-1] == "*" else ())
    exposure = Exposure(_fit(label), outflow.channel, audience, _fit(_table(one)), part)
    credential = one.cargo not in {Cargo.ITEM, Cargo.MAP} and is_credential(one.sensitivity)
    return _Thing(exposure, outflow.place, credential and not part.open)


def _table(one: Carried) -> str:
    if one.attribute is not None:
        return one.attribute.table
    return EXCEPTION if one.cargo is Cargo.EXCEPTION else SECRET


def _path(one: Carried) -> tuple[str, ...]:
    """Give the path of what leaves; a name with dots in it reads like a path, and is taken so."""
    if one.attribute is not None:
        return tuple(".".join(one.attribute.path).split(".")) if one.attribute.path else ()
    if one.cargo is Cargo.EXCEPTION:
        return ("traceback",) if "traceback" in one.detail else ("text",)
    return tuple(one.detail.split(".")) if one.detail and one.cargo is Cargo.SECRET else ()


def _fit(text: str) -> str:
    """Give a text that UTF-8 and TOML can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _name(route: Route) -> tuple[str, str]:
    return (route.app, str(route))


def _labels(routes: Iterable[Route]) -> dict[tuple[str, str], str]:
    """Name routes; where several apps have one of a name, each with its app."""
    apps: dict[str, set[str]] = defaultdict(set)
    for route in routes:
        apps[str(route)].add(route.app)
    return {
        (app, name): f"{name} ({app})" if len(found) > 1 and app else name
        for name, found in apps.items()
        for app in found
    }


def _called(facts: Facts, source: Facts) -> dict[tuple[str, str], str]:
    """Name the routes of a run as the source calls them."""
    alignment = aligned(map(str, source.routes), map(str, facts.routes))
    labels = _labels(source.routes)
    found = {}
    for route in facts.routes:
        names = alignment.source.get(str(route), frozenset())
        twins = sorted(key for key in labels if key[1] in names)
        same = [key for key in twins if key[0] == route.app]
        if twins:
            found[_name(route)] = labels[(same or twins)[0]]
    return found


def _shows(proof: Proof, outflow: Outflow, one: Carried) -> bool:
    return (
        proof.route == str(outflow.route)
        and proof.channel is outflow.channel
        and str(proof.shows) == str(one.cargo)
        and (proof.shows not in _NAMED or one.attribute in proof.attributes)
    )


def _tables(facts: Facts) -> frozenset[str]:
    return frozenset(
        (
            *(name for route in facts.routes for name in route.reads),
            *(one.table for one in facts.accesses),
        )
    )


def _in_words_of(
    source: Contract, things: Iterable[_Thing], running: frozenset[str]
) -> list[_Thing]:
    """Call the tables of a run as the source does, where what leaves shows which is which."""
    known = tuple(things)
    lines: dict[tuple[str, Channel], list[Line]] = defaultdict(list)
    for line in source.lines:
        lines[line.route, line.channel].append(line)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for one in known:
        at = one.exposure
        for line in lines[at.route, at.channel]:
            if line.table not in running and _holds(line, at):
                votes[at.table][line.table] += 1
    told = {
        table: found.most_common(1)[0][0]
        for table, found in votes.items()
        if table in running and found
    }
    return [
        replace(
            one,
            exposure=replace(
                one.exposure,
                table=told.get(one.exposure.table, "")
                or _own(one.exposure, lines[one.exposure.route, one.exposure.channel]),
            ),
        )
        for one in known
    ]


def _own(exposure: Exposure, beside: Iterable[Line]) -> str:
    """Give the table; where a run could not tell it, one that has the attribute in the source."""
    if exposure.table:
        return exposure.table
    return next((line.table for line in beside if _holds(line, exposure)), "")


def _holds(line: Line, exposure: Exposure) -> bool:
    return any(part.covers(exposure.part) for part in line.parts)
