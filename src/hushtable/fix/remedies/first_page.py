"""Ends a read after its first page, whose size is bounded."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import arguments
from hushtable.fix.remedies.limit import MOST
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Order

READS = frozenset({"scan", "query"})


def change(order: Order, sources: Sources) -> Change:
    """Take out the loop that reads the pages after the first, around or below a place."""
    source = sources.source(order.place.path)
    function = source.function_around(order.place.line)
    if function is None:
        reason = "the read stands in no function"
        raise CannotFix(reason)
    calls = [one for one in source.within(function, cst.Call) if arguments.last_name(one) in READS]
    loops = [
        one
        for one in source.within(function, cst.While)
        if "LastEvaluatedKey" in source.code(one)
        and any(source.around(call, cst.While) is one for call in calls)
    ]
    before = [call for call in calls if loops and source.start(call) < source.start(loops[0])]
    if len(loops) != 1 or len(before) != 1 or loops[0].orelse is not None:
        reason = "the code reads page after page, and must be told where to stop"
        raise CannotFix(reason)
    first = before[0]
    if source.around(first, cst.While) or source.around(first, cst.For):
        reason = "the first page is read in a loop, too"
        raise CannotFix(reason)
    edits = [source.remove_line(loops[0])]
    if arguments.keyword(first, "Limit") is None:
        edits += arguments.add(source, first, [("Limit", str(MOST))])
    return Change(tuple(edits))
