"""Ties what a live service showed to what a scan of its source knows: attribute, read and line.

A finding of the probe that the scan suspected too becomes the scan's finding, proven, with the
transcripts: one row, with the scan's key. Others get the handler's line, and where a member of an
answer has the name of an attribute that leaves there, the attribute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hushtable.model.facts import Facts
from hushtable.model.finding import Finding, Result, Verdict
from hushtable.model.service import Attribute, Route
from hushtable.rules.routes import key

_PARAMETER = re.compile(r"\{[^}]*\}")


def tie(result: Result, source: Result, facts: Facts) -> Result:
    """Give the probe's result with each finding tied to the scan's, where it can be.

    `facts` are those the scan's result was judged from.
    """
    known = {_of(route): route for route in source.routes}
    names = _attributes(facts)
    findings: dict[str, Finding] = {}
    for finding in result.findings:
        route = next((known[_of(one)] for one in finding.routes if _of(one) in known), None)
        tied = finding if route is None else _tied(finding, route, source.findings, names)
        before = findings.get(tied.key)
        findings[tied.key] = tied if before is None else _both(before, tied)
    categories = {**dict(source.sensitivities), **dict(result.sensitivities)}
    return replace(
        result, findings=tuple(findings.values()), sensitivities=tuple(sorted(categories.items()))
    )


def _of(route: Route) -> tuple[str, str]:
    """Name a route whatever its parameters are called."""
    return route.method, _PARAMETER.sub("{}", route.path).rstrip("/")


def _attributes(facts: Facts) -> Mapping[object, dict[str, Attribute]]:
    """Give the attributes that leave by each route, by their name."""
    found: dict[object, dict[str, Attribute]] = {}
    for outflow in facts.outflows:
        for carried in outflow.carried:
            if carried.attribute is not None and carried.attribute.table:
                names = found.setdefault(key(outflow.route), {})
                names.setdefault(carried.attribute.name, carried.attribute)
    return found


def _tied(
    finding: Finding,
    route: Route,
    suspected: Sequence[Finding],
    names: Mapping[object, dict[str, Attribute]],
) -> Finding:
    for one in suspected:
        if one.code == finding.code and any(_of(each) == _of(route) for each in one.routes):
            proven = finding.verdict is Verdict.PROVEN
            return replace(
                one,
                verdict=Verdict.PROVEN if proven else one.verdict,
                transcripts=finding.transcripts,
                audience=finding.audience or one.audience,
                reasons=tuple(dict.fromkeys((*one.reasons, *finding.reasons))),
            )
    here = names.get(key(route), {})
    whole = here.get("*")
    return replace(
        finding,
        place=route.place,
        function=route.handler,
        routes=(route,),
        attributes=tuple(_named(one, here, whole) for one in finding.attributes),
    )


def _named(answer: Attribute, here: Mapping[str, Attribute], whole: Attribute | None) -> Attribute:
    """Give the attribute behind a member: of its own name, or of the item that leaves whole."""
    if answer.name in here:
        return here[answer.name]
    return answer if whole is None else Attribute(whole.table, answer.path)


def _both(one: Finding, other: Finding) -> Finding:
    transcripts = tuple(dict.fromkeys((*one.transcripts, *other.transcripts)))
    proven = Verdict.PROVEN in {one.verdict, other.verdict}
    verdict = Verdict.PROVEN if proven else one.verdict
    return replace(one, transcripts=transcripts, verdict=verdict)
