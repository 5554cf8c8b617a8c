"""A result as one line for each finding, as compilers print them, for editors that read such lines.

`path:line:column: error: text [HT101]` is what GCC prints. VS Code's `$gcc` matcher, Vim's default
`errorformat` and Emacs' `compile` read it. The column counts characters from 1, and is 1 where
only the line is known.
"""

from __future__ import annotations

from hushtable.model.place import Place
from hushtable.model.rule import Severity
from hushtable.report.escape import inert, visible
from hushtable.report.report import Report

KINDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NOTE: "note",
}
"""The three words of GCC; an editor knows no more."""


def render(report: Report) -> str:
    """Give a line for each finding that stands and each file that was not examined."""
    lines = [
        _line(report, one.place, KINDS[one.severity], f"{one.message} [{one.code}]")
        for one in report.open
    ]
    lines += [
        _line(report, one.place, "error", f"not examined: {one.why} [unexamined]")
        for one in report.result.unknown
    ]
    return "".join(f"{line}\n" for line in lines)


def _line(report: Report, place: Place, kind: str, text: str) -> str:
    where = f"{report.path(place)}:{place.line}:{place.column + 1}" if place.line else place.path
    return inert(f"{visible(where)}: {kind}: {visible(text)}")
