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
from hushtable.rules.wording import listed, path

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
    routes = tuple(_leaving(one, known.get(_of(one)), names) for one in result.routes)
    for seen, here in zip(result.routes, routes, strict=True):
        for answer in seen.leaves:
            name = _behind(answer, here, names)
            if str(answer) in categories:
                categories.setdefault(str(name), categories[str(answer)])
    return replace(
        result,
        routes=routes,
        findings=tuple(findings.values()),
        sensitivities=tuple(sorted(categories.items())),
    )


def _leaving(
    route: Route, here: Route | None, names: Mapping[object, dict[str, Attribute]]
) -> Route:
    """Give a route of the probe with its handler and what stands behind what was seen to leave."""
    if here is None:
        return route
    leaves = {_behind(one, here, names) for one in route.leaves}
    return replace(
        route,
        app=here.app,
        place=here.place,
        handler=here.handler,
        leaves=tuple(sorted(leaves)),
    )


def _behind(
    answer: Attribute, here: Route, names: Mapping[object, dict[str, Attribute]]
) -> Attribute:
    known = names.get(key(here), {})
    return _named(answer, known, known.get("*"))


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
            shown = tuple(_behind(each, route, names) for each in finding.attributes)
            return replace(
                one,
                # Proven is what an answer showed, and not what the source lets leave besides.
                attributes=shown if proven and shown else one.attributes,
                verdict=Verdict.PROVEN if proven else one.verdict,
                transcripts=finding.transcripts,
                audience=finding.audience or one.audience,
                reasons=tuple(
                    dict.fromkeys((*one.reasons, *finding.reasons, *_shown(one, finding)))
                ),
            )
    return replace(
        finding,
        place=route.place,
        function=route.handler,
        routes=(route,),
        attributes=tuple(_behind(one, route, names) for one in finding.attributes),
    )


def _shown(suspected: Finding, live: Finding) -> tuple[str, ...]:
    """Say which members an answer showed, where the source lets others leave as well."""
    names = {one.name for one in live.attributes}
    if not names or names == {one.name for one in suspected.attributes}:
        return ()
    return (f"seen from outside: {listed(path(one) for one in live.attributes)}",)


def _named(answer: Attribute, here: Mapping[str, Attribute], whole: Attribute | None) -> Attribute:
    """Give the attribute behind a member: of its own name, or of the item that leaves whole."""
    if answer.name in here:
        return here[answer.name]
    return answer if whole is None else Attribute(whole.table, answer.path)


def _both(one: Finding, other: Finding) -> Finding:
    transcripts = tuple(dict.fromkeys((*one.transcripts, *other.transcripts)))
    proven = Verdict.PROVEN in {one.verdict, other.verdict}
    verdict = Verdict.PROVEN if proven else one.verdict
    reasons = tuple(dict.fromkeys((*one.reasons, *other.reasons)))
    attributes = one.attributes
    if one.verdict is other.verdict:
        attributes = tuple(dict.fromkeys((*one.attributes, *other.attributes)))
    elif other.verdict is Verdict.PROVEN:
        attributes = other.attributes
    return replace(
        one, transcripts=transcripts, verdict=verdict, attributes=attributes, reasons=reasons
    )
