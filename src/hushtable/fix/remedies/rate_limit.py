"""Puts the limit that other routes of the file have before a route that has none."""

from __future__ import annotations

import re

import libcst as cst

from hushtable.fix.arguments import last_name
from hushtable.fix.decorators import injections, parameters, route_call, with_dependency
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order


def change(order: Order, sources: Sources) -> Change:
    """Limit the route at `order.place` as the first of `order.also` that can be copied is."""
    source = sources.source(order.place.path)
    call = route_call(source, order.place)
    function = source.function_at(order.place.line)
    for place in order.also:
        if place.path != order.place.path:
            continue
        other = source.function_at(place.line)
        for one in other.decorators:
            if isinstance(one.decorator, cst.Call) and last_name(one.decorator) == "limit":
                return _decorated(source, function, source.code(one))
        for value in injections(source, other):
            if "limit" not in source.code(value).lower():
                continue
            made, edits, name = _own(source, function, value)
            depends = with_dependency(source, call, f"Depends({made})")
            needed = (Import(source.path, "fastapi", "Depends"),)
            defines = ((source.path, name),) if name else ()
            return Change((*edits, *depends), needed, defines=defines)
    reason = "no other route of the file has a limit that could be put before this one"
    raise CannotFix(reason)


def _decorated(source: Source, function: cst.FunctionDef, text: str) -> Change:
    """Repeat a decorator; what counts callers needs the request."""
    last = function.decorators[-1]
    at = source.line_start(source.last_line(last) + 1)
    edits = [source.insert(at, f"{source.indentation(function)}{text.strip()}\n")]
    if any(one.name.value == "request" for one in parameters(function)):
        return Change(tuple(edits))
    params = function.params.params
    if params:
        start = source.start(params[0])
        space = " " if source.line(params[0]) == source.line(function.name) else None
        gap = space or f"\n{source.indentation(params[0])}"
        edits.append(source.insert(start, f"request: Request,{gap}"))
    else:
        start = source.data.index(b"(", source.end(function.name)) + 1
        edits.append(source.insert(start, "request: Request"))
    return Change(tuple(edits), (Import(source.path, "fastapi", "Request"),))


def _own(
    source: Source, function: cst.FunctionDef, value: cst.BaseExpression
) -> tuple[str, list[Edit], str]:
    """Give a limit of the route's own, made as the other is: two routes do not share a count."""
    if not isinstance(value, cst.Name):
        return source.code(value), [], ""
    for line in source.tree.body:
        match line:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(
                        targets=[cst.AssignTarget(target=cst.Name(value=known))],
                        value=cst.Call() as made,
                    )
                ]
            ) if known == value.value:
                name = f"{function.name.value}_limit"
                if re.search(rb"\b" + name.encode() + rb"\b", source.data):
                    reason = f"the name `{name}` is taken"
                    raise CannotFix(reason)
                at = source.line_start(source.last_line(line) + 1)
                text = f"{name} = {source.code(made)}\n"
                return name, [source.insert(at, text)], name
    return value.value, [], ""
