"""A fleet for people at a terminal, or reading a log: the worst services, and the sums.

Every text from a service becomes a `Text` after `visible`, so neither markup nor control
characters in it can act.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hushtable.model.rule import Severity
from hushtable.report.escape import visible
from hushtable.report.fleet import wording
from hushtable.report.fleet.gathered import Fleet, Row
from hushtable.report.terminal import GRADE_STYLES, SEVERITY_STYLES, labelled, printed
from hushtable.report.wording import count

_SHOWN = 40
"""Services in the table; a page for a browser has all of them."""
_RULES_SHOWN = 10


def render(fleet: Fleet, *, width: int = 100, colour: bool = False, brief: bool = False) -> str:
    """Give the fleet as text. `brief`: only what was not examined, and the sums."""
    parts = [*([] if brief else _everything(fleet)), *_sums(fleet)]
    return printed(parts, width=width, colour=colour)


def _everything(fleet: Fleet) -> Iterator[RenderableType]:
    rows = fleet.looked_at
    if rows:
        yield Text("Services, the worst first", "bold")
        yield _services(rows[:_SHOWN])
        if len(rows) > _SHOWN:
            yield Text(f"  and {count(len(rows) - _SHOWN, 'service')} more; -o FILE.html has all")
        yield Text()
    if fleet.rules:
        yield Text("Rules, the most widespread first", "bold")
        yield _rules(fleet)
        yield Text()


def _sums(fleet: Fleet) -> Iterator[RenderableType]:
    if fleet.not_looked_at:
        yield Text("Not examined", "bold magenta")
        for row in fleet.not_looked_at:
            yield Padding(Text(f"{visible(row.service.name)}: {visible(row.why)}"), (0, 0, 0, 2))
        yield Text()
    yield labelled("Services", wording.headline(fleet))
    yield labelled("Examined", wording.examined(fleet))
    yield labelled("Findings", wording.found(fleet))
    if fleet.grades:
        yield labelled("Grades", wording.graded(fleet))
    yield labelled("Took", f"{fleet.seconds:.1f} s")


def _services(rows: tuple[Row, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  service", overflow="fold")
    table.add_column("score", justify="right")
    for severity in Severity:
        table.add_column(str(severity), justify="right")
    table.add_column("proven", justify="right")
    table.add_column("unknown", justify="right")
    table.add_column("rules", overflow="fold")
    table.add_column("leaves", overflow="fold")
    for row in rows:
        table.add_row(
            Text(f"  {visible(row.service.name)}"),
            Text(wording.score(row), GRADE_STYLES.get(row.grade or "", "")),
            *(_number(row.of(severity), SEVERITY_STYLES[severity]) for severity in Severity),
            _number(row.proven, "bold red"),
            _number(row.unknown, "magenta"),
            Text(visible(wording.rules(row, 2))),
            Text(visible(wording.attributes(row, 2))),
        )
    return table


def _rules(fleet: Fleet) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  rule")
    table.add_column("services", justify="right")
    table.add_column("findings", justify="right")
    table.add_column("up to")
    for hit in fleet.rules[:_RULES_SHOWN]:
        table.add_row(
            Text(f"  {visible(hit.code)} {visible(hit.name)}"),
            Text(f"{hit.services:,}"),
            Text(f"{hit.findings:,}"),
            Text(str(hit.severity), SEVERITY_STYLES[hit.severity]),
        )
    return table


def _number(number: int, style: str) -> Text:
    return Text(f"{number:,}", style) if number else Text("-", "dim")
