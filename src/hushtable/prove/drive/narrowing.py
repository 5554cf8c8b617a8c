"""What an app lets through of an input: the choices of the condition or map that refused it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from hushtable.prove.canary import Source
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.making import Location
from hushtable.prove.drive.refusing import FORBIDDEN, LIBRARIES, LIMITED, UNAUTHORIZED, function_at
from hushtable.prove.exchange import Complaint, Exchange
from hushtable.prove.sketch import Shape

MOST_CHOICES = 20
_REFUSED, _BROKEN = 400, 500
_OF_CALLERS = frozenset({UNAUTHORIZED, FORBIDDEN, LIMITED})


def choices(door: Door, exchange: Exchange) -> Iterator[tuple[Location, Shape]]:
    """Give the inputs that were refused since they are none of a few texts, with those texts."""
    yield from _of_enums(exchange)
    for complaint in exchange.complaints:
        if complaint.kind == "KeyError":
            yield from _mapped(door, complaint)
        status = complaint.status
        if status is None or not _REFUSED <= status < _BROKEN or status in _OF_CALLERS:
            continue
        own = [one for one in complaint.frames if not any(part in one.file for part in LIBRARIES)]
        for frame in own[-1:]:
            known = getattr(door.endpoint, "__globals__", {})
            tree = function_at(frame.file, frame.line)
            for name, texts in _tested(tree, frame.line, known):
                yield from ((at, Shape(choices=texts)) for at in _inputs(door, name))
                for at in _maps(door, tree, name):
                    yield from (((*at, text), Shape()) for text in texts)


def _mapped(door: Door, complaint: Complaint) -> Iterator[tuple[Location, Shape]]:
    """Give the names of a constant map that an input is looked up in: `COLUMNS[column]`."""
    for frame in complaint.frames[-1:]:
        known = getattr(door.endpoint, "__globals__", {})
        tree = function_at(frame.file, frame.line)
        for node in ast.walk(tree) if tree is not None else ():
            match node:
                case ast.Subscript(value=ast.Name() as among, slice=ast.Name(id=name)) if (
                    node.lineno <= frame.line <= (node.end_lineno or node.lineno)
                ):
                    texts = _texts(among, known)
                    yield from ((at, Shape(choices=texts)) for at in _inputs(door, name) if texts)


def _of_enums(exchange: Exchange) -> Iterator[tuple[Location, Shape]]:
    """Give the inputs that an enum refused (`Role(body["role"])`), whatever was made of that."""
    for complaint in exchange.complaints:
        texts = tuple(text for name, text in complaint.details if name == "choice")
        for canary in exchange.asked.inputs if texts else ():
            if canary.source is Source.INPUT and canary.planted in complaint.text:
                yield canary.path, Shape(choices=texts[:MOST_CHOICES])


def _inputs(door: Door, name: str) -> Iterator[Location]:
    for entry in door.entries:
        if entry.name == name:
            yield entry.source.value, name
    if door.body is not None and name in door.body.schema.get("properties", {}):
        yield "body", name


def _maps(door: Door, tree: ast.AST | None, name: str) -> Iterator[Location]:
    """Give the map of the body whose keys a name runs through: `for name in changes`."""
    schema = door.body.schema if door.body is not None else {}
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.For(target=ast.Name(id=target), iter=through) if target == name:
                if not schema.get("properties"):
                    yield ("body",)
                for part in ast.walk(through):
                    if isinstance(part, ast.Name) and part.id in schema.get("properties", {}):
                        yield "body", part.id


def _tested(
    tree: ast.AST | None, line: int, known: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give what a line stands under: `if field not in {"name", "locale"}`, also with a constant."""
    for node in ast.walk(tree) if tree is not None else ():
        if not isinstance(node, ast.If):
            continue
        first, last = node.body[0].lineno, node.body[-1].end_lineno or 0
        if not first <= line <= last:
            continue
        for test in ast.walk(node.test):
            match test:
                case ast.Compare(
                    left=ast.Name(id=name) | ast.Attribute(attr=name),
                    ops=[ast.NotIn()],
                    comparators=[among],
                ):
                    texts = _texts(among, known)
                    if texts:
                        yield name, texts


def _texts(node: ast.expr, known: Mapping[str, Any]) -> tuple[str, ...]:
    match node:
        case ast.Name(id=name):
            found = known.get(name)
            values = list(found) if isinstance(found, set | frozenset | list | tuple | dict) else []
        case ast.Set(elts=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            values = [part.value for part in parts if isinstance(part, ast.Constant)]
        case _:
            values = []
    texts = sorted(value for value in values if isinstance(value, str) and value)
    return tuple(texts[:MOST_CHOICES])
