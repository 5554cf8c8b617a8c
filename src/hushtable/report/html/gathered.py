"""What the page is made of: routes, columns of attributes, and the cells where they meet.

It is made from a result's JSON document, so that a result of last year looks as one of today.
Names and messages come from programs that nobody vouches for: each is made visible here, and
escaped where it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hushtable.report.escape import visible, visible_lines

Json = Any
"""A JSON value that fits `result.schema.json`."""

AGREED = "agreed"
LEAVES = "leaves"
"""An attribute that leaves, and of which no finding speaks."""

_STRONGEST = ("proven", "suspected", "unknown", AGREED, "refuted", LEAVES)
_CATEGORIES = ("credential", "financial", "health", "personal", "internal", "public")
_LINES = frozenset({"remedy", "curl", "test"})
"""Texts of several lines."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """One result as the page needs it. `cells` are (route, column, mark, findings) by number."""

    routes: tuple[Mapping[str, Any], ...]
    columns: tuple[Mapping[str, str], ...]
    cells: tuple[tuple[int, int, str, tuple[int, ...]], ...]
    findings: tuple[Mapping[str, Any], ...]

    @property
    def document(self) -> dict[str, Any]:
        """Give it as plain values for the page's script."""
        return {
            "routes": self.routes,
            "columns": self.columns,
            "cells": self.cells,
            "findings": self.findings,
        }


def gathered(document: Mapping[str, Json]) -> Gathered:
    """Gather one result. A finding names its routes and attributes; a route what leaves it."""
    told = shown(document)
    findings = tuple({**one, "standing": standing(one)} for one in told["findings"])
    routes = _routes(told["routes"], findings)
    where = {route["name"]: number for number, route in enumerate(routes)}
    meetings = _meetings(routes, findings, where)
    kinds = told.get("sensitivities", {})
    columns = _columns({attribute for _, attribute in meetings}, kinds)
    at = {column["attribute"]: number for number, column in enumerate(columns)}
    cells = tuple(
        (route, at[attribute], _mark(numbers, findings), tuple(numbers))
        for (route, attribute), numbers in sorted(meetings.items())
    )
    return Gathered(routes, columns, cells, findings)


def standing(finding: Mapping[str, Json]) -> str:
    """Give the verdict of a finding, `agreed` where an allow comment or a baseline covers it."""
    return AGREED if finding["suppressed"] else str(finding["verdict"])


def shown(value: Json, name: str = "") -> Json:
    """Give a JSON value with every text plainly visible, those of several lines line by line."""
    match value:
        case str() if name in _LINES:
            return "\n".join(visible_lines(value))
        case str():
            return visible(value)
        case dict():
            return {visible(key): shown(each, key) for key, each in value.items()}
        case list() | tuple():
            return [shown(each, name) for each in value]
        case _:
            return value


def category_of(attribute: str, kinds: Mapping[str, str]) -> str:
    """Give what an attribute is; of a whole item, the worst of what is known of its table."""
    if not attribute.endswith("*"):
        return kinds.get(attribute, "public")
    beginning = attribute.removesuffix("*")
    known = {kind for name, kind in kinds.items() if name.startswith(beginning)}
    return next((one for one in _CATEGORIES if one in known), "public")


def _routes(
    told: Iterable[Mapping[str, Json]], findings: Iterable[Mapping[str, Json]]
) -> tuple[Mapping[str, Any], ...]:
    """Give each route once, by path; apps may share a method and path."""
    found: dict[str, dict[str, Any]] = {}
    for route in told:
        name = f"{route['method']} {route['path']}"
        known = found.setdefault(name, {**route, "name": name, "findings": []})
        for member in ("reads", "leaves"):
            known[member] = list(dict.fromkeys([*known[member], *route[member]]))
    for number, finding in enumerate(findings):
        for name in finding["routes"]:
            if name in found:
                found[name]["findings"].append(number)
    return tuple(sorted(found.values(), key=lambda one: (one["path"], one["method"])))


def _meetings(
    routes: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Json]],
    where: Mapping[str, int],
) -> dict[tuple[int, str], list[int]]:
    """Give the findings about each route and attribute; none where it leaves unremarked."""
    met: dict[tuple[int, str], list[int]] = {
        (number, attribute): []
        for number, route in enumerate(routes)
        for attribute in route["leaves"]
    }
    for number, finding in enumerate(findings):
        for name in finding["routes"]:
            for attribute in finding["attributes"] if name in where else ():
                met.setdefault((where[name], attribute), []).append(number)
    return met


def _columns(names: Iterable[str], kinds: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    made = []
    for attribute in names:
        table, _, path = attribute.partition(".")
        made.append(
            {
                "attribute": attribute,
                "table": table,
                "name": path or "*",
                "category": category_of(attribute, kinds),
            }
        )
    order = {category: rank for rank, category in enumerate(_CATEGORIES)}
    return tuple(sorted(made, key=lambda one: (one["table"], order[one["category"]], one["name"])))


def _mark(numbers: Sequence[int], findings: Sequence[Mapping[str, Json]]) -> str:
    marks = {findings[number]["standing"] for number in numbers} or {LEAVES}
    return next(mark for mark in _STRONGEST if mark in marks)
