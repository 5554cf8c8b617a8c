"""Sentences that more than one reporter prints."""

from __future__ import annotations

from collections.abc import Sequence

from hushtable.model.facts import Coverage
from hushtable.model.finding import Finding, Result
from hushtable.model.observation import Asked
from hushtable.model.rule import Severity
from hushtable.report.report import Report


def count(number: int, noun: str) -> str:
    """Give `1 route`, `2 routes`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def tally(report: Report) -> str:
    """Give `3 findings: 1 critical, 2 high; 1 suppressed`."""
    standing = report.open
    by_severity = [
        f"{number} {severity}"
        for severity in Severity
        if (number := sum(finding.severity is severity for finding in standing))
    ]
    text = count(len(standing), "finding") if standing else "No findings"
    if by_severity:
        text += ": " + ", ".join(by_severity)
    aside = len(report.findings) - len(standing)
    if aside:
        text += f"; {aside} suppressed"
    if report.since:
        text += f" (only what changed since {report.since})"
    return text


def score_line(report: Report) -> str:
    """Give `Score 62 of 100, grade D`, with what it does not cover, or why there is none."""
    score = report.score
    if score.value is None:
        return "No score: neither a route nor a finding to judge"
    text = f"Score {score.value} of 100, grade {score.grade}"
    apart = ["of the selected rules alone"] if report.selected else []
    failed = len(report.result.unknown)
    apart += [f"without what was not examined ({failed})"] if failed else []
    return f"{text}, {' and '.join(apart)}" if apart else text


def coverage_line(coverage: Coverage) -> str:
    """Say how much was understood, in one sentence."""
    parts = [
        f"{count(coverage.files_parsed, 'file')} read of {coverage.files_seen:,}",
        f"{coverage.files_skipped:,} cannot matter",
        f"{coverage.files_failed:,} failed",
        count(coverage.routes, "route"),
        f"{coverage.calls_unresolved:,} of {count(coverage.calls, 'call')} unresolved",
        count(coverage.bounds_hit, "bound") + " hit",
    ]
    return f"{', '.join(parts)}, in {coverage.seconds:.1f} s"


def examined_line(result: Result) -> str:
    """Say how much was read, or of a live service how much was asked."""
    if result.asked is not None:
        return asked_line(result.asked)
    return coverage_line(result.coverage)


def asked_line(asked: Asked) -> str:
    """Say how much of a live service was asked, and why not more."""
    parts = [
        f"{asked.answered:,} of {count(asked.operations, 'operation')} answered",
        f"{asked.sent:,} asked",
        count(asked.requests, "request"),
    ]
    text = f"{', '.join(parts)}, in {asked.seconds:.1f} s"
    return f"{text}; ended early: {asked.ended}" if asked.ended else text


def exposure(finding: Finding) -> str:
    """Say who gets it, and how: `response to anyone`."""
    channel = str(finding.channel)
    if finding.audience.startswith("host:"):
        return f"sent to {finding.audience.removeprefix('host:')}"
    return f"{channel} to {finding.audience}" if finding.audience else channel


def standing_of(finding: Finding) -> str:
    """Give `suspected, confidence high`, or `proven`."""
    verdict = str(finding.verdict)
    return verdict if verdict == "proven" else f"{verdict}, confidence {finding.confidence}"


def shortened(names: Sequence[str], most: int) -> str:
    """Join names with commas; beyond `most`, say how many more there are."""
    text = ", ".join(names[:most])
    more = len(names) - most
    return f"{text} and {more} more" if more > 0 else text
