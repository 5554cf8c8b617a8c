"""The code that remedies show."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.dynamodb.expression import problems
from hushtable.rules.remedy import allow_list, model_name, projection

NAMES = st.text(min_size=1) | st.sampled_from(
    ["name", "Status", "a b", "a.b", "#x", '"', "\\", "é"]
)


def arguments(code: str) -> dict[str, object]:
    """Read keyword arguments back out of code."""
    call = ast.parse(f"f({code})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {word.arg or "": ast.literal_eval(word.value) for word in call.keywords}


@given(st.lists(NAMES, min_size=1, max_size=9, unique=True))
def test_a_projection_reads_exactly_these_attributes(names: list[str]) -> None:
    """A projection is code that DynamoDB takes, and it resolves to exactly the names."""
    found = arguments(projection(names))
    text, aliases = found["ProjectionExpression"], found.get("ExpressionAttributeNames", {})
    assert isinstance(text, str)
    assert isinstance(aliases, dict)
    if all(len(name) < 100 for name in names):
        assert problems(text, "ProjectionExpression", aliases, ()) == []
    assert [aliases.get(part, part) for part in text.split(", ")] == names


def test_plain_names_stay_plain() -> None:
    """Only a reserved word, or a name outside the grammar, goes behind a placeholder."""
    assert projection(["user_id", "name"]) == (
        'ProjectionExpression="user_id, #name", ExpressionAttributeNames={"#name": "name"}'
    )
    assert projection(["user_id"]) == 'ProjectionExpression="user_id"'


@given(st.lists(NAMES, min_size=1, max_size=5, unique=True))
def test_an_allow_list_keeps_exactly_these_keys(names: list[str]) -> None:
    """An allow-list is code whose tuple of names is exactly the names."""
    tree = ast.parse(allow_list(names), mode="eval")
    (kept,) = (node for node in ast.walk(tree) if isinstance(node, ast.Tuple))
    assert ast.literal_eval(kept) == tuple(names)


@given(st.text())
def test_a_model_name_is_a_class_name(table: str) -> None:
    """Whatever a table is called, the model's name can be a class."""
    assert model_name(table).isidentifier()


def test_model_names() -> None:
    """A model is named after one item of the table."""
    assert [model_name(name) for name in ("users", "order-items", "address", "", "2024")] == [
        "UserOut",
        "OrderItemOut",
        "AddressOut",
        "ItemOut",
        "Table2024Out",
    ]
