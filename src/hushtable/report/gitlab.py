"""A result as a GitLab code quality report, which a merge request shows beside the lines.

GitLab reads of Code Climate's format `description`, `check_name`, `fingerprint`, `severity` (info,
minor, major, critical, blocker) and `location` (docs.gitlab.com, "Code Quality report format").
It compares the fingerprints of two branches, so they must not move with lines, and one report must
not have one twice. It knows no suppressed findings: they are left out.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hushtable.model.facts import Unknown
from hushtable.model.finding import Finding
from hushtable.model.place import Place
from hushtable.model.rule import Severity
from hushtable.report.escape import storable, visible
from hushtable.report.report import Report
from hushtable.report.wording import exposure

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.NOTE: "info",
}


def render(report: Report) -> str:
    """Give the report as a JSON array, in ASCII, with a line break at the end."""
    issues = [_finding(report, one) for one in report.open]
    issues += [_unknown(report, one) for one in report.result.unknown]
    return json.dumps(issues, indent=2, ensure_ascii=True) + "\n"


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    text = f"{finding.message} Through {exposure(finding)}."
    return {
        "description": visible(text),
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": _fingerprint(report, finding.key),
        "severity": _SEVERITIES[finding.severity],
        "location": _location(report, finding.place),
    }


def _unknown(report: Report, unknown: Unknown) -> dict[str, Any]:
    # Two parts of one file may be unknown for one reason: their lines tell them apart.
    parts = f"unexamined\0{unknown.place}\0{unknown.why}"
    key = hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {
        "description": visible(f"Not examined: {unknown.why}"),
        "check_name": "unexamined",
        "fingerprint": _fingerprint(report, key),
        "severity": "critical",
        "location": _location(report, unknown.place),
    }


def _fingerprint(report: Report, key: str) -> str:
    """Give the key, which speaks of one folder; with its prefix where a repository has several."""
    if not report.prefix:
        return key
    text = f"{report.prefix}\0{key}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _location(report: Report, place: Place) -> dict[str, Any]:
    return {"path": storable(report.path(place)), "lines": {"begin": max(1, place.line)}}
