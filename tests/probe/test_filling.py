"""Requests are filled in with what schemas take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hushtable.model.service import ParameterSource
from hushtable.probe.bodies import Making, body
from hushtable.probe.filling import path_of, samples
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.person import made_up
from hushtable.probe.schema import Document


@pytest.mark.parametrize(
    ("schema", "first"),
    [
        ({"type": "integer"}, "1"),
        ({"type": "integer", "minimum": 5}, "6"),
        ({"type": "string", "enum": ["b", "a"]}, "b"),
        ({"type": "string", "default": "x"}, "x"),
        ({"type": "string", "format": "date"}, "2026-01-15"),
        ({"type": "string", "pattern": r"^\d{4}-\d{2}$"}, "2026-01"),
        ({"type": "string", "minLength": 10}, "2026-01-15"),
        ({"type": "boolean"}, "true"),
    ],
)
def test_a_sample_fits_its_schema(schema: dict[str, Any], first: str) -> None:
    """The first sample is one that the schema takes."""
    assert next(samples(Input("x", ParameterSource.QUERY, schema))) == first


def test_a_pattern_that_never_ends_is_not_tried() -> None:
    """A pattern that may take for ever, or that is none, gives no sample."""
    for pattern in ("(a+)+$", "(", "^nothing fits$"):
        assert list(samples(Input("x", ParameterSource.QUERY, {"pattern": pattern}))) == []


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_a_value_never_leaves_its_place(one: str, two: str) -> None:
    """Whatever a value holds, it stays in its segment of the path or its member of the query."""
    operation = Operation("GET", "/a/{one}/b")
    clean = one.encode("utf-8", "replace").decode()
    text = path_of("/v1", operation, {"one": clean}, {"q": two.encode("utf-8", "replace").decode()})
    parts = urlsplit(text)
    assert parts.path.split("/")[:3] == ["", "v1", "a"]
    assert parts.path.split("/")[4:] == ["b"]
    assert unquote(parts.path.split("/")[3]) == clean


BODY = {
    "type": "object",
    "required": ["email", "size", "kind", "tags", "where", "on"],
    "properties": {
        "email": {"type": "string", "pattern": r"^[^@\s]+@[a-z.]+$"},
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "kind": {"$ref": "#/components/schemas/Kind"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "where": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Where"}]},
        "on": {"type": "boolean"},
        "note": {"type": "string"},
    },
}
SCHEMAS = {
    "Kind": {"type": "string", "enum": ["a", "b"]},
    "Where": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
    "Self": {
        "type": "object",
        "required": ["inner"],
        "properties": {"inner": {"$ref": "#/components/schemas/Self"}},
    },
}


MAKING = Making(Document({"components": {"schemas": SCHEMAS}}), made_up())


def test_a_body_is_the_least_that_is_asked_for() -> None:
    """A made-up body has what is required and no more, and the schema takes it."""
    made = body(MAKING, BODY)
    assert set(made) == set(BODY["required"])
    Draft202012Validator(BODY | {"components": {"schemas": SCHEMAS}}).validate(made)


def test_a_body_that_never_ends_is_cut() -> None:
    """A schema that requires itself gives a body of a few levels."""
    made = body(MAKING, SCHEMAS["Self"])
    assert str(made).count("inner") < 10


def test_a_whole_body_has_what_nobody_asks_for() -> None:
    """Where a document requires too little every member is made up, but for what is read only."""
    parts = [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "boolean"}}}]
    schema = {"allOf": [*parts, {"properties": {"c": {"readOnly": True}}}]}
    assert body(MAKING, schema) == {}
    assert body(replace(MAKING, whole=True), schema) == {"a": "a", "b": True}


def test_a_body_names_a_person_and_what_was_seen() -> None:
    """A body has the made-up person where somebody is asked for, and an id that was seen."""
    names = ("email", "username", "newPassword", "product_id", "card_number")
    schema = {"properties": {name: {"type": "string"} for name in names}, "required": [*names]}
    person = MAKING.person
    making = replace(MAKING, known=lambda name: "p-7" if name == "product_id" else None)
    made = body(making, schema)
    assert made == {
        "email": person.email,
        "username": person.name,
        "newPassword": person.password,
        "product_id": "p-7",
        "card_number": "4242424242424242",
    }
    limited = {"properties": {"username": {"type": "string", "maxLength": 3}}}
    assert body(replace(making, whole=True), limited) == {"username": "a"}
