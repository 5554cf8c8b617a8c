"""Methods of dict, list, tuple, set, deque and iterators: structure and order are kept."""

from __future__ import annotations

import itertools
from typing import Any

from hushtable.scan.carrying import (
    any_of,
    ask,
    callable_or_none,
    carried,
    computed,
    fail,
    nothing,
    opened,
)
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.iterate import element_of, pairs
from hushtable.scan.lookup import DATA
from hushtable.scan.members import (
    child,
    delete_item,
    dict_item,
    get_item,
    seq_item,
    set_item,
    slot_key,
)
from hushtable.scan.operators import BOOLEAN, MAX_ELEMENTS, compare_values, contains, pick, update
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    FACTORY,
    MINUS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Choice,
    Const,
    Dict,
    Instance,
    Opaque,
    Rest,
    Seq,
    deep_labels,
    join,
    mapping,
    options,
    sequence,
)

NUMBER = Opaque(hint="int")
Slots = dict[Any, Any]


def rebuilt(m: Machine, call: Call, kind: str, value: Any) -> Seq:
    """Make a container of what another iterable holds."""
    known, rest = opened(m, value, call)
    if kind in {"set", "frozenset"}:
        known = _distinct(known)
    return sequence(known, kind, rest)


def _distinct(known: list[Any]) -> list[Any]:
    try:
        return list(dict.fromkeys(known))
    except TypeError:
        return known


def ordered(m: Machine, call: Call, known: list[Any], rest: Any) -> Seq:
    """Sort: exactly when the keys are constants, else any element may stand anywhere."""
    key = callable_or_none(call.kwargs.get("key"))
    flag = call.kwargs.get("reverse")
    backward = False if flag is None else truth(flag)
    ranks = known if key is None else [ask(m, key, [one], call) for one in known]
    if rest is not None and key is not None:
        ask(m, key, [rest], call)
    if rest is None and backward is not None:
        try:
            plain = _comparable(ranks)
            order = sorted(range(len(known)), key=lambda i: plain[i], reverse=backward)
        except TypeError:
            pass
        else:
            return sequence([known[i] for i in order])
    if not known and rest is None:
        return sequence(())
    if len(known) == 1 and rest is None:
        return sequence(known)
    return sequence((), rest=any_of(known, rest))


def _comparable(ranks: list[Any]) -> list[Any]:
    """Give constants to sort by; of tuples the constants they begin with, if these decide.

    Raises:
        TypeError: the order is not known.
    """
    plain: list[Any] = []
    cut = False
    for rank in ranks:
        match rank:
            case Const(value=value):
                plain.append(value)
            case Seq(slots=slots, kind="tuple" | "list") if REST not in slots:
                known = list(itertools.takewhile(lambda v: isinstance(v, Const), slots[ELTS]))
                plain.append(tuple(one.value for one in known))
                cut = cut or len(known) < len(slots[ELTS])
            case _:
                raise TypeError
    if cut and len(set(plain)) < len(plain):
        raise TypeError
    return plain


def make_dict(m: Machine, call: Call) -> Dict:
    """Evaluate `dict(...)`."""
    made = Dict({})
    for value in call.args[:1]:
        fill(m, made, value, call)
    for name, value in call.kwargs.items():
        m.journal.set(made.slots, name, value)
    if call.extra is not None:
        update(m, made, call.extra)
    return made


def fill(m: Machine, made: Dict, value: Any, call: Call) -> None:
    """Copy a mapping, or an iterable of pairs, into a dictionary."""
    for one in options(value):
        data = one.slots.get(DATA, one) if isinstance(one, Instance) else one
        if isinstance(data, Seq):
            known, rest = opened(m, data, call)
            for pair in known:
                parts, _ = opened(m, pair, call)
                if len(parts) == 2:  # noqa: PLR2004 - a key and a value
                    set_item(m, made, parts[0], parts[1], call.node, call.frame)
                else:
                    set_item(m, made, UNKNOWN, Opaque(deep_labels(pair)), call.node, call.frame)
            if rest is not None:
                parts, other = opened(m, rest, call)
                if len(parts) == 2:  # noqa: PLR2004 - a key and a value
                    set_item(m, made, parts[0], parts[1], call.node, call.frame)
                else:
                    held = other if other is not None else Opaque(deep_labels(rest))
                    set_item(m, made, UNKNOWN, held, call.node, call.frame)
        elif len(options(value)) > 1:
            update(m, made, value)
            return
        elif isinstance(data, Instance) and isinstance(m.get_attribute(m, data, "keys"), Bound):
            _from_keys(m, made, data, call)
        else:
            update(m, made, data)


def _from_keys(m: Machine, made: Dict, value: Instance, call: Call) -> None:
    """Copy an object that has `keys()` and `[]`."""
    names = m.call(m, m.get_attribute(m, value, "keys"), [], {}, call.node, call.frame)
    known, rest = opened(m, names, call)
    for key in known if rest is None else [*known, rest]:
        held = get_item(m, value, key, call.node, call.frame)
        set_item(m, made, key, held, call.node, call.frame)


# dict --------------------------------------------------------------------------------------


def as_dict(value: Any) -> Dict:
    """Give a dictionary for a receiver that may be unknown."""
    if isinstance(value, Dict):
        return value
    return Dict({REST: value if isinstance(value, Opaque) else Opaque(deep_labels(value))})


def _items(_m: Machine, call: Call) -> Any:
    known, rest = pairs(as_dict(call.receiver))
    made = [sequence(pair, "tuple") for pair in known]
    return sequence(made, "list", None if rest is None else sequence(rest, "tuple"))


def _values(_m: Machine, call: Call) -> Any:
    known, rest = pairs(as_dict(call.receiver))
    return sequence([held for _, held in known], "list", None if rest is None else rest[1])


def _keys(_m: Machine, call: Call) -> Any:
    known, rest = pairs(as_dict(call.receiver))
    return sequence([key for key, _ in known], "list", None if rest is None else rest[0])


def _get(m: Machine, call: Call) -> Any:
    owner, key = call.receiver, call.argument(0, "key", default=UNKNOWN)
    default = call.argument(1, "default", default=NONE)
    if not isinstance(owner, Dict):
        m.may_raise(call.name)
        if isinstance(owner, Opaque):
            found = get_item(m, owner, key, call.node, call.frame)
            return found if default == NONE else pick([found, default])
        return carried(call)
    return pick([_get_one(owner, option, default) for option in options(key)])


def _get_one(owner: Dict, key: Any, default: Any) -> Any:
    slots = owner.slots
    place = slot_key(key)
    if place is MISSING:
        return pick([dict_item(owner, key), default])
    if place in slots:
        return slots[place]
    if REST not in slots or place in slots.get(MINUS, ()):
        return default
    found = dict_item(owner, key)
    return found if default == NONE else pick([found, default])


def _has(owner: Dict, key: Any) -> bool | None:
    """Whether a dictionary surely has a key, surely has not, or may."""
    place = slot_key(key)
    if place is MISSING:
        return None
    if place in owner.slots:
        return True
    return None if REST in owner.slots and place not in owner.slots.get(MINUS, ()) else False


def _dict_pop(m: Machine, call: Call) -> Any:
    owner, key = call.receiver, call.argument(0, "key", default=UNKNOWN)
    default = call.argument(1, "default")
    if isinstance(owner, Seq):
        return _list_pop(m, call)
    if not isinstance(owner, Dict):
        return carried(call)
    has = _has(owner, key)
    if has is False:
        return fail(m, call, "KeyError") if default is None else default
    found = dict_item(owner, key)
    delete_item(m, owner, key)
    return found if has or default is None else pick([found, default])


def _setdefault(m: Machine, call: Call) -> Any:
    owner, key = call.receiver, call.argument(0, "key", default=UNKNOWN)
    default = call.argument(1, "default", default=NONE)
    if not isinstance(owner, Dict):
        return carried(call)
    has = _has(owner, key)
    if has:
        return dict_item(owner, key)
    if has is None and slot_key(key) is not MISSING:
        default = pick([dict_item(owner, key), default])
    elif has is None:
        set_item(m, owner, key, _met_before(default), call.node, call.frame)
        return dict_item(owner, key)
    set_item(m, owner, key, default, call.node, call.frame)
    return default


def _met_before(default: Any) -> Any:
    """An empty container kept under a key that is not known may hold what came earlier."""
    if isinstance(default, Seq) and not default.slots[ELTS] and REST not in default.slots:
        return sequence((), default.kind, UNKNOWN)
    return default


def _dict_update(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Seq):
        return _set_update(m, call)
    if isinstance(owner, Dict):
        for value in call.args[:1]:
            fill(m, owner, value, call)
        for name, value in call.kwargs.items():
            set_item(m, owner, Const(name), value, call.node, call.frame)
        if call.extra is not None:
            update(m, owner, call.extra)
    return NONE


def _popitem(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Dict):
        return carried(call)
    known, rest = pairs(owner)
    if known and rest is None:
        last = call.argument(0, "last")
        key, held = known[0] if last is not None and truth(last) is False else known[-1]
        delete_item(m, owner, key)
        return sequence([key, held], "tuple")
    return sequence([any_of([k for k, _ in known], rest and rest[0]),
                     any_of([v for _, v in known], rest and rest[1])], "tuple")


def _clear(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Dict):
        for key in list(owner.slots):
            if key is not FACTORY:
                m.journal.delete(owner.slots, key)
    elif isinstance(owner, Seq):
        m.journal.set(owner.slots, ELTS, ())
        m.journal.delete(owner.slots, REST)
    return NONE


def _copy(_m: Machine, call: Call) -> Any:
    return shallow(call.receiver)


def shallow(value: Any) -> Any:
    """Evaluate `copy.copy(value)`."""
    match value:
        case Dict(slots=slots, kind=kind, native=native):
            return Dict(dict(slots), kind, native)
        case Seq(slots=slots, kind=kind):
            return Seq(dict(slots), kind)
        case Instance(cls=cls, native=native, slots=slots, extra=extra):
            return Instance(cls, native, dict(slots), extra)
        case Choice(options=choices):
            return pick([shallow(option) for option in choices])
    return value


def from_keys(m: Machine, call: Call) -> Any:
    """Evaluate `dict.fromkeys(names, value)`."""
    args = call.args
    value = args[1] if len(args) > 1 else call.kwargs.get("value", NONE)
    known, rest = opened(m, args[0] if args else UNKNOWN, call)
    made = mapping({})
    for key in known if rest is None else [*known, rest]:
        set_item(m, made, key, value, call.node, call.frame)
    return made


def _move_to_end(m: Machine, call: Call) -> Any:
    owner, key = call.receiver, call.args[0] if call.args else UNKNOWN
    last = call.argument(1, "last")
    if isinstance(owner, Dict) and isinstance(key, Const) and key.value in owner.slots:
        others = list(owner.slots.items())
        held = owner.slots[key.value]
        m.journal.delete(owner.slots, key.value)
        m.journal.set(owner.slots, key.value, held)
        if last is not None and truth(last) is False:
            for name, value in others:
                if name != key.value:
                    m.journal.delete(owner.slots, name)
                    m.journal.set(owner.slots, name, value)
    return NONE


# list, tuple, set, deque -------------------------------------------------------------------


def _append(m: Machine, call: Call) -> Any:
    slots = call.receiver.slots if isinstance(call.receiver, Seq) else {}
    if not slots or not call.args:
        return NONE
    if len(slots[ELTS]) >= MAX_ELEMENTS:
        blur(m, slots)
    if REST in slots:
        m.journal.set(slots, REST, join(slots[REST], call.args[0]))
    else:
        m.journal.set(slots, ELTS, (*slots[ELTS], call.args[0]))
    return NONE


def _append_left(m: Machine, call: Call) -> Any:
    slots = call.receiver.slots if isinstance(call.receiver, Seq) else {}
    if slots and call.args:
        m.journal.set(slots, ELTS, (call.args[0], *slots[ELTS]))
    return NONE


def _extend(m: Machine, call: Call) -> Any:
    if isinstance(call.receiver, Seq) and call.args:
        extend(m, call.receiver.slots, *opened(m, call.args[0], call))
    return NONE


def extend(m: Machine, slots: Slots, known: list[Any], rest: Any) -> None:
    """Put elements at the end of a list."""
    if len(known) + len(slots[ELTS]) > MAX_ELEMENTS:
        blur(m, slots)
    if REST in slots:
        rest = any_of(known, rest) if known or rest is not None else None
        known = []
    if known:
        m.journal.set(slots, ELTS, (*slots[ELTS], *known))
    if rest is not None:
        m.journal.set(slots, REST, join(slots.get(REST, MISSING), rest))


def _extend_left(m: Machine, call: Call) -> Any:
    if isinstance(call.receiver, Seq) and call.args:
        slots = call.receiver.slots
        known, rest = opened(m, call.args[0], call)
        m.journal.set(slots, ELTS, (*reversed(known), *slots[ELTS]))
        if rest is not None:
            m.journal.set(slots, REST, join(slots.get(REST, MISSING), rest))
    return NONE


def blur(m: Machine, slots: Slots, *more: Any) -> None:
    """Forget the order of a list: any element may stand anywhere."""
    rest = slots.get(REST, MISSING)
    for one in (*slots[ELTS], *more):
        rest = join(rest, one)
    m.journal.set(slots, ELTS, ())
    if rest is not MISSING:
        m.journal.set(slots, REST, rest)


def _insert(m: Machine, call: Call) -> Any:
    if not isinstance(call.receiver, Seq) or len(call.args) < 2:  # noqa: PLR2004 - index, value
        return NONE
    slots = call.receiver.slots
    index, value = call.args[:2]
    if isinstance(index, Const) and isinstance(index.value, int) and (
        REST not in slots or 0 <= index.value <= len(slots[ELTS])
    ):
        changed = list(slots[ELTS])
        changed.insert(index.value, value)
        m.journal.set(slots, ELTS, tuple(changed))
    else:
        blur(m, slots, value)
    return NONE


def _list_pop(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Seq):
        return carried(call)
    slots = owner.slots
    known = slots[ELTS]
    index = call.args[0] if call.args else Const(0 if owner.kind == "set" else -1)
    if REST not in slots and isinstance(index, Const) and isinstance(index.value, int):
        if not -len(known) <= index.value < len(known):
            return fail(m, call, "IndexError")
        if owner.kind == "set" and len(known) > 1:
            return any_of(list(known), None)
        changed = list(known)
        found = changed.pop(index.value)
        m.journal.set(slots, ELTS, tuple(changed))
        return found
    found = any_of(list(known), slots.get(REST))
    blur(m, slots)
    return found


def _pop_left(m: Machine, call: Call) -> Any:
    if not isinstance(call.receiver, Seq):
        return carried(call)
    slots = call.receiver.slots
    if slots[ELTS]:
        first, *others = slots[ELTS]
        m.journal.set(slots, ELTS, tuple(others))
        return first
    return slots[REST] if REST in slots else fail(m, call, "IndexError")


def _remove(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Seq) or not call.args:
        return NONE
    wanted = call.args[0]
    known = list(owner.slots[ELTS])
    itself = next((i for i, one in enumerate(known) if one is wanted), None)
    if itself is not None:
        # The very value that was put in: if another was equal, what is left is equal too.
        del known[itself]
        m.journal.set(owner.slots, ELTS, tuple(known))
        return NONE
    for index, one in enumerate(known):
        same = compare_values(one, wanted)
        if same is None:
            return NONE
        if same:
            del known[index]
            m.journal.set(owner.slots, ELTS, tuple(known))
            return NONE
    if REST in owner.slots or call.name.endswith(".discard"):
        return NONE
    return fail(m, call, "KeyError" if owner.kind == "set" else "ValueError")


def _index(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Const):
        return TEXT_INDEX(m, call)
    if isinstance(owner, Seq) and call.args:
        for index, one in enumerate(owner.slots[ELTS]):
            same = compare_values(one, call.args[0])
            if same is None:
                return NUMBER
            if same:
                return Const(index)
        if REST not in owner.slots:
            return fail(m, call, "ValueError")
    return NUMBER


TEXT_INDEX = computed(str.index, "int")


def _count(_m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Const) and call.args and isinstance(call.args[0], Const):
        try:
            return Const(owner.value.count(call.args[0].value))
        except (TypeError, AttributeError):
            return NUMBER
    if isinstance(owner, Seq) and call.args and REST not in owner.slots:
        answers = [compare_values(one, call.args[0]) for one in owner.slots[ELTS]]
        if None not in answers:
            return Const(answers.count(True))
    return NUMBER


def _sort(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Seq):
        made = ordered(m, call, list(owner.slots[ELTS]), owner.slots.get(REST))
        m.journal.set(owner.slots, ELTS, made.slots[ELTS])
        if REST in made.slots:
            m.journal.set(owner.slots, REST, made.slots[REST])
    return NONE


def _reverse(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Seq):
        if REST in owner.slots:
            blur(m, owner.slots)
        else:
            m.journal.set(owner.slots, ELTS, owner.slots[ELTS][::-1])
    return NONE


def _rotate(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Seq):
        known = owner.slots[ELTS]
        step = call.args[0] if call.args else Const(1)
        if REST in owner.slots or not (isinstance(step, Const) and isinstance(step.value, int)):
            blur(m, owner.slots)
        elif known:
            at = -step.value % len(known)
            m.journal.set(owner.slots, ELTS, (*known[at:], *known[:at]))
    return NONE


def _add(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Seq) or not call.args or call.args[0] in owner.slots[ELTS]:
        return NONE
    return _append(m, call)


def _set_update(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Seq):
        for value in call.args:
            known, rest = opened(m, value, call)
            extend(m, owner.slots, [v for v in known if v not in owner.slots[ELTS]], rest)
    return NONE


def _set_method(name: str, *, in_place: bool = False) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        owner = call.receiver
        if not isinstance(owner, Seq):
            return carried(call)
        known, rest = list(owner.slots[ELTS]), owner.slots.get(REST)
        for value in call.args:
            others, other_rest = opened(m, value, call)
            known, rest = combine(name, (known, rest), (others, other_rest))
        if in_place:
            m.journal.set(owner.slots, ELTS, tuple(known))
            if rest is None:
                m.journal.delete(owner.slots, REST)
            else:
                m.journal.set(owner.slots, REST, rest)
            return NONE
        return sequence(known, owner.kind, rest)

    return handler


def combine(
    name: str, left: tuple[list[Any], Any], right: tuple[list[Any], Any]
) -> tuple[list[Any], Any]:
    """Give the known elements and the rest of a union, intersection or difference."""
    known, rest = left
    others, other_rest = right
    match name:
        case "union":
            joined = join(MISSING if rest is None else rest,
                          MISSING if other_rest is None else other_rest)
            return (_distinct([*known, *others]), None if joined is MISSING else joined)
        case "intersection":
            kept = [v for v in known if _member(v, others, other_rest) is True]
            doubtful = [v for v in known if _member(v, others, other_rest) is None]
        case "difference":
            kept = [v for v in known if _member(v, others, other_rest) is False]
            doubtful = [v for v in known if _member(v, others, other_rest) is None]
        case _:
            both = [*known, *others]
            kept = [v for v in known if _member(v, others, other_rest) is False]
            kept += [v for v in others if _member(v, known, rest) is False]
            doubtful = [v for v in both if v not in kept and not (v in known and v in others)]
            if other_rest is not None:
                doubtful.append(other_rest)
    if rest is not None:
        doubtful.append(rest)
    return kept, any_of(doubtful, None) if doubtful else None


def _member(value: Any, known: list[Any], rest: Any) -> bool | None:
    answers = [compare_values(value, one) for one in known]
    if True in answers:
        return True
    return None if rest is not None or None in answers else False


def _relation(name: str) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        owner = call.receiver
        if not isinstance(owner, Seq) or not call.args:
            return BOOLEAN
        known, rest = list(owner.slots[ELTS]), owner.slots.get(REST)
        others, other_rest = opened(m, call.args[0], call)
        if name == "issuperset":
            known, rest, others, other_rest = others, other_rest, known, rest
        answers = [_member(v, others, other_rest) for v in known]
        if None in answers or rest is not None:
            return BOOLEAN
        return Const(True not in answers if name == "isdisjoint" else False not in answers)

    return handler


# protocol methods called by name -----------------------------------------------------------


def _getitem(_m: Machine, call: Call) -> Any:
    key = call.args[0] if call.args else UNKNOWN
    match call.receiver:
        case Dict() as owner:
            return dict_item(owner, key)
        case Seq() as owner:
            return seq_item(owner, key)
        case Opaque() as owner:
            return child(owner, str(key.value)) if isinstance(key, Const) else element_of(owner)
    return carried(call)


def _setitem(m: Machine, call: Call) -> Any:
    if len(call.args) > 1:
        set_item(m, call.receiver, call.args[0], call.args[1], call.node, call.frame)
    return NONE


def _delitem(m: Machine, call: Call) -> Any:
    if call.args:
        delete_item(m, call.receiver, call.args[0])
    return NONE


def _contains(m: Machine, call: Call) -> Any:
    found = contains(m, call.receiver, call.args[0] if call.args else UNKNOWN, call.node,
                     call.frame)
    return BOOLEAN if found is None else Const(found)


def _iterator(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.receiver, call)
    return sequence(known, "iterator", rest)


def _length(_m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Seq) and REST not in owner.slots:
        return Const(len(owner.slots[ELTS]))
    if isinstance(owner, Dict) and REST not in owner.slots:
        return Const(sum(1 for key in owner.slots if not isinstance(key, Rest)))
    return NUMBER


def _iterator_next(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Seq):
        return carried(call)
    slots = owner.slots
    if slots[ELTS]:
        first, *others = slots[ELTS]
        m.journal.set(slots, ELTS, tuple(others))
        return first
    return slots[REST] if REST in slots else fail(m, call, "StopIteration")


DICT: dict[str, Handler] = {
    "items": _items, "values": _values, "keys": _keys, "get": _get, "pop": _dict_pop,
    "setdefault": _setdefault, "update": _dict_update, "popitem": _popitem, "clear": _clear,
    "copy": _copy, "fromkeys": from_keys, "move_to_end": _move_to_end,
}
PROTOCOL: dict[str, Handler] = {
    "__getitem__": _getitem, "__setitem__": _setitem, "__delitem__": _delitem,
    "__contains__": _contains, "__iter__": _iterator, "__len__": _length,
}
LIST: dict[str, Handler] = {
    "append": _append, "extend": _extend, "insert": _insert, "pop": _list_pop, "remove": _remove,
    "copy": _copy, "index": _index, "count": _count, "clear": _clear, "sort": _sort,
    "reverse": _reverse,
}
DEQUE: dict[str, Handler] = {
    **LIST, "appendleft": _append_left, "extendleft": _extend_left, "popleft": _pop_left,
    "rotate": _rotate,
}
SET: dict[str, Handler] = {
    "add": _add, "remove": _remove, "discard": _remove, "pop": _list_pop, "clear": _clear,
    "copy": _copy, "update": _set_update,
    **{name: _set_method(name)
       for name in ("union", "intersection", "difference", "symmetric_difference")},
    **{f"{name}_update": _set_method(name, in_place=True)
       for name in ("intersection", "difference", "symmetric_difference")},
    **{name: _relation(name) for name in ("issubset", "issuperset", "isdisjoint")},
}
ITERATOR: dict[str, Handler] = {
    "__next__": _iterator_next, "__anext__": _iterator_next, "__iter__": lambda _m, c: c.receiver,
    "__aiter__": lambda _m, c: c.receiver, "close": nothing, "aclose": nothing,
}
KINDS: dict[str, dict[str, Handler]] = {
    "dict": {**DICT, **PROTOCOL},
    "list": {**LIST, **PROTOCOL},
    "bytearray": {**LIST, **PROTOCOL},
    "array": {**LIST, **PROTOCOL},
    "deque": {**DEQUE, **PROTOCOL},
    "tuple": {"index": _index, "count": _count, **PROTOCOL},
    "range": {"index": _index, "count": _count, **PROTOCOL},
    "set": {**SET, **PROTOCOL},
    "frozenset": {**SET, **PROTOCOL},
    "iterator": ITERATOR,
}


def unbound(handler: Handler) -> Handler:
    """Make `dict.get(d, k)` out of `d.get(k)`; an object of a subclass hands over what it holds."""

    def run(m: Machine, call: Call) -> Any:
        receiver, args = call.receiver, call.args
        if receiver is None and args:
            receiver, args = args[0], args[1:]
        if isinstance(receiver, Instance):
            held = receiver.slots.get(DATA)
            if held is None:
                base = call.name.split(".")[1]
                held = Dict({}) if base == "dict" else sequence((), base)
                m.journal.set(receiver.slots, DATA, held)
            receiver = held
        name = call.name.removeprefix("builtins.")
        return handler(m, Call(name, receiver, args, call.kwargs, call.node, call.frame,
                               call.extra))

    return run


NATIVES: dict[str, Any] = {
    f"{kind}.{name}": handler for kind, table in KINDS.items() for name, handler in table.items()
}
NATIVES |= {f"builtins.{name}": unbound(handler) for name, handler in NATIVES.items()}
NATIVES["builtins.dict.fromkeys"] = from_keys
NATIVES["?.__getitem__"] = _getitem
