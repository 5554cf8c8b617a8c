"""Drives one door: every request its plan asks for, one at a time, each an exchange.

Since nothing else runs meanwhile, whatever was called, said and complained of during a request
belongs to it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from enum import Enum

from hushtable.prove.drive.app import AsgiApp
from hushtable.prove.drive.asgi import LONGEST, NO_ANSWER, WEBSOCKET, ask
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.firsts import First, Firsts, Lent, fields_of, wrote
from hushtable.prove.drive.identity import Identities
from hushtable.prove.drive.inputs import Inputs
from hushtable.prove.drive.plan import WRITES, basics, edges
from hushtable.prove.drive.refusing import refused
from hushtable.prove.drive.room import USUAL, Plan, Room, Step, fine
from hushtable.prove.exchange import Answered, Asked, Call, Complaint, Exchange, Said

LEAST_ROUNDS = 7
"""Of learning, however slow they are. After them a door has its share of the time for more."""

MAX_REQUESTS = 40
"""Of the edges; the basic requests are bounded by their own tries."""

_PAGES = 3
"""How often what was learned from the page of a list is tried."""

MOST_HUNG = 2
"""Requests that a door may leave without an answer. Each costs as long as one is waited for."""


class Turn(Enum):
    """When a door is asked: alone; at first, with another turn to come; or at last."""

    ONLY = "only"
    FIRST = "first"
    LAST = "last"


def _nothing() -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True)
class Watched:
    """What is seen during a request, each emptied when it is read; and the hands on the store.

    `provoke` is told of a step before it is asked: its fault and its page size. `calm` ends that.
    `restore` puts planted items back. `adopt` keeps what the app wrote instead, until `plant`.
    """

    calls: Callable[[], tuple[Call, ...]] = _nothing
    said: Callable[[], tuple[Said, ...]] = _nothing
    complaints: Callable[[], tuple[Complaint, ...]] = _nothing
    refused: Callable[[], tuple[str, ...]] = _nothing
    services: Callable[[], tuple[str, ...]] = _nothing
    stood_in: Callable[[], tuple[str, ...]] = _nothing
    provoke: Callable[[Step], None] = lambda _: None
    calm: Callable[[], None] = lambda: None
    restore: Callable[[], None] = lambda: None
    adopt: Callable[[], None] = lambda: None
    plant: Callable[[], None] = lambda: None

    def drain(self) -> None:
        """Forget what was seen before."""
        read_out = (self.calls, self.said, self.complaints, self.refused, self.services)
        for read in (*read_out, self.stood_in):
            read()


@dataclass(frozen=True, slots=True)
class Driver:
    """An app that is running, with all that is needed to ask it.

    `learn` is given the exchanges of a round; when it returns True, something new was learned and
    planted, and the basic requests are asked again: until nothing is new, or the door's `share` of
    the time (seconds) is over. `only` keeps the exchanges of these labels (`Asked.label`) beside
    the basic requests, which teach how to ask.
    """

    app: AsgiApp
    inputs: Inputs
    identities: Identities
    watched: Watched = field(default_factory=Watched)
    learn: Callable[[Door, Sequence[Exchange]], bool] = lambda _door, _seen: False
    share: Callable[[], float] = lambda: 0.0
    seconds: float = 10.0
    longest: int = LONGEST
    requests: int = MAX_REQUESTS
    only: frozenset[str] = frozenset()
    firsts: Firsts = field(default_factory=Firsts)

    async def exchange(self, door: Door, step: Step, *, keep: bool = False) -> Exchange:
        """Send one request and give all that was seen of it; `keep` lets stay what was written."""
        watched = self.watched
        watched.drain()
        watched.provoke(step)
        try:
            # What counts requests stands in its place where requests are to be counted.
            somebody = self.identities.as_(step.asked.identity, door)
            with nullcontext() if step.address else somebody:
                answered = await ask(
                    self.app, step.asked, seconds=self.seconds, longest=self.longest,
                    address=step.address,
                )  # fmt: skip
        finally:
            watched.calm()
        calls = watched.calls()
        seen = Exchange(
            step.asked, answered, calls, watched.said(), watched.complaints(), watched.refused(),
            watched.services(), watched.stood_in(),
        )  # fmt: skip
        if step.crowd or any(call.operation in WRITES for call in calls):
            if keep:
                watched.adopt()
            else:
                watched.restore()
            watched.calls()
        return seen

    async def resend(self, door: Door, asked: Asked, like: Step | None = None) -> Exchange:
        """Send a request again, perhaps a smaller one, as it was sent in a step."""
        step = like if like is not None else Step(asked)
        return await self.exchange(door, replace(step, asked=asked))


async def drive(
    driver: Driver, door: Door, turn: Turn = Turn.ONLY
) -> AsyncIterator[tuple[Step, Exchange]]:
    """Ask everything that is asked at a door, and give each step with its exchange.

    A door that does not answer in time is given up. One that does not answer well at first is
    asked no more then: at last it is asked again, by what was learned and made since.
    """
    silent = 0
    async for step, exchange in _everything(driver, door, turn):
        yield step, exchange
        silent += _is_silent(exchange)
        if silent >= MOST_HUNG:
            return


def given_up(exchanges: Sequence[Exchange]) -> bool:
    """Whether a door was given up, since it did not answer in time."""
    silent = sum(map(_is_silent, exchanges))
    return silent >= min(MOST_HUNG, max(1, len(exchanges)))


def _is_silent(exchange: Exchange) -> bool:
    return exchange.answered.status == NO_ANSWER and exchange.answered.raised == "TimeoutError"


async def _everything(
    driver: Driver, door: Door, turn: Turn
) -> AsyncIterator[tuple[Step, Exchange]]:
    room = Room(door, driver.inputs, driver.identities)
    usual: list[Exchange] = []
    async for step, exchange in _rounds(driver, room, usual):
        yield step, exchange
    well = any(map(fine, usual))
    if turn is Turn.FIRST and not well:
        return
    if turn is Turn.LAST and not well:
        for first in driver.firsts.before(door, _telling(usual)):
            again: list[Exchange] = []
            async for step, exchange in _rounds(driver, room, again, first):
                yield step, exchange
            if any(map(fine, again)):
                usual = again
                break
            driver.inputs.lend(door, None)
            driver.watched.plant()
    if usual and usual[-1].asked.before:
        room = replace(room, lent=driver.inputs.lent(door))
    for _ in range(_PAGES):
        pages: list[Exchange] = []
        async for step, exchange in _at_edges(driver, room, usual):
            yield step, exchange
            well = well or fine(exchange)
            if step.page is not None:
                pages.append(exchange)
        # A handler that counts on a next page shows what else it wants only where there is one.
        if well or not pages or not driver.learn(door, pages):
            break


async def _at_edges(
    driver: Driver, room: Room, usual: Sequence[Exchange]
) -> AsyncIterator[tuple[Step, Exchange]]:
    count = 0
    async for step, exchange in _follow(driver, room.door, edges(room, usual)):
        yield step, exchange
        count += 1
        if count >= driver.requests:
            break


async def _rounds(
    driver: Driver, room: Room, usual: list[Exchange], first: First | None = None
) -> AsyncIterator[tuple[Step, Exchange]]:
    """Ask the basic requests until they teach nothing more. `usual` holds the last round's.

    What another door is asked `first` is asked anew in each round: a lesson plants anew.
    """
    until = time.monotonic() + driver.share()
    for number in itertools.count(1):
        usual.clear()
        if first is not None:
            lent = await made_first(driver, first)
            if lent is None:
                return
            driver.inputs.lend(room.door, lent)
            room = replace(room, lent=lent)
        async for step, exchange in _follow(driver, room.door, basics(room)):
            usual.append(exchange)
            if fine(exchange) and step.asked.purpose == USUAL:
                chain = (*first.before, first) if first is not None else ()
                driver.firsts.note(room.door, exchange, chain)
            yield step, exchange
        over = number >= LEAST_ROUNDS and time.monotonic() >= until
        if over or not driver.learn(room.door, usual):
            return


def _telling(usual: Sequence[Exchange]) -> Exchange | None:
    """Give the exchange that says most of what a door lacks: the last that got past its gate."""
    past = [one for one in usual if not refused(one)]
    return next(iter((past or usual)[-1:]), None)


async def made_first(driver: Driver, first: First) -> Lent | None:
    """Have the app make what another door needs; what it wrote stays. None where it did not."""
    driver.watched.plant()
    lent: Lent | None = None
    for one in (*first.before, first):
        driver.inputs.lend(one.door, lent)
        exchange = await _kept(driver, one, lent or Lent({}, ()))
        if exchange is None:
            return None
        written = tuple(item for call in exchange.calls for item in wrote(call))
        request = exchange.asked
        before = (*request.before, replace(request, before=()))
        lent = Lent(fields_of(request), written, before)
    return lent


async def _kept(driver: Driver, first: First, lent: Lent) -> Exchange | None:
    """Ask a door as it should be until it answers well, and keep what it writes."""
    room = Room(first.door, driver.inputs, driver.identities, lent)
    for _ in range(LEAST_ROUNDS):
        filled = room.fill(first.identity, owner=first.keys_of or "A")
        request = room.asked(first.identity, USUAL, filled, keys_of=first.keys_of)
        exchange = await driver.exchange(first.door, Step(request), keep=True)
        if fine(exchange):
            return exchange
        news = driver.identities.learn(first.door, exchange)
        if not driver.inputs.learn(first.door, exchange) and not news:
            return None
    return None


async def _follow(driver: Driver, door: Door, plan: Plan) -> AsyncIterator[tuple[Step, Exchange]]:
    """Run a plan: what it yields is sent, and it is told what came of it."""
    try:
        step = next(plan)
        while True:
            label = step.asked.label
            wanted = not driver.only or step.asked.purpose == USUAL or label in driver.only
            # A cursor comes from the page before it.
            if wanted or step.page is not None:
                exchange = await driver.exchange(door, step)
                yield step, exchange
            else:
                exchange = Exchange(step.asked, Answered(0))
            step = plan.send(exchange)
    except StopIteration:
        return
    finally:
        plan.close()


def reached(door: Door, exchanges: Iterable[Exchange]) -> tuple[bool, str]:
    """Say whether a door answered as it does when all is well, and else why not, by kinds alone."""
    last: Exchange | None = None
    for exchange in exchanges:
        if fine(exchange):
            return True, ""
        if exchange.asked.purpose == USUAL:
            last = exchange
    if last is None:
        return False, "it was not asked"
    answered = last.answered
    if answered.raised:
        return False, f"{answered.raised} left the app" + _at(last)
    if door.route.method == WEBSOCKET:
        return False, f"the socket was refused with {answered.status}"
    return False, f"it answered {answered.status}" + _at(last)


def _at(exchange: Exchange) -> str:
    """Name the last exception that was raised meanwhile."""
    kinds = [one.kind for one in exchange.complaints]
    if not kinds or kinds[-1] == exchange.answered.raised:
        return ""
    return f", after {kinds[-1]}"
