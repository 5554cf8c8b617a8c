"""What library semantics share: constants in and out of Python, labels of what went in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from hushtable.scan.frame import Call, Handler, Machine, Stopped, surely_raise
from hushtable.scan.iterate import elements, from_constant
from hushtable.scan.labels import NOTHING, Labels
from hushtable.scan.operators import pick
from hushtable.scan.values import (
    ELTS,
    NONE,
    REST,
    UNKNOWN,
    Const,
    Dict,
    Instance,
    Opaque,
    Rest,
    Seq,
    deep_labels,
)

MAX_SIZE = 4096
"""The longest text or list, in characters or elements, that is computed for real."""
HUGE = re.compile(r"\d{4,}")
FAILURES = (
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)


class NotConstantError(Exception):
    """The value is not wholly known."""


def python(value: Any) -> Any:
    """Give the Python object a wholly known value stands for.

    Raises:
        NotConstantError: some part of it is not known.

    """
    match value:
        case Const(value=known):
            return known
        case Seq(slots=slots, kind=kind) if REST not in slots and kind in BUILD:
            return BUILD[kind]([python(one) for one in slots[ELTS]])
        case Dict(slots=slots) if not any(isinstance(k, Rest | Opaque) for k in slots):
            return {key: python(held) for key, held in slots.items()}
        case Instance(native="slice", extra=bounds) if bounds is not None:
            return bounds
    raise NotConstantError


def _hashed(kind: Callable[[Iterable[Any]], Any]) -> Callable[[list[Any]], Any]:
    def build(known: list[Any]) -> Any:
        try:
            return kind(known)
        except TypeError as error:
            raise NotConstantError from error

    return build


BUILD: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "set": _hashed(set),
    "frozenset": _hashed(frozenset),
    "iterator": list,
    "deque": list,
}


def value_of(known: Any, labels: Labels = NOTHING) -> Any:
    """Give the value that stands for a Python object; an unknown for what has no constant."""
    return from_constant(known, labels)


def labels_in(values: Iterable[Any]) -> Labels:
    """Give every label in several values."""
    found: set[Any] = set()
    for value in values:
        found |= deep_labels(value)
    return frozenset(found) if found else NOTHING


def carried(call: Call, hint: str = "", labels: Labels | None = None) -> Opaque:
    """Give an unknown that carries what went into a call."""
    held = labels_in(call.everything()) if labels is None else labels
    return Opaque(held, hint, of=call.name, deep=not hint)


def is_modest(known: Any) -> bool:
    """Whether computing with a constant stays cheap: hostile sizes are left unknown."""
    match known:
        case bool() | float() | complex() | None:
            return True
        case int():
            return -(1 << 64) < known < (1 << 64)
        case str() | bytes():
            return len(known) <= MAX_SIZE
        case list() | tuple() | set() | frozenset():
            return len(known) <= MAX_SIZE and all(is_modest(one) for one in known)
        case dict():
            return len(known) <= MAX_SIZE
    return isinstance(known, slice)


def computed(function: Callable[..., Any], hint: str = "") -> Handler:
    """Make a handler that computes on constants and carries labels otherwise."""

    def handler(m: Machine, call: Call) -> Any:
        given = call.everything()
        if call.extra is None:
            try:
                receiver = [] if call.receiver is None else [python(call.receiver)]
                args = [*receiver, *(python(one) for one in call.args)]
                named = {name: python(one) for name, one in call.kwargs.items()}
            except NotConstantError:
                m.may_raise(call.name)
            else:
                if is_modest(args) and all(is_modest(one) for one in named.values()):
                    try:
                        return value_of(function(*args, **named), labels_in(given))
                    except FAILURES as error:
                        return fail(m, call, type(error).__name__)
        return carried(call, hint)

    return handler


def fail(m: Machine, call: Call, name: str) -> Any:
    """Raise a builtin exception that the call surely raises, when a `try` can catch it."""
    return surely_raise(m, name, call.node, call.frame)


def opened(m: Machine, value: Any, call: Call) -> tuple[list[Any], Any]:
    """Iterate over a value: (known elements, what any other is or None)."""
    return elements(m, value, call.node, call.frame)


def any_of(known: list[Any], rest: Any) -> Any:
    """Give one value that stands for any element."""
    found = known if rest is None else [*known, rest]
    return pick(found) if found else UNKNOWN


def callable_or_none(value: Any) -> Any:
    """Give a callable argument, or None for an absent one or the constant None."""
    return None if value is None or value == NONE else value


def ask(m: Machine, function: Any, args: list[Any], call: Call) -> Any:
    """Call a function that was handed over; an unknown when it never returns."""
    mark = m.journal.mark()
    try:
        return m.invoke(function, args, call)
    except Stopped:
        m.journal.undo(mark)
        return UNKNOWN


def nothing(_m: Machine, _call: Call) -> Any:
    """Give None."""
    return NONE


def first_argument(_m: Machine, call: Call) -> Any:
    """Give the first argument back."""
    return call.args[0] if call.args else next(iter(call.kwargs.values()), UNKNOWN)


def receiver_itself(_m: Machine, call: Call) -> Any:
    """Give the receiver back."""
    return UNKNOWN if call.receiver is None else call.receiver


def carrying(hint: str = "") -> Handler:
    """Make a handler whose result carries everything that went in."""

    def handler(m: Machine, call: Call) -> Any:
        m.may_raise(call.name)
        return carried(call, hint)

    return handler


def fixed(value: Any) -> Handler:
    """Make a handler that gives one value: what went in is not carried."""

    def handler(m: Machine, call: Call) -> Any:
        m.may_raise(call.name)
        return value

    return handler
