"""Masks the arguments of a log call that carry what a log must not hold."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from hushtable.fix.arguments import last_name, text_of
from hushtable.fix.elements import cut
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Order

_CONSTANTS = (cst.SimpleString, cst.Integer, cst.Float, cst.ConcatenatedString)
_OPTIONS = frozenset({"exc_info", "stack_info", "stacklevel", "file", "sep", "end", "flush"})


def change(order: Order, sources: Sources) -> Change:
    """Mask what names `order.drop` in the log call at `order.place`; all of it when unclear."""
    source = sources.source(order.place.path)
    calls = [
        one
        for one in source.on_line(cst.Call, order.place.line)
        if isinstance(source.parent(one), cst.Expr)
    ]
    if not calls:
        reason = "the log call is not a statement of its own"
        raise CannotFix(reason)
    call = calls[0]
    pieces = list(_pieces(call))
    telling = [one for one in pieces if _names(one[1]) & set(order.drop)]
    if "*" in order.drop:
        telling += [one for one in pieces if one not in telling and _is_whole(one[1])]
    masked = telling or pieces
    named = [one for one, _ in masked if isinstance(one, cst.Arg) and one.keyword is not None]
    edits = cut(source, call.args, *named)
    edits += [_masked(source, *one) for one in masked if one[0] not in named]
    edits += _plain(source, [whole for whole, _ in masked])
    if not edits:
        reason = "what is logged is put together elsewhere"
        raise CannotFix(reason)
    return Change(tuple(edits))


def _pieces(call: cst.Call) -> Iterator[tuple[cst.CSTNode, cst.BaseExpression]]:
    """Give the parts that hold values: (what is replaced, the expression in it)."""
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value in _OPTIONS:
            continue
        value = arg.value
        if isinstance(value, cst.FormattedString):
            for part in value.parts:
                if isinstance(part, cst.FormattedStringExpression):
                    yield part, part.expression
        elif isinstance(value, cst.BinaryOperation):
            for side in _added(value):
                if not isinstance(side, _CONSTANTS):
                    yield side, side
        elif isinstance(value, cst.Call) and last_name(value) == "format":
            yield from ((one.value, one.value) for one in value.args)
        elif not isinstance(value, _CONSTANTS):
            yield arg, value


def _plain(source: Source, gone: list[cst.CSTNode]) -> Iterator[Edit]:
    """Take the `f` from texts that have no hole left."""
    for text in {source.parent(one) for one in gone}:
        if not isinstance(text, cst.FormattedString) or "f" not in text.start.lower():
            continue
        holes = [one for one in text.parts if isinstance(one, cst.FormattedStringExpression)]
        if all(one in gone for one in holes) and not {"{{", "}}"} & set(_doubled(source, text)):
            at = source.start(text) + text.start.lower().index("f")
            yield Edit(source.path, at, at + 1, "")


def _doubled(source: Source, text: cst.FormattedString) -> list[str]:
    code = source.code(text)
    return [pair for pair in ("{{", "}}") if pair in code]


def _added(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        yield from _added(node.left)
        yield from _added(node.right)
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Modulo):
        right = node.right
        if isinstance(right, cst.Tuple):
            yield from (one.value for one in right.elements)
        else:
            yield right
    else:
        yield node


def _names(node: cst.BaseExpression) -> set[str]:
    found: set[str] = set()

    class Visitor(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:  # noqa: N802 - LibCST's name
            found.add(node.value)

        def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802 - LibCST's name
            found.add(text_of(node) or "")

    node.visit(Visitor())
    return found


def _is_whole(node: cst.BaseExpression) -> bool:
    """Whether an expression may be an item rather than one attribute of it."""
    match node:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return text_of(key) in {None, "Item", "Items", "Attributes"}
        case cst.Name() | cst.Attribute() | cst.Call() | cst.Await():
            return True
    return False


def _masked(source: Source, whole: cst.CSTNode, inner: cst.BaseExpression) -> Edit:
    if isinstance(whole, cst.FormattedStringExpression):
        return source.replace(whole, "***")
    return source.replace(inner, '"***"')
