"""What an answer shows: what leaves with it, and which reads leave many items."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hushtable.model.facts import Form
from hushtable.model.service import ModelState
from hushtable.scan.labels import Label, Origin
from hushtable.scan.records import Record
from hushtable.scan.values import (
    ELTS,
    REST,
    UNKNOWN,
    Choice,
    Dict,
    Instance,
    Opaque,
    Seq,
)

LISTS = "lists"
"""The machine's store of the reads of which several items left."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What leaves with an answer, after the response model."""

    pairs: tuple[Any, ...]
    state: ModelState
    name: str
    closed: bool
    form: Form = Form.OTHER
    named: tuple[str, ...] = ()
    parts: tuple[tuple[str, Form], ...] = ()


def told_once(pairs: list[tuple[Label, bool]]) -> tuple[tuple[Label, bool], ...]:
    """Take list positions out of paths; what leaves as one value is not told as a map too.

    A helper that converts any value (numbers, maps, lists) makes all of these of an attribute
    whose type is not known: that is no evidence of a map.
    """
    plain = [
        (replace(label, path=tuple(p for p in label.path if p != "[]")), opened)
        for label, opened in pairs
    ]
    single = {(x.table, x.path, x.kind) for x, opened in plain if not opened and x.path}
    return tuple(
        dict.fromkeys(
            (x, opened)
            for x, opened in plain
            if not (opened and (x.table, x.path, x.kind) in single)
        )
    )


def under_list(value: Any, found: set[int], *, inside: bool = False, depth: int = 0) -> None:
    """Note the reads of which several items leave: those whose labels lie in a list."""
    if depth > MAX_DEPTH:
        return
    match value:
        case Choice():
            for option in value.options:
                under_list(option, found, inside=inside, depth=depth + 1)
        case Seq():
            for element in (*value.slots[ELTS], value.slots.get(REST, UNKNOWN)):
                under_list(element, found, inside=inside or REST in value.slots, depth=depth + 1)
        case Dict() | Instance():
            for key, held in value.slots.items():
                if not isinstance(held, tuple | frozenset):
                    under_list(
                        held,
                        found,
                        inside=inside or (key is REST and not isinstance(held, Opaque)),
                        depth=depth + 1,
                    )
        case Opaque() if inside or value.deep:
            for label in value.labels:
                if isinstance(label.access, Origin) and label.access.record is not None:
                    record: Record = label.access.record
                    if record.lists and not label.counted:
                        found.add(id(record))


MAX_DEPTH = 12
