"""Gives an answer of its own in place of what a DynamoDB call returned."""

from __future__ import annotations

import libcst as cst

from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Order


def change(order: Order, sources: Sources) -> Change:
    """Return the path's parameters (`order.names`) after the statement at `order.place`."""
    source = sources.source(order.place.path)
    statement = source.statement_at(order.place.line)
    returned = statement.body[0]
    if not isinstance(returned, cst.Return) or returned.value is None or len(statement.body) > 1:
        reason = "the answer is not a return of its own"
        raise CannotFix(reason)
    inner = returned.value.expression if isinstance(returned.value, cst.Await) else returned.value
    if not isinstance(inner, cst.Call):
        reason = "the answer was put together before it is returned"
        raise CannotFix(reason)
    pairs = ", ".join(f'"{name}": {name}' for name in order.names) or '"done": True'
    space = source.indentation(statement)
    made = f"{source.code(returned.value)}\n{space}return {{{pairs}}}"
    return Change((source.replace(returned, made),))
