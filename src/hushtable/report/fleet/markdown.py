"""A fleet as GitHub-flavoured Markdown, for a job summary."""

from __future__ import annotations

from collections.abc import Iterator

from hushtable.model.rule import Severity
from hushtable.report.fleet import wording
from hushtable.report.fleet.gathered import Fleet, Row
from hushtable.report.markdown import code, prose

_HEAD = ("service", "score", *map(str, Severity), "proven", "unknown", "rules", "leaves")
_RULES_SHOWN = 4
_ATTRIBUTES_SHOWN = 4


def render(fleet: Fleet) -> str:
    """Give the fleet as a Markdown document."""
    lines = ["# hushtable", "", f"**{prose(wording.headline(fleet))}.**", ""]
    lines += [f"{prose(wording.found(fleet))}. {prose(wording.examined(fleet))}.", ""]
    if fleet.looked_at:
        lines += ["## Services, the worst first", "", _line(_HEAD), _line(["---"] * len(_HEAD))]
        lines += [*map(_row, fleet.looked_at), ""]
    if fleet.not_looked_at:
        lines += ["## Not examined", "", *map(_missing, fleet.not_looked_at), ""]
    if fleet.rules:
        lines += ["## Rules, the most widespread first", "", *_rules(fleet), ""]
    return "\n".join(lines)


def _row(row: Row) -> str:
    more = len(row.attributes) - _ATTRIBUTES_SHOWN
    leaves = ", ".join(
        code(name, in_table=True) for name, _ in row.attributes[:_ATTRIBUTES_SHOWN]
    ) + (f" and {more} more" if more > 0 else "")
    numbers = (*(row.of(severity) for severity in Severity), row.proven, row.unknown)
    name = code(row.service.name, in_table=True)
    rules = wording.rules(row, _RULES_SHOWN)
    return _line((name, wording.score(row), *map(str, numbers), rules, leaves))


def _missing(row: Row) -> str:
    return f"- {code(row.service.name)} {prose(row.why)}"


def _rules(fleet: Fleet) -> Iterator[str]:
    yield _line(("rule", "services", "findings", "up to"))
    yield _line(["---"] * 4)
    for hit in fleet.rules:
        name = prose(f"{hit.code} {hit.name}")
        yield _line((name, str(hit.services), str(hit.findings), str(hit.severity)))


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"
