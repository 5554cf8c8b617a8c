"""The emulator in process."""

from __future__ import annotations

import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.embedded.emulator import Emulator, RequestRefusedError, error_code
from hushtable.embedded.fixtures import Table, load

NOTES = Table("notes", ("pk", "sk"), items=({"pk": "a", "sk": "b", "text": "hello", "n": 3},))
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}

OPERATIONS = (
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "UpdateItem",
    "BatchGetItem",
    "TransactGetItems",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
            ("TableName", "Key", "Item", "pk", "S", "N", "Limit", "FilterExpression", "Keys",
             "RequestItems", "TransactItems", "Get", "ExclusiveStartKey", "notes", "IndexName",
             "ExpressionAttributeNames", "ProjectionExpression")
        ), inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.fixture
def emulator() -> Emulator:
    """Give an emulator with one table and one item."""
    fresh = Emulator()
    load(fresh, [NOTES])
    return fresh


def test_an_item_comes_back(emulator: Emulator) -> None:
    """What was put is got, as the service writes it, with its headers."""
    request = {"TableName": "notes", "Key": KEY}
    answer = emulator.handle("GetItem", json.dumps(request).encode())
    assert answer.status == 200
    assert json.loads(answer.body)["Item"] == {**KEY, "text": {"S": "hello"}, "n": {"N": "3"}}
    assert int(answer.headers["x-amz-crc32"]) == zlib.crc32(answer.body)
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert answer.headers["x-amzn-requestid"]


def test_two_emulators_share_nothing(emulator: Emulator) -> None:
    """A table of one emulator is unknown to another, and so is what is written to it."""
    other = Emulator()
    assert other.table_names() == ()
    load(other, [Table("notes", ("pk", "sk"))])
    other.ask("PutItem", {"TableName": "notes", "Item": {**KEY, "text": {"S": "other"}}})
    item = emulator.ask("GetItem", {"TableName": "notes", "Key": KEY})["Item"]
    assert item["text"] == {"S": "hello"}


def test_reset_forgets_everything(emulator: Emulator) -> None:
    """After a reset there is no table, also none that was protected from deletion."""
    protected = {**Table("safe", ("pk",)).create_request(), "DeletionProtectionEnabled": True}
    emulator.ask("CreateTable", protected)
    emulator.reset()
    assert emulator.table_names() == ()
    load(emulator, [NOTES])
    assert emulator.table_names() == ("notes",)


def test_more_tables_than_a_page_are_all_named() -> None:
    """ListTables gives 100 names a page; all of them are listed."""
    emulator = Emulator()
    names = [f"table-{number:03d}" for number in range(105)]
    load(emulator, [Table(name, ("pk",)) for name in names])
    assert emulator.table_names() == tuple(names)


def test_a_refusal_names_no_value(emulator: Emulator) -> None:
    """The exception of a refused request holds its code and table, and nothing that was sent."""
    request = {"TableName": "notes", "Item": {"pk": {"S": "hidden-value"}}}
    with pytest.raises(RequestRefusedError) as refused:
        emulator.ask("PutItem", request)
    assert (refused.value.code, refused.value.table) == ("ValidationException", "notes")
    assert "hidden-value" not in f"{refused.value!r} {vars(refused.value)}"


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("GetItem", b"{", "SerializationException"),
        ("GetItem", b"\xff\xfe", "SerializationException"),
        ("GetItem", b"[1]", "SerializationException"),
        ("GetItem", b"[" * 100_000, "SerializationException"),
        ("GetItem", b"", "ValidationException"),
        ("DropEverything", b"{}", "UnknownOperationException"),
        ("GetItem", b'{"TableName": "none", "Key": {}}', "ResourceNotFoundException"),
        ("Scan", b'{"TableName": "notes", "FilterExpression": 5}', "SerializationException"),
    ],
)
def test_bad_requests_are_answered(
    emulator: Emulator, operation: str, body: bytes, code: str
) -> None:
    """Garbage is a client error, in the form of the service: namespaced type, 400."""
    answer = emulator.handle(operation, body)
    error = json.loads(answer.body)
    assert answer.status == 400
    assert error_code(error) == code
    assert error["__type"].startswith("com.amazon")


@given(operation=st.sampled_from(OPERATIONS), request=st.dictionaries(st.sampled_from(
    ("TableName", "Key", "Item", "Limit", "RequestItems", "TransactItems", "ExclusiveStartKey",
     "FilterExpression", "ExpressionAttributeNames", "ExpressionAttributeValues", "IndexName")
), JSON | st.just("notes")))  # fmt: skip
def test_any_request_gets_an_answer(operation: str, request: dict[str, Any]) -> None:
    """No request makes the emulator raise, and every answer is one of the service's."""
    emulator = Emulator()
    load(emulator, [NOTES])
    answer = emulator.handle(operation, json.dumps(request).encode())
    assert answer.status in {200, 400, 500}
    if answer.status != 200:
        assert error_code(json.loads(answer.body)).isalpha()


def test_counting_from_many_threads_loses_nothing(emulator: Emulator) -> None:
    """Two hundred concurrent ADDs add up to two hundred."""
    request = {
        "TableName": "notes",
        "Key": KEY,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: emulator.ask("UpdateItem", request), range(200)))
    item = emulator.ask("GetItem", {"TableName": "notes", "Key": KEY})["Item"]
    assert item["n"] == {"N": "203"}


def test_an_item_may_be_400_kb_and_not_more(emulator: Emulator) -> None:
    """An item of 409,600 bytes is stored, one byte more is refused."""
    room = 409_600 - len("pk" + "big" + "sk" + "text" + "b")

    def put(size: int) -> None:
        item = {"pk": {"S": "big"}, "sk": {"S": "b"}, "text": {"S": "x" * size}}
        emulator.ask("PutItem", {"TableName": "notes", "Item": item})

    put(room)
    with pytest.raises(RequestRefusedError, match="ValidationException"):
        put(room + 1)


def test_strictness_can_be_left_out() -> None:
    """Without strictness the emulator alone decides."""
    request = {"TableName": "notes", "Key": KEY, "ProjectionExpression": "info.status"}
    for strict, status in ((True, 400), (False, 200)):
        emulator = Emulator(strict=strict)
        load(emulator, [NOTES])
        assert emulator.handle("GetItem", json.dumps(request).encode()).status == status
