"""Finds the Tables that the routes of an app use, by going through the code they run.

Nothing is called. What a function names is looked up where it would find it: in its module, in
the modules and classes named there, in what it closes over. A Table that is made while a request
runs, or is handed in as a value, is not seen; the guard itself refuses those on a route.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

_MOST = 50_000
"""Objects that are looked at: a program that is larger is gone through up to here."""
_LIBRARIES = sys.stdlib_module_names | {"fastapi", "hushtable", "pydantic", "starlette"}


def used_tables(routes: Iterable[Any], table: type[Any]) -> list[Any]:
    """Give the instances of `table` that the handlers and dependencies of routes come to."""
    found: list[Any] = []
    left = list(_handlers(routes))
    seen: dict[int, Any] = {}
    while left and len(seen) < _MOST:
        one = left.pop()
        if id(one) in seen:
            continue
        seen[id(one)] = one  # kept, so that no other object gets its id
        if isinstance(one, table):
            found.append(one)
        else:
            left += _within(one)
    return sorted(found, key=lambda one: (one.name, repr(one)))


def _handlers(routes: Iterable[Any]) -> Iterator[Any]:
    for route in routes:
        # Newer FastAPI keeps a router that is included as one object, with its routes behind it.
        inner = getattr(route, "effective_route_contexts", None)
        for one in inner() if callable(inner) else (route,):
            yield getattr(one, "endpoint", None)
            yield from _calls(getattr(one, "dependant", None))
        yield from _handlers(getattr(route, "routes", None) or ())


def _calls(dependant: Any) -> Iterator[Any]:  # noqa: ANN401 - FastAPI's own
    if dependant is not None:
        yield dependant.call
        for one in dependant.dependencies:
            yield from _calls(one)


def _within(one: Any) -> Iterable[Any]:  # noqa: ANN401 - whatever a program names
    """Give what an object leads to."""
    match one:
        case FunctionType():
            return _of_function(one)
        case MethodType() | staticmethod() | classmethod() | property():
            # What a decorator or a binding has put around a function.
            return [getattr(one, name, None) for name in ("__func__", "__self__", "fget")]
        case functools.partial():
            return [one.func, *one.args, *one.keywords.values()]
        case type():
            return [] if _foreign(one.__module__) else list(vars(one).values())
        case dict():
            return list(one.values())
        case list() | tuple() | set() | frozenset():
            return list(one)
        case _ if not _foreign(type(one).__module__):
            return [type(one), *getattr(one, "__dict__", {}).values()]
    return []


def _of_function(function: FunctionType) -> Iterator[Any]:
    wrapped = getattr(function, "__wrapped__", None)
    if wrapped is not None:
        yield wrapped
    if not _foreign(function.__module__):
        yield from _named(function)


def _named(function: FunctionType) -> Iterator[Any]:
    """Give what a function closes over, and what it names in its module and through others."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    yield from function.__defaults__ or ()
    names = set(_names(function.__code__))
    known = [function.__globals__[name] for name in names if name in function.__globals__]
    yield from known
    modules = [one for one in known if isinstance(one, ModuleType) and not _foreign(one.__name__)]
    while modules:
        held = vars(modules.pop())
        for name in names & set(held):
            inner = held[name]
            if isinstance(inner, ModuleType):
                if inner.__name__.startswith(f"{held['__name__']}."):
                    modules.append(inner)
            else:
                yield inner


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _names(one)


def _foreign(module: str | None) -> bool:
    return (module or "").partition(".")[0] in _LIBRARIES
