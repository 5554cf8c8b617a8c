"""What is wider or narrower than a team has agreed to: for people, as JSON, as annotations.

Only what changed is shown. Every text of a scanned program is made visible or escaped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from hushtable.model.contract import ANY_ROUTE, Basis, Change, Contract, Difference, Kind, Part
from hushtable.model.facts import Coverage, Unknown
from hushtable.model.place import Place
from hushtable.model.proof import Reach
from hushtable.model.service import Channel
from hushtable.report import github, markdown, terminal
from hushtable.report.escape import storable, visible
from hushtable.report.proving import reach_details, reach_document, reach_line
from hushtable.report.wording import count, coverage_line

VERSION = "1"

_COLUMNS = ("more", "route", "channel", "audience", "table", "attributes")
_NO_CALLER = "-"
_TABLE_WIDTH = 80
_MADE = {
    Basis.SCAN: "made from a scan alone",
    Basis.PROOFS: "made from what a run showed",
    Basis.BOTH: "made from a scan and from what a run showed",
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What leaves now, compared with what was agreed.

    `lock` is the file of the agreed as the reader names it. `places` are where in the source what
    leaves by a route, channel and table does so; `prefix` stands before their paths where a forge
    follows them. `strict`: what is narrower fails as well.
    """

    agreed: Contract
    now: Contract
    difference: Difference
    lock: str
    places: Mapping[tuple[str, Channel, str], Place] = field(default_factory=dict)
    unknown: tuple[Unknown, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    reach: Reach | None = None
    prefix: str = ""
    strict: bool = False
    written: bool = False
    """Whether it is agreed to already: `now` was written to the lock."""

    @property
    def fails(self) -> bool:
        """Whether more leaves than agreed; if strict, whether anything changed."""
        return bool(self.difference.wider or (self.strict and self.difference.narrower))

    @property
    def summary(self) -> str:
        """`2 lines are wider than agreed in hushtable.lock, 1 is narrower`."""
        wider, narrower = len(self.difference.wider), len(self.difference.narrower)
        text = f"{_lines(wider)} wider" if wider else "Nothing is wider"
        text += f" than agreed in {self.lock}"
        return (
            f"{text}, {narrower} {'is' if narrower == 1 else 'are'} narrower" if narrower else text
        )

    @property
    def made(self) -> str:
        """Say what the lock was made from, and what is looked at now where that is less."""
        lines = self.now.lines if self.written else self.agreed.lines
        basis = self.now.basis if self.written else self.agreed.basis
        text = f"{count(len(lines), 'line')} in {self.lock}, {_MADE[basis]}"
        if not self.written and basis.proven and not self.now.basis.proven:
            text += "; nothing was run now, so that nothing is called narrower"
        return text

    def place(self, change: Change) -> Place | None:
        """Give where in the source a change leaves."""
        return self.places.get((change.route, change.channel, change.table))


def render(agreement: Agreement, *, width: int = 100, colour: bool = False) -> str:
    """Give the difference for a terminal, as tables."""
    return terminal.printed(_told(agreement, width), width=width, colour=colour)


def render_markdown(agreement: Agreement) -> str:
    """Give the difference as Markdown: what changed, and nothing else."""
    lines = ["# hushtable check", "", f"**{_prose(agreement, agreement.summary)}.**", ""]
    for heading, other, changes in _sides(agreement):
        if changes:
            columns = (*_COLUMNS, other)
            lines += [f"## {heading}", "", f"| {' | '.join(columns)} |"]
            lines += [f"| {' | '.join('---' for _ in columns)} |"]
            lines += [f"| {' | '.join(_cells(change, code=True))} |" for change in changes]
            lines.append("")
    if agreement.unknown:
        lines += ["## Not examined", ""]
        for unknown in agreement.unknown:
            lines.append(f"- {markdown.code(str(unknown.place))} {markdown.prose(unknown.why)}")
        lines.append("")
    lines.append(f"{_prose(agreement, agreement.made)}.")
    return "\n".join(lines) + "\n"


def render_github(agreement: Agreement) -> str:
    """Give one annotation for each change: errors for what fails, at the line where it leaves."""
    lines = []
    for heading, other, changes in _sides(agreement):
        wider = changes is agreement.difference.wider
        for change in changes:
            place = agreement.place(change) if wider else None
            at = {"file": agreement.lock}
            if place is not None:
                at = {"file": _path(agreement, place), "line": str(place.line)}
            at["title"] = f"{heading}: {change.route}"
            kind, *cells = _cells(change, code=False)
            pairs = zip((*_COLUMNS[1:], other), cells, strict=True)
            text = f"{kind}; " + "; ".join(f"{name}: {cell}" for name, cell in pairs)
            failed = wider or agreement.strict
            lines.append(github.command("error" if failed else "notice", at, text))
    for unknown in agreement.unknown:
        at = {"file": _path(agreement, unknown.place), "line": str(unknown.place.line)}
        text = visible(unknown.why)
        lines.append(github.command("error", {**at, "title": "Not examined"}, text))
    return "".join(f"{line}\n" for line in lines)


def render_json(agreement: Agreement) -> str:
    """Give the difference as one JSON document, in ASCII."""
    return json.dumps(document(agreement), indent=2, ensure_ascii=True) + "\n"


def document(agreement: Agreement) -> dict[str, Any]:
    """Give the difference as plain dictionaries, lists, strings and numbers.

    Keys are only ever added within a version. `other` is what the other side has at the same
    place: what was agreed for what is wider, what leaves now for what is narrower.
    """
    return {
        "version": VERSION,
        "lock": storable(agreement.lock),
        "agreed_from": str(agreement.agreed.basis),
        "now_from": str(agreement.now.basis),
        "fails": agreement.fails,
        "wider": [_change(agreement, one) for one in agreement.difference.wider],
        "narrower": [_change(agreement, one) for one in agreement.difference.narrower],
        "unknown": [
            {"path": one.place.path, "line": one.place.line, "why": storable(one.why)}
            for one in agreement.unknown
        ],
        "reach": None if agreement.reach is None else reach_document(agreement.reach),
    }


def lines_of(changes: Iterable[Change], other: str = "agreed") -> Iterator[str]:
    """Give each change as one line of words."""
    for change in changes:
        kind, route, channel, _, table, attributes, beside = _cells(change, code=False)
        to = f" to {visible(change.audience)}" if change.audience else ""
        yield f"{route}, {channel}{to}, {table}: {attributes} ({kind}; {other}: {beside})"


def _change(agreement: Agreement, change: Change) -> dict[str, Any]:
    place = agreement.place(change)
    return {
        "more": str(change.kind),
        "route": change.route,
        "channel": str(change.channel),
        "audience": change.audience or None,
        "table": change.table,
        "attributes": [part.name for part in change.parts],
        "except": list(_left_out(change.parts)),
        "credentials": list(change.credentials),
        "other": {
            "audiences": list(change.others),
            "attributes": [part.name for part in change.beside],
            "except": list(_left_out(change.beside)),
        },
        "path": None if place is None else storable(place.path),
        "line": None if place is None else place.line,
    }


def _left_out(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        yield from (".".join((*part.inside, name)) for name in part.less)


def _told(agreement: Agreement, width: int) -> Iterator[RenderableType]:
    for heading, other, changes in _sides(agreement):
        if changes:
            style = "bold red" if changes is agreement.difference.wider else "bold yellow"
            yield Text(f"{heading} ({len(changes)})", style)
            if width >= _TABLE_WIDTH:
                yield _table(changes, other)
            else:
                yield from (Text(f"  {line}") for line in lines_of(changes, other))
            yield Text()
    for unknown in agreement.unknown:
        yield Text(
            f"Not examined: {visible(str(unknown.place))}: {visible(unknown.why)}", "magenta"
        )
    if agreement.unknown:
        yield Text()
    yield terminal.labelled("Agreed", visible(agreement.made))
    yield terminal.labelled("Coverage", coverage_line(agreement.coverage))
    if agreement.reach is not None:
        yield terminal.labelled("Reach", reach_line(agreement.reach))
        for label, text in reach_details(agreement.reach):
            yield terminal.labelled("", f"{label}: {visible(text)}")
    if agreement.written:
        return
    style = "bold red" if agreement.fails else "green"
    yield terminal.labelled("Result", visible(agreement.summary), style)
    if agreement.fails:
        yield terminal.labelled("", "`hushtable lock` agrees to all of it; review what it changes")


def _table(changes: Iterable[Change], other: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False, expand=True)
    shares = {"route": 4, "attributes": 4, other: 4}
    for heading in (*_COLUMNS, other):
        table.add_column(heading, ratio=shares.get(heading), overflow="fold")
    for change in changes:
        table.add_row(*map(Text, _cells(change, code=False)))
    return table


def _sides(agreement: Agreement) -> tuple[tuple[str, str, tuple[Change, ...]], ...]:
    """Give both sides: heading, what the last column is called, changes."""
    difference = agreement.difference
    if agreement.written:
        # Of a first lock every line is new: the file itself is to be read.
        fresh = difference.wider if agreement.agreed.lines else ()
        return ("Agreed now", "before", fresh), ("Agreed no longer", "now", difference.narrower)
    return (
        ("Wider than agreed", "agreed", difference.wider),
        ("Narrower than agreed", "now", difference.narrower),
    )


def _cells(change: Change, *, code: bool) -> tuple[str, ...]:
    def named(text: str) -> str:
        return markdown.code(text, in_table=True) if code else visible(text)

    route = "any route" if change.route == ANY_ROUTE else named(change.route)
    return (
        str(change.kind),
        route,
        str(change.channel),
        named(change.audience) if change.audience else _NO_CALLER,
        named(change.table),
        _parts(change, named),
        _other(change, named),
    )


def _parts(change: Change, named: Callable[[str], str]) -> str:
    marked = set(change.credentials)
    told = [
        f"{named(str(part))} (credential)" if part.name in marked else named(str(part))
        for part in change.parts
    ]
    inside = sorted(marked - {part.name for part in change.parts})
    text = ", ".join(told)
    return f"{text} (with credentials: {', '.join(map(named, inside))})" if inside else text


def _other(change: Change, named: Callable[[str], str]) -> str:
    match change.kind:
        case Kind.ROUTE:
            return "nothing by this route"
        case Kind.CHANNEL:
            return "nothing by this channel"
        case Kind.AUDIENCE:
            others = (named(one) if one else "no caller" for one in change.others)
            return f"to {', '.join(others)}"
        case _ if change.beside:
            return ", ".join(named(str(part)) for part in change.beside)
        case _:
            return "nothing of this table"


def _prose(agreement: Agreement, text: str) -> str:
    return markdown.prose(text.replace(agreement.lock, f"`{agreement.lock}`"))


def _path(agreement: Agreement, place: Place) -> str:
    return f"{agreement.prefix}/{place.path}" if agreement.prefix else place.path


def _lines(number: int) -> str:
    return "1 line is" if number == 1 else f"{number} lines are"
