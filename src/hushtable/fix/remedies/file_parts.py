"""Writes the named attributes of an item to a file instead of all of it."""

from __future__ import annotations

import libcst as cst

from hushtable.fix.arguments import last_name, quoted
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Order

_WRITES = frozenset({"dump", "dumps"})


def change(order: Order, sources: Sources) -> Change:
    """Keep `order.names` of what is dumped by the statement at `order.place`."""
    source = sources.source(order.place.path)
    statement = source.statement_at(order.place.line)
    listed = ", ".join(map(quoted, order.names))
    listed = f"({listed},)" if len(order.names) == 1 else f"({listed})"
    for call in source.within(statement, cst.Call):
        held = call.args[0].value if last_name(call) in _WRITES and call.args else None
        if isinstance(held, cst.Name) and order.names:
            name = held.value
            kept = f"{{name: {name}[name] for name in {listed} if name in {name}}}"
            return Change((source.replace(held, kept),))
    reason = "what is written to the file is put together elsewhere"
    raise CannotFix(reason)
