"""Schemas are read beside values, however they hang together."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.probe.schema import Document, Standing

TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    },
}
ROOT = {
    "components": {
        "schemas": {
            "Tree": TREE,
            "A": {"$ref": "#/components/schemas/B"},
            "B": {"$ref": "#/components/schemas/A"},
            "Both": {
                "allOf": [
                    {"$ref": "#/components/schemas/Tree"},
                    {"type": "object", "properties": {"size": {"type": "integer"}}},
                ]
            },
            "Perhaps": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]},
            "a/b~c": {"type": "object", "properties": {"x": {}}},
        }
    }
}
DOCUMENT = Document(ROOT)


def ref(name: str) -> dict[str, str]:
    """Refer to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def standings(value: object, schema: object, document: Document = DOCUMENT) -> dict[str, str]:
    """Give path and standing of each leaf."""
    leaves = document.leaves(value, schema)
    return {".".join(leaf.path): leaf.standing.value for leaf in leaves}


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ({"name": "a"}, ref("Tree"), {"name": "declared"}),
        ({"name": "a", "extra": 1}, ref("Tree"), {"name": "declared", "extra": "undeclared"}),
        (
            {"children": [{"name": "b", "children": [{"pin": 1}]}]},
            ref("Tree"),
            {"children.[].name": "declared", "children.[].children.[].pin": "undeclared"},
        ),
        ({"name": 1, "size": 2, "x": 3}, ref("Both"),
         {"name": "declared", "size": "declared", "x": "undeclared"}),
        ({"name": 1, "x": 3}, ref("Perhaps"), {"name": "declared", "x": "undeclared"}),
        ({"x": 3}, ref("A"), {"x": "unshaped"}),
        ({"x": 3}, ref("Nowhere"), {"x": "unshaped"}),
        ({"x": 3}, {"$ref": "http://other.test/schema"}, {"x": "unshaped"}),
        ({"x": {"y": 1}}, ref("a~1b~0c"), {"x.y": "unshaped"}),
        ({"x": 3}, {}, {"x": "unshaped"}),
        ({"x": 3}, None, {"x": "unshaped"}),
        ([{"x": 3}], {"type": "array", "items": {}}, {"[].x": "unshaped"}),
        ({"x": 3}, {"type": "object", "additionalProperties": True}, {"x": "unshaped"}),
        ({"x": 3}, {"type": "object", "additionalProperties": {"type": "integer"}},
         {"x": "declared"}),
        ({"x": {"y": 1}}, {"additionalProperties": TREE}, {"x.y": "undeclared"}),
        ({"name": 1, "x": 3}, TREE | {"additionalProperties": False},
         {"name": "declared", "x": "undeclared"}),
        ("text", {"type": "string"}, {"": "declared"}),
    ],
)  # fmt: skip
def test_a_member_is_declared_or_not(value: Any, schema: Any, expected: dict[str, str]) -> None:
    """Each leaf is declared, undeclared beside declared ones, or under a schema without any."""
    assert standings(value, schema) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["$ref", "properties", "items", "allOf", "anyOf", "oneOf", "type", "components", "x",
             "schemas", "additionalProperties", "patternProperties"]
        )
        | st.text(max_size=3),
        inner | st.sampled_from(["#", "#/", "#/x", "#/components/schemas/x", "x.json", "#/~"]),
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON, JSON, JSON)
def test_any_document_is_read(root: Any, schema: Any, value: Any) -> None:
    """No document, schema or value ends in an error, and every scalar is a leaf once."""
    document = Document(root if isinstance(root, dict) else {})
    leaves = list(document.leaves(value, schema))
    assert len(leaves) == scalars(value)


def scalars(value: Any) -> int:
    """Count what is neither object nor list."""
    match value:
        case dict():
            return sum(map(scalars, value.values()))
        case list():
            return sum(map(scalars, value))
        case _:
            return 1


def test_a_schema_that_holds_itself_ends() -> None:
    """A schema that is its own alternative is read once."""
    root: dict[str, Any] = {"s": {"allOf": [{"$ref": "#/s"}], "properties": {"a": {}}}}
    assert standings({"a": 1, "b": 2}, {"$ref": "#/s"}, Document(root)) == {
        "a": "declared",
        "b": "undeclared",
    }


def test_depth_and_number_are_bounded() -> None:
    """A very deep value and a very long one are read in part."""
    deep = json.loads("[" * 300 + "1" + "]" * 300)
    assert list(DOCUMENT.leaves(deep, {})) == []
    assert sum(1 for _ in DOCUMENT.leaves(list(range(50_000)), {})) == 20_000


def test_standings_are_words() -> None:
    """A standing is one of three words."""
    assert {one.value for one in Standing} == {"declared", "undeclared", "unshaped"}
