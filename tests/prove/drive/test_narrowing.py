"""What a condition in an app lets through of an input."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hushtable.model.service import ParameterSource
from hushtable.prove.canary import Canary, Source
from hushtable.prove.drive.door import Door, Entry
from hushtable.prove.drive.narrowing import _tested, choices
from hushtable.prove.exchange import Answered, Asked, Complaint, Exchange, Frame
from hushtable.prove.sketch import Shape
from tests.prove.conftest import Driven
from tests.prove.witnessed import route

KNOWN = {"ALLOWED": ("b", "a"), "NUMBERS": [1, 2]}


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ('field not in {"name", "locale"}', [("field", ("locale", "name"))]),
        ('body.sort not in ["at"] or not field', [("sort", ("at",))]),
        ("field not in ALLOWED", [("field", ("a", "b"))]),
        ("field not in NUMBERS", []),
        ("field not in unknown()", []),
        ('field in {"name"}', []),
    ],
)
def test_choices_are_read_from_the_condition(
    test: str, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    """Only what a refusing line stands under, and only texts, are choices."""
    tree = ast.parse(f"if {test}:\n    raise ValueError\nelse:\n    pass\n")
    assert list(_tested(tree, 2, KNOWN)) == found
    assert not list(_tested(tree, 4, KNOWN))


COLUMNS = {"t": "title", "s": "summary"}
EMPTY: dict[str, str] = {}


def looked_up(column: str) -> str:
    """Look a name up, as a handler does."""
    return COLUMNS[column] + EMPTY.get(column, "")


@pytest.mark.parametrize(("offset", "found"), [(2, ("s", "t")), (1, None)])
def test_choices_are_read_from_the_map_that_missed_an_input(
    offset: int, found: tuple[str, ...] | None
) -> None:
    """The names of a constant map in the line that failed are the choices of what is looked up."""
    entry = Entry("column", ParameterSource.QUERY)
    line = looked_up.__code__.co_firstlineno + offset
    frame = Frame(str(Path(__file__)), line, "looked_up")
    exchange = Exchange(
        Asked("GET", "/", 0), Answered(500), complaints=(Complaint("KeyError", "'x'", (frame,)),)
    )
    door = Door(route(), 0, "/", looked_up, (entry,))
    wanted = [] if found is None else [(("query", "column"), Shape(choices=found))]
    assert list(choices(door, exchange)) == wanted


def test_an_enum_that_refused_an_input_says_what_it_may_be(service: Driven) -> None:
    """The members of an enum are the choices of the input that it refused, and of no other."""
    role = Canary("hqrole", "hqrole", Source.INPUT, path=("body", "role"))
    name = Canary("hqname", "hqname", Source.INPUT, path=("body", "name"))
    told = Complaint(
        "ValueError",
        "'hqrole' is not a valid Role",
        details=(("choice", "admin"), ("choice", "member")),
    )
    asked = Asked("PATCH", "/roles", 0, inputs=(role, name))
    door: Door = service.door("GET /me")
    found = list(choices(door, Exchange(asked, Answered(400), complaints=(told,))))
    assert found == [(("body", "role"), Shape(choices=("admin", "member")))]
