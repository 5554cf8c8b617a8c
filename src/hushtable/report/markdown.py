"""A result as GitHub-flavoured Markdown, for a pull request or a job summary.

Text from a scanned program stands in code spans or is escaped, so that it makes no link, no
mention, no HTML and no second table cell (GFM 2.4, 6.1, 6.9 and 4.10).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hushtable.model.finding import Finding
from hushtable.model.rule import Severity
from hushtable.report.escape import visible, visible_lines
from hushtable.report.exposure_map import Row, rows, silent_routes
from hushtable.report.proving import more, reach_details, reach_line, seen
from hushtable.report.read_only import read_only
from hushtable.report.report import Report
from hushtable.report.wording import (
    count,
    examined_line,
    exposure,
    score_line,
    standing_of,
    tally,
)

_PUNCTUATION = re.compile(r"[!\"#$%'()*+,\-./:;=?\[\\\]^_`{|}~]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_TICKS = re.compile(r"`+")


def render(report: Report) -> str:
    """Give the report as a Markdown document."""
    lines = ["# hushtable", "", f"**{score_line(report)}.** {prose(tally(report))}.", ""]
    lines.extend(_map(report))
    for severity in Severity:
        found = [finding for finding in report.open if finding.severity is severity]
        if found:
            lines.extend((f"## {str(severity).capitalize()}", ""))
        for finding in found:
            lines.extend(_finding(finding))
    lines.extend(_asides(report))
    if report.comparison is not None:
        lines.extend(("## Compared", "", f"{prose(str(report.comparison))}.", ""))
    lines.extend(("## Coverage", "", f"{prose(examined_line(report.result))}."))
    if report.result.reach is not None:
        lines.extend(("", f"{prose(reach_line(report.result.reach))}.", ""))
        details = reach_details(report.result.reach)
        lines.extend(f"- {label}: {prose(text)}" for label, text in details)
    return "\n".join(lines) + "\n"


def prose(text: str) -> str:
    """Escape a sentence for one line of Markdown; names in single backticks become code spans."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return _escaped(visible(text))
    return "".join(
        code(part) if nth % 2 and part.strip() else _escaped(f"`{part}`" if nth % 2 else part)
        for nth, part in enumerate(parts)
    )


def code(text: str, *, in_table: bool = False) -> str:
    """Give a code span that `text` cannot leave: its fence is longer than any in it (GFM 6.1)."""
    shown = visible(text) or " "
    if in_table:
        shown = shown.replace("|", "\\|")
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def block(text: str) -> list[str]:
    """Give a fenced block that `text` cannot leave, as lines."""
    lines = visible_lines(text)
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *lines, fence]


def _escaped(text: str) -> str:
    text = "".join(_ENTITIES.get(character, character) for character in text)
    # Entities are made of `&#;`, so punctuation is escaped around them.
    pieces = re.split(r"(&(?:amp|lt|gt|#64);)", text)
    return "".join(
        piece if nth % 2 else _PUNCTUATION.sub(r"\\\g<0>", piece)
        for nth, piece in enumerate(pieces)
    )


def _map(report: Report) -> Iterator[str]:
    shown = rows(report.result)
    yield "## Exposure map"
    yield ""
    if shown:
        yield "| route | leaves | channel | audience | verdict | gate |"
        yield "| --- | --- | --- | --- | --- | --- |"
        yield from map(_row, shown)
        yield ""
    silent = silent_routes(report.result, shown)
    if silent:
        yield f"{count(silent, 'route')}: no attribute seen to leave."
        yield ""
    if not report.result.routes:
        yield "No routes found."
        yield ""


def _row(row: Row) -> str:
    leaves = "<br>".join(
        f"{category}: {', '.join(code(name, in_table=True) for name in names)}"
        for category, names in row.attributes
    )
    cells = (
        code(str(row.route), in_table=True),
        leaves,
        str(row.channel),
        code(row.route.audience, in_table=True),
        row.verdict or "none",
        code(str(row.route.gate), in_table=True),
    )
    return f"| {' | '.join(cells)} |"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"### {prose(f'{finding.code} {finding.name}')} {code(str(finding.place))}"
    yield ""
    yield prose(finding.message)
    yield ""
    yield f"- {prose(f'{standing_of(finding)}, through {exposure(finding)}')}"
    if finding.routes:
        yield f"- reached by {_codes(map(str, finding.routes))}"
    if finding.attributes:
        verb = "reads" if read_only(finding) else "leaves"
        yield f"- {verb} {_codes(map(str, finding.attributes))}"
    for proof in finding.proofs[:1]:
        yield f"- seen in {prose(' '.join(filter(None, (seen(proof), more(finding)))))}"
    for reason in finding.reasons:
        yield f"- because {prose(reason)}"
    for transcript in finding.transcripts:
        yield f"- seen: {code(str(transcript))}"
    for step in finding.trace:
        yield f"- {code(str(step.place))} {prose(step.what)}"
    yield ""
    for proof in finding.proofs[:1]:
        yield from ("Try:", "", *block(proof.curl), "")
        if proof.test:
            yield from ("As a test:", "", *block(proof.test.rstrip()), "")
    if finding.remedy:
        yield from ("Remedy:", "", *block(finding.remedy), "")


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))


def _asides(report: Report) -> Iterator[str]:
    if report.result.unknown:
        yield from ("## Not examined", "")
        for unknown in report.result.unknown:
            yield f"- {code(str(unknown.place))} {prose(unknown.why)}"
        yield ""
    aside = [finding for finding in report.findings if finding.suppression is not None]
    if aside:
        yield from ("## Suppressed", "")
        for finding in aside:
            if finding.suppression is not None:
                why = f"{finding.suppression.kind}: {finding.suppression.reason}"
                yield f"- {prose(finding.code)} {code(str(finding.place))} {prose(why)}"
        yield ""
    if report.result.unused_allows:
        yield from ("## Unused allow comments", "")
        for allow in report.result.unused_allows:
            what = f"{', '.join(allow.codes)} {allow.why}".strip()
            yield f"- {code(str(allow.place))} {prose(what)}"
        yield ""
