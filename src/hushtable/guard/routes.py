"""Which route a call is made on, as the FastAPI adapter tells the task."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from hushtable.guard.errors import RefusedError
from hushtable.guard.route import answering, template

F = TypeVar("F", bound=Callable[..., Any])

_ALLOWED = "__hushtable_allows_scan__"
_REQUEST: ContextVar[_Request | None] = ContextVar("hushtable_request", default=None)


class _Request(NamedTuple):
    """A request that is answered, by its ASGI scope, and the Records of its app's tables."""

    scope: Mapping[str, Any]
    records: Collection[object]


@dataclass(frozen=True, slots=True)
class Route:
    """A route by its method and path template; "" outside of one."""

    template: str = ""
    scans: str = ""
    """Why scans are allowed on it; "" where they are not."""


_NOWHERE = Route()


def on_route() -> Route:
    """Give the route this task answers."""
    request = _REQUEST.get()
    if request is None:
        return _NOWHERE
    scope = request.scope
    endpoint = getattr(answering(scope), "endpoint", None)
    name = f"{scope.get('method', '')} {template(scope)}"
    return Route(name, str(getattr(endpoint, _ALLOWED, "")))


@contextmanager
def within(scope: Mapping[str, Any], records: Collection[object]) -> Iterator[None]:
    """Say which request is answered within a block, by its ASGI scope, and of which Records."""
    token = _REQUEST.set(_Request(scope, records))
    try:
        yield
    finally:
        _REQUEST.reset(token)


def demand_given(record: type[Any]) -> None:
    """Refuse a Record, on a route, of which the app was given no Table. Raises RefusedError."""
    request = _REQUEST.get()
    if request is not None and record not in request.records:
        message = (
            f"{record.__name__} is used on {template(request.scope)}, and its Table was not given "
            "to protect(app, ...): what the app does with it would be in no policy"
        )
        raise RefusedError(message)


def allow_scan(reason: str) -> Callable[[F], F]:
    """Let a route's handler scan tables, for a reason that a reviewer can read.

    Stands below the route's own decorator, and its reason is that of the scans: they need not name
    one again. Raises RefusedError without a reason.
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
