"""Whether a value counts as true, when that is known."""

from __future__ import annotations

from hushtable.scan.values import (
    ELTS,
    MAYBE,
    REST,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    ModuleValue,
    Native,
    Partial,
    Rest,
    Seq,
    Value,
)


def truth(value: Value) -> bool | None:
    """Give True, False, or None when both are possible."""
    match value:
        case Const(value=known):
            return bool(known)
        case Dict(slots=slots):
            if REST in slots:
                return None
            maybe = slots.get(MAYBE, ())
            known_keys = [key for key in slots if not isinstance(key, Rest)]
            if any(key not in maybe for key in known_keys):
                return True
            return None if known_keys else False
        case Seq(slots=slots, kind=kind):
            if REST in slots or kind == "iterator" or ELTS in slots.get(MAYBE, ()):
                return None
            return bool(slots[ELTS])
        case Choice(options=choices):
            known = {truth(option) for option in choices}
            return known.pop() if len(known) == 1 else None
        case Class() | Function() | Bound() | Native() | ModuleValue() | Partial():
            return True
        case Instance(cls=cls, native=native):
            if cls is None or native:
                return None
            return None if {"__bool__", "__len__"} & cls.slots.keys() else True
    return None
