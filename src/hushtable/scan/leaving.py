"""What leaves with a value: its labels, and whether each opens a whole item or map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hushtable.scan.dumping import encode
from hushtable.scan.frame import Machine
from hushtable.scan.labels import Kind, Label
from hushtable.scan.values import (
    ELTS,
    KEYS,
    MINUS,
    REST,
    Choice,
    Const,
    Dict,
    Instance,
    Opaque,
    Rest,
    Seq,
    deep_labels,
    options,
)

MAX_LEVELS = 16


@dataclass(frozen=True, slots=True)
class Leaf:
    """One label that leaves. `open`: a whole item or map, undeclared names included.

    `covered`: a whole item of the same read leaves too, and holds it.
    """

    label: Label
    open: bool = False
    covered: bool = False


def leaving(m: Machine, value: Any) -> list[Leaf]:
    """Give what leaves with a value, each label once, in the order met."""
    found: dict[tuple[Label, bool], None] = {}
    for label, is_open in _walk(m, value, frozenset(), 0):
        if not label.counted and label.kind is not Kind.KEY:
            found[label, is_open] = None
    leaves = [Leaf(label, is_open) for label, is_open in found]
    whole = [leaf.label for leaf in leaves if leaf.open and not leaf.label.path]
    return [
        replace(leaf, covered=True) if any(_covers(one, leaf.label) for one in whole) else leaf
        for leaf in leaves
    ]


def _covers(whole: Label, label: Label) -> bool:
    return (
        label.kind is Kind.ATTRIBUTE
        and whole.kind is Kind.ATTRIBUTE
        and bool(label.path)
        and (whole.access, whole.table) == (label.access, label.table)
        and label.path[0] not in whole.minus
        and whole.seal is label.seal
    )


def _walk(m: Machine, value: Any, seen: frozenset[int], level: int) -> Iterator[tuple[Label, bool]]:
    if level > MAX_LEVELS or id(value) in seen:
        return
    match value:
        case Opaque(labels=labels):
            for label in labels:
                yield label, label.kind is Kind.ATTRIBUTE and not label.path
        case Const(labels=labels):
            for label in labels:
                yield label, False
        case Dict():
            yield from _walk_map(m, value, seen | {id(value)}, level)
        case Instance(cls=None):
            yield from _walk(m, Opaque(deep_labels(value)), seen, level + 1)
        case _:
            for one in _parts(m, value):
                yield from _walk(m, one, seen | {id(value)}, level + 1)


def _parts(m: Machine, value: Any) -> tuple[Any, ...]:
    """Give what a value is made of: alternatives, elements, the map an object encodes to."""
    match value:
        case Choice(options=found):
            return found
        case Seq(slots=slots):
            return (*slots[ELTS], *((slots[REST],) if REST in slots else ()))
        case Instance():
            made = encode(m, value)
            return () if made is value else (made,)
    return ()


def _walk_map(
    m: Machine, value: Dict, seen: frozenset[int], level: int
) -> Iterator[tuple[Label, bool]]:
    slots = value.slots
    for key, held in slots.items():
        if isinstance(key, Opaque):
            yield from _walk(m, key, seen, level + 1)
        if not isinstance(key, Rest) or key is KEYS:
            yield from _walk(m, held, seen, level + 1)
    for rest in options(slots[REST]) if REST in slots else ():
        if isinstance(rest, Opaque):
            yield from _open_part(rest, slots)
        else:
            yield from _walk(m, rest, seen, level + 1)


def _open_part(rest: Opaque, slots: Mapping[Any, Any]) -> Iterator[tuple[Label, bool]]:
    """Give the whole item or map that unknown keys hold, less what is not in it any more."""
    gone = slots.get(MINUS, frozenset())
    for label in rest.labels:
        if label.kind is not Kind.ATTRIBUTE or (rest.deep and label.path):
            yield label, False
            continue
        over = {
            name
            for name, held in slots.items()
            if isinstance(name, str) and label.child(name) not in _own(held)
        }
        yield replace(label, minus=label.minus | gone | over), True


def _own(value: Any) -> frozenset[Label]:
    return frozenset(replace(label, minus=frozenset()) for label in deep_labels(value))
