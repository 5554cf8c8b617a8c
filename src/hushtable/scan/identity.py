"""Saying of a value that it tells who calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hushtable.scan.labels import Kind, Label
from hushtable.scan.operators import pick
from hushtable.scan.values import (
    ELTS,
    NONE,
    REST,
    Const,
    Dict,
    Instance,
    Opaque,
    Seq,
    sequence,
)


def identified(value: Any, name: str) -> Any:
    """Say of what a gate gives back that it tells who calls."""
    caller = Label(Kind.CALLER, name=name)
    match value:
        case Opaque(labels=labels):
            kept = frozenset(label for label in labels if label.kind is not Kind.INPUT)
            return replace(value, labels=kept | {caller})
        case Dict(slots=slots) | Instance(slots=slots):
            made = {
                k: identified(v, name) if isinstance(v, Opaque) else v for k, v in slots.items()
            }
            if isinstance(value, Dict):
                return Dict(made, value.kind, value.native)
            return Instance(value.cls, value.native, made, value.extra)
        case Seq():
            return sequence(
                [identified(v, name) for v in value.slots[ELTS]],
                value.kind,
                identified(value.slots[REST], name) if REST in value.slots else None,
            )
        case Const():
            return Const(value.value, value.labels | {caller}) if value != NONE else value
    if hasattr(value, "options"):
        return pick([identified(one, name) for one in value.options])
    return value
