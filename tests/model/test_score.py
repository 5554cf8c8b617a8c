"""The score: its weights, its fairness to size, and its text."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.finding import Finding, Suppression, Verdict
from hushtable.model.place import Place
from hushtable.model.rule import Confidence, Severity
from hushtable.model.score import GRADES, POINTS, Score, cost, explain, grade, score
from hushtable.model.service import Route


def routes(count: int) -> tuple[Route, ...]:
    """Give this many routes."""
    return tuple(Route("GET", f"/r{n}", Place("app.py", n + 1), f"h{n}") for n in range(count))


def finding(
    code: str = "HT101",
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.HIGH,
    on: tuple[Route, ...] = (),
) -> Finding:
    """Give a finding that differs in nothing else."""
    return Finding(
        code=code,
        name="a-rule",
        place=Place("app.py", 1),
        severity=severity,
        confidence=confidence,
        message="m",
        remedy="r",
        key="0" * 16,
        routes=on,
    )


FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(["HT101", "HT102", "HT201", "HT402"]),
        st.sampled_from(Severity),
        st.sampled_from(Confidence),
        st.lists(st.sampled_from(routes(5)), max_size=3).map(tuple),
    ),
    max_size=40,
)


def test_quiet_service_scores_100() -> None:
    """A service with routes and no finding has 100 and grade A."""
    assert score((), routes(3)) == Score(100, "A")


def test_nothing_examined_has_no_score() -> None:
    """Where there is neither a route nor a finding, no score is claimed."""
    assert score((), ()) == Score(None, None)


@pytest.mark.parametrize(
    ("severity", "confidence", "value", "mark"),
    [
        (Severity.CRITICAL, Confidence.HIGH, 55, "D"),
        (Severity.HIGH, Confidence.HIGH, 78, "C"),
        (Severity.HIGH, Confidence.LOW, 91, "A"),
        (Severity.MEDIUM, Confidence.HIGH, 88, "B"),
        (Severity.LOW, Confidence.HIGH, 96, "A"),
        (Severity.NOTE, Confidence.HIGH, 100, "A"),
    ],
)
def test_one_finding_costs_its_weights(
    severity: Severity, confidence: Confidence, value: int, mark: str
) -> None:
    """One finding costs the points of its severity times the factor of its confidence."""
    got = score([finding(severity=severity, confidence=confidence)], routes(2))
    assert (got.value, got.grade) == (value, mark)


def test_proof_costs_in_full() -> None:
    """A proven finding costs in full whatever the suspicion's confidence was."""
    suspected = finding(confidence=Confidence.LOW)
    proven = dataclasses.replace(suspected, verdict=Verdict.PROVEN)
    assert cost(proven) == POINTS[Severity.HIGH] > cost(suspected)


@pytest.mark.parametrize(
    "change",
    [
        {"suppression": Suppression("allow", "agreed")},
        {"verdict": Verdict.REFUTED},
        {"verdict": Verdict.UNKNOWN},
    ],
)
def test_what_does_not_count_lowers_nothing(change: dict[str, object]) -> None:
    """Suppressed, refuted and unknown findings lower nothing."""
    quiet = dataclasses.replace(finding(), **change)  # type: ignore[arg-type]
    assert score([quiet], routes(2)).value == 100


def test_a_corner_weighs_less_than_the_whole() -> None:
    """Three leaks on three routes cost more than three on a hundred, one costs the same."""
    small, large = routes(3), routes(100)
    three = [finding(on=(route,)) for route in small]
    whole, corner = score(three, small).value, score(three, large).value
    assert whole is not None
    assert corner is not None
    assert whole < corner < 78 + 1
    assert score(three[:1], small).value == score(three[:1], large).value == 78


def test_size_is_no_excuse() -> None:
    """A hundred leaking routes of a hundred score no better than three of three."""
    small, large = routes(3), routes(100)
    of_three = score([finding(on=(route,)) for route in small], small).value
    of_hundred = score([finding(on=(route,)) for route in large], large).value
    assert of_three is not None
    assert of_hundred is not None
    assert of_hundred <= of_three


def test_closing_one_leak_shows_in_a_bad_service() -> None:
    """Closing the only critical leak of a bad service raises its score."""
    rest = [finding(f"HT10{n}") for n in range(5)]
    worst = finding("HT401", Severity.CRITICAL)
    before, after = score([*rest, worst], routes(9)), score(rest, routes(9))
    assert before.value is not None
    assert after.value is not None
    assert before.value < after.value


@given(FINDINGS, st.randoms())
def test_order_does_not_matter(findings: list[Finding], random: object) -> None:
    """The same findings in any order give the same score and the same penalties."""
    shuffled = list(findings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score(shuffled, routes(5)) == score(findings, routes(5))


@given(FINDINGS, FINDINGS)
def test_more_findings_never_raise_the_score(few: list[Finding], more: list[Finding]) -> None:
    """Further findings never raise a score, and it stays between 0 and 100."""
    less, most = score(few, routes(5)).value, score([*few, *more], routes(5)).value
    assert less is not None
    assert most is not None
    assert 0 <= most <= less <= 100


def test_a_routed_finding_beside_unrouted_ones_does_not_help() -> None:
    """A further finding on one route never makes findings outside any route cheaper."""
    outside = [finding(), finding()]
    before = score(outside, routes(50)).value
    after = score([*outside, finding(on=routes(1))], routes(50)).value
    assert before is not None
    assert after is not None
    assert after < before


@given(st.integers(min_value=0, max_value=100))
def test_every_value_has_a_grade(value: int) -> None:
    """Every score has the best grade whose bound it reaches."""
    bounds = dict(GRADES)
    assert value >= bounds[grade(value)]
    assert all(low > value for low in bounds.values() if low > bounds[grade(value)])


def test_the_text_prints_every_weight() -> None:
    """The explanation names every severity, confidence and grade with its number."""
    text = explain()
    for severity, points in POINTS.items():
        assert f"{severity:<10}{points:>5g}" in text
    for name, lowest in GRADES:
        assert f"{name:<10}{lowest:>5} or more" in text
    assert "a score of 50 and grade D" in text
