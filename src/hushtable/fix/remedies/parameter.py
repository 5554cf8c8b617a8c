"""Constrains a parameter of a handler where the request is read: bounds, a pattern, a header."""

from __future__ import annotations

import libcst as cst

from hushtable.fix.arguments import add, keyword, last_name
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Import, Order

_READERS = frozenset({"Path", "Query", "Body", "Form", "Header", "Cookie", "Field"})


def change(order: Order, sources: Sources) -> Change:
    """Constrain the parameter `order.word` of the functions at `order.place` and `order.also`.

    `order.names` are the reader (`Query`, `Path`, `Header`) and the constraints it gets.
    """
    made = Change()
    whys: list[CannotFix] = []
    for place in dict.fromkeys((order.place, *order.also)):
        source = sources.source(place.path)
        function = source.function_at(place.line)
        param = next(
            (
                one
                for one in (*function.params.params, *function.params.kwonly_params)
                if one.name.value == order.word
            ),
            None,
        )
        if param is None:
            reason = f"the handler at {place} has no parameter `{order.word}`"
            raise CannotFix(reason)
        try:
            made += _constrained(source, param, order.names[0], order.names[1:])
        except CannotFix as reason:
            # Another fix may have been there first, for one of several handlers.
            whys.append(reason)
    if not made.edits and whys:
        raise whys[0]
    return made


def _constrained(
    source: Source, param: cst.Param, reader: str, constraints: tuple[str, ...]
) -> Change:
    pairs = [(name, value) for name, _, value in (one.partition("=") for one in constraints)]
    known = _reader_call(param)
    if known is not None:
        if reader == "Header":
            imports = (Import(source.path, "fastapi", "Header"),)
            return Change((source.replace(known.func, "Header"),), imports)
        missing = [pair for pair in pairs if keyword(known, pair[0]) is None]
        if not missing:
            reason = f"the parameter `{param.name.value}` is constrained already"
            raise CannotFix(reason)
        return Change(tuple(add(source, known, missing)))
    if param.annotation is None:
        reason = f"the parameter `{param.name.value}` has no type"
        raise CannotFix(reason)
    inside = ", ".join(f"{name}={value}" for name, value in pairs)
    needed = (Import(source.path, "fastapi", reader),)
    if param.default is not None:
        given = source.code(param.default)
        text = f"{reader}({', '.join(part for part in (given, inside) if part)})"
        return Change((source.replace(param.default, text),), needed)
    kind = source.code(param.annotation.annotation)
    text = f"Annotated[{kind}, {reader}({inside})]"
    typed = (*needed, Import(source.path, "typing", "Annotated"))
    return Change((source.replace(param.annotation.annotation, text),), typed)


def _reader_call(param: cst.Param) -> cst.Call | None:
    """Give the `Query(...)` that a parameter has, as its default or in its annotation."""
    if isinstance(param.default, cst.Call) and last_name(param.default) in _READERS:
        return param.default
    annotation = param.annotation.annotation if param.annotation is not None else None
    if isinstance(annotation, cst.Subscript):
        for element in annotation.slice:
            inner = element.slice.value if isinstance(element.slice, cst.Index) else None
            if isinstance(inner, cst.Call) and last_name(inner) in _READERS:
                return inner
    return None
