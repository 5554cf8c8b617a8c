"""The score, 0 to 100, and the grade, A to F, of a service: published weights and plain steps.

Every weight stands in the tables below, and `explain` prints them: a reader can work out any
score by hand. The steps:

1. A finding costs the points of its severity times the factor of its confidence. A proven one
   costs the full points. A suppressed, refuted or unknown one costs nothing.
2. The findings of one rule count together. The worst costs in full. The others are halved again
   and again (a half, a quarter, ...), and then weighed with the share of the service's routes
   that the rule touches: three leaks on three routes are the whole service, three on a hundred
   are a corner of it. With a finding outside any route the share is 1. So size alone neither helps
   nor hurts: the worst finding of a rule always costs in full, and the rest never more than that.
3. Each rule takes its percentage of what the others have left of 100, so that closing one leak
   always shows, in a bad service too.
4. The score is what is left, rounded down. The grade follows from the score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hushtable.model.finding import Finding, Verdict
from hushtable.model.rule import Confidence, Severity
from hushtable.model.service import Route
from hushtable.model.standards.owasp import API_2023

POINTS = {
    Severity.CRITICAL: 45.0,
    Severity.HIGH: 22.0,
    Severity.MEDIUM: 12.0,
    Severity.LOW: 4.0,
    Severity.NOTE: 0.0,
}
"""Per cent that one finding takes, by severity. Twice the highest is below 100."""

FACTORS = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.7, Confidence.LOW: 0.4}
"""What a suspicion of this confidence weighs, of a proof's 1."""

REPEAT = 0.5
"""What each further finding of a rule weighs, of the one before it."""

GRADES = (("A", 90), ("B", 80), ("C", 65), ("D", 50), ("F", 0))
"""A grade and the lowest score that earns it."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """What one rule takes: `points` per cent, for `findings`, over `share` (0 to 1) of routes."""

    code: str
    points: float
    findings: int
    share: float


@dataclass(frozen=True, slots=True)
class Score:
    """A service's score. Both are None where there was neither a route nor a finding to judge."""

    value: int | None
    grade: str | None
    penalties: tuple[Penalty, ...] = ()


def cost(finding: Finding) -> float:
    """Give the points one finding costs on its own: 0 when it does not count."""
    if not finding.counts or finding.verdict in {Verdict.REFUTED, Verdict.UNKNOWN}:
        return 0.0
    proven = finding.verdict is Verdict.PROVEN
    return POINTS[finding.severity] * (1.0 if proven else FACTORS[finding.confidence])


def grade(value: int) -> str:
    """Give the grade that a score of 0 to 100 earns."""
    return next(name for name, lowest in GRADES if value >= lowest)


def score(findings: Iterable[Finding], routes: Sequence[Route]) -> Score:
    """Score a service from all its findings and routes.

    A service without routes and without findings has no score: nothing was examined that could
    have been wrong.
    """
    costly = [finding for finding in findings if cost(finding) > 0]
    if not costly and not routes:
        return Score(value=None, grade=None)
    by_code: dict[str, list[Finding]] = {}
    for finding in costly:
        by_code.setdefault(finding.code, []).append(finding)
    penalties = tuple(_penalty(code, by_code[code], len(routes)) for code in sorted(by_code))
    left = 100.0
    for penalty in penalties:
        left *= 1 - penalty.points / 100
    # A millionth against the rounding of a product that is a whole number on paper.
    value = math.floor(left + 1e-6)
    ordered = sorted(penalties, key=lambda penalty: (-penalty.points, penalty.code))
    return Score(value=value, grade=grade(value), penalties=tuple(ordered))


def by_risk(findings: Iterable[Finding], routes: Sequence[Route]) -> tuple[tuple[str, Score], ...]:
    """Score each OWASP risk on its own, from the findings that speak of it; all risks, in order."""
    known = tuple(findings)
    return tuple(
        (risk, score((one for one in known if risk in one.owasp), routes)) for risk in API_2023
    )


def _penalty(code: str, findings: Sequence[Finding], routes: int) -> Penalty:
    costs = sorted(map(cost, findings), reverse=True)
    repeats = sum(points * REPEAT**nth for nth, points in enumerate(costs) if nth)
    share = _share(findings, routes)
    return Penalty(code, costs[0] + share * repeats, len(costs), share)


def _share(findings: Sequence[Finding], routes: int) -> float:
    if not routes or not all(finding.routes for finding in findings):
        return 1.0
    touched = {(route.app, str(route)) for finding in findings for route in finding.routes}
    return min(1.0, len(touched) / routes)


def explain() -> str:
    """Give the text of `hushtable explain score`, written from the tables above."""
    points = "\n".join(f"  {name:<10}{value:>5g}" for name, value in POINTS.items())
    factors = "\n".join(f"  {name:<10}{value:>5g}" for name, value in FACTORS.items())
    grades = "\n".join(f"  {name:<10}{lowest:>5} or more" for name, lowest in GRADES)
    worst = 1 - POINTS[Severity.CRITICAL] * FACTORS[Confidence.HIGH] / 100
    other = 1 - POINTS[Severity.MEDIUM] * FACTORS[Confidence.MEDIUM] / 100
    left = math.floor(100 * worst * other + 1e-6)
    return f"""\
The score starts at 100, and every rule with a finding takes a part of it.

1. One finding costs the points of its severity, in per cent:

{points}

   times the factor of its confidence (a proven finding counts with 1):

{factors}

   Suppressed and refuted findings cost nothing. A finding whose verdict is unknown costs
   nothing either, but is shown.

2. The findings of one rule count together. The worst costs in full. Each further one weighs
   {REPEAT:g} of the one before it, and all further ones together are multiplied with the share
   of the service's routes that the rule touches. Three leaks on three routes are the whole
   service, three on a hundred are a corner of it. With a finding outside any route the share is 1.

3. Each rule takes its percentage of what the others left. The score is the rest, rounded down:

   score = 100 x (1 - a/100) x (1 - b/100) x ...

4. The grade follows from the score:

{grades}

Example: one critical finding of high confidence and, by another rule, one medium finding of
medium confidence leave 100 x {worst:g} x {other:g}: a score of {left} and grade {grade(left)}.
A service in which nothing was found to examine, neither a route nor a finding, has no score.
"""
