"""Takes what opens a model out of its configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from hushtable.fix import arguments, models
from hushtable.fix.elements import cut
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Order

_OPENS = re.compile(r"extra\s*=\s*(?:[\"']allow|\w*\.?Extra\.allow|Extra\.allow)")


def change(order: Order, sources: Sources) -> Change:
    """Remove `extra="allow"` from the model at `order.place`."""
    source = sources.source(order.place.path)
    owner = models.class_at(source, order.place.line)
    edits: list[Edit] = []
    for one in _with_parts(source, owner, 0) if owner is not None else ():
        edits += _opened(source, one)
    if not edits:
        reason = "what opens the model is said elsewhere"
        raise CannotFix(reason)
    return Change(tuple(dict.fromkeys(edits)))


def _with_parts(source: Source, owner: cst.ClassDef, level: int) -> Iterator[cst.ClassDef]:
    """Give a model, those it inherits from, and those its fields are made of."""
    yield owner
    if level > 1:
        return
    for line in (*models.field_lines(owner).values(), *owner.bases):
        for word in source.within(line, cst.Name):
            inner = models.class_named(source, word.value)
            if inner is not None and inner is not owner:
                yield from _with_parts(source, inner, level + 1)


def _opened(source: Source, owner: cst.ClassDef) -> list[Edit]:
    for call in source.within(owner, cst.Call):
        given = arguments.keyword(call, "extra")
        if given is None or arguments.text_of(given.value) not in {None, "allow"}:
            continue
        line = source.around(call, cst.SimpleStatementLine)
        if len(call.args) == 1 and line is not None and len(owner.body.body) > 1:
            return [source.remove_line(line)]
        return cut(source, call.args, given)
    for inner in source.within(owner, cst.ClassDef):
        lines = source.within(inner, cst.SimpleStatementLine) if inner is not owner else []
        for line in lines:
            if _OPENS.match(source.code(line)):
                whole = inner if len(inner.body.body) == 1 else line
                return [] if whole is owner else [source.remove_line(whole)]
    return []
