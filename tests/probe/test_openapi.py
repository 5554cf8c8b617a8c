"""OpenAPI 3.0, 3.1 and Swagger 2.0 are read into the same operations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.service import ParameterSource
from hushtable.probe.openapi import Description, parse

ITEM = {"type": "object", "properties": {"id": {"type": "string"}}}
SWAGGER = {
    "swagger": "2.0",
    "basePath": "/v1/",
    "securityDefinitions": {"key": {"type": "apiKey", "name": "k", "in": "header"}},
    "definitions": {"Item": ITEM},
    "paths": {
        "/items/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "string"}],
            "get": {
                "tags": ["items"],
                "security": [{"key": []}],
                "parameters": [{"name": "limit", "in": "query", "type": "integer", "maximum": 9}],
                "responses": {"200": {"schema": {"$ref": "#/definitions/Item"}}},
            },
            "put": {
                "deprecated": True,
                "parameters": [
                    {"name": "b", "in": "body", "schema": {"$ref": "#/definitions/Item"}}
                ],
                "responses": {"204": {"description": "done"}},
            },
        }
    },
}


def three(version: str) -> dict[str, Any]:
    """Say the same as OpenAPI 3."""
    item = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}
    return {
        "openapi": version,
        "servers": [{"url": "https://api.example.org/v1"}],
        "components": {
            "schemas": {"Item": ITEM},
            "parameters": {
                "id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
            },
            "responses": {"Item": item},
            "requestBodies": {"Item": item},
        },
        "paths": {
            "/items/{id}": {
                "parameters": [{"$ref": "#/components/parameters/id"}],
                "get": {
                    "tags": ["items"],
                    "security": [{"key": []}],
                    "parameters": [
                        {"name": "limit", "in": "query",
                         "schema": {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]}}
                    ],
                    "responses": {"200": {"$ref": "#/components/responses/Item"}},
                },
                "put": {
                    "deprecated": True,
                    "requestBody": {"$ref": "#/components/requestBodies/Item"},
                    "responses": {"204": {"description": "done"}},
                },
            }
        },
    }  # fmt: skip


@pytest.mark.parametrize("root", [SWAGGER, three("3.0.3"), three("3.1.0")])
def test_three_languages_say_the_same(root: dict[str, Any]) -> None:
    """Operations, inputs, bodies, answers and security are read from each version."""
    found = parse(json.dumps(root))
    assert found is not None
    assert found.base == "/v1"
    get, put = found.operations
    assert (str(get), get.secured, get.deprecated) == ("GET /items/{id}", True, False)
    assert (str(put), put.secured, put.deprecated) == ("PUT /items/{id}", False, True)
    assert [one.name for one in get.of(ParameterSource.PATH)] == ["id"]
    (limit,) = get.of(ParameterSource.QUERY)
    assert (limit.bounded, limit.required, limit.schema["type"]) == (True, False, "integer")
    assert found.document.at(get.answer) == ITEM
    assert put.body == ITEM
    assert get.words == "items "


def test_yaml_is_read_safely() -> None:
    """A YAML document is read; one that wants to make objects is none."""
    found = parse("openapi: 3.0.0\npaths:\n  /x:\n    get: {responses: {200: {}}}\n")
    assert found is not None
    assert [str(one) for one in found.operations] == ["GET /x"]
    assert parse("openapi: !!python/object/apply:os.system ['true']\n") is None


def test_optional_security_is_no_security() -> None:
    """An empty requirement among others lets everybody in, as the standard says."""
    root = {"openapi": "3.1.0", "security": [{"a": []}], "paths": {"/x": {"get": {}, "post": {
        "security": [{"a": []}, {}]}, "put": {"security": []}}}}  # fmt: skip
    found = parse(json.dumps(root))
    assert found is not None
    assert [one.secured for one in found.operations] == [True, False, False]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "{", "<html>openapi</html>", "openapi: ["]
)
def test_what_is_no_document_is_none(text: str) -> None:
    """A text that is no document gives None."""
    assert parse(text) is None


WORDS = st.sampled_from(
    ["openapi", "swagger", "paths", "/x", "/{id}", "get", "post", "parameters", "responses", "200",
     "content", "application/json", "schema", "$ref", "name", "in", "path", "query", "security",
     "servers", "url", "requestBody", "tags", "example", "examples", "basePath"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(WORDS, JSON, max_size=5), st.dictionaries(st.sampled_from(["/x", "/{id}"]),
       st.dictionaries(st.sampled_from(["get", "put", "parameters", "$ref"]), JSON)))  # fmt: skip
def test_any_json_is_read(root: dict[str, Any], paths: dict[str, Any]) -> None:
    """Whatever stands in a document, its operations come out or none do."""
    found = parse(json.dumps(root | {"openapi": "3.1.0", "paths": paths}))
    assert isinstance(found, Description)
    for operation in found.operations:
        assert operation.path.startswith("/")
        assert str(operation.route) == str(operation)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f"openapi: {text}"))
def test_any_text_is_read(text: bytes | str) -> None:
    """Whatever a place answers with, it is a description or None."""
    assert parse(text) is None or isinstance(parse(text), Description)


def test_forms_are_bodies() -> None:
    """A form is a body with its members, in OpenAPI 3 and in Swagger 2.0; JSON is preferred."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    kind = "application/x-www-form-urlencoded"
    both = {kind: {"schema": schema}, "application/json": {"schema": {"type": "array"}}}
    two = [{"in": "formData", "name": "a", "type": "string", "required": True}]

    def post(spoken: dict[str, Any], **version: str) -> Any:
        found = parse(json.dumps({**version, "paths": {"/token": {"post": spoken}}}))
        assert found is not None
        return found.operations[0]

    three = post({"requestBody": {"content": {kind: {"schema": schema}}}}, openapi="3.1.0")
    assert (three.form, three.body) == (True, schema)
    plain = post({"requestBody": {"content": both}}, openapi="3.0.0")
    assert (plain.form, plain.body) == (False, {"type": "array"})
    old = post({"parameters": two}, swagger="2.0")
    assert old.form
    assert old.body is not None
    assert (list(old.body["properties"]), old.body["required"]) == (["a"], ["a"])
