"""What the page is made of."""

from __future__ import annotations

import pytest

from hushtable.report.document import document
from hushtable.report.html.gathered import category_of, gathered, shown
from tests.report.samples import RESULT, poisoned, told


def test_every_route_and_attribute_meets_once() -> None:
    """A cell stands for a route and an attribute, with the findings that name both."""
    drawn = gathered(document(told(RESULT)))
    assert len({cell[:2] for cell in drawn.cells}) == len(drawn.cells) > 0
    for route, column, _, findings in drawn.cells:
        for number in findings:
            finding = drawn.findings[number]
            assert drawn.routes[route]["name"] in finding["routes"]
            assert drawn.columns[column]["attribute"] in finding["attributes"]


def test_a_cell_is_marked_by_its_strongest_finding() -> None:
    """Suspected is stronger than agreed, and what no finding names merely leaves."""
    drawn = gathered(document(told(RESULT)))
    rank = ["proven", "suspected", "unknown", "agreed", "refuted"]
    for _, _, mark, findings in drawn.cells:
        standings = [drawn.findings[number]["standing"] for number in findings]
        assert mark == (min(standings, key=rank.index) if standings else "leaves")


def test_a_route_of_two_apps_is_one_row() -> None:
    """Routes that share a method and a path are one row with what leaves either."""
    one = document(told(RESULT))
    route = one["routes"][0]
    one["routes"] = [route, {**route, "leaves": ["users.other"]}]
    names = [each["name"] for each in gathered(one).routes]
    assert names == [f"{route['method']} {route['path']}"]
    assert "users.other" in gathered(one).routes[0]["leaves"]


@pytest.mark.parametrize(
    ("attribute", "category"),
    [("users.email", "personal"), ("users.*", "credential"), ("users.profile.*", "personal"),
     ("users.plan", "public"), ("orders.*", "public")],
)  # fmt: skip
def test_a_whole_item_is_the_worst_of_its_table(attribute: str, category: str) -> None:
    """What is known of a table or map colours it whole."""
    kinds = {"users.email": "personal", "users.pin": "credential", "users.profile.city": "personal"}
    assert category_of(attribute, kinds) == category


def test_nothing_unseen_is_left() -> None:
    """Control characters and marks that reorder text are written out; lines of code stay lines."""
    hostile = "a\u202eb\x1b[31m\x00"
    drawn = gathered(document(told(poisoned(hostile))))
    assert "\u202e" not in str(drawn.document["routes"][0]["path"])
    assert "\\u202e" in str(drawn.findings[0]["message"])
    assert shown({"remedy": "a\nb\x07"}) == {"remedy": "a\nb\\x07"}
