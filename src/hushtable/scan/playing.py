"""Plays one job: a route, an exception handler, a start, a script, what nothing calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.facts import DebugSwitch, TableDefinition, Unknown
from hushtable.scan import beside, entries
from hushtable.scan.beside import Around
from hushtable.scan.exceptions import library_exception
from hushtable.scan.frame import Counters, Frame, Machine, Module, Spot, spot
from hushtable.scan.kinds import Kept
from hushtable.scan.labels import Kind
from hushtable.scan.load import Job, Loaded, fault
from hushtable.scan.lookup import mro
from hushtable.scan.meanings import parameter_source
from hushtable.scan.notes import Notes
from hushtable.scan.observe import Observed
from hushtable.scan.operators import pick
from hushtable.scan.play import handler_function, play_plain, play_route
from hushtable.scan.requests import Request
from hushtable.scan.typed import service_of_class
from hushtable.scan.values import (
    UNKNOWN,
    WORK,
    Bound,
    Class,
    Function,
    Instance,
    Native,
    deep_labels,
)


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception of the program that a route raised: its classes, by where they stand."""

    classes: tuple[Spot, ...]
    telling: bool
    """Whether its text was made of another exception's."""


@dataclass(slots=True)
class Played:
    """What a job gave, or the loading of a module."""

    observed: list[Observed] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    shapes: dict[str, dict[str, str]] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    tables: list[TableDefinition] = field(default_factory=list)
    debug: list[DebugSwitch] = field(default_factory=list)
    failed: dict[str, Unknown] = field(default_factory=dict)
    calls: int = 0
    functions: int = 0
    bounds: int = 0
    unresolved: dict[str, int] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Files whose code the job needed."""
    ran: set[Spot] = field(default_factory=set)
    raised: list[Raised] = field(default_factory=list)
    grounds: dict[str, Played] = field(default_factory=dict)
    """What modules gave that were first needed here, by path."""
    around: Around | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What later jobs must know of earlier ones."""

    ran: frozenset[Spot] = frozenset()
    """Functions that ran: nothing of them is an orphan."""
    again: tuple[int, ...] = ()
    """Routes to play again for the exceptions that they raise, by number."""


def of_loading(loaded: Loaded) -> Played:
    """Give what was found while the modules were loaded."""
    machine = loaded.machine
    found = _noted(machine.observer.notes, machine.settle())
    found.used = set(machine.program.parsed)
    found.ran = set(machine.ran)
    found.grounds = _grounds(machine, frozenset(), None)
    return found


def perform(loaded: Loaded, number: int, before: Before) -> Played:
    """Play one job, as if it were the only one: what others did leaves no trace in the result."""
    machine, job = loaded.machine, loaded.jobs[number]
    if job.kind == "beside":
        return Played(around=beside.read(loaded, *job.subject))
    unknown: list[Unknown] = []
    observed: list[Observed] = []
    errors: list[Any] = []
    for other in before.again:
        _begin(machine, before)
        _guarded(loaded, loaded.jobs[other], errors, [], [])
    _begin(machine, before)
    _guarded(loaded, job, errors, observed, unknown)
    found = _noted(machine.observer.notes, machine.settle())
    found.observed, found.unknown = observed, unknown
    found.used, found.ran = set(machine.used), set(machine.ran) - before.ran
    found.failed = {
        path: why for path, why in machine.program.unknown.items() if path in machine.used
    }
    found.grounds = _grounds(machine, loaded.known, machine.used)
    if job.kind == "route":
        found.raised = [
            Raised(tuple(_spot_of(cls) for cls in mro(e.cls)), _tells_of_others(e))
            for e, *_ in errors
            if e.cls is not None
        ]
    return found


def _spot_of(cls: Class) -> Spot:
    return cls.module.path, cls.node.lineno, cls.node.col_offset


def raises(one: Raised, kind: Any) -> bool:
    """Whether an exception is one that a handler is registered for."""
    return isinstance(kind, Class) and _spot_of(kind) in one.classes


def _begin(machine: Machine, before: Before) -> None:
    machine.settle()
    machine.counters, machine.used, machine.ran = Counters(), set(), set(before.ran)
    WORK.places = 0
    notes: Notes = machine.observer.notes
    notes.shapes, notes.kept, notes.tables, notes.debug = {}, {}, [], []


def _guarded(
    loaded: Loaded, job: Job, errors: list[Any], observed: list[Observed], unknown: list[Unknown]
) -> None:
    try:
        observed.extend(_one(loaded, job, errors))
    except Exception as error:  # noqa: BLE001 - one entry's fault must not hide the others
        unknown.append(fault(path_of(job), error))
        _reset(loaded.machine)


def _noted(notes: Notes, counters: Counters) -> Played:
    return Played(
        shapes=notes.shapes,
        kept=list(notes.kept),
        tables=notes.tables,
        debug=notes.debug,
        calls=counters.calls,
        functions=counters.functions,
        bounds=counters.bounds,
        unresolved=dict(counters.unresolved),
    )


def _grounds(machine: Machine, known: frozenset[str], used: set[str] | None) -> dict[str, Played]:
    return {
        path: _noted(ground.notes, ground.counters)
        for path, ground in machine.program.grounds.items()
        if path not in known and (used is None or path in used) and ground.notes is not None
    }


def _reset(machine: Machine) -> None:
    machine.journal.undo(0)
    machine.stack, machine.conditions, machine.tries, machine.collectors = [], [], 0, []


def path_of(job: Job) -> str:
    """Give the file that a job is about."""
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
                yield from _orphans(loaded, job.module)


def _orphans(loaded: Loaded, module: Module) -> Iterator[Observed]:
    """Play what nothing calls, within one budget for the file."""
    machine, observer = loaded.machine, loaded.observer
    spent = 0
    for function, receiver in entries.orphans(machine, module):
        if spent > machine.beside:
            machine.counters.bounds += 1
            return
        yield play_plain(machine, observer, lambda f=function, r=receiver: _orphan(machine, f, r))
        spent += machine.steps


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
    return any(label.kind is Kind.EXCEPTION and not label.own for label in deep_labels(exception))


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
        if any(
            arg.arg == name
            for arg in (
                *function.node.args.posonlyargs,
                *function.node.args.args,
                *function.node.args.kwonlyargs,
            )
        )
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
