"""Gives a read a bound on what it reads."""

from __future__ import annotations

from hushtable.fix import arguments
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Order

MOST = 100
_LISTS = frozenset({"query", "scan"})


def change(order: Order, sources: Sources) -> Change:
    """Add a Limit to the scan or query at `order.place`, or cap the one that it has."""
    source = sources.source(order.place.path)
    call = arguments.call_at(source, order.place.line, order.place.column, _LISTS)
    name = "limit" if order.word == "pynamodb" else "Limit"
    given = arguments.keyword(call, name)
    if given is None:
        return Change(tuple(arguments.add(source, call, [(name, str(MOST))])))
    text = source.code(given.value)
    if text.startswith("min("):
        reason = "the limit is capped already"
        raise CannotFix(reason)
    return Change((source.replace(given.value, f"min({text}, {MOST})"),))
