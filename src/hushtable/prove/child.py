"""The child process: confined, it runs the app, calls every route, and tells what came out.

`python -m hushtable.prove.child`, started by `prove.sandbox.process` with the order on standard
input and a pipe to tell on. Nothing else starts it: it runs somebody's program.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hushtable.model.proof import Reach
from hushtable.model.service import Channel
from hushtable.prove.canary import Source
from hushtable.prove.capturing.capture import Capture
from hushtable.prove.clients.install import redirect
from hushtable.prove.confirming import Confirming, Open, together
from hushtable.prove.drive import folders, passwords
from hushtable.prove.drive.app import LoadError, Running, load
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import Driver, Turn, Watched, drive, given_up, reached
from hushtable.prove.drive.identity import Identities, owner_of
from hushtable.prove.drive.inputs import Inputs
from hushtable.prove.drive.room import Step
from hushtable.prove.drive.surface import renewed, surface
from hushtable.prove.exchange import Asked, Exchange, Sighting
from hushtable.prove.learn.complaints import Watch
from hushtable.prove.learn.learn import learn, needs
from hushtable.prove.learn.settings import MissingReads, planted
from hushtable.prove.order import ChildOrder
from hushtable.prove.sandbox import confine, pipe
from hushtable.prove.services.services import Services
from hushtable.prove.sketch import Setting, Shape
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
from hushtable.prove.witness.facts import facts
from hushtable.prove.witness.made import given_out, made
from hushtable.prove.witness.witness import sightings

_BROKEN = 500
_PLANTED = frozenset({Source.ITEM, Source.UNDECLARED})

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
    checks: passwords.Checks = field(init=False)
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
        self.store = self.stack.enter_context(Store(self.mint, order.sketch, backend=backend))
        ports.add(self.store.port)
        if backend is not None:
            ports.add(backend.port)
        for setting in order.sketch.settings:
            self.supply(setting)
        redirect(
            self.store.url,
            services.url,
            lambda table: self.mint.undeclared(table, "", 0).planted,
        )
        self.checks = passwords.accept(self.mint)
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
        asked = step.asked
        self.checks.own = asked.keys_of in {"", owner_of(asked.identity)}

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
    confirming: Confirming = field(init=False)
    learned: bool = False
    """Since the last exchange: what was seen before was of other items."""

    def __post_init__(self) -> None:
        """Ask the same app."""
        self.driver = replace(self.driver, learn=self.learn)
        self.confirming = Confirming(self.driver)

    async def through(self, doors: Sequence[Door]) -> None:
        """Call every door that is not left out, and tell of each."""
        order = self.room.order
        self.room.store.plant()
        late: list[Door] = []
        for door in doors:
            name = str(door.route)
            if name in order.skip or not _chosen(name, order.order.routes):
                continue
            if _shown(door, order.only) and not await self.told(door, Turn.FIRST):
                late.append(door)
        for door in late:
            await self.told(renewed(door), Turn.LAST)
        for kept in self.confirming.waiting:
            self.room.teller.tell(Trying(str(kept.door.route)))
            self.room.teller.tell(await self.confirmed(kept))

    async def told(self, door: Door, turn: Turn) -> bool:
        """Call one door, and tell of it. False where it is to be called again, after all others."""
        room = self.room
        room.teller.tell(Trying(str(door.route)))
        known = room.store.sketch
        tried = await self.at(door, turn)
        if room.store.sketch is not known:
            room.teller.tell(Learned(room.store.sketch))
        if turn is Turn.FIRST and not tried.reached and not tried.hung:
            room.teller.tell(replace(tried, again=True))
            return False
        if self.driver.inputs.lent(door).before:
            self.driver.inputs.lend(door, None)
            room.store.plant()
        waits = any(kept.tried is tried for kept in self.confirming.waiting)
        room.teller.tell(replace(tried, again=waits))
        if tried.hung and not room.order.only:
            # Its handler may run on in a thread, and be taken for what the next door does.
            os._exit(0)
        return True

    async def at(self, door: Door, turn: Turn = Turn.ONLY) -> Tried:
        """Call one door in every way, and give what came out of it."""
        room = self.room
        self.learned = False
        steps: list[Step] = []
        exchanges: list[Exchange] = []
        came: list[Sighting] = []
        count = 0
        async for step, exchange in drive(self.driver, door, turn):
            if exchange.answered.status == 0:
                continue
            if self.learned:
                kept = [at for at, one in enumerate(exchanges) if not _broke(one)]
                came = list(_of_before(came, kept))
                exchanges, steps = [exchanges[at] for at in kept], [steps[at] for at in kept]
                self.learned = False
            count += 1
            # That it goes on is told too: a door with many pages takes its time.
            room.teller.tell(Trying(str(door.route)))
            came += sightings(exchange, len(exchanges), room.mint)
            steps.append(step)
            exchanges.append(exchange)
        well, why = reached(door, exchanges)
        if not well and self.driver.identities.why(door):
            why = self.driver.identities.why(door)
        silent = given_up(exchanges)
        if silent:
            why = f"no answer for {self.driver.seconds:g} s"
        tried = Tried(str(door.route), well, "" if well and not silent else why,
                      requests=count, hung=silent)  # fmt: skip
        # It is called again after all others; and files are told of where they were written.
        if (turn is Turn.FIRST and not well and not silent) or door.files is not None:
            return tried
        return await self.judged(door, tried, exchanges, came, steps)

    async def judged(
        self,
        door: Door,
        tried: Tried,
        exchanges: Sequence[Exchange],
        came: list[Sighting],
        steps: Iterable[Step],
    ) -> Tried:
        """Give what was seen of a door with its facts and proofs."""
        room = self.room
        by_label = {step.asked.label: step for step in steps}

        def resend(asked: Asked) -> tuple[Sighting, ...]:
            again = self.driver.resend(door, asked, by_label.get(asked.label))
            exchange = asyncio.run_coroutine_threadsafe(again, self.loop).result()
            room.teller.tell(Trying(str(door.route)))
            return sightings(exchange, 0, room.mint)

        secrets = made(exchanges, room.mint)
        out = tuple(given_out(secrets, exchanges))
        came += [sighting for _, sighting in out]
        self.confirming.note(door, exchanges, came)
        await self.confirming.accepts(door, exchanges)
        # In a thread, since a proof is made smaller by asking the app again. In a replay it is
        # only to be seen once more, and a door that hangs is asked nothing more.
        told, proofs, labels = await asyncio.to_thread(
            facts,
            door.route,
            exchanges,
            came,
            room.store.sketch,
            str(room.folder),
            app=room.order.order.app,
            resend=None if tried.hung or room.order.only else resend,
        )
        labels += tuple(exchanges[one.other].asked.label for one, _ in out)
        tried = replace(tried, facts=told, proofs=proofs, labels=labels)
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
        room = self.room
        more = facts(
            kept.door.route, kept.exchanges, found, room.store.sketch, str(room.folder),
            app=room.order.order.app,
        )  # fmt: skip
        return together(kept.tried, more, labels)

    def learn(self, door: Door, exchanges: Sequence[Exchange]) -> bool:
        """Learn from a round; when something is new, plant again."""
        store = self.room.store
        sketch = store.sketch
        for exchange in exchanges:
            sketch = learn(sketch, exchange, store.mint, str(door.route))
        sketch = self.driver.inputs.wished(sketch)
        news = self._supplied(exchanges)
        news = folders.made(self.room.folder, exchanges) or news
        if sketch is not store.sketch:
            store.sketch = sketch
            store.plant()
            news = True
        self.learned = news
        return news

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


def _of_before(came: Iterable[Sighting], kept: Sequence[int]) -> Iterator[Sighting]:
    """Give what was seen before the last lesson, of the exchanges that are kept, but no items'.

    Other runs begin with the items of now: what only earlier ones showed does not come again.
    """
    now = {at: number for number, at in enumerate(kept)}
    for one in came:
        if one.exchange in now and one.canary.source not in _PLANTED:
            yield replace(one, exchange=now[one.exchange])


def _broke(exchange: Exchange) -> bool:
    return bool(exchange.answered.raised) or exchange.answered.status >= _BROKEN


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
        provoke=room.provoke,
        calm=room.calm,
        restore=room.store.restore,
        adopt=room.store.adopt,
        plant=room.store.plant,
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
    await child.through(doors)
    room.teller.tell(Finished(_reach(room)))


def _not_started(room: Room, error: LoadError) -> None:
    """Say what the app lacks to start, or that it does not start and why."""
    complaints = room.watch.drain()
    wanted = needs(complaints, room.missing.drain(), room.missing.elsewhere)
    room.teller.tell(Learned(room.store.sketch))
    if wanted:
        room.teller.tell(Needs(wanted, str(error)))
    else:
        at = next((f" at {one.frames[-1].file}:{one.frames[-1].line}" for one in complaints[-1:]
                   if one.frames), "")  # fmt: skip
        folder = f"{room.folder}/"
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
