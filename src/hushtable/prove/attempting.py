"""Whether passwords and codes can be tried without a limit: asked at the end of a run.

What attempts leave in an app, as a locked account, is in the way of nothing then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hushtable.prove.drive.attempts import ATTEMPTS, attempts, takes_a_secret
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import Driver
from hushtable.prove.drive.room import USUAL, fine
from hushtable.prove.exchange import Exchange
from hushtable.prove.sketch import Sketch
from hushtable.prove.told import Tried
from hushtable.prove.witness.facts import proof_of
from hushtable.prove.witness.limits import limited, unlimited


@dataclass(slots=True)
class Attempting:
    """The doors that take a password or a code, with what was seen of each."""

    driver: Driver
    waiting: dict[str, tuple[Door, tuple[Exchange, ...]]] = field(default_factory=dict)

    def note(self, door: Door, exchanges: Sequence[Exchange], tried: Tried) -> None:
        """Keep a door for the end of the run."""
        if takes_a_secret(door) and not tried.hung:
            self.waiting[str(door.route)] = (door, tuple(exchanges))

    async def attempted(self, tried: Tried, sketch: Sketch, app: str) -> Tried:
        """Try wrong secrets at a door, and add what came of it to what is told of the door."""
        door, exchanges = self.waiting[tried.route]
        found = await attempts(self.driver, door, exchanges, self.driver.only)
        tried = replace(tried, again=False, requests=tried.requests + len(found))
        if limited(found):
            routes = (replace(one, rate_limited=True) for one in tried.facts.routes)
            return replace(tried, facts=replace(tried.facts, routes=tuple(routes)))
        reached = any(fine(one) for one in exchanges if one.asked.purpose == USUAL)
        shown = unlimited(found, ATTEMPTS, reached=reached)
        if shown is None:
            return tried
        proof = proof_of(door.route, found, shown, sketch, app)
        return replace(
            tried,
            proofs=(*tried.proofs, proof),
            labels=(*tried.labels, found[shown.exchange].asked.label),
        )
