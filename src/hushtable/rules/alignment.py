"""Which route of a running app is which route of its source: a prefix may stand in only one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from hushtable.model.service import Route

_PARAMETER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Alignment:
    """Routes by name, `GET /users/{id}`: of the source by those of the running app."""

    source: dict[str, frozenset[str]] = field(default_factory=dict)

    def same(self, in_source: str, running: str) -> bool:
        """Whether both names are of one route."""
        return in_source in self.source.get(running, ())

    def share(self, in_source: Iterable[Route], running: Iterable[Route]) -> bool:
        """Whether a route of the source is among those of the running app."""
        ours = {str(route) for route in in_source}
        return any(ours & self.source.get(str(route), frozenset()) for route in running)

    def apart(self, in_source: Iterable[Route], running: Iterable[Route]) -> frozenset[Route]:
        """Give the routes of another app in the same source, whose names a running one has too.

        That is so where one of that name stands in the very file that the running one stands in.
        """
        ours = tuple(in_source)
        found: set[Route] = set()
        for route in running:
            names = self.source.get(str(route), frozenset())
            alike = [one for one in ours if str(one) in names]
            if any(one.place.path == route.place.path for one in alike):
                found.update(one for one in alike if one.place.path != route.place.path)
        return frozenset(found)


def aligned(source: Iterable[str], running: Iterable[str]) -> Alignment:
    """Find each running route in the source.

    Names of parameters and a final slash may differ. Where no route of the source is the same, one
    that ends or begins alike is, if it is the only one: an app under a prefix does not know it.
    """
    ours, theirs = dict.fromkeys(source), dict.fromkeys(running)
    found = {name: frozenset(one for one in ours if _plain(one) == _plain(name)) for name in theirs}
    taken = frozenset().union(*found.values())
    free = [one for one in ours if one not in taken]
    for name, exact in found.items():
        near = [one for one in free if _ends_alike(_plain(one), _plain(name))]
        if not exact and len(near) == 1:
            found[name] = frozenset(near)
    return Alignment(found)


def _ends_alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    (method, path), (other_method, other_path) = one, other
    shorter, longer = sorted((path, other_path), key=len)
    # A parameter alone is the end of too many paths.
    told = bool(shorter.replace("/{}", ""))
    return method == other_method and told and longer.endswith(shorter)


def _plain(name: str) -> tuple[str, str]:
    method, _, path = name.partition(" ")
    return method, _PARAMETER.sub("{}", path).rstrip("/")
