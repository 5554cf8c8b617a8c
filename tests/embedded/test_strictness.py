"""What DynamoDB refuses and the emulator alone would not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.embedded.emulator import Emulator, RequestRefusedError
from hushtable.embedded.fixtures import Index, Table, load
from hushtable.embedded.strictness import Refusal, TableShape, check

ORDERS = Table(
    "orders",
    ("user_id", "order_id"),
    types={"order_id": "N"},
    indexes=(
        Index("keys-only", ("status",), includes=()),
        Index("some", ("status", "placed"), includes=("total",)),
        Index("whole", ("placed",)),
    ),
    items=tuple(
        {"user_id": "u", "order_id": number, "status": "open", "placed": "x", "total": 5, "note": 1}
        for number in range(3)
    ),
)
NAMES = {"#s": "status"}
ONE = {":v": {"S": "u"}}
BY_USER = {"KeyConditionExpression": "user_id = :v", "ExpressionAttributeValues": ONE}
BY_STATUS = {
    "KeyConditionExpression": "#s = :v",
    "ExpressionAttributeNames": NAMES,
    "ExpressionAttributeValues": {":v": {"S": "open"}},
}
START = {"user_id": {"S": "u"}, "order_id": {"N": "0"}}


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    """Give an emulator with the orders; no test here changes them."""
    fresh = Emulator()
    load(fresh, [ORDERS])
    return fresh


def refusal(emulator: Emulator, operation: str, request: dict[str, Any]) -> Refusal | None:
    """Check a request against the tables of an emulator."""

    def shape(name: str) -> TableShape | None:
        try:
            found = emulator.ask("DescribeTable", {"TableName": name})
        except RequestRefusedError:
            return None
        return TableShape.from_description(found["Table"])

    return check(operation, request, shape)


REFUSED = [
    ("GetItem", {"ProjectionExpression": "info.status"}, "keyword: status"),
    ("GetItem", {"ProjectionExpression": "order_id, Total"}, "keyword: Total"),
    ("Query", {**BY_USER, "FilterExpression": "info.#s = :v"}, "not defined: #s"),
    ("Query", {**BY_USER, "FilterExpression": "order_id > :v"}, "order_id"),
    ("Query", {**BY_STATUS, "IndexName": "some", "FilterExpression": "placed = :v"}, "placed"),
    ("Scan", {"FilterExpression": "a = = :v", "ExpressionAttributeValues": ONE}, "syntax error"),
    ("Scan", {"FilterExpression": "a = {}"}, "Syntax error"),
    ("Scan", {"ProjectionExpression": "a, a"}, "ProjectionExpression"),
    ("Scan", {"ExclusiveStartKey": {**START, "note": {"S": "x"}}}, "starting key is invalid"),
    ("Scan", {"ExclusiveStartKey": {"user_id": {"S": "u"}}}, "starting key is invalid"),
    ("Scan", {"ExclusiveStartKey": {**START, "order_id": {"S": "0"}}}, "does not match the schema"),
    ("Scan", {"ExclusiveStartKey": "u"}, "starting key is invalid"),
    ("Query", {**BY_STATUS, "IndexName": "some", "ExclusiveStartKey": START}, "starting key"),
    ("Query", {**BY_STATUS, "IndexName": "keys-only", "Select": "ALL_ATTRIBUTES"}, "is not ALL"),
    ("Query", {**BY_STATUS, "IndexName": "some", "Select": "ALL_ATTRIBUTES"}, "is not ALL"),
    ("Query", {**BY_STATUS, "IndexName": "some", "ProjectionExpression": "note"}, "not project"),
    ("Scan", {"IndexName": "keys-only", "AttributesToGet": ["total"]}, "does not project"),
    ("UpdateItem", {"UpdateExpression": "SET order_id = :v"}, "UpdateExpression"),
    ("PutItem", {"ConditionExpression": "attribute_not_exists(name)"}, "keyword: name"),
]

ACCEPTED = [
    ("Scan", {"FilterExpression": "user_id = :v", "ExpressionAttributeValues": ONE}),
    ("Scan", {"ExclusiveStartKey": START}),
    ("Query", {**BY_USER, "ExclusiveStartKey": START}),
    ("Query", {**BY_USER, "FilterExpression": "note = :v"}),
    ("Query", {**BY_STATUS, "IndexName": "some", "ProjectionExpression": "#s, placed"}),
    ("Query", {**BY_STATUS, "IndexName": "some", "Select": "ALL_PROJECTED_ATTRIBUTES"}),
    ("Query", {**BY_STATUS, "IndexName": "keys-only", "Select": "COUNT"}),
    ("Scan", {"IndexName": "whole", "Select": "ALL_ATTRIBUTES"}),
    ("Scan", {"IndexName": "whole", "ProjectionExpression": "note"}),
    ("GetItem", {"ProjectionExpression": "info.#s", "ExpressionAttributeNames": NAMES}),
]


@pytest.mark.parametrize(("operation", "parameters", "said"), REFUSED)
def test_it_refuses(
    emulator: Emulator, operation: str, parameters: dict[str, Any], said: str
) -> None:
    """What the service refuses is refused, by a message that says what for."""
    found = refusal(emulator, operation, {"TableName": "orders", **parameters})
    assert found is not None
    assert found.code == "ValidationException"
    assert said in found.message


@pytest.mark.parametrize(("operation", "parameters"), ACCEPTED)
def test_it_lets_through(emulator: Emulator, operation: str, parameters: dict[str, Any]) -> None:
    """What the service takes is let through."""
    assert refusal(emulator, operation, {"TableName": "orders", **parameters}) is None


@pytest.mark.parametrize(("count", "refused"), [(100, False), (101, True)])
def test_in_takes_a_hundred_operands(emulator: Emulator, count: int, *, refused: bool) -> None:
    """IN may have 100 operands and not 101."""
    values = {f":v{number}": {"N": str(number)} for number in range(count)}
    found = refusal(
        emulator,
        "Scan",
        {
            "TableName": "orders",
            "FilterExpression": f"note IN ({', '.join(values)})",
            "ExpressionAttributeValues": values,
        },
    )
    assert (found is not None) == refused


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("BatchGetItem", {"RequestItems": {"orders": {"ProjectionExpression": "a.status"}}}),
        ("TransactGetItems", {"TransactItems": [{"Get": {"ProjectionExpression": "a.status"}}]}),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {}}, {"Delete": {"ConditionExpression": "status = :v"}}]},
        ),
    ],
)
def test_it_looks_into_batches(
    emulator: Emulator, operation: str, request_: dict[str, Any]
) -> None:
    """A reserved word inside a batch or a transaction is refused as anywhere."""
    found = refusal(emulator, operation, request_)
    assert found is not None
    assert "reserved keyword: status" in found.message


def test_the_emulators_own_cursors_pass(emulator: Emulator) -> None:
    """Every LastEvaluatedKey that was given can be used to go on, also out of an index."""
    for parameters in (BY_USER, {**BY_STATUS, "IndexName": "some"}):
        request = {"TableName": "orders", "Limit": 1, **parameters}
        page = emulator.ask("Query", request)
        seen = list(page["Items"])
        while "LastEvaluatedKey" in page:
            page = emulator.ask("Query", {**request, "ExclusiveStartKey": page["LastEvaluatedKey"]})
            seen += page["Items"]
        assert len(seen) == 3


def test_an_unknown_table_or_index_is_left_to_the_emulator(emulator: Emulator) -> None:
    """The service has its own error for a table or an index that is not there."""
    for request in (
        {"TableName": "none", "ExclusiveStartKey": START},
        {"TableName": "orders", "IndexName": "none", "ExclusiveStartKey": START},
    ):
        assert refusal(emulator, "Scan", request) is None


@given(st.dictionaries(st.sampled_from(
    ("FilterExpression", "ProjectionExpression", "ExpressionAttributeNames", "IndexName",
     "ExpressionAttributeValues", "ExclusiveStartKey", "Select", "AttributesToGet")
), st.none() | st.text() | st.integers() | st.lists(st.text()) | st.dictionaries(
    st.text(), st.text() | st.dictionaries(st.text(), st.text())
)))  # fmt: skip
def test_any_parameters_are_judged(parameters: dict[str, Any]) -> None:
    """Parameters of any type are refused or let through, and never raise."""
    shape = TableShape("orders", ("user_id",), {"user_id": "S"}, {})
    found = check("Query", {"TableName": "orders", **parameters}, lambda _: shape)
    assert found is None or found.message


@pytest.mark.parametrize(
    ("operation", "request_", "refused"),
    [
        ("Query", BY_USER | {"ExpressionAttributeValues": {":v": {"S": "u" * 2048}}}, False),
        ("Query", BY_USER | {"ExpressionAttributeValues": {":v": {"S": "u" * 2049}}}, True),
        (
            "Query",
            BY_STATUS
            | {"IndexName": "whole-two", "ExpressionAttributeValues": {":v": {"S": "u" * 1500}}},
            False,
        ),
        (
            "Query",
            BY_STATUS
            | {
                "IndexName": "keys-only",
                "ExpressionAttributeValues": {":v": {"S": "\u00e9" * 1100}},
            },
            True,
        ),
        ("GetItem", {"Key": {"user_id": {"S": "u" * 3000}, "order_id": {"N": "1"}}}, True),
        ("GetItem", {"Key": {"user_id": {"S": "u" * 2000}, "order_id": {"N": "1"}}}, False),
    ],
)
def test_a_key_has_a_longest_value(
    emulator: Emulator, operation: str, request_: dict[str, Any], *, refused: bool
) -> None:
    """A partition key of more than 2,048 bytes is refused, wherever it is given."""
    found = refusal(emulator, operation, {"TableName": "orders"} | request_)
    assert (found is not None and "hashkey" in found.message) is refused
