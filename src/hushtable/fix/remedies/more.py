"""Says that there is more in place of the key at which it begins."""

from __future__ import annotations

import libcst as cst

from hushtable.fix.arguments import text_of
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Order

LAST = "LastEvaluatedKey"


def change(order: Order, sources: Sources) -> Change:
    """Replace the cursor in the answer at `order.place`, which nobody takes back."""
    source = sources.source(order.place.path)
    statement = source.statement_at(order.place.line)
    for element in source.within(statement, cst.DictElement):
        match element.value:
            case cst.Call(
                func=cst.Attribute(value=cst.Name(value=held), attr=cst.Name(value="get")),
                args=[cst.Arg(value=named), *_],
            ) if text_of(named) == LAST and text_of(element.key):
                edits = (
                    source.replace(element.key, '"more"'),
                    source.replace(element.value, f'"{LAST}" in {held}'),
                )
                return Change(edits)
    reason = "the cursor is not put into the answer where it leaves"
    raise CannotFix(reason)
