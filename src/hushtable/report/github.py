"""A result as GitHub workflow commands: one annotation for each finding.

The syntax and its escapes are those of actions/toolkit, packages/core/src/command.ts. GitHub
shows ten annotations of a kind per step, so the most severe come first.
"""

from __future__ import annotations

from hushtable.model.rule import Severity
from hushtable.report.escape import visible
from hushtable.report.proving import seen
from hushtable.report.read_only import read_only
from hushtable.report.report import Report
from hushtable.report.wording import exposure

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.NOTE: "notice",
}


def render(report: Report) -> str:
    """Give one workflow command a line; empty when nothing stands and all was examined."""
    lines = []
    for finding in report.open:
        text = [visible(finding.message), f"Through {visible(exposure(finding))}."]
        if finding.attributes:
            verb = "Reads" if read_only(finding) else "Leaves"
            text.append(f"{verb}: {visible(', '.join(map(str, finding.attributes)))}.")
        text.extend(
            f"Seen in {visible(seen(one))}: {visible(one.curl)}" for one in finding.proofs[:1]
        )
        text.extend(visible(line) for line in finding.remedy.split("\n"))
        properties = {
            "file": report.path(finding.place),
            "line": str(finding.place.line),
            "title": f"{finding.code} {finding.name} ({finding.severity}, {finding.verdict})",
        }
        lines.append(command(_COMMANDS[finding.severity], properties, "\n".join(text)))
    for unknown in report.result.unknown:
        properties = {
            "file": report.path(unknown.place),
            "line": str(unknown.place.line),
            "title": "Not examined",
        }
        lines.append(command("error", properties, visible(unknown.why)))
    return "".join(f"{line}\n" for line in lines)


def command(name: str, properties: dict[str, str], text: str) -> str:
    """Give one workflow command; no text in it can end it or begin another."""
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {told}::{_data(text)}"


def _data(text: str) -> str:
    """Escape a message. Lines of it were made visible before; other line ends break commands."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
