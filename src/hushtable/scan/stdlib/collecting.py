"""collections, heapq, bisect, array and numpy's arrays: containers of libraries."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.scan.carrying import any_of, carried, carrying, first_argument, fixed, opened
from hushtable.scan.containers import KINDS
from hushtable.scan.dictionaries import fill, make_dict
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.operators import pick, update
from hushtable.scan.sequences import blur, ordered, rebuilt
from hushtable.scan.values import (
    ELTS,
    FACTORY,
    KEYS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Const,
    Dict,
    Opaque,
    Seq,
    deep_labels,
    join,
    own_labels,
    sequence,
)

NUMBER = Opaque(hint="int")


def _default_dict(m: Machine, call: Call) -> Any:
    factory, *others = call.args or [NONE]
    made = make_dict(
        m, Call(call.name, None, others, call.kwargs, call.node, call.frame, call.extra)
    )
    made.native = "collections.defaultdict"
    if factory != NONE:
        m.journal.set(made.slots, FACTORY, factory)
    return made


def _counter(m: Machine, call: Call) -> Any:
    made = Dict({}, native="collections.Counter")
    given = call.args[0] if call.args else NONE
    if isinstance(given, Dict):
        update(m, made, given)
    elif given != NONE:
        known, rest = opened(m, given, call)
        for one in known:
            if isinstance(one, Const) and not one.labels:
                made.slots[one.value] = NUMBER
            else:
                _count_unknown(made, one)
        if rest is not None:
            _count_unknown(made, rest)
    for name in call.kwargs:
        made.slots[name] = NUMBER
    return made


def _count_unknown(made: Dict, key: Any) -> None:
    """Count something whose value is not known: it is a key, its count tells nothing."""
    labels = deep_labels(key)
    if labels:
        held = made.slots.get(KEYS, MISSING)
        made.slots[KEYS] = join(held, Opaque(labels))
    made.slots[REST] = NUMBER


def _most_common(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Dict):
        names = m.natives["dict.keys"](m, Call("dict.keys", owner, [], {}, call.node, call.frame))
        known, rest = opened(m, names, call)
        return sequence((), rest=sequence([any_of(known, rest), NUMBER], "tuple"))
    return carried(call)


def _elements(m: Machine, call: Call) -> Any:
    names = m.natives["dict.keys"](
        m, Call("dict.keys", call.receiver, [], {}, call.node, call.frame)
    )
    known, rest = opened(m, names, call)
    return sequence((), "iterator", any_of(known, rest))


def _deque(m: Machine, call: Call) -> Any:
    if not call.args:
        return sequence((), "deque")
    made = rebuilt(m, call, "deque", call.args[0])
    bound = call.argument(1, "maxlen")
    if isinstance(bound, Const) and isinstance(bound.value, int) and REST not in made.slots:
        known = made.slots[ELTS]
        made.slots[ELTS] = known[max(0, len(known) - bound.value) :]
    return made


def _chain_map(m: Machine, call: Call) -> Any:
    """Make a `ChainMap`: the first mapping that has a key gives it."""
    made = Dict({})
    for one in reversed(call.args):
        fill(m, made, one, call)
    return made


# heapq, bisect -----------------------------------------------------------------------------


def _heap_push(m: Machine, call: Call) -> Any:
    if len(call.args) > 1 and isinstance(call.args[0], Seq):
        slots = call.args[0].slots
        known = [*slots[ELTS], call.args[1]]
        _settle(m, call, call.args[0], known)
    return NONE


def _settle(m: Machine, call: Call, owner: Seq, known: list[Any]) -> None:
    """Keep a heap sorted when its elements are constants, which is one of its orders."""
    plain = Call(call.name, None, [], {}, call.node, call.frame)
    made = ordered(m, plain, known, owner.slots.get(REST))
    m.journal.set(owner.slots, ELTS, made.slots[ELTS])
    if REST in made.slots:
        m.journal.set(owner.slots, REST, made.slots[REST])


def _heapify(m: Machine, call: Call) -> Any:
    if call.args and isinstance(call.args[0], Seq):
        _settle(m, call, call.args[0], list(call.args[0].slots[ELTS]))
    return NONE


def _heap_pop(m: Machine, call: Call) -> Any:
    owner = call.args[0] if call.args else UNKNOWN
    if not isinstance(owner, Seq):
        return carried(call)
    known = owner.slots[ELTS]
    if REST not in owner.slots and known:
        m.journal.set(owner.slots, ELTS, known[1:])
        return known[0]
    found = any_of(list(known), owner.slots.get(REST))
    blur(m, owner.slots)
    return found


def _some(position: int) -> Handler:
    """Make `nlargest(n, iterable, key)`: some of the elements, in an order not known."""

    def handler(m: Machine, call: Call) -> Any:
        known, rest = opened(m, call.argument(position, "iterable", default=UNKNOWN), call)
        return sequence((), rest=any_of(known, rest))

    return handler


def _insort(m: Machine, call: Call) -> Any:
    return _heap_push(m, call)


# array and numpy ---------------------------------------------------------------------------


def _array(m: Machine, call: Call) -> Any:
    if len(call.args) < 2:  # noqa: PLR2004 - a type code and what it holds
        return sequence((), "array")
    return rebuilt(m, call, "array", call.args[1])


def _array_text(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.receiver, call)
    labels = frozenset().union(*(deep_labels(one) for one in known))
    if rest is not None:
        labels |= deep_labels(rest)
    hint = "str" if call.name.endswith("tounicode") else "bytes"
    return Opaque(labels, hint)


def _array_list(m: Machine, call: Call) -> Any:
    return rebuilt(m, call, "list", call.receiver)


def _nd_array(m: Machine, call: Call) -> Any:
    value = call.argument(0, "object", "a", default=UNKNOWN)
    if isinstance(value, Seq):
        return nested(m, call, value)
    return value if isinstance(value, Opaque) and own_labels(value) else carried(call)


def nested(m: Machine, call: Call, value: Any) -> Any:
    """Give a numpy array of nested lists."""
    if not isinstance(value, Seq):
        return value
    known, rest = opened(m, value, call)
    return sequence(
        [nested(m, call, one) for one in known],
        "ndarray",
        None if rest is None else nested(m, call, rest),
    )


def flat(m: Machine, call: Call, value: Any) -> tuple[list[Any], Any]:
    """Give the elements of a nested array in order, and the rest."""
    known: list[Any] = []
    rest: Any = MISSING
    some, other = opened(m, value, call)
    for one in some:
        if isinstance(one, Seq):
            deeper, more = flat(m, call, one)
            known += deeper
            rest = rest if more is None else join(rest, more)
        else:
            known.append(one)
    if other is not None:
        rest = join(rest, other)
    return known, None if rest is MISSING else rest


def _flatten(m: Machine, call: Call) -> Any:
    value = call.receiver if call.receiver is not None else call.argument(0, default=UNKNOWN)
    known, rest = flat(m, call, value)
    if rest is None:
        return sequence(known, "ndarray")
    return sequence((), "ndarray", any_of(known, rest))


def _joined_arrays(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.argument(0, default=UNKNOWN), call)
    parts: list[Any] = []
    for one in known if rest is None else [*known, rest]:
        some, other = opened(m, one, call)
        if other is not None:
            return sequence((), "ndarray", any_of(*flat(m, call, sequence(known, rest=rest))))
        parts += some
    return sequence(parts, "ndarray")


def _stacked(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.argument(0, default=UNKNOWN), call)
    return sequence(known, "ndarray", rest)


def _transposed(m: Machine, call: Call) -> Any:
    value = call.receiver if call.receiver is not None else call.argument(0, default=UNKNOWN)
    rows, rest = opened(m, value, call)
    if rest is None and rows and all(isinstance(r, Seq) and REST not in r.slots for r in rows):
        columns = zip(*(row.slots[ELTS] for row in rows), strict=False)
        return sequence([sequence(column, "ndarray") for column in columns], "ndarray")
    return value


def _reshaped(m: Machine, call: Call) -> Any:
    owner, args = call.receiver, call.args
    if owner is None and args:
        owner, args = args[0], args[1:]
    known, rest = flat(m, call, owner)
    shape = list(args[0].slots[ELTS]) if args and isinstance(args[0], Seq) else args
    sizes = [one.value if isinstance(one, Const) else None for one in shape]
    if rest is None and len(sizes) == 2 and all(isinstance(s, int) for s in sizes):  # noqa: PLR2004
        width = sizes[1] if sizes[1] != -1 else len(known) // max(1, sizes[0] or 1)
        if isinstance(width, int) and width > 0:
            return sequence(
                [sequence(known[i : i + width], "ndarray") for i in range(0, len(known), width)],
                "ndarray",
            )
    return sequence(known, "ndarray", rest)


def _appended(m: Machine, call: Call) -> Any:
    first, second = (*call.args, UNKNOWN, UNKNOWN)[:2]
    known, rest = flat(m, call, first)
    if isinstance(second, Seq):
        more, other = flat(m, call, second)
    else:
        more, other = [second], None
    if rest is None and other is None:
        return sequence([*known, *more], "ndarray")
    return sequence((), "ndarray", pick([any_of(known, rest), any_of(more, other)]))


def _filled(value: Any) -> Handler:
    def handler(_m: Machine, call: Call) -> Any:
        size = call.argument(0, "shape", default=UNKNOWN)
        if isinstance(size, Const) and isinstance(size.value, int) and 0 <= size.value <= 64:  # noqa: PLR2004
            return sequence([value] * size.value, "ndarray")
        return sequence((), "ndarray", value)

    return handler


NDARRAY: dict[str, Handler] = {
    **KINDS["array"],
    "tolist": _array_list,
    "flatten": _flatten,
    "ravel": _flatten,
    "reshape": _reshaped,
    "transpose": _transposed,
    "copy": KINDS["list"]["copy"],
    "astype": lambda _m, c: c.receiver,
    **{
        name: carrying()
        for name in (
            "sum",
            "mean",
            "max",
            "min",
            "prod",
            "dot",
            "item",
            "tobytes",
            "cumsum",
            "round",
            "std",
        )
    },
}
NATIVES: dict[str, Any] = {
    "collections.defaultdict": _default_dict,
    "collections.OrderedDict": make_dict,
    "collections.Counter": _counter,
    "collections.deque": _deque,
    "collections.ChainMap": _chain_map,
    "types.MappingProxyType": first_argument,
    "collections.UserDict": make_dict,
    "dict.most_common": _most_common,
    "dict.elements": _elements,
    "dict.total": fixed(NUMBER),
    "heapq.heappush": _heap_push,
    "heapq.heappop": _heap_pop,
    "heapq.heapify": _heapify,
    "heapq.heappushpop": _some(0),
    "heapq.heapreplace": _some(0),
    "heapq.nlargest": _some(1),
    "heapq.nsmallest": _some(1),
    "heapq.merge": _some(0),
    **{f"bisect.{name}": _insort for name in ("insort", "insort_left", "insort_right")},
    **{f"bisect.{name}": fixed(NUMBER) for name in ("bisect", "bisect_left", "bisect_right")},
    "array.array": _array,
    "array.tolist": _array_list,
    "array.tounicode": _array_text,
    "array.tobytes": _array_text,
    "array.fromlist": KINDS["list"]["extend"],
    "array.fromunicode": KINDS["list"]["extend"],
    "array.frombytes": KINDS["list"]["extend"],
    "array.tostring": _array_text,
    **{f"ndarray.{name}": handler for name, handler in NDARRAY.items()},
    **{f"numpy.{name}": _nd_array for name in ("array", "asarray", "copy", "atleast_1d", "ravel")},
    "numpy.concatenate": _joined_arrays,
    "numpy.hstack": _joined_arrays,
    "numpy.vstack": _stacked,
    "numpy.stack": _stacked,
    "numpy.transpose": _transposed,
    "numpy.reshape": _reshaped,
    "numpy.append": _appended,
    "numpy.zeros": _filled(Const(0.0)),
    "numpy.ones": _filled(Const(1.0)),
    "numpy.empty": _filled(UNKNOWN),
    **{
        f"numpy.{name}": carrying()
        for name in (
            "sum",
            "mean",
            "max",
            "min",
            "dot",
            "where",
            "sort",
            "unique",
            "char.upper",
            "char.lower",
            "str_",
            "int64",
            "float64",
            "sqrt",
            "abs",
        )
    },
    **{f"numpy.random.{name}": fixed(Opaque()) for name in ("rand", "randint", "random", "randn")},
}


def _transpose_of(m: Machine, owner: Any) -> Any:
    frame = m.program.no_frame
    return _transposed(m, Call("ndarray.T", owner, [], {}, ast.Constant(None), frame))


ATTRIBUTES: dict[str, Any] = {"ndarray.T": _transpose_of}
