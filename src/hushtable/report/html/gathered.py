"""What the page is made of: routes, columns of attributes, and the cells where they meet.

It is made from a result's JSON document, so that a result of last year looks as one of today.
Names and messages come from programs that nobody vouches for: each was made visible before, and
is escaped where it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hushtable.report.html.agreed import Agreed, agreed
from hushtable.report.html.plain import CATEGORIES, Json, category_of, leaving

AGREED = "agreed"
WIDER = "wider than agreed"
LEAVES = "leaves"
"""An attribute that leaves, and of which no finding speaks."""

_STRONGEST = ("proven", "suspected", "unknown", AGREED, "refuted")
_LISTED = (
    *("code", "name", "severity", "standing", "agreed", "message", "path", "line"),
    *("routes", "attributes", "channel", "audience"),
)
"""What of a finding the map, the list and their choices need."""
_Meetings = dict[tuple[int, str], list[int]]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a route and a column meet, by number, with the findings that speak of it.

    `agreed`: a lock allows it. None where there is none.
    """

    route: int
    column: int
    mark: str
    findings: tuple[int, ...]
    agreed: bool | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """One result as the page needs it."""

    routes: tuple[Mapping[str, Any], ...]
    columns: tuple[Mapping[str, str], ...]
    cells: tuple[Cell, ...]
    findings: tuple[Mapping[str, Any], ...]
    lock: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """Give it as plain values for the page's script.

        Most cells of a large map have no finding: of these a route has the columns alone.
        """
        routes = [{**route, "leaves": [], "told": [], "bare": {}} for route in self.routes]
        for cell in self.cells:
            route = routes[cell.route]
            if cell.findings:
                route["told"].append((cell.column, cell.mark, cell.findings, cell.agreed))
            else:
                route["bare"].setdefault(cell.mark, []).append(cell.column)
        return {
            "routes": routes,
            "columns": self.columns,
            "findings": [{name: one[name] for name in _LISTED} for one in self.findings],
            "lock": self.lock,
        }

    @property
    def stories(self) -> list[dict[str, Any]]:
        """Give what of each finding only its story needs."""
        return [
            {name: value for name, value in one.items() if name not in _LISTED}
            for one in self.findings
        ]


def gathered(told: Mapping[str, Json]) -> Gathered:
    """Gather one result. A finding names its routes and attributes; a route what leaves it.

    Raises ConfigError when the contract in it is none.
    """
    allowed = agreed(told)
    findings = tuple(_finding(one, allowed) for one in told["findings"])
    routes = _routes(told["routes"], findings)
    meetings = _meetings(routes, findings, asked=bool(told.get("asked")))
    kinds = told.get("sensitivities", {})
    columns = _columns({attribute for _, attribute in meetings}, kinds)
    at = {column["attribute"]: number for number, column in enumerate(columns)}
    cells = []
    for (route, attribute), numbers in sorted(meetings.items()):
        may = None if allowed is None else allowed.allows(routes[route]["name"], attribute)
        mark = _mark(numbers, findings) if numbers else AGREED if may else LEAVES
        cells.append(Cell(route, at[attribute], mark, tuple(numbers), may))
    met = {(cell.route, number) for cell in cells for number in cell.findings}
    for number, row in enumerate(routes):
        row["alone"] = [one for one in row["findings"] if (number, one) not in met]
    return Gathered(routes, columns, tuple(cells), findings, allowed.lock if allowed else "")


def standing(finding: Mapping[str, Json]) -> str:
    """Give the verdict of a finding, `agreed` where an allow comment or a baseline covers it."""
    return AGREED if finding["suppressed"] else str(finding["verdict"])


def _finding(told: Mapping[str, Json], allowed: Agreed | None) -> Mapping[str, Any]:
    """Give a finding with its standing, and whether all that it names is in the lock."""
    agreed_to = None
    if allowed is not None and told["routes"] and told["attributes"]:
        agreed_to = all(
            allowed.allows(route, attribute)
            for route in told["routes"]
            for attribute in told["attributes"]
        )
    return {**told, "standing": standing(told), "agreed": agreed_to}


def _routes(
    told: Iterable[Mapping[str, Json]], findings: Iterable[Mapping[str, Json]]
) -> tuple[dict[str, Any], ...]:
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
    routes: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Json]], *, asked: bool
) -> _Meetings:
    """Give the findings about each route and attribute; none where it leaves unremarked."""
    met: _Meetings = {}
    gone = {route["name"]: set(route["leaves"]) for route in routes}
    where = {route["name"]: number for number, route in enumerate(routes)}
    for number, route in enumerate(routes):
        met.update(((number, attribute), []) for attribute in route["leaves"])
    for number, finding in enumerate(findings):
        names = leaving(finding, gone, asked=asked)
        for route in finding["routes"] if names else ():
            for attribute in names if route in where else ():
                met.setdefault((where[route], attribute), []).append(number)
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
    order = {category: rank for rank, category in enumerate(CATEGORIES)}
    return tuple(sorted(made, key=lambda one: (one["table"], order[one["category"]], one["name"])))


def _mark(numbers: Sequence[int], findings: Sequence[Mapping[str, Json]]) -> str:
    marks = {findings[number]["standing"] for number in numbers}
    return next(mark for mark in _STRONGEST if mark in marks)
