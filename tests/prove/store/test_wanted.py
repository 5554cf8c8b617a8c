"""What requests to the store say of tables."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.prove.store.wanted import Compared, compared, settings_of, tables_in, wanted

KEY = {"id": {"S": "1"}}


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("GetItem", {"TableName": "t", "Key": KEY}),
        ("GetItem", {"TableName": "arn:aws:dynamodb:eu-west-1:000000000000:table/t", "Key": KEY}),
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": [KEY]}}}),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "t", "Key": KEY}}]}),
        ("BatchWriteItem", {"RequestItems": {"t": [{"DeleteRequest": {"Key": KEY}}]}}),
        ("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "t", "Key": KEY}}]}),
    ],
)
def test_keys_are_read_from_every_operation(operation: str, request_: dict[str, Any]) -> None:
    """A whole key is read wherever an operation carries it."""
    (one,) = wanted(operation, request_)
    assert (one.table, one.key, one.operation) == ("t", KEY, operation)


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("ExecuteStatement", {"Statement": "SELECT * FROM \"t-1\" WHERE a = 'FROM bbb'"}),
        ("BatchExecuteStatement", {"Statements": [{"Statement": "INSERT INTO 't-1' VALUE {}"}]}),
        ("ExecuteTransaction", {"TransactStatements": [{"Statement": 'UPDATE "t-1" SET a=1'}]}),
    ],
)
def test_statements_name_their_table(operation: str, request_: dict[str, Any]) -> None:
    """The table of a PartiQL statement is read."""
    assert "t-1" in tables_in(operation, request_)


def test_conditions_are_read_through_their_placeholders() -> None:
    """Conditions that must hold are given with real names and values; optional ones are not."""
    text = "#s = :open AND begins_with(a.b[0], :x) AND :n < c AND (d = :x OR e = :x) AND NOT f = :x"
    values = {":open": {"S": "open"}, ":x": {"S": "x"}, ":n": {"N": "1"}}
    found = list(compared(text, "FilterExpression", {"#s": "status"}, values))
    assert found == [
        Compared(("status",), "=", ({"S": "open"},)),
        Compared(("a", "b", "[]"), "begins_with", ({"S": "x"},)),
        Compared(("c",), ">", ({"N": "1"},)),
    ]


def test_old_conditions_are_read() -> None:
    """KeyConditions and QueryFilter, older than expressions, are read like them."""
    old = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "u"}]}
    request = {"TableName": "t", "KeyConditions": {"id": old}, "QueryFilter": {"state": old}}
    (one,) = wanted("Query", request)
    assert one.conditions == (Compared(("id",), "=", ({"S": "u"},)),)
    assert one.filters == (Compared(("state",), "=", ({"S": "u"},)),)


def test_what_an_update_and_a_projection_name_is_read() -> None:
    """An update gives its paths with the values it sets, a projection its paths."""
    assert list(
        settings_of("SET #a = :v, c = c + :v REMOVE d", {"#a": "b"}, {":v": {"N": "1"}})
    ) == [
        Compared(("b",), "SET", ({"N": "1"},)),
        Compared(("c",), "SET"),
        Compared(("d",), "REMOVE"),
    ]
    request = {"TableName": "t", "ProjectionExpression": "a, #b.c", "Key": KEY,
               "ExpressionAttributeNames": {"#b": "b"}}  # fmt: skip
    (one,) = wanted("GetItem", request)
    assert [each.path for each in one.changed] == [("a",), ("b", "c")]


@given(
    st.sampled_from(["Query", "BatchGetItem", "TransactWriteItems", "ExecuteStatement", "PutItem"]),
    st.dictionaries(
        st.sampled_from(["TableName", "RequestItems", "TransactItems", "Statement", "Key",
                         "KeyConditionExpression", "FilterExpression", "KeyConditions"]),
        st.recursive(st.none() | st.text(max_size=5) | st.integers(),
                     lambda inner: st.lists(inner, max_size=2)
                     | st.dictionaries(st.text(max_size=5), inner, max_size=2)),
    ),
)  # fmt: skip
def test_malformed_requests_name_no_table_or_one(operation: str, request_: dict[str, Any]) -> None:
    """A request of any form is no error; it names tables or none."""
    assert all(isinstance(name, str) for name in tables_in(operation, request_))
