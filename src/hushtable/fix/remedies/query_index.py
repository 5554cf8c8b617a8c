"""Turns a scan for one value into a query on the index whose key that value is."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import arguments, imports
from hushtable.fix.elements import bare_end
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order

CONDITIONS = "boto3.dynamodb.conditions"


def change(order: Order, sources: Sources) -> Change:
    """Query the index `order.word` by its key `order.names[0]` in place of the scan at a place."""
    source = sources.source(order.place.path)
    call = arguments.call_at(source, order.place.line, order.place.column, frozenset({"scan"}))
    given = arguments.keyword(call, "FilterExpression")
    if given is None or given.keyword is None or not isinstance(call.func, cst.Attribute):
        reason = "the scan has no filter to make a key condition of"
        raise CannotFix(reason)
    key = order.names[0]
    needed: tuple[Import, ...] = ()
    condition = source.code(given.value)
    match given.value:
        case cst.Call(
            func=cst.Attribute(value=cst.Call(args=[cst.Arg(value=named)]), attr=cst.Name("eq"))
        ) if arguments.text_of(named) == key:
            called = imports.has(source, CONDITIONS, "Key") or "Key"
            condition = f"{called}({condition.partition('(')[2]}"
            needed = (Import(source.path, CONDITIONS, "Key"),)
        case _:
            text = arguments.text_of(given.value) or ""
            left, equals, right = (part.strip() for part in text.partition("="))
            if left != key or not equals or not right.startswith(":") or " " in right:
                reason = f"the filter is not a comparison with `{key}` alone"
                raise CannotFix(reason)
    index = f'IndexName="{order.word}", ' if order.word else ""
    made = f"{index}KeyConditionExpression={condition}"
    at = bare_end(source, given)
    edits = [
        source.replace(call.func.attr, "query"),
        Edit(source.path, source.start(given), at, made),
    ]
    return Change(tuple(edits), needed)
