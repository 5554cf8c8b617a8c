"""What a handler that reads the request itself asks of it, by the names in its source.

Such a handler declares nothing. The names it looks up stand in its text, and are where to begin;
what it complains of teaches the rest.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, get_origin, get_type_hints

from hushtable.model.service import ParameterSource

_PLACES = (
    ("query_params", ParameterSource.QUERY),
    ("headers", ParameterSource.HEADER),
    ("cookies", ParameterSource.COOKIE),
    ("path_params", ParameterSource.PATH),
)
_NO_BODY = ("environ", "state", "getenv", "os.", "config", "settings")


def tree_of(function: Any) -> ast.AST | None:
    """Parse a function's own text; None where there is none."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None


def looked_up(function: Any) -> Iterator[tuple[ParameterSource, str]]:
    """Give each constant name that a function looks up, and where in the request."""
    tree = tree_of(function)
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.Subscript(value=holder, slice=ast.Constant(value=str(name))):
                yield from _place(holder, name)
            case ast.Call(
                func=ast.Attribute(value=holder, attr="get"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield from _place(holder, name)


def read_of_mappings(function: Any) -> dict[str, Mapping[str, Any]]:
    """Give what a function looks up in a parameter that may be any mapping, with its schema.

    What stands in for a missing value (`.get("ids", [])`) says what kind of value is meant.
    """
    tree = tree_of(function)
    named = {name for name, hint in _hints(function).items() if _is_mapping(hint)}
    found: dict[str, Mapping[str, Any]] = {}
    for node in ast.walk(tree) if tree is not None and named else ():
        match node:
            case ast.Subscript(value=ast.Name(id=holder), slice=ast.Constant(value=str(name))):
                default: ast.expr | None = None
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=holder), attr="get"),
                args=[ast.Constant(value=str(name)), *rest],
            ):
                default = rest[0] if rest else None
            case _:
                continue
        if holder in named and (name not in found or default is not None):
            found[name] = _meant(default)
    return found


def _meant(default: ast.expr | None) -> Mapping[str, Any]:
    match default:
        case ast.List() | ast.Tuple():
            return {"type": "array", "items": {"type": "string"}}
        case ast.Dict():
            return {"type": "object", "additionalProperties": True}
        case ast.Constant(value=bool()):
            return {"type": "boolean"}
        case ast.Constant(value=int()):
            return {"type": "integer"}
        case ast.Constant(value=float()):
            return {"type": "number"}
        case _:
            return {"type": "string"}


def _hints(function: Any) -> dict[str, Any]:
    try:
        return get_type_hints(inspect.unwrap(function))
    except (NameError, TypeError):
        return {}


def _is_mapping(hint: Any) -> bool:
    base = get_origin(hint) or hint
    return hint is Any or (inspect.isclass(base) and issubclass(base, Mapping))


def reads_form(function: Any) -> bool:
    """Whether a function reads the request as a form."""
    tree = tree_of(function)
    return tree is not None and any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "form"
        for node in ast.walk(tree)
    )


def reads_body(function: Any) -> bool:
    """Whether a function reads the request's body, in whatever form."""
    tree = tree_of(function)
    return tree is not None and any(
        isinstance(node, ast.Attribute) and node.attr in {"json", "form", "body", "stream"}
        for node in ast.walk(tree)
    )


def _place(holder: ast.expr, name: str) -> Iterator[tuple[ParameterSource, str]]:
    text = ast.unparse(holder)
    if any(word in text for word in _NO_BODY):
        return
    for word, source in _PLACES:
        if word in text:
            yield source, name
            return
    # `(await request.json())["email"]` and `body["email"]`: a plain name or a call.
    if isinstance(holder, ast.Name | ast.Call | ast.Await):
        yield ParameterSource.BODY, name
