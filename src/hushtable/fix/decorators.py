"""What stands around a handler: its route's decorator, its parameters, the top of its body."""

from __future__ import annotations

import re

import libcst as cst

from hushtable.fix.arguments import add, keyword, last_name
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Edit
from hushtable.model.place import Place

_INJECTED = re.compile(r"\b(?:Depends|Security)\(")


def route_call(source: Source, place: Place) -> cst.Call:
    """Give the decorator's call that makes a route. Raises CannotFix."""
    function = source.function_at(place.line)
    for one in function.decorators:
        here = source.line(one) <= place.line <= source.last_line(one)
        if here and isinstance(one.decorator, cst.Call):
            return one.decorator
    reason = "the route is not made by a decorator here"
    raise CannotFix(reason)


def with_dependency(source: Source, call: cst.Call, depends: str) -> list[Edit]:
    """Put a dependency before a route. Raises CannotFix where its list is made elsewhere."""
    given = keyword(call, "dependencies")
    if given is None:
        return add(source, call, [("dependencies", f"[{depends}]")])
    if not isinstance(given.value, cst.List):
        reason = "the dependencies of the route are not a list that is written out"
        raise CannotFix(reason)
    at = source.end(given.value) - 1
    text = f", {depends}" if given.value.elements else depends
    return [Edit(source.path, at, at, text)]


def parameters(function: cst.FunctionDef) -> tuple[cst.Param, ...]:
    """Give the parameters of a function that have names of their own."""
    return (
        *function.params.posonly_params,
        *function.params.params,
        *function.params.kwonly_params,
    )


def annotation(source: Source, param: cst.Param) -> str:
    """Give the text of a parameter's type, empty where it has none."""
    return source.code(param.annotation.annotation) if param.annotation is not None else ""


def injected(source: Source, param: cst.Param, sources: Sources) -> bool:
    """Whether a parameter is filled by a dependency: said here, or by an alias of its type."""
    default = source.code(param.default) if param.default is not None else ""
    text = annotation(source, param)
    if _INJECTED.search(default) or _INJECTED.search(text):
        return True
    if not text.isidentifier():
        return False
    alias = re.compile(
        rb"(?m)^"
        + re.escape(text.encode())
        + rb"\b[^=\n]*=\s*Annotated\[[^\n]*\b(?:Depends|Security)\("
    )
    return any(alias.search(one) for path, one in sources.texts.items() if path.endswith(".py"))


def first_statement(function: cst.FunctionDef) -> cst.CSTNode:
    """Give the first statement below the docstring. Raises CannotFix where there is none."""
    if not isinstance(function.body, cst.IndentedBlock):
        reason = "the handler has no block to put a check into"
        raise CannotFix(reason)
    body = function.body.body
    first = 1 if function.get_docstring() is not None else 0
    if len(body) <= first:
        reason = "the handler does nothing"
        raise CannotFix(reason)
    return body[first]


def injections(source: Source, function: cst.FunctionDef) -> list[cst.BaseExpression]:
    """Give what the dependencies of a handler are, those of its decorators too."""
    return [
        call.args[0].value
        for call in source.within(function, cst.Call)
        if last_name(call) in {"Depends", "Security"} and call.args
    ]
