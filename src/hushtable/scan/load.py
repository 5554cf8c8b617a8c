"""Loads the modules that matter and lists what is to be played."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.config import ScanConfig
from hushtable.model.facts import Unknown
from hushtable.model.place import Place
from hushtable.scan import (
    answers,
    conditions,
    dynamo,
    entries,
    guarded,
    meanings,
    orm,
    outgoing,
    request_object,
    routing,
    sockets,
)
from hushtable.scan.compose import compose
from hushtable.scan.frame import Frame, Machine, Module, OutOfBudget, Spot, Stopped, spot
from hushtable.scan.heap import Journal
from hushtable.scan.literals import is_test
from hushtable.scan.marked import marked_by
from hushtable.scan.notes import Notes
from hushtable.scan.observe import Observer
from hushtable.scan.play import handler_function
from hushtable.scan.program import Program
from hushtable.scan.source import Listing, Unreadable, read
from hushtable.scan.taught import Taught, teach
from hushtable.scan.values import Function

PART = 60
"""Files in one job of those that are only searched for literals and definitions."""
BUDGET = 3_000_000
"""Steps for all routes of a tree together, while each has at least the smallest share."""
UNCALLED = 800_000
"""The same for what nothing calls, shared out over the files."""
SHARES = (120_000, 60_000, 30_000, 15_000, 8_000, 6_000, 4_000)
"""Few sizes, so that one route more or less seldom changes what the others may cost."""
FACTORY_STEPS = 60_000
"""What a function may cost that makes or starts an app."""
LIBRARIES = (
    answers,
    conditions,
    dynamo,
    guarded,
    meanings,
    orm,
    outgoing,
    request_object,
    routing,
    sockets,
)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to play: a route entry, a function, a script's main block."""

    kind: str
    subject: Any
    module: Module | None = None
    receiver: Any = None


@dataclass(slots=True)
class Loaded:
    """The machine with its modules loaded, and the jobs."""

    machine: Machine
    observer: Observer
    roots: list[Module]
    jobs: list[Job] = field(default_factory=list)
    sources: dict[str, bytes] = field(default_factory=dict)
    unknown: list[Unknown] = field(default_factory=list)
    taught: Taught | None = None
    failed: dict[str, Unknown] = field(default_factory=dict)
    """Files that were needed for loading and do not parse."""
    ran: frozenset[Spot] = frozenset()
    """Functions that ran before the first job."""
    known: frozenset[str] = frozenset()
    """Modules that were loaded before the first job."""


def load(listing: Listing, config: ScanConfig) -> Loaded:
    """Load every module that names FastAPI or DynamoDB, and what those import when it is needed."""
    # Nearly all that is made here stays: looking for garbage again and again finds none.
    kept = gc.get_threshold()
    gc.set_threshold(100_000, 20, 1_000)
    try:
        return _load(listing, config)
    finally:
        gc.set_threshold(*kept)


def _load(listing: Listing, config: ScanConfig) -> Loaded:
    taught = teach(meanings.MEANINGS, config.taught)
    program = Program(listing)
    notes = Notes()
    notes.begin()
    machine = compose(program, notes, taught, LIBRARIES)
    machine.natives = {**machine.natives, **orm.taught_natives(taught)}
    loaded = Loaded(machine, Observer(config.attributes), [], taught=taught)
    # What was taught may stand in any file, whatever that imports.
    own = bool(config.taught)
    for file in listing.python:
        try:
            data = read(file)
        except Unreadable as error:
            loaded.unknown.append(Unknown(Place(file.path, 1), str(error)))
            continue
        loaded.sources[file.path] = data
        if own or entries.is_root(data):
            loaded.roots.append(program.module(file.path))
    if not own:
        # Tests are not served; they matter only where there is nothing else.
        served = [one for one in loaded.roots if not is_test(one.path)]
        loaded.roots = served or loaded.roots
    for module in loaded.roots:
        _guard(loaded, module, lambda m=module: program.run_module(machine, m))
    _run_factories(loaded)
    _start(loaded)
    loaded.observer.marked = marked_by(machine)
    loaded.jobs = [*_jobs(loaded), *_files(listing)]
    loaded.known, loaded.ran = frozenset(program.grounds), frozenset(machine.ran)
    loaded.failed = dict(program.unknown)
    program.spending.settle()
    machine.share = share(sum(1 for job in loaded.jobs if job.kind == "route"))
    machine.beside = min(machine.share, share(len(loaded.roots), UNCALLED))
    return loaded


def share(parts: int, budget: int = BUDGET) -> int:
    """Give what one part of a budget is in steps: the more there are, the smaller, to a least."""
    return next((size for size in SHARES if size * parts <= budget), SHARES[-1])


def _guard(loaded: Loaded, module: Module, run: Any) -> None:
    """Nothing that a module holds may stop the scan: what fails is told as unknown."""
    try:
        run()
    except (Stopped, OutOfBudget):
        return
    except RecursionError:
        loaded.unknown.append(Unknown(Place(module.path, 1), "nested too deeply to follow"))
    except Exception as error:  # noqa: BLE001 - a fault of the engine must not end the scan
        loaded.unknown.append(fault(module.path, error))


def fault(path: str, error: BaseException) -> Unknown:
    """Tell a fault of the engine by its kind and place in the engine; never by its text."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    told = ""
    if where is not None:
        file = where.tb_frame.f_code.co_filename.rpartition("/")[2]
        told = f" in {file}:{where.tb_lineno}"
    return Unknown(Place(path or ".", 1), f"internal error: {type(error).__name__}{told}")


def _run_factories(loaded: Loaded) -> None:
    """Call the functions that make an app when nothing in the program calls them."""
    machine = loaded.machine
    for module in loaded.roots:
        for function in list(entries.factories(machine, module)):
            if spot(function) in machine.ran:
                continue
            _guard(loaded, module, lambda f=function: _apart(machine, f))


def _apart(machine: Machine, function: Function, args: list[Any] | None = None) -> None:
    kept, machine.journal = machine.journal, Journal()
    machine.steps, machine.limit = 0, min(FACTORY_STEPS, machine.program.spending.affordable())
    try:
        machine.call(machine, function, args or [], {}, function.node, Frame(function.module, {}))
    finally:
        machine.program.spending.spend(machine.steps)
        machine.journal = kept
        machine.stack, machine.conditions, machine.tries, machine.collectors = [], [], 0, []


def _start(loaded: Loaded) -> None:
    """Run what starts each app: clients and tables that requests find ready."""
    machine = loaded.machine
    for router in list(machine.stores.get("routers", [])):
        for function in router.startup:
            target = handler_function(function)
            if target is None:
                continue
            spec = target.node.args
            args = [router.value] if spec.args or spec.posonlyargs else []
            machine.stores["starting"] = True
            _guard(loaded, target.module, lambda f=target, a=args: _apart(machine, f, a))
            machine.stores["starting"] = False


def _files(listing: Listing) -> Iterator[Job]:
    """Give jobs that read what lies beside the program, a part of the files each."""
    for files, others in ((listing.python, False), (listing.other, True)):
        for start in range(0, len(files), PART):
            part = files[start : start + PART]
            yield Job("beside", ([], part) if others else (part, []))


def _jobs(loaded: Loaded) -> Iterator[Job]:
    machine = loaded.machine
    for entry in entries.routes(machine):
        yield Job("route", entry)
    for router in machine.stores.get("routers", []):
        for kind, handler, place in router.handlers:
            yield Job("handler", (kind, handler, place))
        for function in router.startup:
            yield Job("start", function)
    names = set(loaded.taught.parameters) if loaded.taught is not None else set()
    for module in loaded.roots:
        if names:
            for function in entries.with_parameter(module, names):
                yield Job("taught", function, module)
        yield Job("main", None, module)
        yield Job("orphans", None, module)
