"""functools, itertools and operator: functions that make, take and combine functions."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.scan.attributes import get_attribute
from hushtable.scan.carrying import ask, carried, first_argument, opened
from hushtable.scan.comparing import COMPARE, compare
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.iterating import zip_longest
from hushtable.scan.members import delete_item, get_item, set_item
from hushtable.scan.operators import BINARY, binary, pick, unary
from hushtable.scan.reflect import is_instance
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    ONCE,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    Instance,
    Native,
    Partial,
    Seq,
    sequence,
)


def again(m: Machine, call: Call, name: str, args: list[Any]) -> Any:
    """Call another row of the tables with the same place."""
    return m.natives[name](m, Call(name, None, args, {}, call.node, call.frame))


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
    """Evaluate `@cache` and `@lru_cache`: the function stays, and makes one object once."""
    if call.args and isinstance(call.args[0], Function):
        call.args[0].slots.setdefault(ONCE, MISSING)
    if call.args and isinstance(call.args[0], Function | Bound | Class | Partial):
        return call.args[0]
    return Native("functools.cached")


def _cached_property(_m: Machine, call: Call) -> Any:
    return Instance(
        native="functools.cached_property", extra=call.args[0] if call.args else UNKNOWN
    )


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
    return Instance(native="functools.singledispatch", extra=call.args[0] if call.args else UNKNOWN)


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
        m.journal.set(
            owner.slots,
            "ways",
            sequence(
                [
                    *(known.slots[ELTS] if isinstance(known, Seq) else ()),
                    sequence([wanted, function], "tuple"),
                ]
            ),
        )
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
    return Native(
        "operator.called",
        sequence(
            [
                call.args[0] if call.args else UNKNOWN,
                Partial(NONE, tuple(call.args[1:]), tuple(call.kwargs.items())),
            ],
            "tuple",
        ),
    )


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
    for _form in (
        _name,
        f"__{_name}__",
        f"i{_name}",
        f"{_name}_" if _name in {"or", "and"} else _name,
    ):
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
    "functools.cached": _cache,
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
