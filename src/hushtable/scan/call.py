"""Calls: functions of the program are run in place, classes made, libraries asked."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hushtable.model.place import Place
from hushtable.scan.attributes import bind_to, child, get_attribute
from hushtable.scan.frame import Call, Exit, Frame, Machine, OutOfBudget, Stopped, spot
from hushtable.scan.heap import State
from hushtable.scan.labels import Kind, Labels
from hushtable.scan.lookup import class_attribute, native_base
from hushtable.scan.operators import pick
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    ONCE,
    REST,
    UNKNOWN,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Generic,
    Instance,
    Native,
    Opaque,
    Partial,
    Rest,
    Seq,
    deep_labels,
    mapping,
    sequence,
)

MANAGER = "__contextmanager__"
"""The slot that marks a generator function as `@contextmanager`."""
MAX_DEPTH = 48
MAX_RECURSION = 8
MAX_EXITS = 24
LEAST = 400
"""Steps below which a budget is not shared out any more."""


def call(
    m: Machine,
    function: Any,
    args: list[Any],
    kwargs: dict[str, Any],
    node: ast.AST,
    frame: Frame,
    extra: Any = None,
) -> Any:
    """Call any value."""
    m.counters.calls += 1
    match function:
        case Function():
            return call_function(m, function, args, kwargs, node, frame, extra)
        case Bound(function=inner, receiver=receiver):
            return call(m, inner, [receiver, *args], kwargs, node, frame, extra)
        case Class():
            return instantiate(m, function, args, kwargs, node, frame, extra)
        case Native(name=name, receiver=receiver):
            made = Call(name, receiver, args, kwargs, node, frame, extra)
            return m.observer.native_call(m, made)
        case Partial(function=inner, args=first, kwargs=given):
            return call(m, inner, [*first, *args], {**dict(given), **kwargs}, node, frame, extra)
        case Generic(origin=origin):
            return call(m, origin, args, kwargs, node, frame, extra)
        case Instance():
            return _call_instance(m, function, args, kwargs, node, frame, extra)
        case Choice(options=choices):
            return _call_each(m, choices, args, kwargs, node, frame, extra)
    made = Call(_name_of(function), function, args, kwargs, node, frame, extra)
    return m.observer.unknown_call(m, made)


def _name_of(value: Any) -> str:
    return value.of if isinstance(value, Opaque) else ""


def _call_instance(
    m: Machine,
    value: Instance,
    args: list[Any],
    kwargs: dict[str, Any],
    node: ast.AST,
    frame: Frame,
    extra: Any,
) -> Any:
    method = get_attribute(m, value, "__call__")
    if isinstance(method, Bound):
        return call(m, method, args, kwargs, node, frame, extra)
    base = value.native or (native_base(value.cls) if value.cls else "")
    return m.observer.native_call(
        m, Call(f"{base}.__call__", value, args, kwargs, node, frame, extra)
    )


def _call_each(
    m: Machine,
    choices: tuple[Any, ...],
    args: list[Any],
    kwargs: dict[str, Any],
    node: ast.AST,
    frame: Frame,
    extra: Any,
) -> Any:
    callable_ = [c for c in choices if not isinstance(c, Const)]
    mark = m.journal.mark()
    found, states = [], []
    for option in callable_:
        try:
            found.append(call(m, option, args, kwargs, node, frame, extra))
        except Stopped:
            m.journal.undo(mark)
            continue
        states.append(m.journal.take(mark))
    if not found:
        if callable_:
            raise Stopped
        return UNKNOWN
    m.journal.merge(states)
    return pick(found)


def call_function(
    m: Machine,
    function: Function,
    args: list[Any],
    kwargs: dict[str, Any],
    node: ast.AST,
    frame: Frame,
    extra: Any = None,
) -> Any:
    """Run a function of the program on these arguments."""
    taught = m.observer.taught_call(m, function, args, kwargs, node, frame, extra)
    if taught is not None:
        return taught
    once = ONCE in function.slots and not (args or kwargs or extra)
    if once and function.slots[ONCE] is not MISSING:
        return function.slots[ONCE]
    active = sum(
        1 for running, _ in m.stack if running is function or running.node is function.node
    )
    # A method without arguments is told apart by its object alone, which is known.
    asked = args[1:] if function.owner and len(args) > 1 else args
    vague = active > 1 and all(isinstance(a, Opaque) for a in asked)
    if active >= MAX_RECURSION or len(m.stack) >= MAX_DEPTH or vague:
        if not vague:
            m.counters.bounds += 1
        return Opaque(_given_up((*args, *kwargs.values())), deep=not vague)
    m.counters.functions += 1
    m.ran.add(spot(function))
    if function.module.path:
        m.used.add(function.module.path)
    inner = Frame(
        function.module,
        bind_arguments(m, function, args, kwargs, extra),
        mark=m.journal.mark(),
        function=function,
        owner=function.owner,
        parent=function.closure,
        yields=[] if function.generator else None,
        body=m.bodies.get(id(node)) if MANAGER in function.slots else None,
    )
    bound = dict(inner.slots) if function.generator else {}
    m.stack.append((function, m.place(node, frame)))
    try:
        made = _within_budget(m, function, inner, frame, m.place(node, frame))
    finally:
        m.stack.pop()
    # Nobody sees the frame of a call that has come back: no branch needs to undo its variables.
    m.journal.forget(inner.mark, inner.slots)
    if function.generator and isinstance(made, Seq):
        made.slots[RUN] = Generated(function, bound, {}, len(made.slots[ELTS]))
    if once and isinstance(made, Instance):
        # The client that the start of the app has connected is the one that requests find.
        m.journal.set(function.slots, ONCE, made)
    return made


RUN = Rest("run")
"""The slot of a generator's iterator that says how to run it again."""


@dataclass(slots=True)
class Generated:
    """A run of a generator: its arguments, what was sent at which `yield`, how often it yields."""

    function: Function
    bound: dict[Any, Any]
    sent: dict[int, Any]
    count: int


def resume(m: Machine, iterator: Seq, value: Any, node: ast.AST, frame: Frame) -> Any:
    """Evaluate `iterator.send(value)`: run the generator again with what was sent so far.

    None when the iterator is not a generator's.
    """
    run = iterator.slots.get(RUN)
    if not isinstance(run, Generated) or sum(1 for f, _ in m.stack if f is run.function) > 1:
        return None
    at = run.count - len(iterator.slots[ELTS])
    sent = {**run.sent, at - 1: value}
    function = run.function
    inner = Frame(
        function.module,
        dict(run.bound),
        mark=m.journal.mark(),
        function=function,
        owner=function.owner,
        parent=function.closure,
        yields=[],
        sent=sent,
    )
    m.stack.append((function, m.place(node, frame)))
    try:
        made = _run(m, function, inner, frame, m.place(node, frame))
    finally:
        m.stack.pop()
    known = made.slots[ELTS]
    m.journal.set(iterator.slots, ELTS, known[at + 1 :])
    m.journal.set(iterator.slots, RUN, Generated(function, run.bound, sent, len(known)))
    return known[at] if at < len(known) else UNKNOWN


def _within_budget(m: Machine, function: Function, inner: Frame, frame: Frame, place: Place) -> Any:
    """Run a call on a share of what is left, so that one deep call cannot cost the whole answer."""
    limit = m.limit
    left = limit - m.steps
    if inner.body is not None or left < LEAST:
        return _run(m, function, inner, frame, place)
    m.limit = m.steps + left * 3 // 4
    kept = len(m.conditions), len(m.collectors), m.tries, m.asked
    try:
        return _run(m, function, inner, frame, place)
    except OutOfBudget:
        if m.steps > limit:
            raise
        del m.conditions[kept[0] :]
        del m.collectors[kept[1] :]
        m.tries, m.asked = kept[2:]
        held = [inner.slots[name] for name in _parameters(function) if name in inner.slots]
        m.journal.undo(inner.mark)
        return Opaque(_given_up(held), deep=True)
    finally:
        m.limit = limit


def _given_up(held: Iterable[Any]) -> Labels:
    """Give what a call may hand back that is not followed to its end.

    The settings that its object was made with are not among it: they are what it works with.
    """
    found = deep_labels(Choice(tuple(held)))
    return frozenset(label for label in found if label.kind is not Kind.SETTING)


def _parameters(function: Function) -> list[str]:
    spec = function.node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    return [one.arg for one in every if one is not None]


def _run(m: Machine, function: Function, inner: Frame, frame: Frame, place: Place) -> Any:
    if isinstance(function.node, ast.Lambda):
        return m.evaluate(m, function.node.body, inner)
    conditions = len(m.conditions)
    falls = m.execute(m, function.node.body, inner)
    del m.conditions[conditions:]
    exits = inner.exits
    m.observer.finished(m, function, exits, falls=falls)
    if not exits:
        if not falls and not function.generator:
            raise Stopped
        return _result(inner, [NONE])
    states = []
    if falls:
        states.append(m.journal.take(inner.mark))
    else:
        m.journal.undo(inner.mark)
    values = [NONE] if falls else []
    returns = [e for e in exits if e.kind == "return"]
    pass_raise(m, m.bounded([e for e in exits if e.kind == "raise"], MAX_EXITS), frame, place)
    values += [e.value for e in returns]
    states += [e.state for e in m.bounded(returns, MAX_EXITS)]
    if not states:
        if function.generator:
            return _result(inner, [NONE])
        raise Stopped
    m.journal.merge(states)
    return _result(inner, values)


def pass_raise(m: Machine, ways: list[Exit], frame: Frame, place: Place) -> None:
    """Hand exceptions on to the calling frame, with the heap as it was when each was raised."""
    before: State | None = None
    for way in ways:
        state = way.state
        if m.tries and frame.mark < m.journal.mark():
            if before is None:
                before = m.journal.capture(frame.mark)
            state = {**before, **state}
        frame.exits.append(Exit("raise", way.value, state, way.place or place, way.conditions))


def _result(inner: Frame, values: list[Any]) -> Any:
    if inner.yields is not None:
        made = sequence(inner.yields, "iterator")
        made.slots["return"] = pick(values)
        return made
    return pick(values)


def bind_arguments(
    m: Machine, function: Function, args: list[Any], kwargs: dict[str, Any], extra: Any = None
) -> dict[Any, Any]:
    """Bind arguments to parameters, with defaults, `*args`, `**kwargs` and what is not known."""
    spec = function.node.args
    slots: dict[Any, Any] = {}
    positional = [*spec.posonlyargs, *spec.args]
    left = dict(kwargs)
    first_default = len(positional) - len(function.defaults)
    for index, parameter in enumerate(positional):
        name = parameter.arg
        if index < len(args):
            slots[name] = args[index]
        elif name in left:
            slots[name] = left.pop(name)
        elif extra is not None:
            slots[name] = _from_extra(extra, name)
        elif index >= first_default:
            slots[name] = function.defaults[index - first_default]
        else:
            slots[name] = m.observer.missing_argument(m, function, parameter)
        if isinstance(slots[name], Opaque) and not slots[name].labels:
            slots[name] = m.observer.typed_argument(m, function, parameter, slots[name])
    for index, parameter in enumerate(spec.kwonlyargs):
        name = parameter.arg
        if name in left:
            slots[name] = left.pop(name)
        elif extra is not None:
            slots[name] = _from_extra(extra, name)
        else:
            default = function.kw_defaults[index] if index < len(function.kw_defaults) else None
            slots[name] = (
                m.observer.missing_argument(m, function, parameter) if default is None else default
            )
    rest = Opaque(deep_labels(extra)) if extra is not None else None
    if spec.vararg is not None:
        slots[spec.vararg.arg] = sequence(args[len(positional) :], "tuple", rest)
    if spec.kwarg is not None:
        opened = extra.slots.get(REST) if isinstance(extra, Dict) else rest
        slots[spec.kwarg.arg] = mapping(left, opened)
    return slots


def _from_extra(extra: Any, name: str) -> Any:
    if isinstance(extra, Dict) and REST in extra.slots:
        rest = extra.slots[REST]
        return child(rest, name) if isinstance(rest, Opaque) else rest
    return Opaque(deep_labels(extra))


def instantiate(
    m: Machine,
    cls: Class,
    args: list[Any],
    kwargs: dict[str, Any],
    node: ast.AST,
    frame: Frame,
    extra: Any = None,
) -> Any:
    """Make an object of a class of the program."""
    made_call = Call(cls.name, cls, args, kwargs, node, frame, extra)
    special = m.observer.construct(m, cls, made_call)
    if special is not None:
        return special
    if isinstance(cls.metaclass, Class):
        method = class_attribute(cls.metaclass, "__call__")
        active = any(running is method for running, _ in m.stack)
        if isinstance(method, Function) and not active:
            return call(m, Bound(method, cls), args, kwargs, node, frame, extra)
    maker = class_attribute(cls, "__new__")
    if isinstance(maker, Function):
        made = call(m, maker, [cls, *args], kwargs, node, frame, extra)
        made = made if isinstance(made, Instance) else (Instance(cls) if made == UNKNOWN else made)
        if not isinstance(made, Instance) or made.cls is not cls:
            return made
    else:
        made = Instance(cls)
    initialise(m, made, cls, made_call)
    return made


def initialise(m: Machine, made: Instance, cls: Class, made_call: Call) -> None:
    """Run `__init__`, the program's own or the one that its library base stands for."""
    init = class_attribute(cls, "__init__")
    if isinstance(init, Function):
        call(
            m,
            bind_to(m, init, made, cls),
            made_call.args,
            made_call.kwargs,
            made_call.node,
            made_call.frame,
            made_call.extra,
        )
        return
    if init is MISSING:
        m.observer.native_init(m, made, made_call)
