"""A result for people at a terminal, or reading a log: the map, the findings, the score.

Nothing here is passed to rich as markup: every text from a scanned program becomes a `Text`
after `visible`, so neither markup nor control characters in it can act.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hushtable.model.finding import Finding
from hushtable.model.rule import Severity
from hushtable.model.sensitivity import Category
from hushtable.report.escape import inert, visible, visible_lines
from hushtable.report.exposure_map import Row, rows, silent_routes
from hushtable.report.proving import more, reach_details, reach_line, seen
from hushtable.report.read_only import read_only
from hushtable.report.report import Report
from hushtable.report.wording import (
    count,
    examined_line,
    exposure,
    score_line,
    shortened,
    standing_of,
    tally,
)

NARROWEST = 20
"""Columns below which lines are no longer kept short."""

_TABLE_WIDTH = 80
_ROUTES_SHOWN = 4
SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.NOTE: "dim",
}
_CATEGORY_STYLES = {
    Category.CREDENTIAL: "bold red",
    Category.FINANCIAL: "red",
    Category.HEALTH: "red",
    Category.PERSONAL: "yellow",
    Category.INTERNAL: "cyan",
    Category.PUBLIC: "",
}
_VERDICT_STYLES = {"proven": "bold red", "suspected": "yellow", "unknown": "magenta"}
GRADE_STYLES = {"A": "green", "B": "green", "C": "yellow", "D": "red", "F": "bold red"}


def render(report: Report, *, width: int = 100, colour: bool = False, brief: bool = False) -> str:
    """Give the report as text of at most `width` columns. `brief`: findings and failures only."""
    wide = max(width, NARROWEST)
    parts = _findings(report) if brief else _everything(report, wide)
    return printed(parts, width=wide, colour=colour)


def printed(parts: Iterable[RenderableType], *, width: int, colour: bool) -> str:
    """Lay out what is told for a terminal. Texts are made visible before, and no line commands."""
    console = Console(
        file=io.StringIO(),
        width=max(width, NARROWEST),
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    with console.capture() as capture:
        for part in parts:
            console.print(part, overflow="fold")
    return "\n".join(inert(line.rstrip()) for line in capture.get().splitlines()) + "\n"


def _everything(report: Report, width: int) -> Iterator[RenderableType]:
    yield from _map(report, width)
    yield from _findings(report)
    yield from _asides(report)
    yield labelled("Coverage", examined_line(report.result))
    if report.result.coverage.unresolved:
        calls = [f"{visible(name)} ({times})" for name, times in report.result.coverage.unresolved]
        yield labelled("", f"most often unresolved: {shortened(calls, 5)}")
    if report.result.reach is not None:
        yield labelled("Reach", reach_line(report.result.reach))
        for label, text in reach_details(report.result.reach):
            yield labelled("", f"{label}: {visible(text)}")
    yield labelled("Findings", visible(tally(report)))
    yield labelled("Score", score_line(report), GRADE_STYLES.get(report.score.grade or "", ""))
    if report.comparison is not None:
        yield labelled("Against", visible(str(report.comparison)))
    if report.score.penalties:
        yield labelled("", "`hushtable explain score` shows how it is counted")


def _map(report: Report, width: int) -> Iterator[RenderableType]:
    shown = rows(report.result)
    if not report.result.routes:
        yield Text("No routes found.\n")
        return
    yield Text("Exposure map", "bold")
    if shown:
        yield _table(shown) if width >= _TABLE_WIDTH else _stack(shown)
    silent = silent_routes(report.result, shown)
    if silent:
        more = "more " if shown else ""
        yield Text(f"  {count(silent, more + 'route')}: no attribute seen to leave", "dim")
    yield Text()


def _table(shown: Iterable[Row]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading, least, share in (
        ("route", 12, 4),
        ("leaves", 14, 5),
        ("channel", 8, None),
        ("audience", 9, 2),
        ("verdict", 9, None),
        ("gate", 8, 3),
    ):
        table.add_column(heading, min_width=least, ratio=share, overflow="fold")
    table.expand = True
    for row in shown:
        table.add_row(
            Text(visible(str(row.route))),
            _attributes(row),
            Text(str(row.channel)),
            Text(visible(row.route.audience)),
            _verdict(row.verdict),
            Text(visible(str(row.route.gate))),
        )
    return table


def _stack(shown: Iterable[Row]) -> Group:
    blocks: list[RenderableType] = []
    for row in shown:
        head = Text(visible(str(row.route)), "bold")
        told = Text(f"{row.channel} to {visible(row.route.audience)}, ")
        told.append_text(_verdict(row.verdict)).append(f", gate: {visible(str(row.route.gate))}")
        blocks.extend((head, Padding(_attributes(row), (0, 0, 0, 2)), Padding(told, (0, 0, 0, 2))))
    return Group(*blocks)


def _attributes(row: Row) -> Text:
    lines = []
    for category, names in row.attributes:
        text = Text(", ".join(map(visible, names)), _CATEGORY_STYLES[category])
        if category is not Category.PUBLIC:
            text.append(f" ({category})", "dim")
        lines.append(text)
    return Text("\n").join(lines)


def _verdict(verdict: str) -> Text:
    return Text(verdict or "-", _VERDICT_STYLES.get(verdict, "dim"))


def _findings(report: Report) -> Iterator[RenderableType]:
    standing = report.open
    for severity in Severity:
        found = [finding for finding in standing if finding.severity is severity]
        if found:
            yield Text(f"{str(severity).capitalize()} ({len(found)})", SEVERITY_STYLES[severity])
        for finding in found:
            yield _finding(report, finding)
    for unknown in report.result.unknown:
        where = visible(report.where(unknown.place))
        yield Text(f"Not examined: {where}: {visible(unknown.why)}", "magenta")
    if report.result.unknown:
        yield Text()


def _finding(report: Report, finding: Finding) -> RenderableType:
    style = SEVERITY_STYLES[finding.severity]
    head = Text(f"{visible(finding.code)} {visible(finding.name)}", f"bold {style}")
    head.append(f"  {visible(report.where(finding.place))}", "bold not dim")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(style="dim", width=8, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in _details(report, finding):
        grid.add_row(label, value)
    message = Padding(Text(visible(finding.message)), (0, 0, 0, 2))
    return Group(Padding(head, (0, 0, 0, 2)), message, Padding(grid, (0, 0, 0, 2)), Text())


def _details(report: Report, finding: Finding) -> Iterator[tuple[str, RenderableType]]:
    if finding.routes:
        routes = [visible(str(route)) for route in finding.routes]
        yield "route", Text(shortened(routes, _ROUTES_SHOWN))
    if finding.attributes:
        yield (
            "reads" if read_only(finding) else "leaves",
            Text(", ".join(visible(str(each)) for each in finding.attributes)),
        )
    yield "through", Text(visible(exposure(finding)))
    yield "verdict", Text(standing_of(finding))
    if finding.proofs:
        proof = finding.proofs[0]
        yield "seen", Text(visible(" ".join(filter(None, (seen(proof), more(finding))))))
        yield "try", Text(visible(proof.curl))
    if finding.reasons:
        yield "because", Text("\n".join(map(visible, finding.reasons)))
    if finding.transcripts:
        yield "seen", Text("\n".join(visible(str(each)) for each in finding.transcripts))
    if finding.trace:
        steps = Text()
        for step in finding.trace:
            steps.append(visible(report.where(step.place)), "dim")
            steps.append(f"  {visible(step.what)}\n")
        steps.rstrip()
        yield "trace", steps
    if finding.remedy:
        yield "remedy", Text("\n".join(visible_lines(finding.remedy)))
    standard = [f"CWE-{number}" for number in finding.cwe] + [visible(o) for o in finding.owasp]
    if standard:
        yield (
            "see",
            Text(f"{', '.join(standard)}; hushtable explain {visible(finding.code)}", "dim"),
        )


def _asides(report: Report) -> Iterator[RenderableType]:
    for allow in report.result.unused_allows:
        codes = visible(", ".join(allow.codes))
        why = visible(allow.why or "it suppresses nothing")
        yield Text(f"Unused: {visible(report.where(allow.place))}: allow {codes}: {why}", "yellow")
    gone = len(report.result.gone_from_baseline)
    if gone:
        yield Text(f"Gone: {count(gone, 'finding')} of the baseline no longer found", "green")
    if report.result.unused_allows or gone:
        yield Text()


def labelled(label: str, text: str, style: str = "") -> RenderableType:
    """Give a line with a label before it."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(style="bold", width=8, no_wrap=True)
    grid.add_column(overflow="fold", style=style)
    grid.add_row(label, Text(text))
    return grid
