"""Which route a fact speaks of.

Facts of one route may hold records of it that know more or less (its gate, what leaves), so routes
are told apart by what makes them: app, method, path and place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from hushtable.model.place import Place
from hushtable.model.service import Route

Key = tuple[str, str, str, Place]


class OfRoute(Protocol):
    """A fact that may belong to a route."""

    @property
    def route(self) -> Route | None:
        """The route, None outside any."""


Fact = TypeVar("Fact", bound=OfRoute)


def key(route: Route | None) -> Key | None:
    """Give what tells a route apart; None outside any route."""
    return None if route is None else (route.app, route.method, route.path, route.place)


def by_route(facts: Iterable[Fact]) -> Mapping[Key | None, list[Fact]]:
    """Group facts by their route once, so that asking for each route stays cheap."""
    found: dict[Key | None, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[key(fact.route)].append(fact)
    return dict(found)
