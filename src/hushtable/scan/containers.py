"""Methods of dict, list, tuple, set, deque and iterators: structure and order are kept."""

from __future__ import annotations

from typing import Any

from hushtable.scan.attributes import child
from hushtable.scan.carrying import (
    carried,
    fail,
    nothing,
    opened,
)
from hushtable.scan.comparing import BOOLEAN, contains
from hushtable.scan.dictionaries import DICT, from_keys
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.iterate import element_of
from hushtable.scan.lookup import DATA
from hushtable.scan.members import delete_item, dict_item, set_item
from hushtable.scan.positions import seq_item
from hushtable.scan.sequences import DEQUE, LIST, NUMBER, counted, index_of
from hushtable.scan.sets import SET
from hushtable.scan.values import (
    ELTS,
    MAYBE,
    NONE,
    REST,
    UNKNOWN,
    Const,
    Dict,
    Instance,
    Opaque,
    Rest,
    Seq,
    sequence,
)


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
    found = contains(
        m, call.receiver, call.args[0] if call.args else UNKNOWN, call.node, call.frame
    )
    return BOOLEAN if found is None else Const(found)


def _iterator(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.receiver, call)
    return sequence(known, "iterator", rest)


def _length(_m: Machine, call: Call) -> Any:
    owner = call.receiver
    if isinstance(owner, Seq) and not owner.slots.keys() & {REST, MAYBE}:
        return Const(len(owner.slots[ELTS]))
    if isinstance(owner, Dict) and not owner.slots.keys() & {REST, MAYBE}:
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


PROTOCOL: dict[str, Handler] = {
    "__getitem__": _getitem,
    "__setitem__": _setitem,
    "__delitem__": _delitem,
    "__contains__": _contains,
    "__iter__": _iterator,
    "__len__": _length,
}
ITERATOR: dict[str, Handler] = {
    "__next__": _iterator_next,
    "__anext__": _iterator_next,
    "__iter__": lambda _m, c: c.receiver,
    "__aiter__": lambda _m, c: c.receiver,
    "close": nothing,
    "aclose": nothing,
}
KINDS: dict[str, dict[str, Handler]] = {
    "dict": {**DICT, **PROTOCOL},
    "list": {**LIST, **PROTOCOL},
    "bytearray": {**LIST, **PROTOCOL},
    "array": {**LIST, **PROTOCOL},
    "deque": {**DEQUE, **PROTOCOL},
    "tuple": {"index": index_of, "count": counted, **PROTOCOL},
    "range": {"index": index_of, "count": counted, **PROTOCOL},
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
        return handler(
            m, Call(name, receiver, args, call.kwargs, call.node, call.frame, call.extra)
        )

    return run


NATIVES: dict[str, Any] = {
    f"{kind}.{name}": handler for kind, table in KINDS.items() for name, handler in table.items()
}
NATIVES |= {f"builtins.{name}": unbound(handler) for name, handler in NATIVES.items()}
NATIVES["builtins.dict.fromkeys"] = from_keys
NATIVES["?.__getitem__"] = _getitem
