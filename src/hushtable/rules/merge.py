"""Judgements into findings: one finding for one rule and place, with a key that survives moves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from hushtable.model.finding import Finding, Verdict, finding_key
from hushtable.model.rule import Confidence, Judgement, Severity
from hushtable.model.service import ANYONE, OWNER, SIGNED_IN, Channel, Route
from hushtable.rules.catalogue import Rule
from hushtable.rules.routes import key as route_key

_CONFIDENCES = list(Confidence)
_READ_BY_CLIENTS = frozenset({Channel.RESPONSE, Channel.HEADER, Channel.ERROR})


def findings(rule: Rule, judgements: Iterable[Judgement]) -> tuple[Finding, ...]:
    """Merge what one rule said, place by place, and give every finding its key.

    The facts are kept per route, so one line that three routes share is judged three times: it
    becomes one finding with three routes, all attributes, and the words of the worst judgement.
    """
    places: dict[tuple[str, int, Channel], list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        place = judgement.place
        places[place.path, place.line, judgement.channel].append(judgement)
    seen: Counter[tuple[object, ...]] = Counter()
    merged: list[Finding] = []
    for _, group in sorted(places.items()):
        finding = _merge(rule, group)
        same = (finding.place.path, finding.function, finding.channel, finding.attributes)
        merged.append(_with_key(finding, seen[same]))
        seen[same] += 1
    return tuple(merged)


def order(finding: Finding) -> tuple[int, str, int, str]:
    """Sort key of a report: the worst first, then by file and line."""
    return (-finding.severity.rank, finding.place.path, finding.place.line, finding.code)


def _merge(rule: Rule, group: list[Judgement]) -> Finding:
    worst = max(group, key=lambda one: (_severity(rule, one).rank, -_doubt(rule, one)))
    routes = tuple({route_key(route): route for one in group for route in one.routes}.values())
    others = len(routes) - max(1, len(worst.routes))
    more = f" ({others} more {'route does' if others == 1 else 'routes do'} so too)"
    return Finding(
        code=rule.code,
        name=rule.name,
        place=min(one.place for one in group),
        severity=_severity(rule, worst),
        confidence=_CONFIDENCES[min(_doubt(rule, one) for one in group)],
        message=worst.message + (more if others > 0 else ""),
        remedy=worst.remedy,
        key="",
        attributes=tuple(sorted(set(chain.from_iterable(one.attributes for one in group)))),
        routes=routes,
        channel=worst.channel,
        audience=_seen_by(group)
        or (_audience(routes) if worst.channel in _READ_BY_CLIENTS else ""),
        function=worst.function,
        trace=worst.trace or next((one.trace for one in group if one.trace), ()),
        reasons=tuple(dict.fromkeys(chain.from_iterable(one.reasons for one in group))),
        cwe=rule.info.cwe,
        owasp=rule.info.owasp,
        verdict=Verdict.PROVEN if any(map(_is_proven, group)) else Verdict.SUSPECTED,
        transcripts=tuple(dict.fromkeys(chain.from_iterable(one.transcripts for one in group))),
    )


def _with_key(finding: Finding, ordinal: int) -> Finding:
    key = finding_key(
        finding.code,
        finding.place.path,
        finding.function,
        finding.channel,
        finding.attributes,
        ordinal,
    )
    return replace(finding, key=key)


def _severity(rule: Rule, judgement: Judgement) -> Severity:
    return judgement.severity or rule.info.severity


def _doubt(rule: Rule, judgement: Judgement) -> int:
    return _CONFIDENCES.index(judgement.confidence or rule.info.confidence)


def _is_proven(judgement: Judgement) -> bool:
    """Whether a transcript shows it: without one nothing is proven, whatever a rule says."""
    return judgement.proven and bool(judgement.transcripts)


def _seen_by(group: list[Judgement]) -> str:
    return _widest(one.audience for one in group if one.audience)


def wider(one: str, other: str) -> bool:
    """Whether an audience holds more people than another; none at all holds the fewest."""
    return bool(one) and (not other or _width(one) < _width(other))


def _audience(routes: tuple[Route, ...]) -> str:
    return _widest(route.audience for route in routes)


def _widest(audiences: Iterable[str]) -> str:
    """Give the widest audience: anyone, then signed-in, then a role, then the owner."""
    return min(audiences, key=_width, default="")


def _width(audience: str) -> int:
    return {ANYONE: 0, SIGNED_IN: 1, OWNER: 3}.get(audience, 2)
