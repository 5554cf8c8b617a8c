"""Loops: unrolled while their elements are known, widened to a bounded fixpoint otherwise."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from hushtable.scan import assign
from hushtable.scan.frame import Exit, Frame, Machine, Stopped
from hushtable.scan.heap import State
from hushtable.scan.iterate import elements
from hushtable.scan.truth import truth
from hushtable.scan.values import ELTS, MISSING, REST, Dict, Instance, Seq, join

MAX_UNROLL = 112
MAX_PASSES = 3
Run = Callable[[Machine, list[ast.stmt], Frame], bool]


def for_loop(m: Machine, node: ast.For | ast.AsyncFor, frame: Frame, run: Run) -> bool:
    """Run a `for`."""
    iterable = m.evaluate(m, node.iter, frame)
    known, rest = elements(m, iterable, node, frame)
    outer = frame.exits
    breaks: list[State] = []
    start = m.journal.mark()
    falls = True
    if rest is None and len(known) <= MAX_UNROLL:
        for element in known:
            falls = _once(m, node, frame, run, element, outer, breaks)
            if not falls:
                break
    else:
        if rest is None:
            m.counters.bounds += 1
        element = rest if rest is not None else MISSING
        for one in known:
            element = assign.joined(element, one)
        _widen(m, node, frame, run, element, outer, breaks)
    frame.exits = outer
    return _after(m, node, frame, run, (start, breaks), falls=falls)


def while_loop(m: Machine, node: ast.While, frame: Frame, run: Run) -> bool:
    """Run a `while`."""
    outer: list[Exit] = frame.exits
    breaks: list[State] = []
    start = m.journal.mark()
    unknown_rounds = 0
    falls = True
    for _ in range(MAX_UNROLL):
        test, asked = m.test(node.test, frame)
        known = truth(test)
        if known is False:
            break
        before = len(outer) + len(breaks)
        if known is None or unknown_rounds:
            unknown_rounds += 1
            if unknown_rounds > MAX_PASSES:
                falls = known is None
                break
        if known is None:
            mark = m.journal.mark()
            m.conditions.append(asked)
            assign.refine(m, node.test, frame, holds=True)
            runs = _once(m, node, frame, run, None, outer, breaks)
            m.conditions.pop()
            state = m.journal.take(mark)
            m.journal.merge([{}, state] if runs else [{}])
            if not runs:
                break
        else:
            falls = _once(m, node, frame, run, None, outer, breaks)
            if not falls:
                break
            if len(outer) + len(breaks) > before:
                # A way out under a condition that is not known: more rounds teach little.
                unknown_rounds += 1
    else:
        m.counters.bounds += 1
        falls = not _forever(node)
    frame.exits = outer
    if _forever(node):
        falls = False
    return _after(m, node, frame, run, (start, breaks), falls=falls)


def _forever(node: ast.While) -> bool:
    return isinstance(node.test, ast.Constant) and bool(node.test.value)


def _once(
    m: Machine,
    node: Any,
    frame: Frame,
    run: Run,
    element: Any,
    outer: list[Exit],
    breaks: list[State],
) -> bool:
    """Run the body once; `continue` states join what falls out of it."""
    mark = m.journal.mark()
    inner: list[Exit] = []
    frame.exits = inner
    try:
        if element is not None:
            assign.assign(m, node.target, element, frame)
        falls = run(m, node.body, frame)
    except Stopped:
        falls = False
    frame.exits = outer
    continues = [e.state for e in inner if e.kind == "continue"]
    breaks += [e.state for e in inner if e.kind == "break"]
    outer += [e for e in inner if e.kind in {"return", "raise"}]
    if continues:
        states = [m.journal.capture(mark)] if falls else []
        m.journal.undo(mark)
        m.journal.merge([*states, *continues])
        return True
    return falls


def _widen(
    m: Machine,
    node: Any,
    frame: Frame,
    run: Run,
    element: Any,
    outer: list[Exit],
    breaks: list[State],
) -> None:
    """Run the body until nothing more is learned, joining with the state before each round."""
    lists = _lists(frame)
    for round_ in range(MAX_PASSES):
        mark = m.journal.mark()
        frame.looping += 1
        runs = _once(m, node, frame, run, element, outer, breaks)
        frame.looping -= 1
        state = m.journal.take(mark)
        if not runs:
            return
        before = {place: slots.get(key, MISSING) for place, (slots, key, _) in state.items()}
        m.journal.merge([{}, state])
        for slots in (
            lists[id(one)] for one, key, _ in state.values() if key is ELTS and id(one) in lists
        ):
            _lengthen(m, slots, before[id(slots), ELTS])
        if all(state[p][0].get(state[p][1], MISSING) == old for p, old in before.items()):
            return
        if round_ == MAX_PASSES - 1:
            m.counters.bounds += 1


def _lists(frame: Frame) -> dict[int, dict[Any, Any]]:
    """Give the lists that were there before a loop: variables, and what lies directly in them."""
    found: dict[int, dict[Any, Any]] = {}
    for held in frame.slots.values():
        inner = held.slots.values() if isinstance(held, Dict | Instance) else ()
        for one in (held, *inner):
            if isinstance(one, Seq) and one.kind == "list":
                found[id(one.slots)] = one.slots
    return found


def _lengthen(m: Machine, slots: dict[Any, Any], before: tuple[Any, ...]) -> None:
    """What a round puts at the end of a list is there as often as there are rounds."""
    now = slots[ELTS]
    if len(now) <= len(before) or any(a is not b for a, b in zip(before, now, strict=False)):
        return
    rest = slots.get(REST, MISSING)
    for one in now[len(before) :]:
        rest = join(rest, one)
    m.journal.set(slots, REST, rest)
    m.journal.set(slots, ELTS, before)


def _after(
    m: Machine, node: Any, frame: Frame, run: Run, ways: tuple[int, list[State]], *, falls: bool
) -> bool:
    """Run the `else`, then join the states of every `break` as they were then."""
    start, breaks = ways
    if falls and node.orelse:
        falls = run(m, node.orelse, frame)
    if not breaks:
        return falls
    state = m.journal.take(start)
    m.journal.merge([state, *breaks] if falls else breaks)
    return True
