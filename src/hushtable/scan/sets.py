"""Methods of set and frozenset."""

from __future__ import annotations

from typing import Any

from hushtable.scan.carrying import (
    carried,
    opened,
)
from hushtable.scan.combining import combined, content, distinct, is_doubted, member
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.sequences import (
    append,
    cleared,
    copied,
    extend,
    list_pop,
    remove,
)
from hushtable.scan.values import (
    ELTS,
    MAYBE,
    MISSING,
    NONE,
    REST,
    Const,
    Seq,
    join,
    sequence,
)


def _add(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Seq) or not call.args or call.args[0] in owner.slots[ELTS]:
        return NONE
    return append(m, call)


def set_update(m: Machine, call: Call) -> Any:
    """Add what other iterables hold."""
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
        made = Seq(dict(owner.slots), owner.kind)
        for value in call.args:
            others = (*opened(m, value, call), is_doubted(value))
            made = combined(name, owner.kind, content(made), others)
        if not in_place:
            return made
        for key in (ELTS, REST, MAYBE):
            if key in made.slots:
                m.journal.set(owner.slots, key, made.slots[key])
            else:
                m.journal.delete(owner.slots, key)
        return NONE

    return handler


def _union(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Seq):
        return carried(call)
    known, rest, doubted = content(owner)
    joined = MISSING if rest is None else rest
    for value in call.args:
        others, other_rest = opened(m, value, call)
        known, doubted = distinct([*known, *others]), doubted or is_doubted(value)
        joined = join(joined, MISSING if other_rest is None else other_rest)
    made = sequence(known, owner.kind, None if joined is MISSING else joined)
    if doubted:
        made.slots[MAYBE] = frozenset({ELTS})
    return made


def _relation(name: str) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        owner = call.receiver
        if not isinstance(owner, Seq) or not call.args:
            return BOOLEAN
        known, rest = list(owner.slots[ELTS]), owner.slots.get(REST)
        others, other_rest = opened(m, call.args[0], call)
        if name == "issuperset":
            known, rest, others, other_rest = others, other_rest, known, rest
        answers = [member(v, others, other_rest) for v in known]
        if None in answers or rest is not None:
            return BOOLEAN
        return Const(True not in answers if name == "isdisjoint" else False not in answers)

    return handler


SET: dict[str, Handler] = {
    "add": _add,
    "remove": remove,
    "discard": remove,
    "pop": list_pop,
    "clear": cleared,
    "copy": copied,
    "update": set_update,
    "union": _union,
    **{name: _set_method(name) for name in ("intersection", "difference", "symmetric_difference")},
    **{
        f"{name}_update": _set_method(name, in_place=True)
        for name in ("intersection", "difference", "symmetric_difference")
    },
    **{name: _relation(name) for name in ("issubset", "issuperset", "isdisjoint")},
}
