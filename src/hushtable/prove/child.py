"""The child process: confined, it runs the app, calls every route, and tells what came out.

`python -m hushtable.prove.child`, started by `prove.sandbox.process` with the order on standard
input and a pipe to tell on. Nothing else starts it: it runs somebody's program.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from hushtable.model.proof import Reach
from hushtable.model.service import Channel
from hushtable.prove.attempting import Attempting
from hushtable.prove.canary import Source
from hushtable.prove.confirming import Confirming, Open, lent_shown, together
from hushtable.prove.drive import folders
from hushtable.prove.drive.app import LoadError, Running, load
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import Driver, Turn, Watched, drive, given_up, reached
from hushtable.prove.drive.identity import Identities
from hushtable.prove.drive.inputs import Inputs
from hushtable.prove.drive.room import Step
from hushtable.prove.drive.settling import Before, settled
from hushtable.prove.drive.surface import renewed, surface
from hushtable.prove.exchange import Asked, Exchange, Sighting
from hushtable.prove.learn.compared import compared
from hushtable.prove.learn.learn import learn, needs
from hushtable.prove.order import ChildOrder
from hushtable.prove.sandbox import pipe
from hushtable.prove.sketch import Setting, Sketch
from hushtable.prove.surroundings import Surroundings
from hushtable.prove.told import (
    Failed,
    Finished,
    Learned,
    Needs,
    Opened,
    Supplied,
    Tried,
    Trying,
)
from hushtable.prove.witness.course import Course
from hushtable.prove.witness.facts import facts
from hushtable.prove.witness.made import given_out, made
from hushtable.prove.witness.witness import sightings

_FOR_DOORS = 0.6
"""The part of the time that the doors share: a run begins with a start and ends with replays."""


@dataclass(slots=True)
class Child:
    """One pass over the app's doors."""

    around: Surroundings
    driver: Driver
    loop: asyncio.AbstractEventLoop
    confirming: Confirming = field(init=False)
    attempting: Attempting = field(init=False)
    last: dict[str, Tried] = field(default_factory=dict)
    """What was told of each door at last."""
    learned: bool = False
    """Since the last exchange: what was seen before was of other items."""
    supplied: bool = False
    """By a setting, which other runs have from the start."""
    known: list[Sketch] = field(default_factory=list)
    """What was known at this door, without how: what comes again would go on for ever."""
    share: float = 0.0
    """Seconds that this door may learn for."""

    def __post_init__(self) -> None:
        """Ask the same app."""
        self.driver = replace(self.driver, learn=self.learn, share=lambda: self.share)
        self.confirming = Confirming(self.driver)
        self.attempting = Attempting(self.driver)

    async def through(self, doors: Sequence[Door]) -> None:
        """Call every door that is not left out, and tell of each."""
        order = self.around.order
        known = order.sketch
        self.around.store.plant()
        if self.around.store.sketch is not known:
            self.around.teller.tell(Learned(self.around.store.sketch))
        until = time.monotonic() + order.order.seconds * _FOR_DOORS
        first = [door for door in doors if _is_asked(door, order)]
        late: list[Door] = []
        for number, door in enumerate(first):
            self.share = max(0.0, until - time.monotonic()) / (len(first) - number)
            if not await self.told(door, Turn.FIRST):
                late.append(door)
        for number, door in enumerate(late):
            self.share = max(0.0, until - time.monotonic()) / (len(late) - number)
            await self.told(renewed(door), Turn.LAST)
        for kept in self.confirming.waiting:
            self.around.teller.tell(Trying(str(kept.door.route)))
            tried = await self.confirmed(kept)
            self._tell(tried, waits=tried.route in self.attempting.waiting)
        for name in self.attempting.waiting:
            self.around.teller.tell(Trying(name))
            self._as_known_at(name)
            sketch = self.around.store.sketch
            app = order.order.app
            self._tell(await self.attempting.attempted(self.last[name], sketch, app))

    def _tell(self, tried: Tried, *, waits: bool = False) -> None:
        """Tell what came of a door. `waits`: more is told of it at the end."""
        self.last[tried.route] = tried
        self.around.teller.tell(replace(tried, again=waits))

    async def told(self, door: Door, turn: Turn) -> bool:
        """Call one door, and tell of it. False where it is to be called again, after all others."""
        around = self.around
        name = str(door.route)
        around.teller.tell(Trying(name))
        self._as_known_at(name)
        known = around.store.sketch
        tried = await self.at(door, turn)
        # First, since what came out belongs to the items that this makes.
        if around.store.sketch is not known:
            around.teller.tell(Learned(around.store.sketch))
        if turn is Turn.FIRST and not tried.reached and not tried.hung:
            around.teller.tell(replace(tried, again=True))
            return False
        if self.driver.inputs.lent(door).before:
            self.driver.inputs.lend(door, None)
            around.store.plant()
        waits = any(kept.tried is tried for kept in self.confirming.waiting)
        self._tell(tried, waits=waits or name in self.attempting.waiting)
        if tried.hung and not around.order.replay:
            # Its handler may run on in a thread, and be taken for what the next door does.
            os._exit(0)
        return True

    def _as_known_at(self, route: str) -> None:
        """Plant what the run had planted here, whose proofs are to be shown again."""
        store = self.around.store
        tables = self.around.order.stages.at(route)
        if tables is not None and tables != store.sketch.tables:
            store.sketch = replace(store.sketch, tables=tables)
            store.plant()

    async def at(self, door: Door, turn: Turn = Turn.ONLY) -> Tried:
        """Call one door in every way, and give what came out of it."""
        around = self.around
        self.learned, self.known = False, []
        by_label: dict[str, Step] = {}
        course = Course()
        count = 0
        async for step, exchange in drive(self.driver, door, turn):
            if exchange.answered.status == 0:
                continue
            if self.learned:
                course.lesson(again=not self.supplied)
                self.learned = False
            count += 1
            # That it goes on is told too: a door with many pages takes its time.
            around.teller.tell(Trying(str(door.route)))
            by_label[step.asked.label] = step
            course.add(exchange, sightings(exchange, 0, around.mint))
        well, why = reached(door, course.exchanges)
        if not well and self.driver.identities.why(door):
            why = self.driver.identities.why(door)
        silent = given_up(course.exchanges)
        if silent:
            why = f"no answer for {self.driver.seconds:g} s"
        tried = Tried(str(door.route), well, "" if well and not silent else why,
                      requests=count, hung=silent)  # fmt: skip
        # It is called again after all others; and files are told of where they were written.
        if (turn is Turn.FIRST and not well and not silent) or door.files is not None:
            return tried
        return await self.judged(door, tried, course, by_label)

    async def judged(
        self, door: Door, tried: Tried, course: Course, by_label: dict[str, Step]
    ) -> Tried:
        """Give what was seen of a door with its facts and proofs."""
        around = self.around
        exchanges = course.exchanges

        def resend(asked: Asked) -> tuple[Sighting, ...]:
            again = self.driver.resend(door, asked, by_label.get(asked.label))
            exchange = asyncio.run_coroutine_threadsafe(again, self.loop).result()
            around.teller.tell(Trying(str(door.route)))
            return sightings(exchange, 0, around.mint)

        secrets = made(exchanges, around.mint)
        out = tuple(given_out(secrets, exchanges))
        came = [*course.sightings, *(sighting for _, sighting in out)]
        self.confirming.note(door, exchanges, came)
        self.attempting.note(door, exchanges, tried)
        await self.confirming.accepts(door, exchanges)
        # In a thread, since a proof is made smaller by asking the app again. In a replay it is
        # only to be seen once more, and a door that hangs is asked nothing more.
        said, proofs, numbers = await asyncio.to_thread(
            facts,
            door.route,
            exchanges,
            came,
            around.store.sketch,
            str(around.folder),
            app=around.order.order.app,
            resend=None if tried.hung or around.order.replay else resend,
            early=(course.early, course.early_sightings),
        )
        # No canary was planted in what the app wrote first, and yet it is seen to leave.
        lent = lent_shown(self.driver.inputs.lent(door), exchanges)
        said = replace(
            said,
            routes=tuple(
                replace(one, leaves=tuple(sorted({*one.leaves, *lent}))) for one in said.routes
            ),
        )
        every = (*exchanges, *course.early)
        labels = (
            *(every[number].asked.label for number in numbers),
            *(exchanges[one.other].asked.label for one, _ in out),
        )
        tried = replace(
            tried, facts=said, proofs=proofs, labels=labels,
            early=self.learned or not all(map(course.is_fresh, numbers)),
        )  # fmt: skip
        clear = {one.where for one, sighting in out if sighting.channel is Channel.STORE}
        unknown = tuple(one for one in secrets if one.where not in clear)
        if unknown and not tried.hung:
            self.confirming.waiting.append(Open(door, tuple(exchanges), unknown, tried))
        return tried

    async def confirmed(self, kept: Open) -> Tried:
        """Ask where else the secrets are that a door made, and give all that came out of it."""
        found, labels = await self.confirming.confirmed(kept)
        if not found:
            return kept.tried
        around = self.around
        said, proofs, numbers = facts(
            kept.door.route, kept.exchanges, found, around.store.sketch, str(around.folder),
            app=around.order.order.app,
        )  # fmt: skip
        own = tuple(kept.exchanges[number].asked.label for number in numbers)
        return together(kept.tried, (said, proofs, own), labels)

    def learn(self, door: Door, exchanges: Sequence[Exchange]) -> bool:
        """Learn from a round; when something is new, plant again."""
        store = self.around.store
        sketch = store.sketch
        for exchange in exchanges:
            sketch = learn(sketch, exchange, store.mint, str(door.route))
        sketch = self.driver.inputs.wished(sketch)
        self.supplied = news = self._supplied(exchanges)
        news = folders.made(self.around.folder, exchanges) or news
        if sketch is not store.sketch and not self._was_known(sketch):
            store.sketch = sketch
            store.plant()
            news = True
        self.learned = news
        return news

    def _was_known(self, sketch: Sketch) -> bool:
        """Whether this was known here before, and another lesson undid it."""
        bare = replace(sketch, lessons=())
        known = bare in self.known
        self.known.append(bare)
        return known

    def _supplied(self, exchanges: Sequence[Exchange]) -> bool:
        """Supply settings that the app read late: at a request, and not when it started."""
        around = self.around
        complaints = [one for exchange in exchanges for one in exchange.complaints]
        wanted = needs(
            complaints,
            around.missing.drain(),
            elsewhere=around.missing.elsewhere,
            started=True,
        )
        new = tuple(one for one in wanted if one.name not in around.settings)
        self._restart_with(around.unconfigured())
        for setting in new:
            around.supply(setting)
        if new:
            around.teller.tell(Supplied(new))
        return bool(new)

    def _restart_with(self, settings: Sequence[Setting]) -> None:
        """End this process where the next one needs settings that an app reads when it starts."""
        if settings and not self.around.order.only:
            self.around.teller.tell(Learned(self.around.store.sketch))
            self.around.teller.tell(Needs(tuple(settings), "a check of tokens names nobody"))
            os._exit(0)


def _is_asked(door: Door, order: ChildOrder) -> bool:
    name = str(door.route)
    return name not in order.skip and _chosen(name, order.order.routes) and _shown(door, order.only)


def _chosen(name: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(text in name for text in wanted)


def _shown(door: Door, labels: tuple[str, ...]) -> bool:
    """Whether a door is asked: in a replay only one that has something to show again."""
    begins = f"{door.route.method}|{door.index}|"
    return not labels or any(
        label.startswith(begins) or f"|after {begins}" in label for label in labels
    )


def main(arguments: list[str]) -> None:
    """Run one child."""
    begun = pipe.begin(arguments)
    run(begun.order, begun.teller)


def run(order: ChildOrder, teller: pipe.Teller) -> None:
    """Do what the order says, and tell of it. This process is confined for good."""
    with Surroundings(order, teller, Path(order.folder)) as around:
        asyncio.run(_run(around))


async def _run(around: Surroundings) -> None:
    order = around.order.order
    try:
        app = load(order.app, around.folder)
        if order.hook:
            _hook(order.hook)(app)
        before = Before()
        async with Running(app) as running:
            # One task is that of the lifespan.
            await settled(before, lambda: bool(around.store.drain()), own=1)
            await _drive(around, running, app)
    except LoadError as error:
        _not_started(around, error)


def _hook(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)


async def _drive(around: Surroundings, running: Running, app: Any) -> None:
    order = around.order.order
    doors = surface(app, around.folder)
    around.teller.tell(
        Opened(
            tuple(str(door.route) for door in doors if _chosen(str(door.route), order.routes)),
            around.held,
        )
    )
    inputs = Inputs(around.mint, around.store)
    watched = Watched(
        calls=around.store.drain,
        said=around.capture.drain,
        complaints=around.watch.drain,
        refused=around.names_refused,
        services=around.services.drain,
        stood_in=around.checks.drain,
        provoke=around.provoke,
        calm=around.calm,
        restore=around.store.restore,
        adopt=around.store.adopt,
        plant=around.store.plant,
    )
    driver = Driver(
        running,
        inputs,
        Identities(order, around.mint, around.store, inputs, around.services.issuer),
        watched,
        seconds=order.request_seconds,
        only=frozenset(around.order.only),
    )
    child = Child(around, driver, asyncio.get_running_loop())
    await child.through(doors)
    around.teller.tell(Finished(_reach(around)))


def _not_started(around: Surroundings, error: LoadError) -> None:
    """Say what the app lacks to start, or that it does not start and why."""
    complaints = around.watch.drain()
    wanted = needs(complaints, around.missing.drain(), around.missing.elsewhere)
    folder = f"{around.folder.resolve()}/"
    wanted = wanted or compared(complaints, around.settings, folder)
    around.teller.tell(Learned(around.store.sketch))
    if wanted:
        around.teller.tell(Needs(wanted, str(error)))
    else:
        at = next((f" at {one.frames[-1].file}:{one.frames[-1].line}" for one in complaints[-1:]
                   if one.frames), "")  # fmt: skip
        around.teller.tell(Failed(f"the app does not start: {error}{at.replace(folder, '')}"))


def _reach(around: Surroundings) -> Reach:
    counted = [
        canary
        for token in around.mint.tokens()
        if (canary := around.mint.of(token)) and canary.source in {Source.ITEM, Source.UNDECLARED}
    ]
    places = {(canary.table, canary.path) for canary in counted}
    return Reach(attributes_planted=len(places), refused=tuple(around.refused))


if __name__ == "__main__":
    main(sys.argv[1:])
