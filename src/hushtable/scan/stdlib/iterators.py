"""itertools: known elements stay in their order."""

from __future__ import annotations

import ast
import itertools
from typing import Any

from hushtable.scan.carrying import any_of, ask, callable_or_none, opened
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.operators import binary
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    MISSING,
    UNKNOWN,
    Const,
    Opaque,
    Seq,
    deep_labels,
    join,
    sequence,
)

MAX_PRODUCT = 64
NUMBER = Opaque(hint="int")


def _chain(m: Machine, call: Call) -> Any:
    return chained(
        m,
        call,
        call.args,
        None if call.extra is None else Opaque(deep_labels(call.extra), deep=True),
    )


def _chain_all(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    return chained(m, call, known, rest)


def chained(m: Machine, call: Call, sources: list[Any], more: Any) -> Seq:
    """Put iterables one after the other."""
    known: list[Any] = []
    rest: Any = MISSING
    for source in sources if more is None else [*sources, more]:
        some, other = opened(m, source, call)
        if rest is MISSING and source is not more:
            known += some
        else:
            for one in some:
                rest = join(rest, one)
        if other is not None:
            rest = join(rest, other)
    return sequence(known, "iterator", None if rest is MISSING else rest)


def _islice(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    bounds = [one.value for one in call.args[1:] if isinstance(one, Const)]
    if (
        len(bounds) < len(call.args) - 1
        or not bounds
        or any(isinstance(b, int) and b < 0 for b in bounds)
    ):
        return sequence((), "iterator", any_of(known, rest))
    wanted = slice(*bounds)
    if rest is None or (wanted.stop is not None and wanted.stop <= len(known)):
        return sequence(known[wanted], "iterator")
    return sequence(known[wanted], "iterator", rest)


def _cycle(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    if rest is None and known:
        rounds = max(1, MAX_PRODUCT // len(known))
        return sequence(known * rounds, "iterator", any_of(known, None))
    return sequence((), "iterator", any_of(known, rest))


def _repeat(m: Machine, call: Call) -> Any:
    del m
    value = call.argument(0, "object", default=UNKNOWN)
    times = call.argument(1, "times")
    if isinstance(times, Const) and isinstance(times.value, int) and times.value <= MAX_PRODUCT:
        return sequence([value] * times.value, "iterator")
    return sequence((), "iterator", value)


def _count(_m: Machine, call: Call) -> Any:
    start = call.argument(0, "start", default=Const(0))
    step = call.argument(1, "step", default=Const(1))
    if isinstance(start, Const) and isinstance(step, Const):
        try:
            known = [Const(start.value + i * step.value) for i in range(MAX_PRODUCT)]
        except TypeError:
            known = []
        return sequence(known, "iterator", NUMBER)
    return sequence((), "iterator", NUMBER)


def _accumulate(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    function = callable_or_none(call.argument(1, "func"))
    initial = callable_or_none(call.kwargs.get("initial"))
    if initial is not None:
        known = [initial, *known]

    def add(left: Any, right: Any) -> Any:
        if function is None:
            return binary(m, ast.Add(), left, right, call.node, call.frame)
        return ask(m, function, [left, right], call)

    totals: list[Any] = []
    for one in known:
        totals.append(add(totals[-1], one) if totals else one)
    last = None if rest is None else (add(totals[-1], rest) if totals else rest)
    return sequence(totals, "iterator", last)


def _grouped(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.argument(0, "iterable", default=UNKNOWN), call)
    function = callable_or_none(call.argument(1, "key"))
    keys = [one if function is None else ask(m, function, [one], call) for one in known]
    if rest is None and all(isinstance(key, Const) for key in keys):
        groups: list[tuple[Any, list[Any]]] = []
        for key, one in zip(keys, known, strict=True):
            if not groups or groups[-1][0].value != key.value:
                groups.append((key, []))
            groups[-1][1].append(one)
        return sequence(
            [sequence([key, sequence(held, "iterator")], "tuple") for key, held in groups],
            "iterator",
        )
    other = any_of(known, rest)
    key = other if function is None else ask(m, function, [other], call)
    return sequence((), "iterator", sequence([key, sequence((), "iterator", other)], "tuple"))


def _combined(count_of: Any) -> Handler:
    """Make `product`, `permutations` and `combinations`: tuples of any of the elements."""

    def handler(m: Machine, call: Call) -> Any:
        sides = count_of(m, call)
        parts = [any_of(known, rest) for known, rest in sides]
        exact = all(rest is None for _, rest in sides)
        total = 1
        for known, _ in sides:
            total *= len(known)
        if call.name == "itertools.product" and exact and total <= MAX_PRODUCT:
            rows: list[list[Any]] = [[]]
            for known, _ in sides:
                rows = [[*row, one] for row in rows for one in known]
            return sequence([sequence(row, "tuple") for row in rows], "iterator")
        return sequence((), "iterator", sequence(parts, "tuple"))

    return handler


def _sides(m: Machine, call: Call) -> list[tuple[list[Any], Any]]:
    times = call.kwargs.get("repeat")
    count = times.value if isinstance(times, Const) and isinstance(times.value, int) else 1
    return [opened(m, one, call) for one in call.args] * max(1, min(count, 4))


def _drawn(m: Machine, call: Call) -> list[tuple[list[Any], Any]]:
    side = opened(m, call.args[0] if call.args else UNKNOWN, call)
    size = call.argument(1, "r")
    count = size.value if isinstance(size, Const) and isinstance(size.value, int) else len(side[0])
    return [side] * max(1, min(count, 8))


def _while(*, takes: bool) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        function, iterable = (*call.args, UNKNOWN, UNKNOWN)[:2]
        known, rest = opened(m, iterable, call)
        for index, one in enumerate(known):
            answer = truth(ask(m, function, [one], call))
            if answer is False:
                return sequence(
                    known[:index] if takes else known[index:], "iterator", None if takes else rest
                )
            if answer is None:
                kept = [] if not takes else known[:index]
                return sequence(kept, "iterator", any_of(known[index:], rest))
        return sequence(known if takes else [], "iterator", rest)

    return handler


def _filter_false(m: Machine, call: Call) -> Any:
    function, iterable = (*call.args, UNKNOWN, UNKNOWN)[:2]
    known, rest = opened(m, iterable, call)
    answers = [
        truth(one if callable_or_none(function) is None else ask(m, function, [one], call))
        for one in known
    ]
    if rest is None and None not in answers:
        return sequence([one for one, a in zip(known, answers, strict=True) if not a], "iterator")
    kept = [one for one, answer in zip(known, answers, strict=True) if answer is not True]
    return sequence((), "iterator", any_of(kept, rest) if kept or rest is not None else None)


def _star_map(m: Machine, call: Call) -> Any:
    function, iterable = (*call.args, UNKNOWN, UNKNOWN)[:2]
    known, rest = opened(m, iterable, call)
    made = [ask(m, function, opened(m, row, call)[0], call) for row in known]
    last = None
    if rest is not None:
        parts, other = opened(m, rest, call)
        last = m.call(m, function, parts, {}, call.node, call.frame, other)
    return sequence(made, "iterator", last)


def _tee(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    size = call.argument(1, "n", default=Const(2))
    count = size.value if isinstance(size, Const) and isinstance(size.value, int) else 2
    return sequence([sequence(known, "iterator", rest) for _ in range(min(count, 16))], "tuple")


def _pairwise(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    rows = [sequence(pair, "tuple") for pair in itertools.pairwise(known)]
    other = any_of(known, rest)
    return sequence(rows, "iterator", None if rest is None else sequence([other, other], "tuple"))


def _batched(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    size = call.argument(1, "n", default=UNKNOWN)
    if rest is None and isinstance(size, Const) and isinstance(size.value, int) and size.value > 0:
        step = size.value
        return sequence(
            [sequence(known[i : i + step], "tuple") for i in range(0, len(known), step)], "iterator"
        )
    return sequence((), "iterator", sequence((), "tuple", any_of(known, rest)))


def _compress(m: Machine, call: Call) -> Any:
    data, flags = (*call.args, UNKNOWN, UNKNOWN)[:2]
    known, rest = opened(m, data, call)
    picks, other = opened(m, flags, call)
    answers = [truth(one) for one in picks]
    if rest is None and other is None and None not in answers:
        return sequence([v for v, a in zip(known, answers, strict=False) if a], "iterator")
    return sequence((), "iterator", any_of(known, rest))


NATIVES: dict[str, Any] = {
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_all,
    "itertools.islice": _islice,
    "itertools.cycle": _cycle,
    "itertools.repeat": _repeat,
    "itertools.count": _count,
    "itertools.accumulate": _accumulate,
    "itertools.groupby": _grouped,
    "itertools.product": _combined(_sides),
    "itertools.permutations": _combined(_drawn),
    "itertools.combinations": _combined(_drawn),
    "itertools.combinations_with_replacement": _combined(_drawn),
    "itertools.takewhile": _while(takes=True),
    "itertools.dropwhile": _while(takes=False),
    "itertools.filterfalse": _filter_false,
    "itertools.starmap": _star_map,
    "itertools.tee": _tee,
    "itertools.pairwise": _pairwise,
    "itertools.batched": _batched,
    "itertools.compress": _compress,
}
