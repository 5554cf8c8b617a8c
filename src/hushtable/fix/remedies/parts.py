"""Names the attributes of an item that stands whole in an answer around it."""

from __future__ import annotations

import libcst as cst

from hushtable.fix.arguments import quoted, text_of
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Edit, Order


def change(order: Order, sources: Sources) -> Change:
    """Keep `order.names` of what stands under `order.word` in the answer at `order.place`."""
    source = sources.source(order.place.path)
    function = source.function_around(order.place.line)
    listed = ", ".join(quoted(name) for name in order.names)
    listed = f"({listed},)" if len(order.names) == 1 else f"({listed})"
    edits: list[Edit] = []
    for literal in source.within(function, cst.Dict) if function is not None else ():
        for element in literal.elements:
            if not isinstance(element, cst.DictElement) or text_of(element.key) != order.word:
                continue
            value = element.value
            held = source.code(value)
            if order.many:
                kept = f"{{name: one[name] for name in {listed} if name in one}}"
                edits.append(source.replace(value, f"[{kept} for one in {held}]"))
            elif isinstance(value, cst.Name | cst.Attribute | cst.Subscript):
                kept = f"{{name: {held}[name] for name in {listed} if name in {held}}}"
                edits.append(source.replace(value, kept))
    if len(edits) != 1:
        reason = f"where `{order.word}` comes into the answer is not clear"
        raise CannotFix(reason)
    return Change(tuple(edits))
