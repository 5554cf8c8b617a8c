"""`with` statements: enter, run the body, leave on every way out."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from hushtable.scan import assign
from hushtable.scan.attributes import get_attribute
from hushtable.scan.frame import Exit, Frame, Machine, Stopped
from hushtable.scan.heap import State
from hushtable.scan.truth import truth
from hushtable.scan.trying import MAX_STATES, Run
from hushtable.scan.values import (
    ELTS,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Function,
    Instance,
    Native,
    Seq,
)

Items = list[ast.withitem]


def with_statement(
    m: Machine, node: ast.With | ast.AsyncWith, frame: Frame, run: Run, items: Items | None = None
) -> bool:
    """Run a `with`, one manager inside the other."""
    items = node.items if items is None else items
    if not items:
        return run(m, node.body, frame)
    item, inner = items[0], items[1:]
    ways: list[bool] = []

    def body(value: Any, generator: Frame) -> bool:
        """Run the body at the `yield` of a generator made by `@contextmanager`."""
        if item.optional_vars is not None:
            assign.assign(m, item.optional_vars, value, frame)
        outer = frame.exits
        mine: list[Exit] = []
        frame.exits = mine
        m.tries += 1
        falls = with_statement(m, node, frame, run, inner)
        m.tries -= 1
        frame.exits = outer
        outer += [way for way in mine if way.kind != "raise"]
        # What the body raises is raised at the `yield`.
        generator.exits += [way for way in mine if way.kind == "raise"]
        ways.append(falls)
        return falls

    key = id(item.context_expr)
    before = m.bodies.get(key)
    m.bodies[key] = body
    try:
        manager = m.evaluate(m, item.context_expr, frame)
    except Stopped:
        if ways:
            return False
        raise
    finally:
        if before is None:
            del m.bodies[key]
        else:
            m.bodies[key] = before
    if ways:
        return True
    value = enter(m, manager, item, frame)
    if item.optional_vars is not None:
        assign.assign(m, item.optional_vars, value, frame)
    leave = exit_of(m, manager)
    if leave is None:
        return with_statement(m, node, frame, run, inner)
    return _guarded(m, node, frame, leave, lambda: with_statement(m, node, frame, run, inner))


def enter(m: Machine, manager: Any, item: ast.withitem, frame: Frame) -> Any:
    """Give what `with manager as name` binds."""
    if isinstance(manager, Instance) and manager.cls is not None:
        for name in ("__enter__", "__aenter__"):
            method = get_attribute(m, manager, name)
            if isinstance(method, Bound) and isinstance(method.function, Function):
                return m.call(m, method, [], {}, item.context_expr, frame)
    if isinstance(manager, Seq) and manager.kind == "iterator":
        known = manager.slots[ELTS]
        return known[0] if known else manager.slots.get(REST, UNKNOWN)
    return manager


def exit_of(m: Machine, manager: Any) -> Bound | None:
    """Give the bound `__exit__` of an object of the program, or None."""
    if isinstance(manager, Instance) and manager.cls is not None:
        for name in ("__exit__", "__aexit__"):
            method = get_attribute(m, manager, name)
            if isinstance(method, Bound) and isinstance(method.function, Function):
                return method
    return None


def _guarded(
    m: Machine, node: ast.AST, frame: Frame, leave: Bound, body: Callable[[], bool]
) -> bool:
    """Run the body, then `__exit__` on every way out of it."""
    outer = frame.exits
    inner: list[Exit] = []
    frame.exits = inner
    mark = m.journal.mark()
    m.tries += 1
    falls = body()
    m.tries -= 1
    frame.exits = outer
    states: list[State] = []
    if falls:
        try:
            m.call(m, leave, [NONE, NONE, NONE], {}, node, frame)
            states.append(m.journal.capture(mark))
        except Stopped:
            pass
    m.journal.undo(mark)
    for way in m.bounded(inner, MAX_STATES):
        states += _left(m, node, frame, leave, way)
        m.journal.undo(mark)
    outer += inner[MAX_STATES:]
    if not states:
        return False
    m.journal.merge(m.bounded(states, MAX_STATES))
    return True


def _left(m: Machine, node: ast.AST, frame: Frame, leave: Bound, way: Exit) -> list[State]:
    """Run `__exit__` for one way out; give the state in which it swallows an exception."""
    mark = m.journal.mark()
    m.journal.apply(way.state)
    raised = way.kind == "raise"
    args = [class_of(way.value), way.value, UNKNOWN] if raised else [NONE, NONE, NONE]
    try:
        answer = truth(m.call(m, leave, args, {}, node, frame))
    except Stopped:
        return []
    way.state = m.journal.capture(frame.mark)
    swallowed = [m.journal.capture(mark)] if raised and answer is not False else []
    if not raised or answer is not True:
        frame.exits.append(way)
    return swallowed


def class_of(value: Any) -> Any:
    """Give the class of an exception, as `__exit__` receives it."""
    if isinstance(value, Instance):
        return Native(value.native) if value.cls is None else value.cls
    return UNKNOWN
