"""functools, itertools and operator: functions that make, take and combine functions."""

from __future__ import annotations

import ast
import itertools
from typing import Any

from hushtable.scan.builtin import zip_longest
from hushtable.scan.carrying import any_of, ask, callable_or_none, carried, first_argument, opened
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.members import delete_item, get_attribute, get_item, set_item
from hushtable.scan.operators import BINARY, COMPARE, binary, compare, pick, unary
from hushtable.scan.reflect import is_instance
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    Instance,
    Native,
    Opaque,
    Partial,
    Seq,
    deep_labels,
    join,
    sequence,
)

MAX_PRODUCT = 64
NUMBER = Opaque(hint="int")


def again(m: Machine, call: Call, name: str, args: list[Any]) -> Any:
    """Call another row of the tables with the same place."""
    return m.natives[name](m, Call(name, None, args, {}, call.node, call.frame))


# functools ---------------------------------------------------------------------------------


def _partial(_m: Machine, call: Call) -> Any:
    if not call.args:
        return UNKNOWN
    return Partial(call.args[0], tuple(call.args[1:]), tuple(call.kwargs.items()))


def _partial_method(m: Machine, call: Call) -> Any:
    return Instance(native="functools.partialmethod", extra=_partial(m, call))


def _wraps(_m: Machine, call: Call) -> Any:
    return Native("functools.wrapped", call.argument(0, "wrapped", default=UNKNOWN))


def _wrapped(m: Machine, call: Call) -> Any:
    """Apply `@wraps(f)`: the wrapper takes the name and attributes of what it wraps."""
    wrapper = call.args[0] if call.args else UNKNOWN
    if isinstance(wrapper, Function):
        inner = call.receiver
        m.journal.set(wrapper.slots, "__wrapped__", inner)
        if isinstance(inner, Function):
            name = Const(inner.name.rpartition(".")[2])
            m.journal.set(wrapper.slots, "__name__", name)
            for key, held in inner.slots.items():
                if isinstance(key, str) and key[:2] != "__":
                    m.journal.set(wrapper.slots, key, held)
    return wrapper


def _update_wrapper(m: Machine, call: Call) -> Any:
    wrapper, inner = (*call.args, UNKNOWN, UNKNOWN)[:2]
    return _wrapped(m, Call(call.name, inner, [wrapper], {}, call.node, call.frame))


def _cache(_m: Machine, call: Call) -> Any:
    """Evaluate `@cache`, `@lru_cache` and `@lru_cache(maxsize=...)`: the function stays."""
    if call.args and isinstance(call.args[0], Function | Bound | Class | Partial):
        return call.args[0]
    return Native("functools.cached")


def _cached_property(_m: Machine, call: Call) -> Any:
    return Instance(native="functools.cached_property",
                    extra=call.args[0] if call.args else UNKNOWN)


def _reduce(m: Machine, call: Call) -> Any:
    function, iterable = (*call.args, UNKNOWN, UNKNOWN)[:2]
    known, rest = opened(m, iterable, call)
    if len(call.args) > 2:  # noqa: PLR2004 - the initial value is the third
        known = [call.args[2], *known]
    if not known:
        return UNKNOWN if rest is None else pick([rest, ask(m, function, [rest, rest], call)])
    total = known[0]
    for one in known[1:]:
        total = ask(m, function, [total, one], call)
    if rest is not None:
        total = pick([total, ask(m, function, [total, rest], call)])
    return total


def _dispatch(_m: Machine, call: Call) -> Any:
    return Instance(native="functools.singledispatch",
                    extra=call.args[0] if call.args else UNKNOWN)


def _register(m: Machine, call: Call) -> Any:
    """Evaluate `@f.register(type)`, and `@f.register` on an annotated function."""
    owner = call.receiver
    if len(call.args) > 1:
        wanted, function = call.args[:2]
    elif call.args and isinstance(call.args[0], Function):
        function = call.args[0]
        spec = function.node.args
        parameters = [p for p in (*spec.posonlyargs, *spec.args) if p.arg != "self"]
        note = parameters[0].annotation if parameters else None
        wanted = UNKNOWN if note is None else m.evaluate(m, note, call.frame)
    else:
        first = call.args[0] if call.args else UNKNOWN
        return Partial(Native("functools.singledispatch.register", owner), (first,))
    if isinstance(owner, Instance):
        known = owner.slots.get("ways", ())
        m.journal.set(owner.slots, "ways", sequence(
            [*(known.slots[ELTS] if isinstance(known, Seq) else ()),
             sequence([wanted, function], "tuple")]))
    return function


def _dispatched(m: Machine, call: Call) -> Any:
    """Call the way that fits the first argument's type; each that may fit when it is unknown."""
    owner = call.receiver
    if not isinstance(owner, Instance):
        return carried(call)
    skip = 1 if len(call.args) > 1 and owner.native.endswith("method") else 0
    value = call.args[skip] if len(call.args) > skip else UNKNOWN
    ways = owner.slots.get("ways")
    chosen: list[Any] = []
    for way in ways.slots[ELTS] if isinstance(ways, Seq) else ():
        wanted, function = way.slots[ELTS]
        fits = is_instance(value, wanted)
        if fits is True:
            return m.call(m, function, call.args, call.kwargs, call.node, call.frame)
        if fits is None:
            chosen.append(function)
    chosen.append(owner.extra)
    return pick([m.call(m, one, call.args, call.kwargs, call.node, call.frame) for one in chosen])


# itertools ---------------------------------------------------------------------------------


def _chain(m: Machine, call: Call) -> Any:
    return chained(m, call, call.args, None if call.extra is None else Opaque(
        deep_labels(call.extra), deep=True))


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
    if len(bounds) < len(call.args) - 1 or not bounds or any(
        isinstance(b, int) and b < 0 for b in bounds
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
            "iterator")
    other = any_of(known, rest)
    key = other if function is None else ask(m, function, [other], call)
    return sequence((), "iterator",
                    sequence([key, sequence((), "iterator", other)], "tuple"))


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
                return sequence(known[:index] if takes else known[index:], "iterator",
                                None if takes else rest)
            if answer is None:
                kept = [] if not takes else known[:index]
                return sequence(kept, "iterator", any_of(known[index:], rest))
        return sequence(known if takes else [], "iterator", rest)

    return handler


def _filter_false(m: Machine, call: Call) -> Any:
    function, iterable = (*call.args, UNKNOWN, UNKNOWN)[:2]
    known, rest = opened(m, iterable, call)
    answers = [truth(one if callable_or_none(function) is None
                     else ask(m, function, [one], call)) for one in known]
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
        return sequence([sequence(known[i : i + step], "tuple")
                         for i in range(0, len(known), step)], "iterator")
    return sequence((), "iterator", sequence((), "tuple", any_of(known, rest)))


def _compress(m: Machine, call: Call) -> Any:
    data, flags = (*call.args, UNKNOWN, UNKNOWN)[:2]
    known, rest = opened(m, data, call)
    picks, other = opened(m, flags, call)
    answers = [truth(one) for one in picks]
    if rest is None and other is None and None not in answers:
        return sequence([v for v, a in zip(known, answers, strict=False) if a], "iterator")
    return sequence((), "iterator", any_of(known, rest))


# operator ----------------------------------------------------------------------------------


def _operator(op: ast.operator) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        left, right = (*call.args, UNKNOWN, UNKNOWN)[:2]
        return binary(m, op, left, right, call.node, call.frame)

    return handler


def _comparison(op: ast.cmpop) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        left, right = (*call.args, UNKNOWN, UNKNOWN)[:2]
        return compare(m, op, left, right, call.node, call.frame)

    return handler


def _unary(op: ast.unaryop) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        return unary(m, op, call.args[0] if call.args else UNKNOWN, call.node, call.frame)

    return handler


def _item_getter(name: str) -> Handler:
    def handler(_m: Machine, call: Call) -> Any:
        return Native(name, sequence(call.args, "tuple"))

    return handler


def _got(m: Machine, call: Call) -> Any:
    """Call what `itemgetter` or `attrgetter` made."""
    owner = call.args[0] if call.args else UNKNOWN
    keys = call.receiver.slots[ELTS] if isinstance(call.receiver, Seq) else ()
    found: list[Any] = []
    for key in keys:
        if call.name == "operator.got_item":
            found.append(get_item(m, owner, key, call.node, call.frame))
            continue
        value = owner
        for name in str(key.value).split(".") if isinstance(key, Const) else ():
            value = again(m, call, "builtins.getattr", [value, Const(name)])
        found.append(value)
    return found[0] if len(found) == 1 else sequence(found, "tuple")


def _method_caller(_m: Machine, call: Call) -> Any:
    return Native("operator.called", sequence(
        [call.args[0] if call.args else UNKNOWN,
         Partial(NONE, tuple(call.args[1:]), tuple(call.kwargs.items()))], "tuple"))


def _called(m: Machine, call: Call) -> Any:
    name, given = call.receiver.slots[ELTS]
    owner = call.args[0] if call.args else UNKNOWN
    if isinstance(name, Const):
        method = get_attribute(m, owner, str(name.value))
        return m.call(m, method, list(given.args), dict(given.kwargs), call.node, call.frame)
    return carried(call)


def _get(m: Machine, call: Call) -> Any:
    owner, key = (*call.args, UNKNOWN, UNKNOWN)[:2]
    return get_item(m, owner, key, call.node, call.frame)


def _set(m: Machine, call: Call) -> Any:
    owner, key, value = (*call.args, UNKNOWN, UNKNOWN, UNKNOWN)[:3]
    set_item(m, owner, key, value, call.node, call.frame)
    return NONE


def _delete(m: Machine, call: Call) -> Any:
    owner, key = (*call.args, UNKNOWN, UNKNOWN)[:2]
    delete_item(m, owner, key)
    return NONE


def _contains(m: Machine, call: Call) -> Any:
    owner, key = (*call.args, UNKNOWN, UNKNOWN)[:2]
    return compare(m, ast.In(), key, owner, call.node, call.frame)


OPERATORS: dict[str, Any] = {}
for _op, (_name, _) in BINARY.items():
    for _form in (_name, f"__{_name}__", f"i{_name}", f"{_name}_" if _name in {"or", "and"} else
                  _name):
        OPERATORS[f"operator.{_form}"] = _operator(_op())
for _test, (_name, _) in COMPARE.items():
    OPERATORS[f"operator.{_name}"] = _comparison(_test())
NATIVES: dict[str, Any] = {
    "functools.partial": _partial,
    "functools.partialmethod": _partial_method,
    "functools.wraps": _wraps,
    "functools.wrapped": _wrapped,
    "functools.update_wrapper": _update_wrapper,
    "functools.cache": _cache,
    "functools.lru_cache": _cache,
    "functools.cached": first_argument,
    "async_lru.alru_cache": _cache,
    "cachetools.func.ttl_cache": _cache,
    "functools.cached_property": _cached_property,
    "functools.total_ordering": first_argument,
    "functools.reduce": _reduce,
    "functools.singledispatch": _dispatch,
    "functools.singledispatchmethod": _dispatch,
    "functools.singledispatch.register": _register,
    "functools.singledispatch.__call__": _dispatched,
    "function.cache_clear": lambda _m, _c: NONE,
    "function.__get__": lambda _m, c: Bound(c.receiver, c.args[0] if c.args else UNKNOWN),
    "type.__subclasses__": lambda _m, _c: sequence((), rest=UNKNOWN),
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
    "itertools.zip_longest": zip_longest,
    **OPERATORS,
    "operator.not_": _unary(ast.Not()),
    "operator.neg": _unary(ast.USub()),
    "operator.pos": _unary(ast.UAdd()),
    "operator.invert": _unary(ast.Invert()),
    "operator.inv": _unary(ast.Invert()),
    "operator.is_": _comparison(ast.Is()),
    "operator.is_not": _comparison(ast.IsNot()),
    "operator.concat": _operator(ast.Add()),
    "operator.itemgetter": _item_getter("operator.got_item"),
    "operator.attrgetter": _item_getter("operator.got_attribute"),
    "operator.got_item": _got,
    "operator.got_attribute": _got,
    "operator.methodcaller": _method_caller,
    "operator.called": _called,
    "operator.getitem": _get,
    "operator.setitem": _set,
    "operator.delitem": _delete,
    "operator.contains": _contains,
    "operator.truth": lambda m, c: again(m, c, "builtins.bool", c.args),
    "operator.call": lambda m, c: m.call(m, c.args[0], c.args[1:], c.kwargs, c.node, c.frame),
    "operator.length_hint": lambda m, c: again(m, c, "builtins.len", c.args),
}
NATIVES["functools.singledispatchmethod.__call__"] = _dispatched
