"""What leaves with a value: its labels, and whether each opens a whole item or map."""

from __future__ import annotations

from collections.abc import Iterator
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
    Bound,
    Choice,
    Const,
    Dict,
    Instance,
    Opaque,
    Partial,
    Rest,
    Seq,
    deep_labels,
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
        label.kind is Kind.ATTRIBUTE and whole.kind is Kind.ATTRIBUTE and bool(label.path)
        and (whole.access, whole.table) == (label.access, label.table)
        and label.path[0] not in whole.minus and whole.seal is label.seal
    )


def _walk(
    m: Machine, value: Any, seen: frozenset[int], level: int
) -> Iterator[tuple[Label, bool]]:
    if level > MAX_LEVELS or id(value) in seen:
        return
    match value:
        case Opaque(labels=labels):
            for label in labels:
                yield label, label.kind is Kind.ATTRIBUTE and not label.path
        case Const(labels=labels):
            for label in labels:
                yield label, False
        case Choice(options=found):
            for one in found:
                yield from _walk(m, one, seen, level + 1)
        case Seq(slots=slots):
            for one in (*slots[ELTS], *((slots[REST],) if REST in slots else ())):
                yield from _walk(m, one, seen | {id(value)}, level + 1)
        case Dict():
            yield from _walk_map(m, value, seen | {id(value)}, level)
        case Instance(cls=None):
            for label in deep_labels(value):
                yield label, label.kind is Kind.ATTRIBUTE and not label.path
        case Instance():
            made = encode(m, value)
            if made is not value:
                yield from _walk(m, made, seen | {id(value)}, level + 1)
        case Bound() | Partial():
            return


def _walk_map(
    m: Machine, value: Dict, seen: frozenset[int], level: int
) -> Iterator[tuple[Label, bool]]:
    slots = value.slots
    replaced: dict[str, Any] = {}
    for key, held in slots.items():
        if isinstance(key, Rest):
            continue
        if isinstance(key, str):
            replaced[key] = held
        elif isinstance(key, Opaque):
            yield from _walk(m, key, seen, level + 1)
        yield from _walk(m, held, seen, level + 1)
    for one in (slots[KEYS],) if KEYS in slots else ():
        yield from _walk(m, one, seen, level + 1)
    if REST in slots:
        gone = slots.get(MINUS, frozenset())
        yield from _open_part(m, slots[REST], gone, replaced, seen, level)


def _open_part(
    m: Machine, rest: Any, gone: frozenset[str], replaced: dict[str, Any],
    seen: frozenset[int], level: int,
) -> Iterator[tuple[Label, bool]]:
    """What keys that are not known hold: a whole item or map, less what is not in it any more."""
    if isinstance(rest, Choice):
        for one in rest.options:
            yield from _open_part(m, one, gone, replaced, seen, level)
        return
    if not isinstance(rest, Opaque):
        yield from _walk(m, rest, seen, level + 1)
        return
    for label in rest.labels:
        if label.kind is not Kind.ATTRIBUTE or rest.deep and label.path:
            yield label, False
            continue
        over = {name for name, held in replaced.items() if label.child(name) not in _own(held)}
        yield replace(label, minus=label.minus | gone | over), True


def _own(value: Any) -> frozenset[Label]:
    return frozenset(replace(label, minus=frozenset()) for label in deep_labels(value))
