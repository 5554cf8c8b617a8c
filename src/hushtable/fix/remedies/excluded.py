"""Leaves fields out of the objects of a model that a handler returns itself."""

from __future__ import annotations

import libcst as cst

from hushtable.fix.arguments import quoted
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Order


def change(order: Order, sources: Sources) -> Change:
    """Return a dump without the fields `order.drop`; with `order.many`, of each object."""
    source = sources.source(order.place.path)
    statement = source.statement_at(order.place.line)
    returned = statement.body[0]
    if not isinstance(returned, cst.Return) or returned.value is None:
        reason = "the answer is not a return of its own"
        raise CannotFix(reason)
    held = source.code(returned.value)
    names = "{" + ", ".join(quoted(name) for name in order.drop) + "}"
    dump = f"model_dump(exclude={names})"
    if order.many:
        made = f"[one.{dump} for one in {held}]"
    elif isinstance(returned.value, cst.Name | cst.Attribute | cst.Subscript | cst.Call):
        made = f"{held}.{dump}"
    else:
        reason = "the object is put together where it is returned"
        raise CannotFix(reason)
    return Change((source.replace(returned.value, made),))
