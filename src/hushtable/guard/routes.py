"""Which route a call is made on, as the FastAPI adapter tells the task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from hushtable.guard.errors import RefusedError
from hushtable.guard.route import answering, template

F = TypeVar("F", bound=Callable[..., Any])

_ALLOWED = "__hushtable_allows_scan__"
_SCOPE: ContextVar[Mapping[str, Any] | None] = ContextVar("hushtable_scope", default=None)


@dataclass(frozen=True, slots=True)
class Route:
    """A route by its method and path template; "" outside of one."""

    template: str = ""
    scans: str = ""
    """Why scans are allowed on it; "" where they are not."""


_NOWHERE = Route()


def on_route() -> Route:
    """Give the route this task answers."""
    scope = _SCOPE.get()
    if scope is None:
        return _NOWHERE
    endpoint = getattr(answering(scope), "endpoint", None)
    name = f"{scope.get('method', '')} {template(scope)}"
    return Route(name, str(getattr(endpoint, _ALLOWED, "")))


@contextmanager
def within(scope: Mapping[str, Any]) -> Iterator[None]:
    """Say which request is answered within a block, by its ASGI scope."""
    token = _SCOPE.set(scope)
    try:
        yield
    finally:
        _SCOPE.reset(token)


def allow_scan(reason: str) -> Callable[[F], F]:
    """Let a route's handler scan tables, for a reason that a reviewer can read.

    Stands below the route's own decorator. Raises RefusedError without a reason.
    """
    if not reason.strip():
        message = "allow_scan names its reason"
        raise RefusedError(message)

    def mark(handler: F) -> F:
        setattr(handler, _ALLOWED, reason)
        return handler

    return mark


def allowing_scan(routes: Iterable[object]) -> Iterator[str]:
    """Name the routes whose handlers may scan, by path template, in an app and its mounts."""
    for route in routes:
        # Newer FastAPI keeps a router that is included as one object, with its routes behind it.
        inner = getattr(route, "effective_route_contexts", None)
        for one in inner() if callable(inner) else (route,):
            if getattr(getattr(one, "endpoint", None), _ALLOWED, ""):
                yield str(getattr(one, "path", ""))
        yield from allowing_scan(getattr(route, "routes", None) or ())
