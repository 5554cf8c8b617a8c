"""Leaves attributes out of an answer: out of what is put together, and out of its model."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from hushtable.fix import models
from hushtable.fix.arguments import add, keyword, last_name, text_of
from hushtable.fix.elements import cut
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Order
from hushtable.model.place import Place

_STORED = frozenset(
    {"Item", "Key", "ExpressionAttributeValues", "ExpressionAttributeNames", "Expected"}
)


def change(order: Order, sources: Sources) -> Change:
    """Leave `order.drop` out of what leaves at `order.place`.

    `order.also` are the places on the way of the data, the route's first; `order.word` is the
    response model, `order.names` hold the path of its file.
    """
    gone = set(order.drop)
    edits: list[Edit] = []
    for place in dict.fromkeys((order.place, *order.also)):
        edits += _literals(sources, place, gone)
    model = _model(order, sources, gone)
    edits += model
    if not edits:
        reason = "where the answer is put together is not clear"
        raise CannotFix(reason)
    return Change(tuple(dict.fromkeys(edits)))


def _literals(sources: Sources, place: Place, gone: set[str]) -> Iterator[Edit]:
    """Take the names out of the maps that the function at a place writes out."""
    try:
        source = sources.source(place.path)
    except CannotFix:
        return
    function = source.function_around(place.line)
    if function is None:
        return
    for literal in source.within(function, cst.Dict):
        if _is_stored(source, literal):
            continue
        out = [
            element
            for element in literal.elements
            if isinstance(element, cst.DictElement)
            and text_of(element.key) in gone
            and not isinstance(element.value, cst.SimpleString | cst.Integer)
        ]
        yield from cut(source, literal.elements, *out)


def _is_stored(source: Source, literal: cst.Dict) -> bool:
    """Whether a map is written to a table, or is inside one that is."""
    node: cst.CSTNode | None = literal
    while node is not None and not isinstance(node, cst.BaseSmallStatement):
        parent = source.parent(node)
        match parent:
            case cst.Arg(keyword=cst.Name(value=word)) if word in _STORED:
                return True
        node = parent
    return not isinstance(node, cst.Return | cst.Assign | cst.AnnAssign | cst.Expr)


def _model(order: Order, sources: Sources, gone: set[str]) -> list[Edit]:
    """Take the names out of the response model, or out of this route's use of it."""
    if not order.word or not order.names:
        return []
    source = sources.source(order.names[0])
    owner = models.class_named(source, order.word)
    if owner is None:
        return []
    found = list(_fields(source, owner, gone, 0))
    if not found:
        return []
    names = {owner.name.value, *(one.name.value for one, _ in found)}
    shared = order.many or any(models.used_as_input(name, sources.texts) for name in names)
    if not shared:
        edits = [edit for _, edit in found]
        return edits + _constructed(order, sources, names, gone)
    nested = any(one is not owner for one, _ in found)
    if nested:
        reason = f"the model `{order.word}` serves other routes too"
        raise CannotFix(reason)
    return _excluded(order, sources, gone)


def _fields(
    source: Source, owner: cst.ClassDef, gone: set[str], level: int
) -> Iterator[tuple[cst.ClassDef, Edit]]:
    lines = models.field_lines(owner)
    mine = [name for name in lines if name in gone]
    if mine and len(owner.body.body) <= len(mine):
        reason = f"nothing would be left of the model `{owner.name.value}`"
        raise CannotFix(reason)
    for name in mine:
        yield owner, source.remove_line(lines[name])
    if level > 1:
        return
    for name, line in lines.items():
        if name in gone:
            continue
        for word in source.within(line, cst.Name):
            inner = models.class_named(source, word.value)
            if inner is not None and inner is not owner:
                yield from _fields(source, inner, gone, level + 1)


def _constructed(order: Order, sources: Sources, names: set[str], gone: set[str]) -> list[Edit]:
    """Take the arguments out of calls that make the model on the way."""
    found: list[Edit] = []
    for path in sorted({one.path for one in (order.place, *order.also)}):
        source = sources.source(path)
        for call in source.all(cst.Call):
            if last_name(call) not in names:
                continue
            out = [
                arg for arg in call.args if arg.keyword is not None and arg.keyword.value in gone
            ]
            found += cut(source, call.args, *out)
    return found


def _excluded(order: Order, sources: Sources, gone: set[str]) -> list[Edit]:
    """Say `response_model_exclude` where the model is needed whole elsewhere."""
    place = order.also[0]
    source = sources.source(place.path)
    function = source.function_at(place.line)
    names = "{" + ", ".join(f'"{name}"' for name in sorted(gone)) + "}"
    for one in function.decorators:
        call = one.decorator
        here = source.line(one) <= place.line <= source.last_line(one)
        if not here or not isinstance(call, cst.Call):
            continue
        if keyword(call, "response_model_exclude") is None:
            return add(source, call, [("response_model_exclude", names)])
    reason = "the route is not made by a decorator here"
    raise CannotFix(reason)
