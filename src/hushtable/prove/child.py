"""The child process: confined, it runs the app, calls every route, and tells what came out.

`python -m hushtable.prove.child`, started by `prove.sandbox.process` with the order on standard
input and a pipe to tell on. Nothing else starts it: it runs somebody's program.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from hushtable.model.proof import Reach
from hushtable.prove.canary import Source
from hushtable.prove.capturing.capture import Capture
from hushtable.prove.clients import mail, outgoing
from hushtable.prove.clients.install import redirect
from hushtable.prove.drive import folders, passwords
from hushtable.prove.drive.app import LoadError, Running, load
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import Driver, Watched, drive, given_up, reached
from hushtable.prove.drive.identity import Identities
from hushtable.prove.drive.inputs import Inputs
from hushtable.prove.drive.plan import Step
from hushtable.prove.drive.surface import surface
from hushtable.prove.exchange import Asked, Exchange, Sent, Sighting
from hushtable.prove.learn.compared import compared
from hushtable.prove.learn.complaints import Watch
from hushtable.prove.learn.learn import learn, needs
from hushtable.prove.learn.settings import MissingReads, planted
from hushtable.prove.order import ChildOrder
from hushtable.prove.sandbox import confine, pipe
from hushtable.prove.services.services import Services
from hushtable.prove.sketch import Setting, Shape, Sketch
from hushtable.prove.store.elsewhere import Elsewhere
from hushtable.prove.store.faults import Fault
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.store import Store
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
from hushtable.prove.witness.witness import sightings

_FOR_DOORS = 0.6
"""The part of the time that the doors share: a run begins with a start and ends with replays."""

FOLDER_LINE = "the app was run in a copy of its folder"


@dataclass(slots=True)
class Room:
    """Where the app runs: the store it sees, the canaries in it, and what is watched."""

    order: ChildOrder
    teller: pipe.Teller
    folder: Path
    held: tuple[str, ...] = ()
    mint: Mint = field(init=False)
    store: Store = field(init=False)
    services: Services = field(init=False)
    capture: Capture = field(init=False)
    watch: Watch = field(init=False)
    missing: MissingReads = field(init=False)
    stood_in: Callable[[], tuple[str, ...]] = field(init=False)
    refused: dict[str, None] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Shut the doors, put canaries where the app looks, and begin to watch."""
        order = self.order
        self.mint = Mint(order.seed)
        outside = order.order.store
        services = self.services = self.stack.enter_context(Services(self.mint))
        ports: set[int] = set()
        self.held = confine.confine(
            lambda: frozenset(ports) | services.ports(),
            own_network=not outside,
            mark=lambda host: self.mint.text(Shape(), Source.SERVICE, ("network", host)).planted,
        )
        backend = Elsewhere(outside) if outside else None
        known = tuple(one for one in order.sketch.settings if one.name not in order.late)
        sketch = replace(order.sketch, settings=known) if order.late else order.sketch
        self.store = self.stack.enter_context(Store(self.mint, sketch, backend=backend))
        ports.add(self.store.port)
        if backend is not None:
            ports.add(backend.port)
        for setting in order.sketch.settings:
            self.supply(setting)
        redirect(
            self.store.url,
            services.url,
            lambda table: self.mint.undeclared(table, "", 0).planted,
            (*outgoing.hooks(self.sent), *mail.hooks(self.sent)),
        )
        self.stood_in = passwords.accept(self.mint)
        self.capture = self.stack.enter_context(Capture(self.folder))
        self.watch = self.stack.enter_context(Watch(self.folder))
        self.missing = self.stack.enter_context(MissingReads(self.folder))
        self.watch.on = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching, and let the store go."""
        self.stack.close()

    def supply(self, setting: Setting) -> None:
        """Give the app a setting."""
        os.environ[setting.name] = planted(setting, self.mint)[0]
        self.settings[setting.name] = setting

    def sent(self, request: Sent) -> None:
        """Keep a request to somebody else, whose host is named by a setting or by itself."""
        address = urlsplit(request.url)
        host = address.hostname or ""
        if not confine.is_within(host, address.port):
            settings = (
                one for one in self.mint.found_in(request.url.partition("?")[0])
                if one.source is Source.SETTING
            )  # fmt: skip
            named = next((f"the host of {one.path[-1]}" for one in settings), host)
            self.capture.sent(request, named)

    def names_refused(self) -> tuple[str, ...]:
        """Give what was refused since last asked, and keep it for the end."""
        found = confine.refused()
        self.refused.update(dict.fromkeys(found))
        return found

    def provoke(self, step: Step) -> None:
        """Let the store do what a step says."""
        if step.crowd:
            self.store.crowd(*step.crowd)
        self.store.page = step.page
        self.store.fault = Fault(step.fault, frozenset(step.operations)) if step.fault else None
        self.services.failing = frozenset(step.services)

    def calm(self) -> None:
        """Let the store be as it should be."""
        self.store.page = self.store.fault = None
        self.services.failing = frozenset()


@dataclass(slots=True)
class Child:
    """One pass over the app's doors."""

    room: Room
    driver: Driver
    loop: asyncio.AbstractEventLoop
    learned: bool = False
    """Since the last exchange: what was seen before was of other items."""
    supplied: bool = False
    """By a setting, which other runs have from the start."""
    known: list[Sketch] = field(default_factory=list)
    """What was known at this door, without how: what comes again would go on for ever."""
    share: float = 0.0
    """Seconds that this door may learn for."""

    async def through(self, doors: Sequence[Door]) -> None:
        """Call every door that is not left out, and tell of each."""
        order = self.room.order
        known = order.sketch
        self.room.store.plant()
        if self.room.store.sketch is not known:
            known = self.room.store.sketch
            self.room.teller.tell(Learned(known))
        until = time.monotonic() + order.order.seconds * _FOR_DOORS
        asked = [door for door in doors if _is_asked(door, order)]
        for number, door in enumerate(asked):
            name = str(door.route)
            self.share = max(0.0, until - time.monotonic()) / (len(asked) - number)
            self.room.teller.tell(Trying(name))
            self._as_known_at(name)
            tried = await self.at(door)
            # First, since what came out belongs to the items that this makes.
            if self.room.store.sketch is not known:
                known = self.room.store.sketch
                self.room.teller.tell(Learned(known))
            self.room.teller.tell(tried)
            if tried.hung and not order.replay:
                # Its handler may run on in a thread, and be taken for what the next door does.
                os._exit(0)

    def _as_known_at(self, route: str) -> None:
        """Plant what the run had planted here, whose proofs are to be shown again."""
        store = self.room.store
        tables = self.room.order.stages.at(route)
        if tables is not None and tables != store.sketch.tables:
            store.sketch = replace(store.sketch, tables=tables)
            store.plant()

    async def at(self, door: Door) -> Tried:
        """Call one door in every way, and give what came out of it."""
        room = self.room
        self.learned, self.known = False, []
        by_label: dict[str, Step] = {}
        course = Course()
        count = 0
        async for step, exchange in drive(self.driver, door):
            if exchange.answered.status == 0:
                continue
            if self.learned:
                course.lesson(again=not self.supplied)
                self.learned = False
            count += 1
            # That it goes on is told too: a door with many pages takes its time.
            room.teller.tell(Trying(str(door.route)))
            by_label[step.asked.label] = step
            course.add(exchange, sightings(exchange, 0, room.mint))
        well, why = reached(door, course.exchanges)
        if not well and self.driver.identities.why(door):
            why = self.driver.identities.why(door)
        silent = given_up(course.exchanges)
        if silent:
            why = f"no answer for {self.driver.seconds:g} s"

        def resend(asked: Asked) -> tuple[Sighting, ...]:
            again = self.driver.resend(door, asked, by_label.get(asked.label))
            exchange = asyncio.run_coroutine_threadsafe(again, self.loop).result()
            room.teller.tell(Trying(str(door.route)))
            return sightings(exchange, 0, room.mint)

        # In a thread, since a proof is made smaller by asking the app again. In a replay it is
        # only to be seen once more, and a door that hangs is asked nothing more.
        made, proofs, numbers = await asyncio.to_thread(
            facts,
            door.route,
            course.exchanges,
            course.sightings,
            room.store.sketch,
            str(room.folder),
            app=room.order.order.app,
            resend=None if silent or room.order.replay else resend,
            early=(course.early, course.early_sightings),
        )
        every = (*course.exchanges, *course.early)
        return Tried(
            str(door.route),
            well,
            "" if well and not silent else why,
            made,
            proofs,
            tuple(every[number].asked.label for number in numbers),
            count,
            hung=silent,
            early=self.learned or not all(map(course.is_fresh, numbers)),
        )

    def learn(self, door: Door, exchanges: Sequence[Exchange]) -> bool:
        """Learn from a round; when something is new, plant again."""
        store = self.room.store
        sketch = store.sketch
        for exchange in exchanges:
            sketch = learn(sketch, exchange, store.mint, str(door.route))
        sketch = self.driver.inputs.wished(sketch)
        self.supplied = news = self._supplied(exchanges)
        news = folders.made(self.room.folder, exchanges) or news
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
        room = self.room
        complaints = [one for exchange in exchanges for one in exchange.complaints]
        wanted = needs(
            complaints,
            room.missing.drain(),
            elsewhere=room.missing.elsewhere,
            started=True,
        )
        new = tuple(one for one in wanted if one.name not in room.settings)
        for setting in new:
            room.supply(setting)
        if new:
            room.teller.tell(Supplied(new))
        return bool(new)


def _is_asked(door: Door, order: ChildOrder) -> bool:
    name = str(door.route)
    return name not in order.skip and _chosen(name, order.order.routes) and _shown(door, order.only)


def _chosen(name: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(text in name for text in wanted)


def _shown(door: Door, labels: tuple[str, ...]) -> bool:
    """Whether a door is asked: in a replay only one that has something to show again."""
    begins = f"{door.route.method}|{door.index}|"
    return not labels or any(label.startswith(begins) for label in labels)


def main(arguments: list[str]) -> None:
    """Run one child."""
    begun = pipe.begin(arguments)
    run(begun.order, begun.teller)


def run(order: ChildOrder, teller: pipe.Teller) -> None:
    """Do what the order says, and tell of it. This process is confined for good."""
    with Room(order, teller, Path(order.folder)) as room:
        asyncio.run(_run(room))


async def _run(room: Room) -> None:
    order = room.order.order
    try:
        app = load(order.app, room.folder)
        if order.hook:
            _hook(order.hook)(app)
        async with Running(app) as running:
            await _drive(room, running, app)
    except LoadError as error:
        _not_started(room, error)


def _hook(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)


async def _drive(room: Room, running: Running, app: Any) -> None:
    order = room.order.order
    doors = surface(app, room.folder)
    room.teller.tell(
        Opened(
            tuple(str(door.route) for door in doors if _chosen(str(door.route), order.routes)),
            room.held,
        )
    )
    inputs = Inputs(room.mint, room.store)
    watched = Watched(
        calls=room.store.drain,
        said=room.capture.drain,
        complaints=room.watch.drain,
        refused=room.names_refused,
        services=room.services.drain,
        stood_in=room.stood_in,
        provoke=room.provoke,
        calm=room.calm,
        restore=room.store.restore,
    )
    driver = Driver(
        running,
        inputs,
        Identities(order, room.mint, room.store, inputs),
        watched,
        seconds=order.request_seconds,
        only=frozenset(room.order.only),
    )
    child = Child(room, driver, asyncio.get_running_loop())
    child.driver = replace(driver, learn=child.learn, share=lambda: child.share)
    await child.through(doors)
    room.teller.tell(Finished(_reach(room)))


def _not_started(room: Room, error: LoadError) -> None:
    """Say what the app lacks to start, or that it does not start and why."""
    complaints = room.watch.drain()
    wanted = needs(complaints, room.missing.drain(), room.missing.elsewhere)
    folder = f"{room.folder.resolve()}/"
    wanted = wanted or compared(complaints, room.settings, folder)
    room.teller.tell(Learned(room.store.sketch))
    if wanted:
        room.teller.tell(Needs(wanted, str(error)))
    else:
        at = next((f" at {one.frames[-1].file}:{one.frames[-1].line}" for one in complaints[-1:]
                   if one.frames), "")  # fmt: skip
        room.teller.tell(Failed(f"the app does not start: {error}{at.replace(folder, '')}"))


def _reach(room: Room) -> Reach:
    counted = [
        canary
        for token in room.mint.tokens()
        if (canary := room.mint.of(token)) and canary.source in {Source.ITEM, Source.UNDECLARED}
    ]
    places = {(canary.table, canary.path) for canary in counted}
    return Reach(attributes_planted=len(places), refused=tuple(room.refused))


if __name__ == "__main__":
    main(sys.argv[1:])
