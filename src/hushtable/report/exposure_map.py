"""The exposure map: which attributes leave through which route and channel, to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hushtable.model.finding import Finding, Result, Verdict
from hushtable.model.sensitivity import Category
from hushtable.model.service import Attribute, Channel, Route
from hushtable.report.read_only import read_only, stays

ACCEPTED = "accepted"

_STRENGTH = (Verdict.PROVEN, Verdict.SUSPECTED, Verdict.UNKNOWN, Verdict.REFUTED)


@dataclass(frozen=True, slots=True)
class Row:
    """What leaves through one channel of one route.

    `attributes` pairs a sensitivity category with the attributes of it, the most sensitive
    first. `verdict` is the strongest of the findings about the row, `accepted` when all of them are
    suppressed, and empty without any.
    """

    route: Route
    channel: Channel
    attributes: tuple[tuple[Category, tuple[str, ...]], ...]
    verdict: str


def rows(result: Result) -> tuple[Row, ...]:
    """Give the map of a result: a row for each route and channel that something leaves by."""
    categories = dict(result.sensitivities)
    by_route: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        for route in finding.routes:
            by_route.setdefault((route.app, str(route)), []).append(finding)
    found = []
    for route in sorted(result.routes, key=lambda route: (route.path, route.method, route.app)):
        about = by_route.get((route.app, str(route)), [])
        for channel in Channel:
            here = [finding for finding in about if finding.channel is channel]
            leaves = set(route.leaves) if channel is Channel.RESPONSE else set[Attribute]()
            here = [finding for finding in here if not read_only(finding)]
            leaves.update(
                name for finding in here for name in finding.attributes if not stays(finding, name)
            )
            if leaves:
                grouped = _by_category(leaves, categories)
                found.append(Row(route, channel, grouped, _strongest(here)))
    return tuple(found)


def silent_routes(result: Result, shown: Iterable[Row]) -> int:
    """Count the routes from which nothing was seen to leave."""
    seen = {(row.route.app, str(row.route)) for row in shown}
    return sum((route.app, str(route)) not in seen for route in result.routes)


def _by_category(
    attributes: Iterable[Attribute], categories: dict[str, str]
) -> tuple[tuple[Category, tuple[str, ...]], ...]:
    grouped: dict[Category, list[str]] = {}
    for attribute in sorted(attributes):
        name = str(attribute)
        grouped.setdefault(Category(categories.get(name, Category.PUBLIC)), []).append(name)
    return tuple((each, tuple(grouped[each])) for each in Category if each in grouped)


def _strongest(findings: Iterable[Finding]) -> str:
    known = tuple(findings)
    seen = {finding.verdict for finding in known if finding.counts}
    if known and not seen:
        return ACCEPTED
    return str(next((verdict for verdict in _STRENGTH if verdict in seen), ""))
