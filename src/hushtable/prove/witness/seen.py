"""All that was seen of one route, and what its facts and proofs are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from hushtable.model.place import Place
from hushtable.model.proof import Shows
from hushtable.model.service import ANYONE, OWNER, SIGNED_IN, Attribute, Channel, Route
from hushtable.prove.exchange import Exchange, Sighting
from hushtable.prove.sketch import Sketch

_WIDTH = {ANYONE: 0, SIGNED_IN: 1, OWNER: 3}
OWNERS = frozenset({"A", "B"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One route's exchanges and sightings; a sighting's `exchange` counts in `exchanges`.

    `folder` is the app's, absolute. `declared` are sensitivities by attribute, as configured.
    """

    route: Route
    exchanges: tuple[Exchange, ...]
    sightings: tuple[Sighting, ...]
    sketch: Sketch
    folder: str
    declared: Mapping[str, str] = field(default_factory=dict)

    def sightings_of(self, exchange: int) -> tuple[Sighting, ...]:
        """Give what was seen of one exchange."""
        return tuple(one for one in self.sightings if one.exchange == exchange)

    def place(self, file: str, line: int) -> Place | None:
        """Give a place in the app's own files; None for one outside of them."""
        if not file or line < 1:
            return None
        path = Path(file)
        if path.is_absolute():
            if not path.is_relative_to(self.folder):
                return None
            path = path.relative_to(self.folder)
        if "site-packages" in path.parts:
            return None
        return Place(path.as_posix(), line)


@dataclass(frozen=True, slots=True)
class Shown:
    """What makes a proof: a fact was witnessed in this exchange, there."""

    shows: Shows
    channel: Channel
    where: str
    exchange: int
    attributes: tuple[Attribute, ...] = ()
    canary: str = ""
    owner: str = ""
    encoding: str = ""
    times: int = 1
    """How often the request was sent, each time with another secret."""
    notes: tuple[str, ...] = ()
    """What else it rests on, a sentence each."""
    made: bool = False
    """The item was made by the app, and prove had added the canary to it."""


def answered_well(exchange: Exchange) -> bool:
    """Whether the route answered as when all is well."""
    status = exchange.answered.status
    # A switched protocol is how a socket opens.
    well = status == HTTPStatus.SWITCHING_PROTOCOLS or (
        HTTPStatus.OK <= status < HTTPStatus.BAD_REQUEST
    )
    return well and not exchange.answered.raised


def refused(exchange: Exchange) -> bool:
    """Whether the caller was turned away."""
    return exchange.answered.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def width(audience: str) -> int:
    """Order audiences, the widest first."""
    return _WIDTH.get(audience, 2)


def widest(audiences: Iterable[str]) -> str:
    """Give the widest of some audiences; empty of none."""
    return min(audiences, key=width, default="")


def audience(sighting: Sighting, exchange: Exchange) -> str:
    """Say to whom what was seen went: nobody is claimed to get more than somebody got.

    An owner who got what is somebody else's, or nobody's, stands for everyone who is signed in.
    """
    identity = exchange.asked.identity
    if identity in OWNERS:
        return OWNER if sighting.canary.owner == identity else SIGNED_IN
    return identity or ANYONE
