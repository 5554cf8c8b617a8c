"""History and inventory: what changed between results, and what leaves of people."""

from __future__ import annotations

from typing import Any

import pytest

from hushtable.report.document import document
from hushtable.report.html.history import history, runs
from hushtable.report.html.inventory import NO_CALLER, inventory
from tests.report.samples import RESULT, told


def finding(key: str, **more: Any) -> dict[str, Any]:
    """Give what a history looks at of a finding."""
    plain = {"code": "HT102", "path": "a.py", "suppressed": None, "verdict": "suspected"}
    return {"key": key, "proofs": [], "trace": [{}], **plain, **more}


def of(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give what a history looks at of a result."""
    ran = {"rules": [{"code": "HT102"}], "unknown": [], "since": "", "reach": None}
    return {"findings": list(findings), "score": 50, "grade": "D", **ran, **more}


A, B, C = finding("1"), finding("2"), finding("3")


def test_results_are_compared_with_the_one_before() -> None:
    """Keys that come are new, keys that go are fixed, the others are unchanged."""
    past = history([("a", of(A, B)), ("b", of(B, C)), ("c", of())])
    assert [(len(one.new), len(one.fixed), one.unchanged) for one in past] == [
        (0, 0, 0),
        (1, 1, 1),
        (0, 2, 0),
    ]
    assert [one.findings for one in past] == [2, 2, 0]
    assert past[1].new == {"3"}
    assert [one["key"] for one in past[1].fixed] == ["1"]


@pytest.mark.parametrize(
    "later",
    [
        of(since="main"),
        of(rules=[]),
        of(unknown=[{"path": "a.py"}]),
        of(asked={"operations": 1}),
    ],
)
def test_what_was_not_looked_for_is_not_fixed(later: dict[str, Any]) -> None:
    """Where its rule did not run, its file was not read, or not all was seen, nothing is fixed."""
    (_, last) = history([("a", of(A)), ("b", later)])
    assert (last.fixed, last.unseen) == ((), 1)


def test_what_only_a_run_shows_is_fixed_by_a_run() -> None:
    """A scan that goes after a run says nothing of what the run alone had seen."""
    seen = finding("1", verdict="proven", proofs=[{}], trace=[])
    assert history([("a", of(seen)), ("b", of())])[1].unseen == 1
    assert len(history([("a", of(seen)), ("b", of(reach={}))])[1].fixed) == 1


def test_what_was_agreed_to_is_not_fixed() -> None:
    """A finding that is suppressed now was agreed to, and is there all the same."""
    quiet = finding("1", suppressed={"kind": "allow"})
    (_, last) = history([("a", of(A)), ("b", of(quiet))])
    assert (last.fixed, last.agreed, last.findings) == ((), 1, 0)


def test_no_score_is_no_point() -> None:
    """A result without a score parts the line, and does not stand at its bottom."""
    past = history([("a", of()), ("b", of(score=None)), ("c", of())])
    assert past[1].y is None
    assert [len(points) for points in runs(past)] == [1, 1]


def test_the_line_goes_up_with_the_score() -> None:
    """A better score stands higher, a later result further right, all within the picture."""
    results = [(str(n), of(score=n)) for n in (0, 40, 100)]
    past = history(results)
    assert [one.x for one in past] == sorted(one.x for one in past)
    heights = [one.y for one in past if one.y is not None]
    assert heights == sorted(heights, reverse=True)
    assert len(heights) == len(past)
    assert all(0 <= one.x <= 640 for one in past)
    assert all(0 <= y <= 160 for y in heights)


def test_the_inventory_names_data_of_people_alone() -> None:
    """Personal attributes are listed with route, channel and audience; public ones are not."""
    rows = inventory(document(told(RESULT)))
    assert rows
    assert {one.category for one in rows} <= {"credential", "financial", "health", "personal"}
    assert any((one.attribute, one.channel) == ("users.email", "response") for one in rows)
    assert any(one.channel == "log" for one in rows)
    assert len(rows) == len(set(rows))


def test_a_log_has_no_caller() -> None:
    """What is logged goes to nobody who calls, whoever the route answers; nor does what stays."""
    one = document(told(RESULT))
    leak = next(each for each in one["findings"] if each["code"] == "HT102")
    kinds = {"users.card": "financial", "users.pin": "credential"}
    logged = leak | {"channel": "log", "audience": "", "attributes": ["users.card"]}
    read = leak | {"attributes": ["users.pin"]}
    rows = inventory(one | {"findings": [logged, read], "sensitivities": kinds})
    assert [(row.attribute, row.audience) for row in rows] == [("users.card", NO_CALLER)]
