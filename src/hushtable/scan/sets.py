"""Methods of set and frozenset."""

from __future__ import annotations

from typing import Any

from hushtable.scan.carrying import (
    any_of,
    carried,
    opened,
)
from hushtable.scan.comparing import BOOLEAN, compare_values
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.sequences import (
    append,
    cleared,
    copied,
    distinct,
    extend,
    list_pop,
    remove,
)
from hushtable.scan.values import (
    ELTS,
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
            joined = join(
                MISSING if rest is None else rest, MISSING if other_rest is None else other_rest
            )
            return (distinct([*known, *others]), None if joined is MISSING else joined)
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


SET: dict[str, Handler] = {
    "add": _add,
    "remove": remove,
    "discard": remove,
    "pop": list_pop,
    "clear": cleared,
    "copy": copied,
    "update": set_update,
    **{
        name: _set_method(name)
        for name in ("union", "intersection", "difference", "symmetric_difference")
    },
    **{
        f"{name}_update": _set_method(name, in_place=True)
        for name in ("intersection", "difference", "symmetric_difference")
    },
    **{name: _relation(name) for name in ("issubset", "issuperset", "isdisjoint")},
}
