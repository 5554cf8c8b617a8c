"""Which form an answer has: an item, a list of items, or something around them."""

from __future__ import annotations

from typing import Any

from hushtable.model.facts import Form
from hushtable.scan.frame import Machine
from hushtable.scan.labels import Kind
from hushtable.scan.schema import schema_of
from hushtable.scan.values import (
    ELTS,
    NONE,
    REST,
    Choice,
    Class,
    Dict,
    Instance,
    Opaque,
    Seq,
    options,
)

MAX_DEPTH = 6


def form_of(value: Any, depth: int = 0) -> Form:
    """Give the form of what leaves; OTHER where it is not known, or differs between ways."""
    if depth > MAX_DEPTH:
        return Form.OTHER
    match value:
        case Choice():
            found = {form_of(one, depth + 1) for one in options(value) if one != NONE}
            return found.pop() if len(found) == 1 else Form.OTHER
        case Dict(slots=slots):
            return Form.ITEM if REST in slots and _whole(slots[REST]) else _named(value)
        case Opaque():
            return Form.ITEM if _whole(value) else Form.OTHER
        case Instance(cls=None):
            return Form.OTHER
        case Seq(slots=slots):
            inner = [*slots[ELTS], *((slots[REST],) if REST in slots else ())]
            found = {form_of(one, depth + 1) for one in inner}
            return Form.ITEMS if found == {Form.ITEM} else Form.OTHER
    return Form.OTHER


def names_of(value: Any, depth: int = 0) -> frozenset[str]:
    """Give the names under which something stands in the items of an answer."""
    if depth > MAX_DEPTH:
        return frozenset()
    match value:
        case Choice():
            inner = list(options(value))
        case Dict(slots=slots):
            return frozenset(key for key in slots if isinstance(key, str))
        case Seq(slots=slots):
            inner = [*slots[ELTS], *((slots[REST],) if REST in slots else ())]
        case _:
            return frozenset()
    return frozenset().union(*(names_of(one, depth + 1) for one in inner))


def parts_of(value: Any) -> tuple[tuple[str, Form], ...]:
    """Give the names in an answer under which an item or a list of items stands."""
    found: dict[str, set[Form]] = {}
    for one in options(value):
        for key, held in one.slots.items() if isinstance(one, Dict) else ():
            if isinstance(key, str):
                found.setdefault(key, set()).add(form_of(held))
    return tuple(sorted((key, forms.pop()) for key, forms in found.items() if forms in _PARTS))


def objects(m: Machine, value: Any, depth: int = 0) -> Form | None:
    """Tell whether a handler returns an object of a pydantic model, or a list of them."""
    match value:
        case Instance(cls=Class() as cls):
            return Form.MODEL if schema_of(m, cls) is not None else None
        case Seq(slots=slots) if not depth:
            inner = [*slots[ELTS], *((slots[REST],) if REST in slots else ())]
            found = {objects(m, one, depth + 1) for one in inner}
            return Form.MODELS if found == {Form.MODEL} else None
        case Choice():
            several = {objects(m, one, depth) for one in options(value) if one != NONE}
            return several.pop() if len(several) == 1 else None
    return None


_PARTS = ({Form.ITEM}, {Form.ITEMS})


def _named(value: Dict) -> Form:
    """Tell an item whose every name is known, as a projection gives it, from other maps."""
    held = [one for key, one in value.slots.items() if isinstance(key, str)]
    of_items = [
        isinstance(one, Opaque)
        and any(label.kind is Kind.ATTRIBUTE and label.path for label in one.labels)
        for one in held
    ]
    return Form.ITEM if of_items and all(of_items) else Form.OTHER


def _whole(value: Any) -> bool:
    return any(
        isinstance(one, Opaque)
        and any(label.kind is Kind.ATTRIBUTE and not label.path for label in one.labels)
        for one in options(value)
    )
