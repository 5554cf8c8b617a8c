"""Takes the debug switch out of the call that makes an app."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import arguments
from hushtable.fix.elements import cut
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Order


def change(order: Order, sources: Sources) -> Change:
    """Remove the argument `debug` of the call at `order.place`."""
    source = sources.source(order.place.path)
    for call in source.on_line(cst.Call, order.place.line):
        given = arguments.keyword(call, "debug")
        if given is not None:
            return Change(tuple(cut(source, call.args, given)))
    reason = "no argument `debug` stands in a call here"
    raise CannotFix(reason)
