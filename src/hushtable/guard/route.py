"""Which route answers a request, told by its template and never by its path.

Starlette and FastAPI put the route into the scope while the request runs inward, so this can be
asked once the answer comes out, and inside a dependency. A path can hold a key or a name of a
person; a template (`/users/{user_id}`) cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

NO_ROUTE = "(no route)"


def answering(scope: Mapping[str, Any]) -> object | None:
    """Give the route that answers, None where no framework said so.

    Newer FastAPI keeps one route object for a router that is included several times, and beside
    it the route as it is included there: its prefix, its response model. That one is given.
    """
    included = scope.get("fastapi")
    if isinstance(included, Mapping):
        effective: object | None = included.get("effective_route_context")
        if effective is not None:
            return effective
    route: object | None = scope.get("route")
    return route if route is not None else _matching(scope)


def template(scope: Mapping[str, Any]) -> str:
    """Give the template of the route that answers, with the prefix of a mounted app."""
    route = answering(scope)
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    if not isinstance(path, str):
        return NO_ROUTE
    root, outer = str(scope.get("root_path", "")), str(scope.get("app_root_path", ""))
    # Without `app_root_path` no app is mounted here, and the prefix is the proxy's.
    mounted = root.removeprefix(outer) if "app_root_path" in scope else ""
    if getattr(route, "routes", None) is not None:
        # A mount whose app names no route of its own: its prefix is already in the root.
        path = path.removeprefix(str(getattr(route, "path", "")))
    return mounted + path


def _matching(scope: Mapping[str, Any]) -> object | None:
    """Ask the app's routes: a middleware further in gave the routes a copy of the scope."""
    routes = getattr(scope.get("app"), "routes", None)
    if not isinstance(routes, list):
        return None
    for route in routes:
        inner = getattr(route, "effective_route_contexts", None)
        for candidate in inner() if callable(inner) else (route,):
            matches = getattr(candidate, "matches", None)
            copy: MutableMapping[str, Any] = dict(scope)
            if callable(matches) and getattr(matches(copy)[0], "name", "") == "FULL":
                found: object = candidate
                return found
    return None
