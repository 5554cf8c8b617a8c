"""What a 422 teaches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hushtable.prove.drive.refusals import lessons
from hushtable.prove.exchange import Answered, Asked, Complaint, Exchange
from hushtable.prove.sketch import Form, Shape


def exchange(*errors: dict[str, Any], key: str = "detail") -> Exchange:
    """Make an answer that refuses."""
    body = json.dumps({key: list(errors)}).encode()
    return Exchange(Asked("POST", "/", 0), Answered(422, body=body))


@pytest.mark.parametrize(
    ("kind", "context", "message", "shape"),
    [
        ("missing", {}, "", Shape()),
        ("uuid_parsing", {}, "", Shape(form=Form.UUID)),
        ("date_from_datetime_parsing", {}, "", Shape(form=Form.DATE)),
        ("datetime_parsing", {}, "", Shape(form=Form.DATETIME)),
        ("int_parsing", {}, "", Shape(kind="N", form=Form.INTEGER)),
        ("bool_parsing", {}, "", Shape(kind="BOOL")),
        ("list_type", {}, "", Shape(kind="L", element=Shape())),
        ("model_attributes_type", {}, "", Shape(kind="M")),
        ("string_pattern_mismatch", {"pattern": "^a$"}, "", Shape(pattern="^a$")),
        ("string_too_short", {"min_length": 4}, "", Shape(shortest=4)),
        ("string_too_long", {"max_length": 4}, "", Shape(longest=4)),
        ("enum", {"expected": "'red' or 'blue'"}, "", Shape(choices=("red", "blue"))),
        ("literal_error", {"expected": "1, 2 or 3"}, "", Shape(choices=("1", "2", "3"))),
        ("greater_than_equal", {"ge": 3}, "", Shape(kind="N", form=Form.INTEGER, low=3)),
        ("less_than", {"lt": 3}, "", Shape(kind="N", form=Form.INTEGER, high=2)),
        ("extra_forbidden", {}, "", None),
        ("value_error", {}, "value is not a valid email address", Shape(form=Form.EMAIL)),
        ("value_error", {}, "must be one of 'a', 'b'", Shape(choices=("a", "b"))),
    ],
)
def test_an_error_tells_a_shape(
    kind: str, context: dict[str, Any], message: str, shape: Shape | None
) -> None:
    """Each kind of error names the shape that would have been right."""
    error = {"loc": ["body", "x", 0], "type": kind, "ctx": context, "msg": message}
    assert list(lessons(exchange(error))) == [(("body", "x", "0"), shape)]


def test_an_error_that_says_nothing_teaches_nothing() -> None:
    """An unknown kind, another status and a body that is no list of errors are passed over."""
    unknown = {"loc": ["body"], "type": "value_error", "msg": "no"}
    assert list(lessons(exchange(unknown))) == []
    assert list(lessons(Exchange(Asked("GET", "/", 0), Answered(422, body=b"<p>")))) == []
    assert list(lessons(Exchange(Asked("GET", "/", 0), Answered(400, body=b"{}")))) == []


def test_errors_under_another_name_are_read() -> None:
    """An app that calls them `errors` is understood too."""
    error = {"loc": ["query", "day"], "type": "int_parsing"}
    found = list(lessons(exchange(error, key="errors")))
    assert found == [(("query", "day"), Shape(kind="N", form=Form.INTEGER))]


def test_what_the_answer_keeps_back_is_in_the_complaints() -> None:
    """Where the answer says nothing, the validation's own details do."""
    details = (
        ("source", "raise"),
        ("at body.lines.[].sku", "string_pattern_mismatch"),
        ("ctx pattern", "^[A-Z]$"),
        ("at name", "string_too_short"),
        ("ctx min_length", "9"),
    )
    complaint = Complaint("RequestValidationError", "", details=details)
    seen = Exchange(Asked("POST", "/", 0), Answered(400), complaints=(complaint,))
    assert list(lessons(seen)) == [
        (("body", "lines", "0", "sku"), Shape(pattern="^[A-Z]$")),
        (("body", "name"), Shape(shortest=9)),
    ]
