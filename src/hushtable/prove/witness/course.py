"""What was seen at one door, in the order it was seen, and what a lesson makes of it.

A lesson changes the items: what came out of the earlier ones does not come out of the later ones,
and a request that failed for want of an attribute fails no more. What an answer that is well showed
of items is seen again afterwards. What an error or a log showed of them is not, and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from hushtable.model.service import Channel
from hushtable.prove.canary import Source
from hushtable.prove.exchange import Exchange, Sighting

PLANTED = frozenset({Source.ITEM, Source.UNDECLARED})
ASIDE = frozenset({Channel.ERROR, Channel.LOG, Channel.FILE})
"""Where something leaves beside the answer that a route is there for."""


@dataclass(slots=True)
class Course:
    """Exchanges with their sightings, whose `exchange` counts in them.

    `fresh` is the number of the first exchange after the last lesson. `early` are those before it
    that failed, or showed something in an error, a log or a file.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    early: list[Exchange] = field(default_factory=list)
    early_sightings: list[Sighting] = field(default_factory=list)
    fresh: int = 0

    def add(self, exchange: Exchange, seen: Sequence[Sighting]) -> None:
        """Keep an exchange; `seen` counts from it."""
        self.sightings += [replace(one, exchange=len(self.exchanges)) for one in seen]
        self.exchanges.append(exchange)

    def is_fresh(self, number: int) -> bool:
        """Whether an exchange is of the items of now. `early` are numbered after `exchanges`."""
        return self.fresh <= number < len(self.exchanges)

    def lesson(self, *, again: bool = True) -> None:
        """Part what was seen of the items before a lesson from what goes on being true.

        `again`: another run comes to this lesson too, and sees the same before it.
        """
        kept: list[Exchange] = []
        sightings: list[Sighting] = []
        found: dict[int, list[Sighting]] = {}
        for one in self.sightings:
            found.setdefault(one.exchange, []).append(one)
        for index, exchange in enumerate(self.exchanges):
            seen = found.get(index, [])
            failed = broke(exchange)
            if again and index >= self.fresh:
                self._aside(exchange, [one for one in seen if failed or _is_planted(one)])
            if not failed:
                others = (one for one in seen if not _is_planted(one))
                sightings += [replace(one, exchange=len(kept)) for one in others]
                kept.append(exchange)
        self.exchanges, self.sightings, self.fresh = kept, sightings, len(kept)

    def _aside(self, exchange: Exchange, seen: Sequence[Sighting]) -> None:
        aside = [one for one in seen if one.channel in ASIDE]
        if aside or broke(exchange):
            self.early_sightings += [replace(one, exchange=len(self.early)) for one in aside]
            self.early.append(exchange)


def broke(exchange: Exchange) -> bool:
    """Whether the app failed."""
    answered = exchange.answered
    return bool(answered.raised) or answered.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _is_planted(sighting: Sighting) -> bool:
    return sighting.canary.source in PLANTED
