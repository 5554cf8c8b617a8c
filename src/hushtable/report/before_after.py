"""A service before and after its fixes: one finding's story, the map in short, the figures."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hushtable.model.edit import Fixed, Patch
from hushtable.model.finding import Finding
from hushtable.model.sensitivity import Category
from hushtable.model.service import Channel
from hushtable.report.comparison import compare
from hushtable.report.escape import visible
from hushtable.report.exposure_map import Row, rows
from hushtable.report.patch import difference
from hushtable.report.proving import seen
from hushtable.report.report import Report
from hushtable.report.terminal import labelled, printed
from hushtable.report.wording import count, score_line

ROWS = 8
NAMES = 2
DIFF_LINES = 14

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? ")
_CATEGORIES = tuple(Category)
_DIFF_STYLES = {"+": "green", "-": "red"}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a service that was fixed: both reports, the patch, and what it achieved.

    `secrets` are source lines whose texts must not be seen. `still` says by the key of a proven
    finding how the fixed app shows it all the same, or why nothing shows that it does not.
    """

    before: Report
    after: Report
    patch: Patch
    secrets: Collection[str] = ()
    still: Mapping[str, str] = field(default_factory=dict)


def render(told: Told, *, width: int, colour: bool) -> str:
    """Give the story of one finding and the map, before and after, as text for a terminal."""
    return printed(_everything(told), width=width, colour=colour)


def _everything(told: Told) -> Iterator[RenderableType]:
    one = example(told)
    if one is not None:
        yield Text("\nOne of them", "bold")
        yield from _story(told, *one)
    yield Text("\nBefore and after", "bold")
    yield from _map(told)
    yield Text()
    yield labelled("Proven", _proven(told))
    yield labelled("Findings", str(_compared(told)))
    for answer in _answered_no_more(told):
        yield labelled("", visible(answer))
    yield labelled("Score", f"{_score(told.before)}; after: {_score(told.after)}")


def example(told: Told) -> tuple[Finding, Fixed] | None:
    """Give the most severe finding that was proven and fixed, and that comes out no more.

    One of which a canary came out in an answer comes first. Its route is one that the fixed app
    answers.
    """
    fixed = {one.key: one for one in told.patch.fixed}
    reach = told.after.result.reach
    silent = {one.route for one in reach.unreached} if reach is not None else set[str]()
    found = [
        one
        for one in told.before.open
        if one.proofs
        and one.key in fixed
        and told.still.get(one.key) == ""
        and one.proofs[0].route not in silent
    ]
    found.sort(key=lambda one: one.channel is not Channel.RESPONSE or not one.proofs[0].canary)
    return (found[0], fixed[found[0].key]) if found else None


def _story(told: Told, finding: Finding, done: Fixed) -> Iterator[RenderableType]:
    proof = finding.proofs[0]
    head = f"{finding.code} {finding.name}  {finding.place}"
    yield Padding(Text(visible(head), "bold"), (0, 0, 0, 2))
    yield Padding(Text(visible(finding.message)), (0, 0, 0, 2))
    lines = [
        ("seen", Text(visible(seen(proof)))),
        ("try", Text(visible(proof.curl))),
        ("fix", Text("\n").join(_changed(told, done))),
        ("after", Text("the fixed app was asked again, and it comes out no more", "green")),
    ]
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(style="dim", width=8, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in lines:
        if text:
            grid.add_row(label, text)
    yield Padding(grid, (0, 0, 0, 2))


def _changed(told: Told, done: Fixed) -> list[Text]:
    """Give the lines that changed around the place of a fix; none where it changed others."""
    path, line = done.order.place.path, done.order.place.line
    if path not in told.patch.after:
        return []
    patch = told.patch
    alone = Patch({path: patch.before.get(path, b"")}, {path: patch.after[path]})
    here = False
    found: list[Text] = []
    for text in difference(alone, told.secrets):
        if text.startswith("@@"):
            here = _spans(text, line)
        elif here and text[:1] in _DIFF_STYLES:
            found.append(Text(text.rstrip(), _DIFF_STYLES[text[:1]]))
    shown = found[:DIFF_LINES]
    if len(found) > len(shown):
        shown.append(Text(f"and {count(len(found) - len(shown), 'more line')}", "dim"))
    return [Text(visible(path), "dim"), *shown] if shown else []


def _spans(hunk: str, line: int) -> bool:
    match = _HUNK.match(hunk)
    if match is None:
        return False
    start = int(match[1])
    return start <= line < start + int(match[2] or 1)


# the map ----------------------------------------------------------------------------------------


def _map(told: Told) -> Iterator[RenderableType]:
    before, after = _by_way(told.before), _by_way(told.after)
    ways = [way for way in {**before, **after} if _changes(before.get(way), after.get(way))]
    ways.sort(key=lambda way: _rank(before.get(way)))
    table = Table(box=None, padding=(0, 2, 0, 2), header_style="dim", pad_edge=False, expand=True)
    for heading in ("  route", "leaves before", "leaves after"):
        table.add_column(heading, ratio=1, overflow="fold")
    for way in ways[:ROWS]:
        table.add_row(Text(f"  {visible(way)}"), _cell(before.get(way)), _cell(after.get(way)))
    if ways:
        yield table
    if len(ways) > ROWS:
        yield Text(f"  and {count(len(ways) - ROWS, 'more row')} on the page", "dim")


def _by_way(report: Report) -> dict[str, Row]:
    """Give what leaves by route, and by channel where it is no answer."""
    found = {}
    for row in rows(report.result):
        channel = "" if row.channel is Channel.RESPONSE else f" ({row.channel})"
        found[f"{row.route}{channel}"] = row
    return found


def _changes(before: Row | None, after: Row | None) -> bool:
    """Whether a row is worth showing: something was found there, before or after."""
    return any(
        row is not None and row.verdict in {"proven", "suspected"} for row in (before, after)
    )


def _rank(row: Row | None) -> tuple[bool, int, str]:
    if row is None:
        return True, len(_CATEGORIES), ""
    return row.verdict != "proven", _CATEGORIES.index(row.attributes[0][0]), str(row.route)


def _cell(row: Row | None) -> Text:
    if row is None:
        return Text("nothing", "green")
    names = [visible(name) for _, some in row.attributes for name in some]
    more = " and more" if len(names) > NAMES else ""
    text = f"{', '.join(names[:NAMES])}{more} to {visible(row.route.audience)}"
    style = {"proven": "red", "suspected": "yellow"}.get(row.verdict, "green")
    return Text(f"{text}, {row.verdict}" if row.verdict else text, style)


# figures ----------------------------------------------------------------------------------------


def _proven(told: Told) -> str:
    """Say how many of the proven findings come out no more."""
    gone = sum(not why for why in told.still.values())
    return f"{gone:,} of {len(told.still):,} come out no more"


def _score(report: Report) -> str:
    return score_line(report).removeprefix("Score ")


def _compared(told: Told) -> str:
    return str(compare("before", (one.key for one in told.before.open), told.after.open))


def _answered_no_more(told: Told) -> Iterator[str]:
    """Name the routes that the fixed app answers no more: of these nothing is claimed."""
    first, last = told.before.result.reach, told.after.result.reach
    if first is None or last is None:
        return
    had = {one.route for one in first.unreached}
    for one in last.unreached:
        if one.route not in had:
            yield f"{one.route} is answered no more: {one.why}"
