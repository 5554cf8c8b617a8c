"""Gives a map inside an answer a shape of its own."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import models
from hushtable.fix.arguments import text_of
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Order


def change(order: Order, sources: Sources) -> Change:
    """Name the parts `order.names` of the map `order.word` at a place.

    The place is a model with a field of that name, or an answer that is written out.
    """
    if not order.names:
        reason = f"nothing in the program says which parts of `{order.word}` the client needs"
        raise CannotFix(reason)
    source = sources.source(order.place.path)
    owner = models.class_at(source, order.place.line)
    if owner is not None:
        return _in_model(order, source, owner, sources)
    return Change(tuple(_in_answer(order, source)))


def _in_model(order: Order, source: Source, owner: cst.ClassDef, sources: Sources) -> Change:
    line = models.field_lines(owner).get(order.word)
    if line is None or not isinstance(line.body[0], cst.AnnAssign):
        reason = f"the field `{order.word}` is declared elsewhere"
        raise CannotFix(reason)
    fields = models.fields_of(order.names, sources)
    name = "".join(part.capitalize() for part in order.word.split("_"))
    if not fields or name.encode() in source.data or source.parent(owner) is not source.tree:
        reason = f"no model can be made for `{order.word}` here"
        raise CannotFix(reason)
    kept = "| None" in source.code(line) or "Optional[" in source.code(line)
    annotation = line.body[0].annotation.annotation
    edits = [
        source.replace(annotation, f"{name} | None" if kept else name),
        source.insert(source.start(owner), models.written(name, fields, source.indent)),
    ]
    return Change(tuple(edits), defines=((source.path, name),))


def _in_answer(order: Order, source: Source) -> list[Edit]:
    statement = source.statement_at(order.place.line)
    found = []
    for element in source.within(statement, cst.DictElement):
        if text_of(element.key) != order.word:
            continue
        value = element.value
        if isinstance(value, cst.Call) and len(value.args) == 1:
            value = value.args[0].value
        if not isinstance(value, cst.Subscript | cst.Name | cst.Attribute):
            continue
        held = source.code(value)
        parts = ", ".join(f'"{name}": {held}["{name}"]' for name in order.names)
        found.append(source.replace(element.value, f"{{{parts}}}"))
    if not found:
        reason = f"the answer does not name `{order.word}` where it leaves"
        raise CannotFix(reason)
    return found
