"""What the page is made of."""

from __future__ import annotations

import pytest

from hushtable.report.document import document
from hushtable.report.html.gathered import gathered
from hushtable.report.html.plain import category_of, shown
from hushtable.report.read_only import overlap
from tests.report.samples import AGREED, RESULT, poisoned, told


def test_every_route_and_attribute_meets_once() -> None:
    """A cell stands for a route and an attribute, with the findings that name both."""
    drawn = gathered(document(told(RESULT)))
    assert len({(cell.route, cell.column) for cell in drawn.cells}) == len(drawn.cells) > 0
    for cell in drawn.cells:
        for number in cell.findings:
            finding = drawn.findings[number]
            assert drawn.routes[cell.route]["name"] in finding["routes"]
            assert drawn.columns[cell.column]["attribute"] in finding["attributes"]


def test_a_cell_is_marked_by_its_strongest_finding() -> None:
    """Suspected is stronger than agreed, and what no finding names merely leaves."""
    drawn = gathered(document(told(RESULT)))
    rank = ["proven", "suspected", "unknown", "agreed", "refuted"]
    for cell in drawn.cells:
        standings = [drawn.findings[number]["standing"] for number in cell.findings]
        assert cell.mark == (min(standings, key=rank.index) if standings else "leaves")


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
    drawn = gathered(shown(document(told(poisoned(hostile)))))
    assert "\u202e" not in str(drawn.document["routes"][0]["path"])
    assert "\\u202e" in str(drawn.findings[0]["message"])
    assert shown({"remedy": "a\nb\x07"}) == {"remedy": "a\nb\\x07"}


def test_what_is_read_and_stays_inside_has_no_cell() -> None:
    """A finding of what is read has no cell, since nothing leaves: its route tells of it."""
    one = document(told(RESULT))
    finding = next(each for each in one["findings"] if each["code"] == "HT102")
    read = finding | {"code": "HT205", "attributes": ["users.card_token"], "key": "9" * 16}
    logged = read | {"code": "HT602", "channel": "log", "key": "8" * 16}
    drawn = gathered(one | {"findings": [finding, read, logged]})
    cells = [drawn.columns[cell.column]["attribute"] for cell in drawn.cells if 1 in cell.findings]
    assert cells == []
    rows = [row for row in drawn.routes if row["name"] in finding["routes"]]
    assert all(1 in row["alone"] for row in rows)
    # What is logged leaves, whatever the answer holds.
    assert any(2 in cell.findings for cell in drawn.cells)
    # And what an answer was seen to hold leaves, whatever the source says.
    seen = read | {"proofs": [{"attributes": ["users.card_token"]}]}
    assert any(0 in cell.findings for cell in gathered(one | {"findings": [seen]}).cells)


def test_a_lock_marks_what_was_agreed() -> None:
    """What a lock allows is agreed, beside its verdict; the rest is wider. Without one, neither."""
    drawn = gathered(document(told(RESULT, agreed=AGREED)))
    may = {
        (drawn.routes[cell.route]["name"], drawn.columns[cell.column]["attribute"]): (
            cell.mark,
            cell.agreed,
        )
        for cell in drawn.cells
    }
    assert may["GET /users/{user_id}", "users.email"] == ("agreed", True)
    assert may["GET /users/{user_id}", "users.password_hash"] == ("suspected", True)
    assert may["GET /users/{user_id}", "users.profile.*"] == ("leaves", False)
    assert may["GET /search", "users.name"] == ("leaves", False)
    assert drawn.lock == "hushtable.lock"
    without = gathered(document(told(RESULT)))
    assert {cell.agreed for cell in without.cells} == {None}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("users.*", "users.email", True), ("users.profile", "users.profile.city", True),
     ("users.profile.*", "users.profile", True), ("users.email", "users.email_hash", False),
     ("orders.*", "users.email", False), ("users.tags.[]", "users.tags", True)],
)  # fmt: skip
def test_attributes_are_the_same_in_part(one: str, other: str, *, same: bool) -> None:
    """A whole holds its parts, whichever is named first; a longer name is another."""
    assert overlap(one, other) is same
    assert overlap(other, one) is same
