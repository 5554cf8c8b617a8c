"""Where a page of Query or Scan ends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import Index, Table, load
from hushtable.embedded.pages import item_bytes
from hushtable.model.dynamodb.limits import PAGE_BYTES

COUNT = 12
BIG = Table(
    "logs",
    ("pk", "sk"),
    indexes=(Index("small", ("kind",), includes=()), Index("whole", ("kind",))),
    items=tuple(
        {"pk": "a", "sk": f"{number:02d}", "kind": "k", "text": "x" * 300_000}
        for number in range(COUNT)
    ),
)
BY_KEY = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}
BY_KIND = {"KeyConditionExpression": "kind = :k", "ExpressionAttributeValues": {":k": {"S": "k"}}}
NONE = {"FilterExpression": "#n = :p", "ExpressionAttributeNames": {"#n": "nothing"}}


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    """Give an emulator with 3.6 MB in one partition; no test here changes it."""
    fresh = Emulator()
    load(fresh, [BIG])
    return fresh


@pytest.mark.parametrize(
    ("operation", "parameters", "scanned"),
    [
        ("Scan", {}, 3),
        ("Query", BY_KEY, 3),
        ("Query", {**BY_KEY, "ScanIndexForward": False}, 3),
        ("Query", {**BY_KEY, "ProjectionExpression": "sk"}, 3),
        ("Query", {**BY_KEY, **NONE}, 3),
        ("Scan", {"Select": "COUNT"}, 3),
        ("Scan", {"Limit": 2}, 2),
        ("Scan", {"Limit": 7}, 3),
        ("Query", {**BY_KIND, "IndexName": "whole"}, 3),
        ("Query", {**BY_KIND, "IndexName": "small"}, COUNT),
    ],
)
def test_a_page_reads_one_megabyte(
    emulator: Emulator, operation: str, parameters: dict[str, Any], scanned: int
) -> None:
    """What is read counts, not what is shown; an index counts what it holds."""
    page = emulator.ask(operation, {"TableName": "logs", **parameters})
    assert page["ScannedCount"] == scanned
    assert ("LastEvaluatedKey" in page) == (scanned < COUNT)


@pytest.mark.parametrize("parameters", [{}, {"ProjectionExpression": "sk"}, NONE])
def test_following_the_pages_reads_everything_once(
    emulator: Emulator, parameters: dict[str, Any]
) -> None:
    """Pages joined give every item once, and every page is within 1 MB."""
    request: dict[str, Any] = {"TableName": "logs", **BY_KEY, **parameters}
    scanned, seen = 0, []
    while True:
        page = emulator.ask("Query", request)
        scanned += page["ScannedCount"]
        seen += [item["sk"]["S"] for item in page["Items"]]
        assert sum(map(item_bytes, page["Items"])) <= PAGE_BYTES
        if "LastEvaluatedKey" not in page:
            break
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    assert scanned == COUNT
    assert seen == ([] if parameters == NONE else [f"{number:02d}" for number in range(COUNT)])


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "ü"}, 2),
        ({"N": "0"}, 1),
        ({"N": "-12.50"}, 3),
        ({"N": "1E+20"}, 2),
        ({"B": "AQI="}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "22"]}, 4),
        ({"BS": ["AQ==", "AQID"]}, 4),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": False}]}, 8),
        ({"M": {"k": {"S": "ab"}}}, 7),
    ],
)
def test_a_value_has_the_size_the_guide_gives(value: dict[str, Any], size: int) -> None:
    """An item of one attribute is its name and its value."""
    assert item_bytes({"name": value}) == 4 + size


@given(st.dictionaries(st.text(), st.fixed_dictionaries({"S": st.text()})))
def test_text_counts_its_bytes(item: dict[str, Any]) -> None:
    """An item of strings is as long as all its names and values in UTF-8."""
    whole = "".join(name + value["S"] for name, value in item.items())
    assert item_bytes(item) == len(whole.encode())
