"""Which data of people leave, through which routes, to whom.

This is the part of a record of processing activities (GDPR, Article 30) that a program can write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hushtable.report.html.plain import Json, category_of, leaving

_OF_PEOPLE = frozenset({"credential", "financial", "health", "personal"})

_ANSWERS = frozenset({"response", "header", "error"})
NO_CALLER = "no caller"
"""Who gets what is logged, stored or written to a file: those who can read it there."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """One attribute that leaves by one channel to one audience, and by which routes it does."""

    attribute: str
    category: str
    channel: str
    audience: str
    routes: tuple[str, ...]


def inventory(document: Mapping[str, Json]) -> tuple[Leaving, ...]:
    """Give every attribute of people that leaves, by table; `users.*` is the whole item."""
    kinds = document.get("sensitivities", {})
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for attribute, route, channel, audience in _ways(document):
        found[attribute, channel, audience].add(route)
    of = {attribute: category_of(attribute, kinds) for attribute, _, _ in found}
    return tuple(
        Leaving(attribute, of[attribute], channel, audience, tuple(sorted(routes)))
        for (attribute, channel, audience), routes in sorted(found.items())
        if of[attribute] in _OF_PEOPLE
    )


def _ways(document: Mapping[str, Json]) -> Iterator[tuple[str, str, str, str]]:
    """Give attribute, route, channel and audience of all that leaves."""
    asked = bool(document.get("asked"))
    audiences: dict[str, str] = {}
    gone: dict[str, set[str]] = defaultdict(set)
    for route in document["routes"]:
        name = f"{route['method']} {route['path']}"
        audiences[name] = route["audience"]
        gone[name].update(route["leaves"])
        yield from ((each, name, "response", route["audience"]) for each in route["leaves"])
    for finding in document["findings"]:
        if finding["channel"] == "source" or finding["verdict"] == "refuted":
            continue
        names = leaving(finding, gone, asked=asked)
        for name in finding["routes"] or [finding["path"]]:
            answered = finding["channel"] in _ANSWERS
            audience = finding["audience"] or (audiences.get(name, "") if answered else NO_CALLER)
            for attribute in names:
                yield attribute, name, finding["channel"], audience
