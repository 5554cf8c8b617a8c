"""Who refused a request, and what it looked for: read from the frames of what was raised."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from hushtable.prove.drive.asgi import ACCEPTED, CLOSE_HEADER
from hushtable.prove.drive.binding import vocabulary
from hushtable.prove.drive.door import Door, Gatekeeper, code_of, functions_of
from hushtable.prove.exchange import Complaint, Exchange, Frame

UNAUTHORIZED, FORBIDDEN, LIMITED, BROKEN = 401, 403, 429, 500
POLICY = 1008
_ROLE = re.compile(r"[A-Za-z][\w:.\-]{1,40}")
_NO_ROLE = frozenset({"Bearer", "bearer", "Basic", "utf-8", "ascii", "None", "access", "refresh"})
POWERS = vocabulary(
    "admin administrator staff superuser superadmin root moderator manager operator support"
)
FILES = 200
_Function = ast.FunctionDef | ast.AsyncFunctionDef
LIBRARIES = ("site-packages", "dist-packages", "/lib/python")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was turned away. `keeper` is the dependency that did, if one did.

    `by` is `dependency`, `handler` (in its own body) or `middleware` (before both); empty where
    nothing was seen of it.
    """

    status: int
    by: str = ""
    keeper: Gatekeeper | None = None
    frames: tuple[Frame, ...] = ()


def refused(exchange: Exchange) -> int:
    """Give 401, 403 or 429 where a request was turned away, else 0."""
    answered = exchange.answered
    if answered.status in {UNAUTHORIZED, FORBIDDEN, LIMITED}:
        return answered.status
    close = dict(answered.headers).get(CLOSE_HEADER, "")
    if answered.status == ACCEPTED and close == str(POLICY) and not answered.body:
        return FORBIDDEN
    return 0


def refusal_of(door: Door, exchange: Exchange) -> Refusal | None:
    """Say who turned a request away; None where nobody did.

    A dependency that breaks off with an error keeps the door as shut as one that says no.
    """
    status = refused(exchange)
    broken = exchange.answered.status >= BROKEN or exchange.answered.raised
    if not status and not broken:
        return None
    own = code_of(door.endpoint) if door.endpoint is not None else frozenset()
    complaints = exchange.complaints
    if status:
        complaints = tuple(sorted(complaints, key=lambda one: one.status == status))
    for complaint in reversed(complaints):
        keeper = _keeper_in(complaint, door.gatekeepers)
        if keeper is not None:
            return Refusal(status, "dependency", keeper, complaint.frames)
        if any(_is_in(frame, own) for frame in complaint.frames):
            return Refusal(status, "handler", None, complaint.frames) if status else None
    if not status:
        return None
    return Refusal(status, "middleware" if not complaints or not door.gatekeepers else "")


def _keeper_in(complaint: Complaint, keepers: Iterable[Gatekeeper]) -> Gatekeeper | None:
    """Find the innermost dependency among the frames of an exception."""
    for frame in reversed(complaint.frames):
        found = [one for one in keepers if _is_in(frame, one.code)]
        if found:
            return max(found, key=lambda one: max(line for _, line, _ in one.code))
    return None


def _is_in(frame: Frame, code: Iterable[tuple[str, int, str]]) -> bool:
    return any(
        frame.file == file and frame.function == name and frame.line >= line
        for file, line, name in code
    )


def roles_wanted(refusal: Refusal, endpoint: Any) -> tuple[str, ...]:
    """Give the role names that a refusing function may look for, likeliest first."""
    found: list[str] = []
    call = refusal.keeper.call if refusal.keeper is not None else endpoint
    if refusal.keeper is not None and refusal.keeper.scopes:
        found.append(" ".join(refusal.keeper.scopes))
    for value in _carried(call):
        found.extend(_names_in(value))
    known: dict[str, dict[str, Any]] = {}
    for function in functions_of(call):
        code = function.__code__
        known[code.co_filename] = getattr(function, "__globals__", {})
        tree = function_at(code.co_filename, code.co_firstlineno)
        found.extend(_tested(tree, known[code.co_filename]))
    for frame in reversed(refusal.frames):
        if not any(part in frame.file for part in LIBRARIES):
            tree = function_at(frame.file, frame.line)
            found.extend(_tested(tree, known.get(frame.file, {})))
    plain = [one for one in dict.fromkeys(found) if one not in _NO_ROLE]
    return tuple(sorted(plain, key=lambda one: not set(re.split(r"\W|_", one.lower())) & POWERS))


def _carried(call: Any) -> Iterator[Any]:
    """Give what a callable brings along: attributes, a closure's cells, bound arguments."""
    while hasattr(call, "func") and not inspect.isroutine(call):
        yield from call.args
        yield from call.keywords.values()
        call = call.func
    if not inspect.isroutine(call) and not inspect.isclass(call):
        yield from getattr(call, "__dict__", {}).values()
    for cell in getattr(call, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:
            continue


def _names_in(value: Any) -> Iterator[str]:
    match value:
        case Enum():
            yield str(value.value)
        case str():
            if _ROLE.fullmatch(value):
                yield value
        case list() | tuple() | set() | frozenset():
            for one in sorted(value, key=str):
                yield from _names_in(one)
        case _:
            return


def function_at(file: str, line: int) -> ast.AST | None:
    """Find the innermost function of a file that a line stands in."""
    around = [
        node
        for node in _functions_in(file)
        if _first(node) <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


@lru_cache(maxsize=FILES)
def _functions_in(file: str) -> tuple[_Function, ...]:
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, _Function))


def _first(node: _Function) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def _tested(tree: ast.AST | None, known: dict[str, Any]) -> Iterator[str]:
    """Give the names that the conditions of a function compare with."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.If | ast.IfExp | ast.Assert | ast.While):
            yield from _compared(node.test, known)


def _compared(node: ast.AST, known: dict[str, Any]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            if _ROLE.fullmatch(text):
                yield text
        case ast.Subscript(value=value, slice=key):
            yield from _compared(value, known)
            yield from _flag(key.value if isinstance(key, ast.Constant) else "")
        case ast.Call(
            func=ast.Attribute(value=value, attr="get"), args=[ast.Constant() as key, *_]
        ):
            yield from _compared(value, known)
            yield from _flag(key.value)
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant() as key, *_]):
            yield from _flag(key.value)
        case ast.Attribute(value=ast.Name(id=cls), attr=attr) if cls[:1].isupper():
            member = getattr(known.get(cls), attr, None)
            yield from _names_in(member) if member is not None else (attr.lower(),)
        case ast.Attribute(value=value, attr=attr):
            yield from _compared(value, known)
            yield from _flag(attr)
        case ast.Name(id=name):
            if name.isupper():
                yield from _names_in(known.get(name))
        case _:
            for inner in ast.iter_child_nodes(node):
                yield from _compared(inner, known)


def _flag(name: Any) -> Iterator[str]:
    """Give the role in an attribute like `is_admin`, which is one written as a flag."""
    parts = set(str(name).lower().split("_"))
    yield from sorted(parts & POWERS)


def likely_keepers(door: Door) -> tuple[Gatekeeper, ...]:
    """Guess which dependencies keep a door, innermost first, where no exception was seen."""
    plain = [one for one in door.gatekeepers if one.scheme is None]
    guessed = [one for one in plain if one.asks]
    guessed = guessed or [one for one in plain if speaks_of_access(one.name)]
    return tuple(sorted(guessed, key=lambda one: -one.depth))


def likely_limiter(door: Door) -> Gatekeeper | None:
    """Guess which dependency counts requests, where no exception was seen."""
    pattern = r"limit|throttl|quota|rate"
    named = (one for one in door.gatekeepers if re.search(pattern, one.name.lower()))
    return next(named, None)


def speaks_of_access(name: str) -> bool:
    """Whether a dependency's name says that it decides who may pass."""
    access = r"auth|current|user|token|verify|require|permission|login|session|admin|guard|access"
    other = r"repo|service|client|table|store|database|db$|settings|config|storage|cache"
    lowered = name.lower()
    return re.search(access, lowered) is not None and re.search(other, lowered) is None
