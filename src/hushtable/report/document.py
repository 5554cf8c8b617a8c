"""A result as JSON, in the stable shape that `result.schema.json` describes.

Keys are only ever added within a version. Paths are relative to the scanned folder.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from hushtable.model.contract import Contract
from hushtable.model.facts import Allow, Coverage, Unknown
from hushtable.model.finding import Finding
from hushtable.model.observation import Asked
from hushtable.model.page import RulePage
from hushtable.model.place import Place, Step
from hushtable.model.score import by_risk
from hushtable.model.service import Route
from hushtable.model.transcript import Transcript
from hushtable.report.contract_lines import plain
from hushtable.report.escape import storable
from hushtable.report.proving import proof_document, reach_document
from hushtable.report.report import Mended, Report


def render(report: Report) -> str:
    """Give the report as one JSON document, in ASCII, with a line break at the end."""
    return json.dumps(_fit(document(report)), indent=2, ensure_ascii=True) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Give the report as plain dictionaries, lists, strings and numbers."""
    result = report.result
    return {
        "version": result.version,
        "findings": [
            {**_finding(finding), "fix": _fix(report.fixes.get(finding.key))}
            for finding in report.findings
        ],
        "routes": [_route(route) for route in result.routes],
        "coverage": _coverage(result.coverage),
        "score": report.score.value,
        "grade": report.score.grade,
        "since": report.since,
        "penalties": [dataclasses.asdict(one) for one in report.score.penalties],
        "rules": [_rule(report.pages[code]) for code in report.ran if code in report.pages],
        "sensitivities": dict(result.sensitivities),
        "unknown": [_unknown(unknown) for unknown in result.unknown],
        "unused_allows": [_allow(allow) for allow in result.unused_allows],
        **({} if result.asked is None else _live(report, result.asked)),
        "reach": None if result.reach is None else reach_document(result.reach),
        "contract": None if report.leaving is None else _contract(report, report.leaving),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    routes = [str(route) for route in finding.routes]
    suppression = finding.suppression
    return {
        "code": finding.code,
        "name": finding.name,
        "path": finding.place.path,
        "line": finding.place.line,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "verdict": str(finding.verdict),
        "message": finding.message,
        "route": routes[0] if routes else None,
        "routes": routes,
        "attributes": [str(attribute) for attribute in finding.attributes],
        "channel": str(finding.channel),
        "audience": finding.audience,
        "trace": [_step(step) for step in finding.trace],
        "reasons": list(finding.reasons),
        "cwe": list(finding.cwe),
        "owasp": list(finding.owasp),
        "key": finding.key,
        "remedy": finding.remedy,
        "transcripts": [_transcript(one) for one in finding.transcripts],
        "proofs": [proof_document(proof) for proof in finding.proofs],
        "suppressed": None
        if suppression is None
        else {
            "kind": suppression.kind,
            "reason": suppression.reason,
            **(_place(suppression.place) if suppression.place else {"path": None, "line": None}),
        },
    }


def _fix(mended: Mended | None) -> dict[str, Any] | None:
    return None if mended is None else dataclasses.asdict(mended)


def _contract(report: Report, leaving: Contract) -> dict[str, Any]:
    agreed = report.agreed
    return {
        "made_from": str(leaving.basis),
        "leaves": list(map(plain, leaving.lines)),
        "agreed": None
        if agreed is None
        else {
            "lock": report.lock,
            "made_from": str(agreed.basis),
            "lines": list(map(plain, agreed.lines)),
        },
    }


def _route(route: Route) -> dict[str, Any]:
    return {
        "method": route.method,
        "path": route.path,
        "file": route.place.path,
        "line": route.place.line,
        "handler": route.handler,
        "gate": str(route.gate),
        "audience": route.audience,
        "pagination": str(route.pagination),
        "scan": route.scans,
        "reads": list(route.reads),
        "leaves": [str(attribute) for attribute in route.leaves],
    }


def _rule(page: RulePage) -> dict[str, Any]:
    return {
        "code": page.code,
        "name": page.name,
        "title": page.title,
        "severity": str(page.severity),
        "cwe": list(page.cwe),
        "owasp": list(page.owasp),
        "classes": list(page.classes),
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    figures = dataclasses.asdict(coverage)
    figures["unresolved"] = [{"call": call, "count": times} for call, times in coverage.unresolved]
    return figures


def _live(report: Report, asked: Asked) -> dict[str, Any]:
    """Give what only a result of a live service has."""
    routes = tuple(one for one in report.result.routes if str(one) not in _refused(asked))
    risks = by_risk(report.result.findings, routes)
    told = {
        "asked": _asked(asked),
        "risks": {risk: {"score": one.value, "grade": one.grade} for risk, one in risks},
    }
    if report.comparison is not None:
        told["comparison"] = dict(report.comparison.document)
    return told


def _refused(asked: Asked) -> set[str]:
    return {one.route for one in asked.refused}


def _asked(asked: Asked) -> dict[str, Any]:
    figures = dataclasses.asdict(asked)
    figures["refused"] = [{"route": one.route, "why": one.why} for one in asked.refused]
    return figures


def _transcript(transcript: Transcript) -> dict[str, Any]:
    return dataclasses.asdict(transcript)


def _place(place: Place) -> dict[str, Any]:
    return {"path": place.path, "line": place.line}


def _step(step: Step) -> dict[str, Any]:
    return {**_place(step.place), "what": step.what}


def _unknown(unknown: Unknown) -> dict[str, Any]:
    return {**_place(unknown.place), "why": unknown.why}


def _allow(allow: Allow) -> dict[str, Any]:
    codes = list(allow.codes)
    return {**_place(allow.place), "codes": codes, "reason": allow.reason, "why": allow.why}


def _fit(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Replace lone surrogates, which strict JSON readers refuse, in every string."""
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(key): _fit(each) for key, each in value.items()}
        case list() | tuple():
            return [_fit(each) for each in value]
        case _:
            return value
