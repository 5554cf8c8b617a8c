"""What a function reads of a dictionary beside the key that it did not find there.

An app that misses one attribute would miss the next one in its next request: all that the function
reads of the same variable is learned at once. The code is parsed, never run.
"""

from __future__ import annotations

import ast
import linecache
import warnings
from collections.abc import Iterator
from functools import lru_cache

MOST_PATHS = 60
_LARGEST = 2_000_000
_FILES = 256

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Read = tuple[str, tuple[str, ...], int, int]
"""A read of a variable by constant keys: its name, the keys, the first and the last line."""


def paths_beside(file: str, line: int, key: str) -> tuple[tuple[str, ...], ...]:
    """Give the paths that are read of the variable of which a line reads `key`.

    `item["address"]["city"]` beside `item["name"]` is `("address", "city")`; a position in a list
    is `[]`.
    """
    around = _functions(file).get(line)
    chains = tuple(_chains(around)) if around is not None else _reads(file)
    names = {name for name, path, first, last in chains if key in path and first <= line <= last}
    found = dict.fromkeys(path for name, path, _, _ in chains if name in names)
    return tuple(found)[:MOST_PATHS]


def holders(file: str, line: int, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give the variables of which a line reads `key`, each with the keys that lead to it."""
    return tuple(
        (name, path[: path.index(key)])
        for name, path in _reads_at(file).get(line, ())
        if key in path
    )


@lru_cache(maxsize=_FILES)
def _reads(file: str) -> tuple[_Read, ...]:
    """Give each read in a file. It is asked for at every miss, and a file may be large."""
    tree = parsed(file)
    return tuple(_chains(tree)) if tree is not None else ()


@lru_cache(maxsize=_FILES)
def _reads_at(file: str) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """Give the reads of each line of a file."""
    found: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
    for name, path, first, last in _reads(file):
        for line in range(first, last + 1):
            found.setdefault(line, []).append((name, path))
    return found


@lru_cache(maxsize=_FILES)
def _functions(file: str) -> dict[int, ast.AST]:
    """Give the innermost function that each line of a file stands in."""
    found: dict[int, ast.AST] = {}
    tree = parsed(file)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, _Function):
            last = node.end_lineno or node.lineno
            found.update(dict.fromkeys(range(node.lineno, last + 1), node))
    return found


def _chains(tree: ast.AST) -> Iterator[_Read]:
    """Give each read of a variable by constant keys."""
    inner: set[int] = set()
    for node in ast.walk(tree):
        if id(node) in inner or not isinstance(node, ast.expr):
            continue
        path: list[str] = []
        part: ast.expr = node
        while (step := _step(part)) is not None:
            inner.add(id(part))
            path.insert(0, step[0])
            part = step[1]
        if path and isinstance(part, ast.Name):
            yield part.id, tuple(path), node.lineno, node.end_lineno or node.lineno


def _step(node: ast.expr) -> tuple[str, ast.expr] | None:
    """Take one read apart: `x["a"]` and `x.get("a")` read `a` of x."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(key)), ctx=ast.Load()):
            return key, value
        case ast.Subscript(value=value, slice=ast.Constant(value=int()), ctx=ast.Load()):
            return "[]", value
        case ast.Call(func=ast.Attribute(value=value, attr="get"),
                      args=[ast.Constant(value=str(key)), *_]):  # fmt: skip
            return key, value
        case _:
            return None


@lru_cache(maxsize=_FILES)
def parsed(file: str) -> ast.Module | None:
    """Parse a file; None for one that is no Python, or far too long."""
    text = "".join(linecache.getlines(file))
    if len(text) > _LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
