"""The contract: what a team has agreed may leave, and how two contracts differ.

A contract says the same however it came about: it is kept in one form, in which nothing is said
twice. What `users.*` holds is not named beside it, and what anyone gets is not named again for
those who are signed in. So two contracts allow the same exactly when they are equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hushtable.model.service import ANYONE, OWNER, SIGNED_IN, Channel

FILE = "hushtable.lock"
"""What the file of a contract is called, in the folder of the service."""

ANY_ROUTE = "*"
"""Stands for every route: what answers for all of them, as an exception handler does."""

NOBODY = ""
"""The audience of what no caller gets: a log, a file that is not served, a store."""

EXCEPTION = "exception"
"""Stands for a table: the text of an exception is no attribute of any."""


class Basis(StrEnum):
    """What a contract was made from."""

    SCAN = "scan"
    PROOFS = "proofs"
    BOTH = "scan and proofs"

    @property
    def proven(self) -> bool:
        """Whether something in it was shown by a run, not only read in the source."""
        return self is not Basis.SCAN


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Some of an item: an attribute with what is in it, or the item or a map of it, whole.

    `path` is `("email",)`, `("profile", "locale")`, `("*",)` for the whole item. `less` are the
    names right under a whole one that are left out of it.
    """

    path: tuple[str, ...]
    less: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is an item or a map, whole: names that nobody declared included."""
        return self.path[-1:] == ("*",)

    @property
    def name(self) -> str:
        """`profile.locale`, `*`, without what is left out."""
        return ".".join(self.path)

    @property
    def inside(self) -> tuple[str, ...]:
        """The path of the map that an open one opens; empty for the item."""
        return self.path[:-1] if self.open else self.path

    def __str__(self) -> str:
        """`profile.locale`, `* except password_hash`."""
        return f"{self.name} except {', '.join(self.less)}" if self.less else self.name

    def covers(self, other: Part) -> bool:
        """Whether all of the other one is in this one.

        An attribute holds what is in it. A map without a fixed shape holds more than the attribute
        by its name, and the whole item more than any list of attributes.
        """
        mine, its = self.inside, other.inside
        if its[: len(mine)] != mine:
            return False
        if len(its) > len(mine):
            return not self.open or its[len(mine)] not in self.less
        if not self.open:
            return not other.open
        return set(self.less) <= set(other.less) if other.open else not self.less


@dataclass(frozen=True, slots=True, order=True)
class Exposure:
    """One attribute that leaves by one route and channel to one audience."""

    route: str
    channel: Channel
    audience: str
    table: str
    part: Part


@dataclass(frozen=True, slots=True)
class Line:
    """What of one table leaves by one route and channel to one audience.

    `credentials` are those that leave, by name, also those inside of a whole item. They tell a
    reader what weighs most, and say nothing about what is agreed.
    """

    route: str
    channel: Channel
    audience: str
    table: str
    parts: tuple[Part, ...]
    credentials: tuple[str, ...] = ()

    @property
    def exposures(self) -> Iterator[Exposure]:
        """Give each part on its own."""
        for part in self.parts:
            yield Exposure(self.route, self.channel, self.audience, self.table, part)

    @property
    def marks(self) -> Iterator[Exposure]:
        """Give the credentials, each on its own."""
        for name in self.credentials:
            part = Part(tuple(name.split(".")))
            yield Exposure(self.route, self.channel, self.audience, self.table, part)


@dataclass(frozen=True, slots=True)
class Contract:
    """What may leave, in one form: made by `contract`, with its lines sorted."""

    lines: tuple[Line, ...] = ()
    basis: Basis = Basis.SCAN


class Kind(StrEnum):
    """What there is more of."""

    ROUTE = "route"
    CHANNEL = "channel"
    AUDIENCE = "audience"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Change:
    """Parts of one table that one of two contracts allows and the other does not.

    `kind` says what is more: the route, the channel, the audience, or the attributes. `others` are
    the audiences and `beside` the parts that the other contract has there.
    """

    kind: Kind
    route: str
    channel: Channel
    audience: str
    table: str
    parts: tuple[Part, ...]
    credentials: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    beside: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wider than agreed, and what of the agreed is not seen any more."""

    wider: tuple[Change, ...] = ()
    narrower: tuple[Change, ...] = ()


def contract(
    exposures: Iterable[Exposure], basis: Basis = Basis.SCAN, marks: Iterable[Exposure] = ()
) -> Contract:
    """Make the contract that allows these exposures and nothing else.

    `marks` are credentials that leave as a part of others, and are named beside those.
    """
    places: dict[tuple[Channel, str], dict[str, _Audiences]] = {}
    credentials: dict[tuple[str, Channel, str], set[str]] = defaultdict(set)
    for one in exposures:
        routes = places.setdefault((one.channel, one.table), {})
        routes.setdefault(one.route, {}).setdefault(one.audience, []).append(one.part)
    for one in marks:
        credentials[one.route, one.channel, one.table].add(one.part.name)
    lines = [
        _marked(Line(route, channel, audience, table, parts), credentials)
        for (channel, table), routes in places.items()
        for route, audience, parts in _once(routes)
    ]
    return Contract(tuple(sorted(lines, key=order)), basis)


def together(one: Contract, other: Contract, basis: Basis) -> Contract:
    """Give the contract that allows what either of two does."""
    lines = (*one.lines, *other.lines)
    exposures = (each for line in lines for each in line.exposures)
    return contract(exposures, basis, (each for line in lines for each in line.marks))


def order(line: Line) -> tuple[object, ...]:
    """Sort key of lines: by path, so that the methods of one stand together."""
    method, _, path = line.route.partition(" ")
    return (path, method, list(Channel).index(line.channel), line.audience, line.table)


def compare(agreed: Contract, now: Contract) -> Difference:
    """Say what is wider now than agreed, and what is narrower.

    What only a run has shown is not narrower where nothing was run now, and what only a scan tells
    is not where none was made: nobody looked.
    """
    looked = now.basis in {agreed.basis, Basis.BOTH}
    return Difference(_more(now, agreed), _more(agreed, now) if looked else ())


def reaches(audience: str, other: str) -> bool:
    """Whether an audience holds the other one: anyone, then who is signed in, then the rest.

    An owner and a role, and two roles, hold each other in part at most.
    """
    return audience in {other, ANYONE} or (audience == SIGNED_IN and other != ANYONE)


def is_audience(text: str) -> bool:
    """Whether a text names an audience."""
    return text in {NOBODY, ANYONE, SIGNED_IN, OWNER} or (
        text.startswith("role:") and text != "role:"
    )


_Audiences = dict[str, list[Part]]
"""What each audience gets of one table, by one route and channel."""


def _once(routes: Mapping[str, _Audiences]) -> Iterator[tuple[str, str, tuple[Part, ...]]]:
    """Give each route and audience with those of its parts that no wider one has already."""
    always = routes.get(ANY_ROUTE, {})
    for route, own in routes.items():
        beside = {} if route == ANY_ROUTE else always
        audiences = {*own, *beside}
        for audience in audiences:
            wider = [
                _held((own, beside), one)
                for one in audiences
                if one != audience and reaches(one, audience)
            ]
            wider.append(_held((beside,), audience))
            parts = [
                part
                for part in _held((own, beside), audience)
                if not any(each.covers(part) for other in wider for each in other)
            ]
            if parts:
                yield route, audience, tuple(parts)


def _held(every: Iterable[Mapping[str, Iterable[Part]]], audience: str) -> tuple[Part, ...]:
    """Join what an audience gets, also as a part of a wider one."""
    return _joined(
        part
        for one in every
        for wider, parts in one.items()
        if reaches(wider, audience)
        for part in parts
    )


def _joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Join parts of one table: what is left out of every whole one, and what none covers."""
    named: set[Part] = set()
    less: dict[tuple[str, ...], set[str]] = {}
    for part in parts:
        if part.open:
            less[part.inside] = less.get(part.inside, set(part.less)) & set(part.less)
        else:
            named.add(part)
    # An attribute that is named, or that is whole, is not left out of what it stands in.
    held = {part.path for part in named}
    for inside, names in sorted(less.items(), key=lambda one: -len(one[0])):
        left = set() if inside in held else {one for one in names if (*inside, one) not in held}
        if not left:
            held.add(inside)
        named.add(Part((*inside, "*"), tuple(sorted(left))))
    return tuple(
        sorted(part for part in named if not any(one.covers(part) for one in named if one != part))
    )


def _marked(line: Line, credentials: dict[tuple[str, Channel, str], set[str]]) -> Line:
    names = credentials.get((line.route, line.channel, line.table), ())
    known = {
        name
        for name in names
        if any(part.covers(Part(tuple(name.split(".")))) for part in line.parts)
    }
    return replace(line, credentials=tuple(sorted(known)))


def _more(mine: Contract, other: Contract) -> tuple[Change, ...]:
    """Give what one contract allows and the other does not, line by line."""
    places: dict[tuple[str, Channel, str], dict[str, tuple[Part, ...]]] = defaultdict(dict)
    for line in other.lines:
        places[line.route, line.channel, line.table][line.audience] = line.parts
    routes = {line.route for line in other.lines}
    channels = {(line.route, line.channel) for line in other.lines}
    found = []
    for line in mine.lines:
        there = places.get((line.route, line.channel, line.table), {})
        always = places.get((ANY_ROUTE, line.channel, line.table), {})
        held = _held((there, always), line.audience)
        kinds: dict[Kind, list[Part]] = defaultdict(list)
        for part in line.parts:
            if any(each.covers(part) for each in held):
                continue
            if line.route not in routes:
                kinds[Kind.ROUTE].append(part)
            elif (line.route, line.channel) not in channels:
                kinds[Kind.CHANNEL].append(part)
            elif any(each.covers(part) for parts in there.values() for each in parts):
                kinds[Kind.AUDIENCE].append(part)
            else:
                kinds[Kind.ATTRIBUTE].append(part)
        found += [_change(kind, line, tuple(kinds[kind]), there) for kind in Kind if kind in kinds]
    return tuple(found)


def _change(
    kind: Kind, line: Line, parts: tuple[Part, ...], there: Mapping[str, tuple[Part, ...]]
) -> Change:
    names = [Part(tuple(name.split("."))) for name in line.credentials]
    return Change(
        kind=kind,
        route=line.route,
        channel=line.channel,
        audience=line.audience,
        table=line.table,
        parts=parts,
        credentials=tuple(one.name for one in names if any(p.covers(one) for p in parts)),
        others=tuple(sorted(there)),
        beside=_joined(part for parts in there.values() for part in parts),
    )
