"""History and inventory: what changed between results, and what leaves of people."""

from __future__ import annotations

from typing import Any

from hushtable.report.document import document
from hushtable.report.html.history import history
from hushtable.report.html.inventory import inventory
from tests.report.samples import RESULT, told


def test_results_are_compared_with_the_one_before() -> None:
    """Keys that come are new, keys that go are fixed, the others are unchanged."""

    def of(*keys: str) -> dict[str, Any]:
        findings = [{"key": key, "suppressed": None} for key in keys]
        return {"findings": findings, "score": 50, "grade": "D"}

    past = history([("a", of("1", "2")), ("b", of("2", "3")), ("c", of())])
    assert [(one.new, one.fixed, one.unchanged) for one in past] == [
        (0, 0, 0),
        (1, 1, 1),
        (0, 2, 0),
    ]
    assert [one.findings for one in past] == [2, 2, 0]


def test_the_line_goes_up_with_the_score() -> None:
    """A better score stands higher, a later result further right, all within the picture."""
    results = [(str(n), {"findings": [], "score": n, "grade": "F"}) for n in (0, 40, 100)]
    past = history(results)
    assert [one.x for one in past] == sorted(one.x for one in past)
    assert [one.y for one in past] == sorted((one.y for one in past), reverse=True)
    assert all(0 <= one.x <= 640 and 0 <= one.y <= 160 for one in past)


def test_the_inventory_names_data_of_people_alone() -> None:
    """Personal attributes are listed with route, channel and audience; public ones are not."""
    rows = inventory(document(told(RESULT)))
    assert rows
    assert {one.category for one in rows} <= {"credential", "financial", "health", "personal"}
    assert any((one.attribute, one.channel) == ("users.email", "response") for one in rows)
    assert any(one.channel == "log" for one in rows)
    assert len(rows) == len(set(rows))
