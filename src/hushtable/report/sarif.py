"""A result as SARIF 2.1.0, in what GitHub code scanning reads of it.

GitHub shows `help.markdown`, groups by `security-severity`, expands `codeFlows` and follows
`relatedLocations` (docs.github.com, "SARIF support for code scanning"). Our fingerprint stands
under its own name, because GitHub recomputes `primaryLocationLineHash` and warns of a mismatch.
Suppressed findings are marked and kept: a dropped one would close its alert and open it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from hushtable import __version__
from hushtable.model.facts import Unknown
from hushtable.model.finding import Finding, Verdict
from hushtable.model.page import RulePage
from hushtable.model.place import Place, Trace
from hushtable.model.rule import Severity
from hushtable.report.escape import storable, visible
from hushtable.report.proving import reach_line, seen
from hushtable.report.report import Report
from hushtable.report.wording import shortened

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "hushtable/v1"

_BASE = "%SRCROOT%"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NOTE: "note",
}
_FIGURES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.NOTE: "1.0",
}
"""GitHub's bands: critical above 9.0, high from 7.0, medium from 4.0, low from 0.1."""

_DESCRIPTION_LIMIT = 1024
_RELATED_LIMIT = 100
_TAG_LIMIT = 10


def render(report: Report) -> str:
    """Give the report as one SARIF log, in ASCII JSON, with a line break at the end."""
    return json.dumps(log(report), indent=2, ensure_ascii=True) + "\n"


def log(report: Report) -> dict[str, Any]:
    """Give the report as a SARIF log of one run."""
    codes = sorted({*report.pages, *(finding.code for finding in report.findings)})
    index = {code: at for at, code in enumerate(codes)}
    unknown, live = report.result.unknown, report.result.asked
    driver = {
        "name": "hushtable",
        "semanticVersion": __version__,
        "rules": [_rule(code, report) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"hushtable/{'scan' if live is None else 'probe'}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The root of the repository."}}},
        "invocations": [
            {
                "executionSuccessful": not unknown,
                "toolExecutionNotifications": [_notification(one, report) for one in unknown],
            }
        ],
        "results": [_result(finding, index, report) for finding in report.findings],
        "properties": {
            "score": report.score.value,
            "grade": report.score.grade,
            "goneFromBaseline": list(report.result.gone_from_baseline),
            **({"reach": storable(reach_line(report.result.reach))} if report.result.reach else {}),
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, report: Report) -> dict[str, Any]:
    page = report.pages.get(code)
    if page is None:
        found = next(finding for finding in report.findings if finding.code == code)
        return {"id": storable(code), "name": storable(found.name)}
    return {
        "id": page.code,
        "name": page.name,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": _cut(page.summary, _DESCRIPTION_LIMIT)},
        "help": {"text": _plain_help(page), "markdown": page.markdown},
        "defaultConfiguration": {"level": _LEVELS[page.severity]},
        "properties": {
            "tags": _tags(page),
            "precision": str(page.confidence),
            "security-severity": _FIGURES[page.severity],
        },
    }


def _plain_help(page: RulePage) -> str:
    return "\n\n".join(filter(None, (page.summary, page.sections.get("Remedy", ""))))


def _tags(page: RulePage) -> list[str]:
    weaknesses = [f"external/cwe/cwe-{number:03d}" for number in page.cwe]
    risks = [f"external/owasp/{name.lower().replace(':', '-')}" for name in page.owasp]
    return list(dict.fromkeys(["security", *weaknesses, *risks]))[:_TAG_LIMIT]


def _result(finding: Finding, index: dict[str, int], report: Report) -> dict[str, Any]:
    related = [
        {
            "id": number,
            "physicalLocation": _physical(route.place, report),
            "message": {"text": _message(str(route))},
        }
        for number, route in enumerate(finding.routes[:_RELATED_LIMIT], start=1)
    ]
    result: dict[str, Any] = {
        "ruleId": storable(finding.code),
        "ruleIndex": index[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": _text(finding)},
        "locations": [{"physicalLocation": _physical(finding.place, report)}],
        "partialFingerprints": {FINGERPRINT: storable(finding.key)},
        "properties": _properties(finding),
    }
    if related:
        result["relatedLocations"] = related
    if finding.trace:
        result["codeFlows"] = [{"threadFlows": [{"locations": _flow(finding.trace, report)}]}]
    suppressions = list(_suppressions(finding, report))
    if suppressions:
        result["suppressions"] = suppressions
    if report.baselined:
        known = finding.suppression is not None and finding.suppression.kind == "baseline"
        result["baselineState"] = "unchanged" if known else "new"
    return result


def _text(finding: Finding) -> str:
    parts = [_message(finding.message)]
    if finding.routes:
        links = [
            f"[{_message(str(route))}]({number})"
            for number, route in enumerate(finding.routes, start=1)
        ]
        parts.append(f"Asked by {shortened(links, 5)}.")
    parts.extend(
        f"Seen in {_message(seen(proof))}: {_message(proof.curl)}" for proof in finding.proofs[:1]
    )
    if finding.remedy:
        remedy = "\n".join(map(_message, finding.remedy.expandtabs(4).split("\n")))
        parts.append(f"Remedy: {remedy}")
    return "\n".join(parts)


def _properties(finding: Finding) -> dict[str, Any]:
    return {
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "verdict": str(finding.verdict),
        "channel": str(finding.channel),
        "audience": storable(finding.audience),
        "attributes": [storable(str(attribute)) for attribute in finding.attributes],
        "reasons": [storable(reason) for reason in finding.reasons],
        "transcripts": [storable(str(each)) for each in finding.transcripts],
        **_proven(finding),
    }


def _proven(finding: Finding) -> dict[str, Any]:
    """Give the proofs, where there are any: the log of a scan is as it was without them."""
    if not finding.proofs:
        return {}
    return {
        "proofs": [
            {
                "seen": storable(seen(proof)),
                "curl": storable(proof.curl),
                "test": storable(proof.test),
            }
            for proof in finding.proofs
        ]
    }


def _suppressions(finding: Finding, report: Report) -> Iterable[dict[str, Any]]:
    if finding.suppression is not None:
        place = finding.suppression.place
        suppression: dict[str, Any] = {
            "kind": "external" if place is None else "inSource",
            "status": "accepted",
            "justification": storable(finding.suppression.reason),
        }
        if place is not None:
            suppression["location"] = {"physicalLocation": _physical(place, report)}
        yield suppression
    if finding.verdict is Verdict.REFUTED:
        yield {
            "kind": "external",
            "status": "accepted",
            "justification": "Refuted: a run of the service did not show it.",
        }


def _flow(trace: Trace, report: Report) -> list[dict[str, Any]]:
    return [
        {
            "location": {
                "physicalLocation": _physical(step.place, report),
                "message": {"text": _message(step.what)},
            }
        }
        for step in trace
    ]


def _notification(unknown: Unknown, report: Report) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"Not examined: {_message(unknown.why)}"},
        "locations": [{"physicalLocation": _physical(unknown.place, report)}],
    }


def _physical(place: Place, report: Report) -> dict[str, Any]:
    region = {"startLine": max(1, place.line)}
    if place.column > 0:
        region["startColumn"] = place.column + 1
    return {
        "artifactLocation": {"uri": uri(report.path(place)), "uriBaseId": _BASE},
        "region": region,
    }


def uri(path: str) -> str:
    """Give a relative path as a URI reference: percent-encoded, undecodable bytes included."""
    text = quote(path.encode("utf-8", "surrogateescape" if _decodes(path) else "surrogatepass"))
    # A path that begins with // would be read as a host (RFC 3986, 4.2).
    return f"./{text.lstrip('/')}" if text.startswith("//") else text


def _decodes(path: str) -> bool:
    return all(not "\ud800" <= each <= "\udfff" or "\udc80" <= each <= "\udcff" for each in path)


def _message(text: str) -> str:
    """Escape what SARIF gives a meaning in a message: brackets make links (SARIF 3.11.6)."""
    escaped = visible(text).replace("\\", "\\\\")
    return escaped.replace("[", "\\[").replace("]", "\\]")


def _cut(text: str, limit: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else f"{plain[: limit - 3]}..."
