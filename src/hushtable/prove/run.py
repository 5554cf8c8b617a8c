"""Prove: run an app in child processes until it has shown what it shows, and then twice again.

A child that needs a setting, dies or hangs is followed by another, which has the setting or leaves
out the route that ended the last one. What was learned is kept between them.
"""

from __future__ import annotations

import itertools
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypedDict, Unpack

from hushtable.model.event import Advanced, Began, Ended, Listener, Stumbled
from hushtable.model.facts import Coverage, Facts, Unknown
from hushtable.model.place import Place
from hushtable.model.proof import Proof, Reach, Unreached, came_again
from hushtable.prove.order import ChildOrder, ProveOrder, Stages
from hushtable.prove.replay import Known, counted, kept, told
from hushtable.prove.sandbox.at_once import at_once
from hushtable.prove.sandbox.copy import work_copy
from hushtable.prove.sandbox.places import place
from hushtable.prove.sandbox.process import run_child, stoppable
from hushtable.prove.sketch import Setting, Sketch
from hushtable.prove.store.sketching import sketch_of
from hushtable.prove.told import (
    Failed,
    Finished,
    Learned,
    Needs,
    Opened,
    Supplied,
    Told,
    Tried,
    Trying,
)
from hushtable.prove.witness.evidence import as_part_of_a_run

STAGE = "prove"
OUT_OF_TIME = "time ran out"
_FIRST = 2 / 3
"""The part of the time that the first run may take: what is proven must be shown again."""
_STARTS = 12
"""Children of the first run at most: each one more needs a setting, or leaves out a route."""


class _More(TypedDict, total=False):
    """What else a child is told, by the names of `ChildOrder`."""

    skip: tuple[str, ...]
    only: tuple[str, ...]
    replay: bool
    late: frozenset[str]
    stages: Stages


class Runner(Protocol):
    """`sandbox.process.run_child`, or what runs children in another way."""

    def __call__(
        self, order: ChildOrder, told: Callable[[Told], None], /, *, seconds: float, memory: int
    ) -> str:
        """Run one child to its end, and say why it ended early; empty when it told everything."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What was shown. `facts` are what engines observe; each proof speaks of some of them."""

    facts: Facts = field(default_factory=Facts)
    proofs: tuple[Proof, ...] = ()
    reach: Reach = field(default_factory=Reach)
    unknown: tuple[Unknown, ...] = ()
    sketch: Sketch = field(default_factory=Sketch)


@dataclass(slots=True)
class _Run:
    """What the children of one run told, together."""

    order: ProveOrder
    listen: Listener
    sketch: Sketch
    start: Runner
    known: Known = field(default_factory=Known)
    routes: tuple[str, ...] = ()
    tried: dict[str, Tried] = field(default_factory=dict)
    at: str = ""
    before: Sketch = field(default_factory=Sketch)
    """What was known when the route that is called was begun with."""
    hung: list[str] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    finished: Reach | None = None
    needs: Needs | None = None
    failed: str = ""
    sandbox: tuple[str, ...] = ()
    refused: dict[str, None] = field(default_factory=dict)
    children: int = 0
    began: Sketch = field(default_factory=Sketch)
    """What was known before anything was asked."""
    late: set[str] = field(default_factory=set)
    """Settings that the last child was given at a request."""
    skipped: list[str] = field(default_factory=list)
    """Routes that ended a child."""

    def hear(self, told: Told) -> None:
        """Take what a child says."""
        match told:
            case Opened(routes, sandbox):
                if not self.routes:
                    self.listen(Began(STAGE, len(routes)))
                self.routes, self.sandbox = routes, sandbox
            case Trying(route):
                self.at = route
                self.before = self.sketch
            case Tried(route):
                last = self.tried.get(route)
                self.tried[route] = told
                # What is told of a route at the end, besides, is of the items that it was asked on.
                if last is None or not (last.reached and last.again):
                    self.known.note(route, self.before if told.early else self.sketch)
                self.at = ""
                if told.hung:
                    self.hung.append(route)
                    self.stumble(f"{route}: {told.why}")
                if not told.again:
                    self.listen(Advanced(STAGE, route))
            case Learned(sketch):
                self.sketch = replace(sketch, settings=self.sketch.settings)
            case Supplied(settings):
                self.late.update(one.name for one in settings)
                self.supply(settings)
            case Needs():
                self.needs = told
            case Failed(why):
                self.failed = why
            case Finished(reach):
                self.finished = reach
                self.refused.update(dict.fromkeys(reach.refused))

    def supply(self, settings: Sequence[Setting]) -> bool:
        """Keep settings for the children to come. False where all were known, with these texts."""
        known = {one.name: one for one in self.sketch.settings}
        news = known | {one.name: one for one in settings}
        self.sketch = replace(self.sketch, settings=tuple(news.values()))
        return news != known

    def give_up(self) -> None:
        """Say how far it went when the time was over: that is the fault of no route."""
        self.stumble(f"{OUT_OF_TIME} after {len(self.tried)} of {len(self.routes)} routes")
        for route in self.routes:
            self.tried.setdefault(route, Tried(route, reached=False, why=OUT_OF_TIME))

    def stumble(self, why: str) -> None:
        """Keep what could not be examined, and say so."""
        unknown = Unknown(Place(self.order.app.partition(":")[0], 1), why)
        self.unknown.append(unknown)
        self.listen(Stumbled(unknown))


def prove(
    order: ProveOrder, known: Facts | None, listen: Listener, start: Runner = run_child
) -> Proven:
    """Run the app of `order` and say what it showed; `known` is what a scan of it observed.

    An app that does not start, a route that ends or hangs the process, time or memory that ran
    out: each is an Unknown, and what was seen before it stays. Raises UsageError where the order
    itself cannot be followed (no such folder).
    """
    began = time.monotonic()
    until = began + order.seconds
    seed = order.seed or secrets.randbelow(2**31) + 1
    sketch = sketch_of(known) if known is not None else Sketch()
    with _folder(order) as fresh:
        run = _Run(order, listen, sketch, start, began=sketch)
        _first(run, fresh, seed, began + order.seconds * _FIRST)
        proofs = _again(run, fresh, seed, until)
    shaky = [proof for proof in proofs if not came_again(proof)]
    for proof in shaky:
        run.stumble(told(proof))
    replayed = sum(bool(proof.replayed) for proof in proofs)
    reach = _reach(run, (replayed, len(shaky)), time.monotonic() - began)
    listen(Ended(STAGE, reach.seconds))
    return Proven(
        facts=kept(_together([tried.facts for tried in run.tried.values()]), proofs),
        proofs=proofs,
        reach=reach,
        unknown=tuple(run.unknown),
        sketch=run.sketch,
    )


@contextmanager
def _folder(order: ProveOrder) -> Iterator[Callable[[], Path]]:
    """Give a way to fresh copies of the project; all of them are removed at the end."""
    numbers = itertools.count(1)
    # From here on a request to stop is an interrupt: between two children, too.
    with stoppable(), place() as folder:

        def fresh() -> Path:
            into = folder / str(next(numbers))
            into.mkdir()
            return work_copy(Path(order.root), into)

        yield fresh


def _first(run: _Run, fresh: Callable[[], Path], seed: int, until: float) -> None:
    """Start children until one has been through every route, or no other would go further."""
    # A route that hung costs a child of its own, and time enough.
    while run.finished is None and run.children < _STARTS + len(run.hung):
        run.needs, run.failed, run.at = None, "", ""
        hung = len(run.hung)
        run.late.clear()
        over = [route for route, one in run.tried.items() if not one.again]
        ended = _child(run, fresh, seed, until, skip=(*run.skipped, *over))
        if run.finished is not None:
            return
        if time.monotonic() > until - 1:
            run.give_up()
            return
        if run.needs is not None:
            if not run.supply(run.needs.settings):
                run.stumble(f"the app does not start: {run.needs.why}")
                return
            continue
        if run.failed:
            run.stumble(run.failed)
            return
        if len(run.hung) > hung and not run.at:
            continue
        if not run.at:
            run.stumble(ended or "the process ended before its time")
            return
        why = ended or "the process ended"
        run.stumble(f"{run.at}: {why}")
        told = run.tried.get(run.at)
        # What was seen at its first turn stays.
        run.tried[run.at] = (
            replace(told, again=False)
            if told is not None and told.reached
            else Tried(run.at, reached=False, why=why)
        )
        run.skipped.append(run.at)
    if run.finished is None:
        run.stumble(f"given up after {run.children} starts")


def _child(
    run: _Run, fresh: Callable[[], Path], seed: int, until: float, **more: Unpack[_More]
) -> str:
    run.children += 1
    left = until - time.monotonic()
    if left <= 1:
        return OUT_OF_TIME
    order = ChildOrder(run.order, str(fresh()), run.sketch, seed, **more)
    return run.start(order, run.hear, seconds=left, memory=run.order.memory)


def _again(run: _Run, fresh: Callable[[], Path], seed: int, until: float) -> tuple[Proof, ...]:
    """Show every proof again with other canaries in other processes; give it its counts."""
    labels = tuple(dict.fromkeys(label for one in run.tried.values() for label in one.labels))
    proofs = [proof for one in run.tried.values() for proof in one.proofs]
    late = frozenset(run.late)
    more = _More(replay=True, late=late, only=labels, stages=run.known.stages(run.tried))
    replays: list[tuple[Proof, ...]] = []
    calls = [
        partial(_replay, run, run.sketch, fresh, seed + 7919 * number, until, more)
        for number in range(1, run.order.replays + 1 if proofs else 1)
    ]
    # Each has a process of its own, and most of them wait for one core.
    beside = run.start is run_child and (os.cpu_count() or 1) > 1
    ends = at_once(calls) if beside else [call(threading.Event()) for call in calls]
    run.children += len(ends)
    for number, (found, ended) in enumerate(ends, 1):
        if ended:
            run.stumble(f"replay {number}: {ended}")
        else:
            replays.append(found)
    alone = counted(proofs, replays)
    if len(replays) < run.order.replays or all(map(came_again, alone)):
        return alone
    return _as_it_was(run, alone, fresh, seed, until)


def _as_it_was(
    run: _Run, alone: tuple[Proof, ...], fresh: Callable[[], Path], seed: int, until: float
) -> tuple[Proof, ...]:
    """Do everything as the run did, for what did not come again when it was asked alone.

    What it was asked before may have left something in the app that it needs.
    """
    shaky = [one for one in alone if not came_again(one)]
    last = max(run.routes.index(one.route) for one in shaky)
    skip = (*run.routes[last + 1 :], *run.skipped)
    sketch = replace(run.began, settings=run.sketch.settings)
    replays: list[tuple[Proof, ...]] = []
    for number in range(run.order.replays + 1, 2 * run.order.replays + 1):
        more = _More(replay=True, late=frozenset(run.late), skip=skip)
        found, ended = _replay(run, sketch, fresh, seed + 7919 * number, until, more)
        run.children += 1
        if ended or not any(one.reproduced for one in counted(shaky, [found])):
            return alone
        replays.append(found)
    now = dict(zip(shaky, counted(shaky, replays), strict=True))
    return tuple(
        as_part_of_a_run(now[one]) if one in now and came_again(now[one]) else one for one in alone
    )


def _replay(  # noqa: PLR0913, PLR0917 - what one child is told
    run: _Run,
    sketch: Sketch,
    fresh: Callable[[], Path],
    seed: int,
    until: float,
    more: _More,
    stop: threading.Event | None = None,
) -> tuple[tuple[Proof, ...], str]:
    """Give what another process shows with other canaries, or why it did not end."""
    start = partial(run_child, stop=stop) if run.start is run_child else run.start
    other = _Run(run.order, lambda _event: None, sketch, start)
    ended = _child(other, fresh, seed, until, **more)
    if other.finished is None:
        return (), other.failed or ended or "it did not end"
    return tuple(one for tried in other.tried.values() for one in tried.proofs), ""


def _reach(run: _Run, again: tuple[int, int], seconds: float) -> Reach:
    last = run.finished or Reach()
    reached = [one for one in run.tried.values() if one.reached]
    why = {route: one.why for route, one in run.tried.items() if not one.reached}
    missing = [
        Unreached(route, why.get(route) or "never called")
        for route in run.routes
        if route not in run.tried or route in why
    ]
    return replace(
        last,
        routes=len(run.routes),
        reached=len(reached),
        unreached=tuple(missing),
        requests=sum(one.requests for one in run.tried.values()),
        runs=run.children,
        refused=tuple(run.refused),
        sandbox=run.sandbox,
        attributes_seen=min(_seen(run), last.attributes_planted),
        learned=run.sketch.lessons,
        replayed=again[0],
        not_reproduced=again[1],
        seconds=seconds,
    )


def _seen(run: _Run) -> int:
    """Count the planted attributes that came out anywhere; what no code names counts as one."""
    known = {table.name for table in run.sketch.tables}
    return len(
        {
            (carried.attribute.table, carried.attribute.path)
            for tried in run.tried.values()
            for outflow in tried.facts.outflows
            for carried in outflow.carried
            if carried.attribute is not None and carried.attribute.table in known
        }
    )


def _together(many: Sequence[Facts]) -> Facts:
    """Join the facts of several routes, each kind in order and once."""
    parts: dict[str, Any] = {
        one.name: tuple(dict.fromkeys(each for facts in many for each in getattr(facts, one.name)))
        for one in fields(Facts)
        if one.name not in {"coverage", "asked"}
    }
    return Facts(**parts, coverage=Coverage(routes=len(parts["routes"])))
