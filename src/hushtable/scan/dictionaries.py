"""Making dictionaries, and their methods."""

from __future__ import annotations

from typing import Any

from hushtable.scan.carrying import (
    any_of,
    carried,
    fail,
    opened,
)
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.iterate import pairs
from hushtable.scan.iterating import own_method
from hushtable.scan.lookup import DATA
from hushtable.scan.members import (
    delete_item,
    dict_item,
    get_item,
    set_item,
    slot_key,
)
from hushtable.scan.operators import pick, update
from hushtable.scan.sequences import cleared, copied, list_pop
from hushtable.scan.sets import set_update
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    MINUS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Const,
    Dict,
    Instance,
    Opaque,
    Seq,
    deep_labels,
    mapping,
    options,
    sequence,
)


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
        mapped = isinstance(data, Instance) and isinstance(m.get_attribute(m, data, "keys"), Bound)
        iterated = isinstance(data, Seq) or own_method(m, data, "__iter__") is not None
        if iterated and not mapped and isinstance(data, Seq | Instance):
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
        elif mapped and isinstance(data, Instance):
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
        return list_pop(m, call)
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
    """Join an empty container under an unknown key with what came to it earlier."""
    if isinstance(default, Seq) and not default.slots[ELTS] and REST not in default.slots:
        return sequence((), default.kind, UNKNOWN)
    return default


def _dict_update(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Seq):
        return set_update(m, call)
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
    return sequence(
        [
            any_of([k for k, _ in known], rest and rest[0]),
            any_of([v for _, v in known], rest and rest[1]),
        ],
        "tuple",
    )


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


DICT: dict[str, Handler] = {
    "items": _items,
    "values": _values,
    "keys": _keys,
    "get": _get,
    "pop": _dict_pop,
    "setdefault": _setdefault,
    "update": _dict_update,
    "popitem": _popitem,
    "clear": cleared,
    "copy": copied,
    "fromkeys": from_keys,
    "move_to_end": _move_to_end,
}
