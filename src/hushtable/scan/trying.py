"""Exceptions as flow, and context managers."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hushtable.scan.call import instantiate
from hushtable.scan.frame import Exit, Frame, Machine, Stopped
from hushtable.scan.heap import State
from hushtable.scan.lookup import mro, native_bases
from hushtable.scan.values import (
    ELTS,
    UNKNOWN,
    Choice,
    Class,
    Const,
    Generic,
    Instance,
    Native,
    Seq,
    options,
    sequence,
)

Run = Callable[[Machine, list[ast.stmt], Frame], bool]
MAX_STATES = 12


def instance_of(m: Machine, value: Any, node: ast.AST, frame: Frame) -> Any:
    """`raise ValueError` raises an instance."""
    match value:
        case Class():
            return instantiate(m, value, [], {}, node, frame)
        case Native():
            return m.call(m, value, [], {}, node, frame)
    return value


def try_statement(m: Machine, node: ast.Try | ast.TryStar, frame: Frame, run: Run) -> bool:
    """Run a `try`: explicit raises reach the handlers that match, library calls may raise."""
    outer = frame.exits
    inner: list[Exit] = []
    frame.exits = inner
    mark = m.journal.mark()
    may: set[str] = set()
    m.tries += 1
    m.collectors.append(may)
    falls = run(m, node.body, frame)
    m.tries -= 1
    m.collectors.pop()
    body_state = m.journal.capture(mark)
    if falls and node.orelse:
        falls = run(m, node.orelse, frame)
    states: list[State] = []
    fallen = m.journal.take(mark)
    if falls:
        states.append(fallen)
    raises = [e for e in inner if e.kind == "raise"]
    passed = [e for e in inner if e.kind != "raise"]
    frame.exits = passed
    for handler in node.handlers:
        if isinstance(node, ast.TryStar):
            caught, raises = _split_groups(m, handler, raises, frame)
        else:
            caught, raises = _split(m, handler, raises, frame)
        if caught or may or not (raises or inner or falls):
            states += _handle(m, handler, caught, may, body_state, mark, frame, run)
    frame.exits = outer
    if m.collectors and not any(_catches_all(h) for h in node.handlers):
        m.collectors[-1].update(may)
    return _finish(m, node, frame, run, states, [*passed, *raises])


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )


def _finish(
    m: Machine, node: Any, frame: Frame, run: Run, states: list[State], ways: list[Exit]
) -> bool:
    """Join what falls out, run `finally`, and hand the other ways out on."""
    mark = m.journal.mark()
    if node.finalbody:
        for way in m.bounded(ways, MAX_STATES):
            m.journal.apply(way.state)
            before = len(frame.exits)
            with suppress(Stopped):
                run(m, node.finalbody, frame)
            way.state = m.journal.capture(frame.mark)
            m.journal.undo(mark)
            if len(frame.exits) > before:
                way.kind = "replaced"
    frame.exits += [way for way in ways if way.kind != "replaced"]
    if not states:
        return False
    m.journal.merge(m.bounded(states, MAX_STATES))
    return run(m, node.finalbody, frame) if node.finalbody else True


def _handle(
    m: Machine,
    handler: ast.ExceptHandler,
    caught: list[Exit],
    may: set[str],
    body_state: State,
    mark: int,
    frame: Frame,
    run: Run,
) -> list[State]:
    """Run one handler from the states in which it can begin; give the state it falls out in."""
    followed = m.bounded(caught, MAX_STATES)
    begin = [way.state for way in followed]
    values = [way.value for way in followed]
    if may or not caught:
        begin += [{}, body_state]
        if not (caught and _signals(m, handler, frame)):
            values.append(m.observer.caught(m, handler, sorted(may), frame))
    m.journal.merge(begin)
    value = values[0] if len(values) == 1 else Choice(tuple(dict.fromkeys(values)))
    value = value.options[0] if isinstance(value, Choice) and len(value.options) == 1 else value
    if handler.name:
        m.journal.set(frame.slots, handler.name, value)
    before, frame.handling = frame.handling, value
    m.observer.handling(m, frame)
    falls = run(m, handler.body, frame)
    m.observer.handled(m, handler, caught, frame)
    frame.handling = before
    state = m.journal.take(mark)
    return [state] if falls else []


SIGNALS = frozenset(
    f"builtins.{name}"
    for name in ("ValueError", "TypeError", "KeyError", "IndexError", "LookupError",
                 "PermissionError", "NotImplementedError", "RuntimeError")
)  # fmt: skip
"""Built-in classes that programs raise themselves to say what is wrong with a request."""


def _signals(m: Machine, handler: ast.ExceptHandler, frame: Frame) -> bool:
    """Whether a handler names only such classes: then the raises seen are the ones it is for."""
    if handler.type is None:
        return False
    types = m.evaluate(m, handler.type, frame)
    names = types.slots[ELTS] if isinstance(types, Seq) else options(types)
    return bool(names) and all(isinstance(one, Native) and one.name in SIGNALS for one in names)


def _split(
    m: Machine, handler: ast.ExceptHandler, raises: list[Exit], frame: Frame
) -> tuple[list[Exit], list[Exit]]:
    """Give the raises this handler catches, and those that go on to the next."""
    if handler.type is None:
        return raises, []
    types = m.evaluate(m, handler.type, frame)
    names = types.slots[ELTS] if isinstance(types, Seq) else options(types)
    caught, left = [], []
    for way in raises:
        answers = {matches(option, name) for option in options(way.value) for name in names}
        if answers & {True, None}:
            caught.append(way)
        if True not in answers:
            left.append(way)
    return caught, left


def _split_groups(
    m: Machine, handler: ast.ExceptHandler, raises: list[Exit], frame: Frame
) -> tuple[list[Exit], list[Exit]]:
    """Split each exception group by what `except*` names; a lone exception is a group of one."""
    caught: list[Exit] = []
    left: list[Exit] = []
    for way in raises:
        held = way.value.slots.get("exceptions") if isinstance(way.value, Instance) else None
        members = list(held.slots[ELTS]) if isinstance(held, Seq) else [way.value]
        ways = [replace(way, value=member) for member in members]
        mine, others = _split(m, handler, ways, frame)
        for some, into in ((mine, caught), (others, left)):
            if some:
                into.append(replace(way, value=_group_of([one.value for one in some])))
    return caught, left


def _group_of(members: list[Any]) -> Instance:
    held = sequence(members)
    return Instance(
        native="builtins.ExceptionGroup",
        slots={"args": sequence([UNKNOWN, held], "tuple"), "exceptions": held, "message": UNKNOWN},
    )


def matches(value: Any, wanted: Any) -> bool | None:
    """Whether an exception is of a class: True, False, or None when that is not known."""
    if isinstance(wanted, Generic):
        wanted = wanted.origin
    have = ancestors(value)
    if not have:
        return None
    match wanted:
        case Class():
            return (
                isinstance(value, Instance) and value.cls is not None and wanted in mro(value.cls)
            )
        case Native(name=name):
            names = ANCESTRY.get(name, name)
            return names in have or name in have
    return None


def ancestors(value: Any) -> set[str]:
    """Give the qualified names of the library classes that an exception descends from."""
    if not isinstance(value, Instance):
        return set()
    bases = set(native_bases(value.cls)) if value.cls is not None else {value.native}
    found: set[str] = set()
    for base in bases:
        found.add(base)
        found |= library_ancestors(base)
    return found | {"builtins.BaseException"}


def library_ancestors(name: str) -> set[str]:
    """Give the ancestors of a library's exception class."""
    short = name.removeprefix("builtins.")
    kind = getattr(builtins, short, None) if name.startswith("builtins.") else None
    if isinstance(kind, type) and issubclass(kind, BaseException):
        return {f"builtins.{base.__name__}" for base in kind.__mro__}
    return {*KNOWN_BASES.get(name, ()), "builtins.Exception"}


KNOWN_BASES = {
    "fastapi.HTTPException": (
        "starlette.exceptions.HTTPException",
        "fastapi.exceptions.HTTPException",
    ),
    "botocore.exceptions.NoCredentialsError": ("botocore.exceptions.BotoCoreError",),
    "botocore.exceptions.EndpointConnectionError": ("botocore.exceptions.BotoCoreError",),
    "json.JSONDecodeError": ("builtins.ValueError",),
    "json.decoder.JSONDecodeError": ("builtins.ValueError",),
    "pydantic.ValidationError": ("builtins.ValueError",),
}
ANCESTRY = {
    "fastapi.exceptions.HTTPException": "fastapi.HTTPException",
    "builtins.IOError": "builtins.OSError",
    "builtins.EnvironmentError": "builtins.OSError",
}


def status_of(value: Any) -> int | None:
    """Give the status of an HTTPException when it is constant."""
    if isinstance(value, Instance):
        status = value.slots.get("status_code")
        if isinstance(status, Const) and isinstance(status.value, int):
            return int(status.value)
    return None
