"""Runs statements: branches are joined, loops unrolled or widened, exceptions flow."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.scan import assign, contexts, loops, matching, trying
from hushtable.scan.frame import Exit, Frame, Machine, Stopped
from hushtable.scan.heap import State
from hushtable.scan.labels import NOTHING, Labels
from hushtable.scan.truth import truth
from hushtable.scan.values import NONE, Const, Instance


def execute(m: Machine, body: list[ast.stmt], frame: Frame) -> bool:
    """Run statements; say whether control may come out at the end."""
    for node in body:
        m.tick()
        try:
            if not STATEMENTS.get(type(node), _nothing)(m, node, frame):
                return False
        except Stopped:
            return False
    return True


def leave(m: Machine, frame: Frame, kind: str, value: Any, node: ast.AST) -> bool:
    """Note a way out of the frame."""
    # A raise that no `try` can catch never meets the state again: it need not be captured.
    state: State = {} if kind == "raise" and not m.tries else m.journal.capture(frame.mark)
    conditions = frozenset().union(*m.conditions) if m.conditions else NOTHING
    frame.exits.append(Exit(kind, value, state, m.place(node, frame), conditions))
    return False


def branch(m: Machine, asked: Labels, arms: list[tuple[Any, Any]]) -> bool:
    """Run each arm (a callable, its refinement) from the same state and join what falls out."""
    mark = m.journal.mark()
    states = []
    m.conditions.append(asked)
    for run, refine in arms:
        if refine is not None:
            refine()
        try:
            falls = run()
        except Stopped:
            falls = False
        state = m.journal.take(mark)
        if falls:
            states.append(state)
    m.conditions.pop()
    if not states:
        return False
    m.journal.merge(states)
    return True


def _nothing(_m: Machine, _node: ast.stmt, _frame: Frame) -> bool:
    return True


def _expression(m: Machine, node: ast.Expr, frame: Frame) -> bool:
    if not isinstance(node.value, ast.Constant):
        m.evaluate(m, node.value, frame)
    return True


def _assign(m: Machine, node: ast.Assign, frame: Frame) -> bool:
    value = m.evaluate(m, node.value, frame)
    for target in node.targets:
        assign.assign(m, target, value, frame)
    return True


def _annotated(m: Machine, node: ast.AnnAssign, frame: Frame) -> bool:
    if node.value is not None:
        assign.assign(m, node.target, m.evaluate(m, node.value, frame), frame)
    return True


def _return(m: Machine, node: ast.Return, frame: Frame) -> bool:
    value = NONE if node.value is None else m.evaluate(m, node.value, frame)
    m.observer.returning(m, value, node, frame)
    return leave(m, frame, "return", value, node)


def _raise(m: Machine, node: ast.Raise, frame: Frame) -> bool:
    if node.exc is None:
        value = frame.handling or Const(None)
        reraised = True
    else:
        value = m.evaluate(m, node.exc, frame)
        reraised = False
    value = trying.instance_of(m, value, node, frame)
    if isinstance(value, Instance) and not reraised:
        if node.cause is not None:
            m.journal.set(value.slots, "__cause__", m.evaluate(m, node.cause, frame))
        if frame.handling is not None and frame.handling is not value:
            m.journal.set(value.slots, "__context__", frame.handling)
    if not reraised:
        m.observer.raised(m, value, node, frame)
    return leave(m, frame, "raise", value, node)


def _if(m: Machine, node: ast.If, frame: Frame) -> bool:
    """Run an `if` with its `elif`s, one after the other: a chain of them may be long."""
    begin = m.journal.mark()
    conditions = len(m.conditions)
    states: list[State] = []
    falls = True
    joins = False
    body: list[ast.stmt] = [node]
    while len(body) == 1 and isinstance(link := body[0], ast.If):
        try:
            test, asked = m.test(link.test, frame)
        except Stopped:
            if not joins:
                raise
            falls = False
            break
        known = truth(test)
        if known is not None:
            body = link.body if known else link.orelse
            if known:
                break
            continue
        joins = True
        here = m.journal.mark()
        m.conditions.append(asked)
        assign.refine(m, link.test, frame, holds=True)
        if execute(m, link.body, frame):
            states.append(m.journal.capture(begin))
        m.journal.undo(here)
        assign.refine(m, link.test, frame, holds=False)
        body = link.orelse
    falls = falls and execute(m, body, frame)
    del m.conditions[conditions:]
    if not joins:
        return falls
    if falls:
        states.append(m.journal.capture(begin))
    m.journal.undo(begin)
    if not states:
        return False
    m.journal.merge(states)
    return True


def _match(m: Machine, node: ast.Match, frame: Frame) -> bool:
    return matching.match_statement(m, node, frame, execute, branch)


def _with(m: Machine, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
    return contexts.with_statement(m, node, frame, execute)


def _delete(m: Machine, node: ast.Delete, frame: Frame) -> bool:
    for target in node.targets:
        assign.delete(m, target, frame)
    return True


def _assert(m: Machine, node: ast.Assert, frame: Frame) -> bool:
    return truth(m.evaluate(m, node.test, frame)) is not False


def _import(m: Machine, node: ast.Import, frame: Frame) -> bool:
    for alias in node.names:
        value = m.program.import_module(m, alias.name, frame.module, whole=alias.asname is not None)
        name = alias.asname or alias.name.partition(".")[0]
        assign.bind(m, name, value, frame)
    return True


def _import_from(m: Machine, node: ast.ImportFrom, frame: Frame) -> bool:
    for alias in node.names:
        if alias.name == "*":
            found = m.program.import_star(m, node.module or "", node.level, frame.module)
            for name, value in found.items():
                assign.bind(m, name, value, frame)
        else:
            value = m.program.import_name(
                m, node.module or "", node.level, alias.name, frame.module
            )
            assign.bind(m, alias.asname or alias.name, value, frame)
    return True


def _global(_m: Machine, node: ast.Global, frame: Frame) -> bool:
    frame.globals |= frozenset(node.names)
    return True


def _nonlocal(_m: Machine, node: ast.Nonlocal, frame: Frame) -> bool:
    frame.nonlocals |= frozenset(node.names)
    return True


def _break(m: Machine, node: ast.Break, frame: Frame) -> bool:
    return leave(m, frame, "break", NONE, node)


def _continue(m: Machine, node: ast.Continue, frame: Frame) -> bool:
    return leave(m, frame, "continue", NONE, node)


def _define(m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> bool:
    assign.bind(m, node.name, m.program.define_function(m, node, frame), frame)
    return True


def _define_class(m: Machine, node: ast.ClassDef, frame: Frame) -> bool:
    assign.bind(m, node.name, m.program.define_class(m, node, frame, execute), frame)
    return True


STATEMENTS: dict[type[ast.stmt], Any] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: assign.augmented,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.If: _if,
    ast.For: lambda m, n, f: loops.for_loop(m, n, f, execute),
    ast.AsyncFor: lambda m, n, f: loops.for_loop(m, n, f, execute),
    ast.While: lambda m, n, f: loops.while_loop(m, n, f, execute),
    ast.Try: lambda m, n, f: trying.try_statement(m, n, f, execute),
    ast.TryStar: lambda m, n, f: trying.try_statement(m, n, f, execute),
    ast.Match: _match,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Delete: _delete,
    ast.Assert: _assert,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _define_class,
}
