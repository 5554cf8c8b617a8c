"""Which data of people leave, through which route, to whom.

This is the part of a record of processing activities (GDPR, Article 30) that a program can write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hushtable.report.html.gathered import Json, category_of

_OF_PEOPLE = frozenset({"credential", "financial", "health", "personal"})


@dataclass(frozen=True, slots=True)
class Leaving:
    """One attribute that leaves by one channel of one route."""

    attribute: str
    category: str
    route: str
    channel: str
    audience: str


def inventory(document: Mapping[str, Json]) -> tuple[Leaving, ...]:
    """Give every attribute of people that leaves, by table; `users.*` is the whole item."""
    kinds = document.get("sensitivities", {})
    found = {
        Leaving(
            name,
            category_of(name, kinds),
            f"{route['method']} {route['path']}",
            "response",
            route["audience"],
        )
        for route in document["routes"]
        for name in route["leaves"]
    }
    audiences = {f"{one['method']} {one['path']}": one["audience"] for one in document["routes"]}
    for finding in document["findings"]:
        if finding["channel"] == "source" or finding["verdict"] == "refuted":
            continue
        for route in finding["routes"] or [finding["path"]]:
            audience = finding["audience"] or audiences.get(route, "")
            found.update(
                Leaving(name, category_of(name, kinds), route, finding["channel"], audience)
                for name in finding["attributes"]
            )
    told = (one for one in found if one.category in _OF_PEOPLE)
    return tuple(sorted(told, key=lambda one: (one.attribute, one.route, one.channel)))
