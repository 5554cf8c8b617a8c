"""What a copy of an item may put in the place of what was there: `{"name": None, **item}`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from hushtable.scan.attributes import child
from hushtable.scan.frame import Machine
from hushtable.scan.labels import Kind
from hushtable.scan.values import Opaque, join


def override(m: Machine, slots: dict[Any, Any], rest: Any, kept: Collection[str] = ()) -> None:
    """Let every entry that is known be what an item may hold under the same name, or stay."""
    if not isinstance(rest, Opaque) or rest.deep:
        return
    if not any(label.kind is Kind.ATTRIBUTE for label in rest.labels):
        return
    for name, held in list(slots.items()):
        if isinstance(name, str) and name[:2] != "__" and name not in kept:
            m.journal.set(slots, name, join(held, child(rest, name)))
