"""Changes one attribute of a sketch, however deep it lies, with a line that says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hushtable.prove.canary import UNDECLARED
from hushtable.prove.sketch import Form, Shape, Sketch, TableSketch
from hushtable.prove.store.guessing import guess
from hushtable.prove.store.sketching import with_attribute, with_table

Change = Callable[[Shape], Shape]
MOST_LESSONS = 2000


@dataclass(frozen=True, slots=True)
class Target:
    """An attribute of a table, or a part of one: `("address", "street")`."""

    table: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        """`users.address.street`."""
        return ".".join((self.table, *self.path))


def table_of(sketch: Sketch, name: str) -> TableSketch | None:
    """Give a table by its name."""
    return next((table for table in sketch.tables if table.name == name), None)


def shape_at(sketch: Sketch, target: Target) -> Shape | None:
    """Give what is known of an attribute, if it is known."""
    table = table_of(sketch, target.table)
    shape = dict(table.attributes).get(target.path[0]) if table and target.path else None
    for part in target.path[1:]:
        if shape is None:
            return None
        shape = shape.element if part in {"[]", UNDECLARED} else dict(shape.fields).get(part)
    return shape


def refined(sketch: Sketch, target: Target, change: Change, why: str) -> Sketch:
    """Change the shape of an attribute, which is added when it is new.

    The sketch stays the same object when the change makes no difference.
    """
    table = table_of(sketch, target.table)
    if table is None or not target.path or len(sketch.lessons) >= MOST_LESSONS:
        return sketch
    head, *rest = target.path
    known = dict(table.attributes).get(head)
    shape = _changed(known or guess(head), rest, change)
    if shape == known:
        return sketch
    return with_table(sketch, with_attribute(table, head, shape), f"{target}: {why}")


def without(sketch: Sketch, target: Target, why: str) -> Sketch:
    """Take an attribute away that the app refuses. The undeclared one closes what it is in."""
    table = table_of(sketch, target.table)
    if table is None or not target.path:
        return sketch
    *outer, last = target.path
    if not outer and last == UNDECLARED:
        return sketch if table.closed else with_table(sketch, replace(table, closed=True),
                                                      f"{target.table}: {why}")  # fmt: skip
    if not outer:
        left = tuple(one for one in table.attributes if one[0] != last)
        if left == table.attributes:
            return sketch
        return with_table(sketch, replace(table, attributes=left), f"{target}: {why}")

    def close(shape: Shape) -> Shape:
        fields = tuple(one for one in shape.fields if one[0] != last)
        return replace(shape, kind="M", fields=fields, closed=shape.closed or last == UNDECLARED)

    return refined(sketch, Target(target.table, tuple(outer)), close, why)


def _changed(shape: Shape, rest: Sequence[str], change: Change) -> Shape:
    """Change the part of a shape that the rest of a path leads to."""
    if not rest:
        return change(shape)
    part, *deeper = rest
    if part == "[]":
        inner = _changed(shape.element or Shape(), deeper, change)
        kind = shape.kind if shape.kind in {"L", "SS", "NS", "BS"} else "L"
        if kind != "L" and kind[0] != inner.kind:
            kind = f"{inner.kind}S" if inner.kind in {"S", "N", "B"} else "L"
        return replace(shape, kind=kind, element=inner, choices=())
    base = shape if shape.kind == "M" or shape.form is Form.JSON else Shape("M")
    if part == UNDECLARED:
        return replace(base, element=_changed(base.element or Shape(), deeper, change))
    fields = dict(base.fields)
    fields[part] = _changed(fields.get(part) or guess(part), deeper, change)
    return replace(base, fields=tuple(sorted(fields.items())))
