"""Methods of list, tuple and deque: what stands where is kept as long as it is known."""

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
    opened,
)
from hushtable.scan.combining import distinct
from hushtable.scan.comparing import compare_values
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.operators import MAX_ELEMENTS, pick
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    FACTORY,
    MAYBE,
    MISSING,
    NONE,
    REST,
    Choice,
    Const,
    Dict,
    Instance,
    Opaque,
    Seq,
    join,
    sequence,
)

NUMBER = Opaque(hint="int")
Slots = dict[Any, Any]


def rebuilt(m: Machine, call: Call, kind: str, value: Any) -> Seq:
    """Make a container of what another iterable holds."""
    known, rest = opened(m, value, call)
    if kind in {"set", "frozenset"}:
        known = distinct(known)
    return sequence(known, kind, rest)


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


def cleared(m: Machine, call: Call) -> Any:
    """Empty a container."""
    owner = call.receiver
    if isinstance(owner, Dict):
        # The last first, so that undoing it gives the same order again.
        for key in reversed(list(owner.slots)):
            if key is not FACTORY:
                m.journal.delete(owner.slots, key)
    elif isinstance(owner, Seq):
        m.journal.set(owner.slots, ELTS, ())
        m.journal.delete(owner.slots, REST)
    return NONE


def copied(_m: Machine, call: Call) -> Any:
    """Give a shallow copy."""
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


def append(m: Machine, call: Call) -> Any:
    """Put a value at the end."""
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
    if (
        isinstance(index, Const)
        and isinstance(index.value, int)
        and (REST not in slots or 0 <= index.value <= len(slots[ELTS]))
    ):
        changed = list(slots[ELTS])
        changed.insert(index.value, value)
        m.journal.set(slots, ELTS, tuple(changed))
    else:
        blur(m, slots, value)
    return NONE


def list_pop(m: Machine, call: Call) -> Any:
    """Take an element out and give it."""
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
        if index.value < 0 and ELTS in slots.get(MAYBE, ()):
            found = any_of(list(known), None)
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


def remove(m: Machine, call: Call) -> Any:
    """Take the first equal element out."""
    owner = call.receiver
    if not isinstance(owner, Seq) or not call.args:
        return NONE
    wanted = call.args[0]
    known = list(owner.slots[ELTS])
    index, sure = _find(known, wanted)
    if index is not None:
        del known[index]
        m.journal.set(owner.slots, ELTS, tuple(known))
        return NONE
    if not sure:
        return NONE
    if REST in owner.slots or call.name.endswith(".discard"):
        return NONE
    return fail(m, call, "KeyError" if owner.kind == "set" else "ValueError")


def _find(known: list[Any], wanted: Any) -> tuple[int | None, bool]:
    """Give the position of an equal element, and whether it is known when there is none.

    An earlier element that may be equal does not count: if it is, it holds the very value that
    was asked for, and what is found or left is the same.
    """
    for index, one in enumerate(known):
        if one is wanted:
            return index, True
    answers = [compare_values(one, wanted) for one in known]
    return (answers.index(True), True) if True in answers else (None, None not in answers)


def index_of(m: Machine, call: Call) -> Any:
    """Give the position of an equal element."""
    owner = call.receiver
    if isinstance(owner, Const):
        return TEXT_INDEX(m, call)
    if isinstance(owner, Seq) and call.args:
        index, sure = _find(list(owner.slots[ELTS]), call.args[0])
        if index is not None:
            return Const(index)
        if sure and REST not in owner.slots:
            return fail(m, call, "ValueError")
    return NUMBER


TEXT_INDEX = computed(str.index, "int")


def counted(_m: Machine, call: Call) -> Any:
    """Count equal elements."""
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


LIST: dict[str, Handler] = {
    "append": append,
    "extend": _extend,
    "insert": _insert,
    "pop": list_pop,
    "remove": remove,
    "copy": copied,
    "index": index_of,
    "count": counted,
    "clear": cleared,
    "sort": _sort,
    "reverse": _reverse,
}
DEQUE: dict[str, Handler] = {
    **LIST,
    "appendleft": _append_left,
    "extendleft": _extend_left,
    "popleft": _pop_left,
    "rotate": _rotate,
}
