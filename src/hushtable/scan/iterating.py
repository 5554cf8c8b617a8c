"""Builtins that iterate: range, next, map, zip, enumerate, filter, sorted, max, sum."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from hushtable.scan.attributes import get_attribute
from hushtable.scan.carrying import (
    any_of,
    ask,
    callable_or_none,
    computed,
    fail,
    opened,
)
from hushtable.scan.frame import Call, Machine
from hushtable.scan.labels import Kind
from hushtable.scan.operators import binary, pick
from hushtable.scan.sequences import NUMBER, ordered
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Choice,
    Const,
    Function,
    Instance,
    Opaque,
    Seq,
    deep_labels,
    sequence,
)

MAX_RANGE = 256


def own_method(m: Machine, value: Any, name: str) -> Any:
    """Give a special method that a class of the program defines, None when it has none."""
    if isinstance(value, Instance) and value.cls is not None:
        method = get_attribute(m, value, name)
        if isinstance(method, Bound | Function):
            return method
    return None


def _range(_m: Machine, call: Call) -> Any:
    bounds = [one.value for one in call.args if isinstance(one, Const)]
    if len(bounds) == len(call.args) and all(isinstance(one, int) for one in bounds) and bounds:
        try:
            made = range(*bounds)
        except (TypeError, ValueError):
            return sequence((), "range", NUMBER)
        if len(made) <= MAX_RANGE:
            return sequence([Const(one) for one in made], "range")
    return sequence((), "range", NUMBER)


def _iter(m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    if len(call.args) > 1:
        return sequence((), "iterator", ask(m, value, [], call))
    if isinstance(value, Seq) and value.kind == "iterator":
        return value
    method = own_method(m, value, "__iter__") or own_method(m, value, "__aiter__")
    if method is not None:
        return m.call(m, method, [], {}, call.node, call.frame)
    known, rest = opened(m, value, call)
    return sequence(known, "iterator", rest)


def advance(m: Machine, call: Call, value: Any, default: Any = MISSING) -> Any:
    """Evaluate `next(value, default)`."""
    match value:
        case Choice(options=choices):
            return pick([advance(m, call, option, default) for option in choices])
        case Seq(slots=slots) if slots[ELTS]:
            first, *others = slots[ELTS]
            m.journal.set(slots, ELTS, tuple(others))
            return first
        case Seq(slots=slots):
            if REST in slots:
                return slots[REST] if default is MISSING else pick([slots[REST], default])
            return fail(m, call, "StopIteration") if default is MISSING else default
    method = own_method(m, value, "__next__") or own_method(m, value, "__anext__")
    if method is not None:
        return m.call(m, method, [], {}, call.node, call.frame)
    known, rest = opened(m, value, call)
    found = any_of(known, rest)
    return found if default is MISSING else pick([found, default])


def _next(m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    return advance(m, call, value, call.args[1] if len(call.args) > 1 else MISSING)


def _map(m: Machine, call: Call) -> Any:
    function, *sources = call.args or [UNKNOWN]
    known, rest = _side_by_side(m, call, sources)
    made = [ask(m, function, row, call) for row in known]
    return sequence(made, "iterator", None if rest is None else ask(m, function, rest, call))


def _side_by_side(
    m: Machine, call: Call, sources: list[Any], *, longest: Any = None
) -> tuple[list[list[Any]], list[Any] | None]:
    """Give the rows of several iterables, and the row that stands for all others."""
    sides = [opened(m, source, call) for source in sources]
    if not sides:
        return [], None
    lengths = [len(known) for known, _ in sides]
    if all(rest is None for _, rest in sides) and longest is not None:
        count = max(lengths)
        return [[k[i] if i < len(k) else longest for k, _ in sides] for i in range(count)], None
    sure = min(lengths)
    rows = [[known[i] for known, _ in sides] for i in range(sure)]
    stops = any(rest is None and len(known) == sure for known, rest in sides)
    if stops and longest is None:
        return rows, None
    return rows, [any_of(known[sure:], rest) for known, rest in sides]


def _zip(m: Machine, call: Call) -> Any:
    known, rest = _side_by_side(m, call, call.args)
    last = None if rest is None else sequence(rest, "tuple")
    if call.extra is not None:
        last = sequence((), "tuple", Opaque(deep_labels(call.extra)))
    return sequence([sequence(row, "tuple") for row in known], "iterator", last)


def zip_longest(m: Machine, call: Call) -> Any:
    """Evaluate `itertools.zip_longest`."""
    fill = call.kwargs.get("fillvalue", NONE)
    known, rest = _side_by_side(m, call, call.args, longest=fill)
    last = None if rest is None else sequence(rest, "tuple")
    return sequence([sequence(row, "tuple") for row in known], "iterator", last)


def _enumerate(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.argument(0, "iterable", default=UNKNOWN), call)
    start = call.argument(1, "start", default=Const(0))
    first = start.value if isinstance(start, Const) and isinstance(start.value, int) else None
    made = [
        sequence([NUMBER if first is None else Const(first + i), one], "tuple")
        for i, one in enumerate(known)
    ]
    last = None if rest is None else sequence([NUMBER, rest], "tuple")
    return sequence(made, "iterator", last)


def _filter(m: Machine, call: Call) -> Any:
    function = callable_or_none(call.args[0]) if call.args else None
    known, rest = opened(m, call.args[1] if len(call.args) > 1 else UNKNOWN, call)
    kept: list[Any] = []
    doubtful: list[Any] = []
    for one in known:
        answer = truth(one if function is None else ask(m, function, [one], call))
        if answer is True:
            kept.append(one)
        elif answer is None:
            doubtful.append(one)
    if rest is not None:
        answer = truth(rest if function is None else ask(m, function, [rest], call))
        doubtful += [] if answer is False else [rest]
    if doubtful:
        return sequence((), "iterator", pick([*kept, *doubtful]))
    return sequence(kept, "iterator")


def _extreme(compute: Any) -> Any:
    pure = computed(compute)

    def handler(m: Machine, call: Call) -> Any:
        key = callable_or_none(call.kwargs.get("key"))
        known, rest = (
            opened(m, call.args[0], call) if len(call.args) == 1 else (list(call.args), None)
        )
        default = call.kwargs.get("default")
        if not known and rest is None and default is not None:
            return default
        if key is not None:
            ranks = [ask(m, key, [one], call) for one in known]
            if rest is None and ranks and all(isinstance(rank, Const) for rank in ranks):
                try:
                    best = compute(range(len(ranks)), key=lambda i: ranks[i].value)
                except TypeError:
                    return any_of(known, rest)
                return known[best]
        elif rest is None and known and all(isinstance(one, Const) for one in known):
            return pure(m, Call(call.name, None, [sequence(known)], {}, call.node, call.frame))
        if compute is min and any(isinstance(one, Const) for one in known):
            known = [_capped(one) for one in known]
        found = any_of(known, rest)
        return found if default is None else pick([found, default])

    return handler


def _capped(value: Any) -> Any:
    """Cap a value: what stands beside a constant in `min()` cannot grow past it."""
    if not isinstance(value, Opaque):
        return value
    labels = frozenset(
        replace(label, capped=True) if label.kind is Kind.INPUT else label for label in value.labels
    )
    return replace(value, labels=labels)


def _sum(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    total = call.argument(1, "start", default=Const(0))
    for one in known:
        total = binary(m, ast.Add(), total, one, call.node, call.frame)
    if rest is not None:
        total = binary(m, ast.Add(), total, rest, call.node, call.frame)
        if isinstance(total, Opaque):
            return Opaque(total.labels)
    return total


def _sorted(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.argument(0, "iterable", default=UNKNOWN), call)
    return ordered(m, call, known, rest)


def _reversed(m: Machine, call: Call) -> Any:
    value = call.args[0] if call.args else UNKNOWN
    method = own_method(m, value, "__reversed__")
    if method is not None:
        return m.call(m, method, [], {}, call.node, call.frame)
    known, rest = opened(m, value, call)
    if rest is not None:
        return sequence((), "iterator", any_of(known, rest))
    return sequence(known[::-1], "iterator")


NATIVES: dict[str, Any] = {
    "builtins.range": _range,
    "builtins.iter": _iter,
    "builtins.aiter": _iter,
    "builtins.next": _next,
    "builtins.anext": _next,
    "builtins.map": _map,
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.filter": _filter,
    "builtins.max": _extreme(max),
    "builtins.min": _extreme(min),
    "builtins.sum": _sum,
    "builtins.sorted": _sorted,
    "builtins.reversed": _reversed,
}
