"""Asks a read for the attributes that are used, every name behind a placeholder."""

from __future__ import annotations

from hushtable.fix import arguments, placeholders
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Order

READS = frozenset({"get_item", "query", "scan"})
PYNAMODB = "pynamodb"
MODEL_READS = frozenset({"get", "query", "scan"})


def change(order: Order, sources: Sources) -> Change:
    """Add a ProjectionExpression of `order.names` to the read at `order.place`.

    `order.word` is the library that reads; PynamoDB takes a list of names.
    """
    source = sources.source(order.place.path)
    if order.word == PYNAMODB:
        call = arguments.call_at(source, order.place.line, order.place.column, MODEL_READS)
        if arguments.keyword(call, "attributes_to_get") is not None:
            reason = "the read names its attributes already"
            raise CannotFix(reason)
        tops = dict.fromkeys(name.partition(".")[0] for name in order.names)
        listed = f"[{', '.join(map(arguments.quoted, tops))}]"
        return Change(tuple(arguments.add(source, call, [("attributes_to_get", listed)])))
    call = arguments.call_at(source, order.place.line, order.place.column, READS)
    if arguments.keyword(call, "ProjectionExpression") is not None:
        reason = "the read has a ProjectionExpression already"
        raise CannotFix(reason)
    taken = placeholders.taken_by(source, call)
    texts, new = placeholders.aliased(order.names, taken)
    more = [("ProjectionExpression", arguments.quoted(", ".join(texts)))]
    return Change(tuple(placeholders.with_names(source, call, new, more)))
