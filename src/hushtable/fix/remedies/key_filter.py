"""Makes a key condition of what a filter compares, and the other way round."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import arguments
from hushtable.fix.elements import bare_end, cut
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order

CONDITIONS = "boto3.dynamodb.conditions"


def change(order: Order, sources: Sources) -> Change:
    """Query the index `order.word` (empty: the table) whose keys are `order.names` at a place."""
    source = sources.source(order.place.path)
    call = arguments.call_at(source, order.place.line, order.place.column, frozenset({"query"}))
    key = arguments.keyword(call, "KeyConditionExpression")
    hides = arguments.keyword(call, "FilterExpression")
    index = arguments.keyword(call, "IndexName")
    if key is None or hides is None:
        reason = "the query's key and filter are not written in the call"
        raise CannotFix(reason)
    (old, value), (new, mine) = _equals(source, key.value), _equals(source, hides.value)
    if new != order.names[0]:
        reason = f"the filter is not a comparison with `{order.names[0]}` alone"
        raise CannotFix(reason)
    condition = f'Key("{new}").eq({mine})'
    gone = [] if index is None else [index]
    edits: list[Edit] = []
    needed = [Import(source.path, CONDITIONS, "Key")]
    if order.names[1:2] == (old,):
        condition += f' & Key("{old}").eq({value})'
        gone.append(hides)
    else:
        edits.append(source.replace(hides.value, f'Attr("{old}").eq({value})'))
        needed.append(Import(source.path, CONDITIONS, "Attr"))
    if order.word and index is not None:
        edits.append(source.replace(index.value, f'"{order.word}"'))
        gone.remove(index)
    alone = source.line(key) != source.line(call)
    between = f",\n{source.indentation(key)}" if alone else ", "
    named = f'IndexName="{order.word}"{between}' if order.word and index is None else ""
    start, end = source.start(key), bare_end(source, key)
    edits.append(Edit(source.path, start, end, f"{named}KeyConditionExpression={condition}"))
    return Change((*edits, *cut(source, call.args, *gone)), tuple(needed))


def _equals(source: Source, node: cst.BaseExpression) -> tuple[str, str]:
    """Give the name and the value of `Key(name).eq(value)` or `Attr(name).eq(value)`."""
    match node:
        case cst.Call(
            func=cst.Attribute(
                value=cst.Call(args=[cst.Arg(value=named)]), attr=cst.Name(value="eq")
            ),
            args=[cst.Arg(value=value)],
        ):
            name = arguments.text_of(named)
            if name:
                return name, source.code(value)
    reason = "the key or the filter is more than one comparison"
    raise CannotFix(reason)
