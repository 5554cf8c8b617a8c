"""Plays jobs, on several cores where the system can fork."""

from __future__ import annotations

import ast
import multiprocessing
import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.config import ScanConfig
from hushtable.model.facts import DebugSwitch, TableDefinition, Unknown
from hushtable.scan import entries
from hushtable.scan.exceptions import library_exception
from hushtable.scan.frame import Frame, Machine, spot
from hushtable.scan.kinds import Kept
from hushtable.scan.labels import Kind
from hushtable.scan.load import Job, Loaded, fault
from hushtable.scan.lookup import mro
from hushtable.scan.meanings import parameter_source
from hushtable.scan.observe import Observed
from hushtable.scan.operators import pick
from hushtable.scan.play import handler_function, play_plain, play_route
from hushtable.scan.requests import Request
from hushtable.scan.typed import service_of_class
from hushtable.scan.values import UNKNOWN, Bound, Class, Function, Instance, Native, deep_labels

SMALL = 60
"""Fewer jobs than this are played in one process: a fork costs more than it saves."""


@dataclass(slots=True)
class Played:
    """What a batch of jobs gave."""

    observed: list[Observed] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    shapes: dict[str, dict[str, str]] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    tables: list[TableDefinition] = field(default_factory=list)
    debug: list[DebugSwitch] = field(default_factory=list)
    parsed: set[str] = field(default_factory=set)
    failed: dict[str, Unknown] = field(default_factory=dict)
    calls: int = 0
    functions: int = 0
    bounds: int = 0
    unresolved: dict[str, int] = field(default_factory=dict)


def play_all(
    loaded: Loaded, config: ScanConfig, tick: Callable[[], None]
) -> Iterator[Played]:
    """Play every job; give what each batch found."""
    cores = config.jobs or _cores()
    if cores <= 1 or len(loaded.jobs) < SMALL or not hasattr(os, "fork"):
        yield _play(loaded, loaded.jobs, tick)
        return
    yield from _forked(loaded, cores, tick)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _forked(loaded: Loaded, cores: int, tick: Callable[[], None]) -> Iterator[Played]:
    """Fork after loading: the workers share the parsed program without copying it."""
    context = multiprocessing.get_context("fork")
    pipes = []
    for index in range(cores):
        ours, theirs = context.Pipe(duplex=False)
        batch = loaded.jobs[index::cores]
        process = context.Process(target=_work, args=(loaded, batch, theirs), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        pipes.append((process, ours, batch))
    for process, ours, batch in pipes:
        try:
            played = ours.recv()
        except EOFError:
            played = Played(unknown=[_lost(job) for job in batch])
        for _ in batch:
            tick()
        yield played
        process.join()


def _lost(job: Job) -> Unknown:
    return fault(job.module.path if job.module else ".", ChildProcessError())


def _work(loaded: Loaded, jobs: list[Job], pipe: Any) -> None:
    pipe.send(_play(loaded, jobs, lambda: None))
    pipe.close()


def _play(loaded: Loaded, jobs: list[Job], tick: Callable[[], None]) -> Played:
    machine = loaded.machine
    played = Played()
    errors: list[Any] = []
    for job in jobs:
        try:
            for found in _one(loaded, job, errors):
                played.observed.append(found)
        except RecursionError as error:
            played.unknown.append(fault(_path(job), error))
            _reset(machine)
        except Exception as error:  # noqa: BLE001 - one entry's fault must not hide the others
            played.unknown.append(fault(_path(job), error))
            _reset(machine)
        tick()
    notes = machine.observer.notes
    played.shapes, played.tables, played.debug = notes.shapes, notes.tables, notes.debug
    played.kept = list(notes.kept)
    played.parsed, played.failed = machine.program.parsed, machine.program.unknown
    counters = machine.counters
    played.calls, played.functions = counters.calls, counters.functions
    played.bounds, played.unresolved = counters.bounds, dict(counters.unresolved.most_common(40))
    return played


def _reset(machine: Machine) -> None:
    machine.journal.undo(0)
    machine.stack, machine.conditions, machine.tries, machine.collectors = [], [], 0, []


def _path(job: Job) -> str:
    if job.kind == "route":
        return str(job.subject.route.place.path)
    return job.module.path if job.module is not None else "."


def _one(loaded: Loaded, job: Job, errors: list[Any]) -> Iterator[Observed]:
    machine, observer = loaded.machine, loaded.observer
    match job.kind:
        case "route":
            yield play_route(machine, job.subject, observer)
            errors += machine.observer.notes.errors
        case "handler":
            yield play_plain(machine, observer, lambda: _handler(machine, job.subject, errors))
        case "start":
            yield play_plain(machine, observer, lambda: _start(machine, job.subject))
        case "taught":
            yield play_plain(machine, observer, lambda: _taught(loaded, job))
        case "main":
            if job.module is not None:
                body = entries.guarded_main(job.module)
                if body:
                    yield play_plain(machine, observer, lambda: _main(machine, job, body))
        case "orphans":
            if job.module is not None:
                for function, receiver in entries.orphans(machine, job.module):
                    yield play_plain(
                        machine, observer, lambda f=function, r=receiver: _orphan(machine, f, r)
                    )


def _handler(machine: Machine, subject: Any, errors: list[Any]) -> None:
    """An exception handler answers with the exceptions it is registered for."""
    kind, handler, place = subject
    function = handler_function(handler)
    if function is None:
        return
    notes = machine.observer.notes
    raised = [e for e, *_ in errors if isinstance(kind, Class) and kind in mro(e.cls)]
    if isinstance(kind, Native):
        exception: Any = library_exception(kind.name, place, own=kind.name in ANSWERED)
    elif raised:
        telling = [e for e in raised if _tells_of_others(e)]
        exception = pick((telling or raised)[:MAX_RAISED])
    elif isinstance(kind, Class):
        exception = Instance(kind)
        exception.slots["args"] = UNKNOWN
    else:
        exception = library_exception("builtins.Exception", place)
    request = Request("GET", "/")
    notes.watched[id(function)] = []
    frame = Frame(function.module, {})
    value = machine.call(
        machine, handler, [request.value(), exception], {}, ast.Constant(None), frame
    )
    notes.answered(machine, function, value, place)


MAX_RAISED = 6


def _tells_of_others(exception: Instance) -> bool:
    """Whether an exception's message was made of another exception's."""
    return any(
        label.kind is Kind.EXCEPTION and not label.own for label in deep_labels(exception)
    )


ANSWERED = frozenset(
    {"fastapi.HTTPException", "fastapi.exceptions.RequestValidationError",
     "fastapi.RequestValidationError", "pydantic.ValidationError",
     "fastapi.exceptions.ValidationException", "slowapi.errors.RateLimitExceeded"}
)  # fmt: skip
"""Exceptions whose text the app wrote, or FastAPI answers with by itself."""


def _start(machine: Machine, function: Any) -> None:
    target = handler_function(function)
    if target is not None:
        machine.call(machine, function, [], {}, ast.Constant(None), Frame(target.module, {}))


def _taught(loaded: Loaded, job: Job) -> None:
    machine, function = loaded.machine, job.subject
    if loaded.taught is None:
        return
    given = {
        name: parameter_source(word)
        for name, word in loaded.taught.parameters.items()
        if any(arg.arg == name for arg in (*function.node.args.posonlyargs,
                                           *function.node.args.args,
                                           *function.node.args.kwonlyargs))
    }
    callee: Any = function
    if function.owner is not None and function.kind != "static":
        made = _receiver(machine, function.owner)
        callee = Bound(function, made)
    machine.call(machine, callee, [], given, ast.Constant(None), Frame(function.module, {}))


def _receiver(machine: Machine, cls: Class) -> Any:
    """Make an object to call a method on, as its class's own constructor would."""
    return service_of_class(machine, cls) or Instance(cls)


def _main(machine: Machine, job: Job, body: list[ast.stmt]) -> None:
    if job.module is not None:
        frame = Frame(job.module, job.module.slots, module_level=True)
        frame.mark = machine.journal.mark()
        machine.execute(machine, body, frame)


def _orphan(machine: Machine, function: Function, cls: Class | None) -> None:
    """Run a function that nothing calls, as if a request had reached it."""
    if spot(function) in machine.ran:
        return
    frame = Frame(function.module, {})
    callee: Any = function
    if cls is not None and function.kind not in {"static", "class"}:
        callee = Bound(function, _receiver(machine, cls))
    elif cls is not None and function.kind == "class":
        callee = Bound(function, cls)
    machine.call(machine, callee, [], {}, ast.Constant(None), frame)
