"""A fleet with one of everything, and one whose every text is hostile."""

from __future__ import annotations

import dataclasses

from hushtable.model.fleet import Listed, State
from hushtable.model.rule import Severity
from hushtable.report.document import document
from hushtable.report.fleet.gathered import Ending, Fleet, Row, filled, fleet, unknown_row
from hushtable.report.report import Report
from tests.report.samples import LOGGED, RESULT, poisoned, proved, told

QUIET = dataclasses.replace(RESULT, findings=(), unknown=())
WEAK = dataclasses.replace(QUIET, findings=(LOGGED,))


def listed(number: int, name: str, shown: str = "", revision: str = "", folder: str = "") -> Listed:
    """List a service."""
    return Listed(f"{number:012x}", name, shown or name, "", "", revision, folder)


def row(service: Listed, report: Report, threshold: Severity | None = Severity.LOW) -> Row:
    """Give the row of a service with this result."""
    blank = Row(service, State.EXAMINED, Ending.QUIET, f"file-{service.id}", commit="c" * 40)
    return filled(blank, document(report), threshold)


def mixed() -> Fleet:
    """Give a fleet of a quiet service, a weak one, a bad one that was run, and a missing one."""
    missing = unknown_row(listed(4, "gone"), "gone-4", "git: no such repository")
    remote = listed(3, "bad", "https://***@git.example.com/bad", "v1", "api")
    rows = [row(listed(1, "quiet"), told(QUIET)), missing]
    rows += [row(listed(2, "weak"), told(WEAK)), row(remote, proved())]
    return fleet(rows, 12.5)


def hostile(text: str) -> Fleet:
    """Give a fleet with `text` in every place that a list or a service can fill."""
    bad = row(listed(1, text, text, text, text), told(poisoned(text)))
    return fleet([bad, unknown_row(listed(2, text, text, text, text), "file", text)])
