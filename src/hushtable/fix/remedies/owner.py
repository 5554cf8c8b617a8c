"""Compares the id that a caller sends with the caller's own, before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from hushtable.fix import imports, models
from hushtable.fix.arguments import text_of
from hushtable.fix.decorators import annotation, first_statement, injected, parameters
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Import, Order
from hushtable.model.place import Place

NOT_FOUND = 404
_IDS = ("user_id", "id", "sub", "uid", "owner_id", "account_id", "customer_id", "email", "username")


def change(order: Order, sources: Sources) -> Change:
    """Refuse an `order.word` that is not the caller's where the handler at `order.place` begins.

    `order.names` are the key attributes it fills, `order.also` routes that use the caller's own id.
    """
    source = sources.source(order.place.path)
    function = source.function_at(order.place.line)
    asked, kind = _asked(order, source, function, sources)
    caller, typed = _caller(order, source, function, sources)
    if not (kind == "str" and typed in {"", "str"}):
        asked = asked if kind == "str" else f"str({asked})"
        caller = caller if typed in {"", "str"} else f"str({caller})"
    raising = imports.has(source, "fastapi", "HTTPException") or "HTTPException"
    lines = [
        f"if {asked} != {caller}:",
        f'{source.indent}raise {raising}({NOT_FOUND}, "not found")',
    ]
    needed = (Import(source.path, "fastapi", "HTTPException"),)
    first = first_statement(function)
    if source.code(first).startswith(lines[0]):
        reason = "the id is compared already"
        raise CannotFix(reason)
    return Change((source.before(first, lines),), needed)


def _asked(
    order: Order, source: Source, function: cst.FunctionDef, sources: Sources
) -> tuple[str, str]:
    """Give how the handler reads the id that was sent, and its type."""
    for param in parameters(function):
        kind = annotation(source, param)
        if param.name.value == order.word:
            bare = re.sub(r"^Annotated\[\s*([\w.]+).*$", r"\1", kind, flags=re.DOTALL)
            return order.word, bare
    for param in parameters(function):
        kind = annotation(source, param)
        for path in sources.texts if kind.isidentifier() else ():
            if path.endswith(".py") and f"class {kind}".encode() in sources.texts[path]:
                owner = models.class_named(sources.source(path), kind)
                line = models.field_lines(owner).get(order.word) if owner is not None else None
                if line is not None and isinstance(line.body[0], cst.AnnAssign):
                    field = sources.source(path).code(line.body[0].annotation.annotation)
                    return f"{param.name.value}.{order.word}", field
    reason = f"where the handler reads `{order.word}` is not clear"
    raise CannotFix(reason)


def _caller(
    order: Order, source: Source, function: cst.FunctionDef, sources: Sources
) -> tuple[str, str]:
    """Give how the handler can name the caller's own id, as it or another route does.

    The type is empty where it is not known; ids are texts then.
    """
    mine = {_shape(source, one): one for one in parameters(function)}
    best: list[tuple[int, str]] = []
    for place in (order.place, *order.also):
        for rank, shape, how in _uses(order, place, sources):
            if shape in mine:
                best.append((rank, how.format(mine[shape].name.value)))
    if best:
        return min(best)[1], ""
    for param in mine.values():
        if annotation(source, param) == "str" and injected(source, param, sources):
            return param.name.value, "str"
    reason = "how the handler can name its caller is not clear"
    raise CannotFix(reason)


def _shape(source: Source, param: cst.Param) -> tuple[str, str]:
    """Give what makes two parameters the same dependency: their type and default."""
    default = source.code(param.default) if param.default is not None else ""
    return annotation(source, param), default


def _uses(
    order: Order, place: Place, sources: Sources
) -> Iterator[tuple[int, tuple[str, str], str]]:
    """Give (rank, dependency, how its id is named) of a handler's uses of its caller."""
    source = sources.source(place.path)
    function = source.function_at(place.line)
    wanted = [*order.names, *(name for name in _IDS if name not in order.names)]
    for param in parameters(function):
        if param.name.value == order.word or not injected(source, param, sources):
            continue
        for node in source.within(function.body, cst.Attribute):
            if isinstance(node.value, cst.Name) and node.value.value == param.name.value:
                name = node.attr.value
                if name in wanted:
                    yield wanted.index(name), _shape(source, param), f"{{}}.{name}"
        for part in source.within(function.body, cst.Subscript):
            name = _key(part)
            of_it = isinstance(part.value, cst.Name) and part.value.value == param.name.value
            if of_it and name in wanted:
                yield wanted.index(name), _shape(source, param), f'{{}}["{name}"]'


def _key(node: cst.Subscript) -> str:
    inner = node.slice[0].slice
    return (text_of(inner.value) or "") if isinstance(inner, cst.Index) else ""
