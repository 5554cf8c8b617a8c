"""Whether a secret that the app made is kept as others have it: shown later, or accepted later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from hushtable.model.facts import Facts
from hushtable.model.proof import Proof, Shows
from hushtable.model.service import Attribute, Channel
from hushtable.prove.canary import Source
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import Driver, made_first
from hushtable.prove.drive.firsts import Lent
from hushtable.prove.drive.room import USUAL, Room, Step, fine
from hushtable.prove.exchange import Asked, Exchange, Sighting
from hushtable.prove.told import Tried
from hushtable.prove.witness.made import SHORTEST_ACCEPTED, Made, Where, sent, shows
from hushtable.prove.witness.witness import OUTWARD

MOST_READERS = 3
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Open:
    """A door that was called, and the secrets made there of which it is not known yet."""

    door: Door
    exchanges: tuple[Exchange, ...]
    made: tuple[Made, ...]
    tried: Tried


@dataclass(slots=True)
class Confirming:
    """What is known of where the app shows what it keeps, and of what it accepts."""

    driver: Driver
    waiting: list[Open] = field(default_factory=list)
    _readers: dict[Where, list[tuple[Door, str]]] = field(default_factory=dict)
    _accepted: dict[Where, tuple[str, str]] = field(default_factory=dict)

    def note(self, door: Door, exchanges: Sequence[Exchange], came: Iterable[Sighting]) -> None:
        """Keep where planted values of an attribute came out, and who got them."""
        for one in came:
            exchange = exchanges[one.exchange]
            if one.channel in OUTWARD and one.canary.source is Source.ITEM and fine(exchange):
                readers = self._readers.setdefault((one.canary.table, one.canary.path), [])
                reader = (door, exchange.asked.identity)
                if reader not in readers and len(readers) < MOST_READERS:
                    readers.append(reader)

    async def accepts(self, door: Door, exchanges: Iterable[Exchange]) -> None:
        """Note the secrets that a door was opened with, where another of its kind opens nothing."""
        lent = self.driver.inputs.lent(door)
        usual = next(
            (one for one in exchanges
             if one.asked.before and one.asked.purpose == USUAL and fine(one)), None,
        )  # fmt: skip
        if usual is None:
            return
        for one in (one for kept in self.waiting for one in kept.made):
            texts = [attributes.get(one.path[-1], "") for table, attributes in lent.written
                     if table == one.table and len(one.path) == 1]  # fmt: skip
            for text in texts:
                long = len(text) >= SHORTEST_ACCEPTED and text != one.unlike
                if not long or not sent(text, usual.asked):
                    continue
                other = _with(usual.asked, text, one.unlike)
                answer = await self.driver.exchange(door, Step(other))
                if answer.answered.status >= _REFUSED:
                    self._accepted[one.where] = (usual.asked.label, str(door.route))

    async def confirmed(self, kept: Open) -> tuple[tuple[Sighting, ...], tuple[str, ...]]:
        """Give what shows that the secrets of a door are kept in clear, and the labels of that."""
        found: list[Sighting] = []
        labels: list[str] = []
        for one in kept.made:
            label, how = self._accepted.get(one.where, ("", ""))
            if how:
                how = f"accepted by {how}"
            else:
                label, how = await self._shown(kept.door, one)
            if how:
                found.append(one.kept(how))
                labels += (kept.exchanges[one.other].asked.label, label)
        return tuple(found), tuple(labels)

    async def _shown(self, door: Door, secret: Made) -> tuple[str, str]:
        """Have another secret made, and look for it where planted ones came out."""
        first = self.driver.firsts.known.get(door.index)
        driver = self.driver
        for reader, identity in self._readers.get(secret.where, ()) if first is not None else ():
            lent = await made_first(driver, first) if first is not None else None
            if lent is None:
                return "", ""
            driver.inputs.lend(reader, lent)
            room = Room(reader, driver.inputs, driver.identities, lent)
            step = Step(room.asked(identity, USUAL, room.fill(identity)))
            exchange = await driver.exchange(reader, step)
            driver.inputs.lend(reader, None)
            driver.watched.plant()
            texts = {attributes.get(secret.path[-1], "") for table, attributes in lent.written
                     if table == secret.table and len(secret.path) == 1}  # fmt: skip
            for text in texts - {"", secret.text, secret.unlike}:
                at = shows(text, exchange)
                if at:
                    return step.asked.label, f"shown by {reader.route} at {at}"
        return "", ""


def lent_shown(lent: Lent, exchanges: Iterable[Exchange]) -> frozenset[Attribute]:
    """Give the attributes whose values, which the app wrote first for a door, it answers with."""
    answers = [one for one in exchanges if one.asked.before]
    return frozenset(
        Attribute(table, (name,))
        for table, attributes in lent.written
        for name, text in attributes.items()
        if any(shows(text, one) for one in answers)
    )


def together(
    tried: Tried, more: tuple[Facts, tuple[Proof, ...], tuple[str, ...]], labels: Iterable[str]
) -> Tried:
    """Add to what is told of a route that secrets made there are kept in clear."""
    facts, proofs, own = more
    stored = tuple(one for one in facts.outflows if one.channel is Channel.STORE)
    return replace(
        tried,
        facts=replace(tried.facts, outflows=(*tried.facts.outflows, *stored)),
        proofs=(
            *tried.proofs,
            *(one for one in proofs
              if one.channel is Channel.STORE and one.shows is Shows.ATTRIBUTE),
        ),
        labels=(*tried.labels, *own, *labels),
    )  # fmt: skip


def _with(asked: Asked, text: str, other: str) -> Asked:
    """Give a request with another text in the place of one."""
    return replace(
        asked,
        path=asked.path.replace(text, other),
        headers=tuple((name, value.replace(text, other)) for name, value in asked.headers),
        body=asked.body.replace(text.encode(), other.encode()),
    )
