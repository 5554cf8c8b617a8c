"""Tables that nobody defined."""

from __future__ import annotations

from typing import Any

import pytest

from hushtable.embedded.emulator import Emulator
from hushtable.prove.sketch import Certainty, IndexSketch, Shape, TableSketch
from hushtable.prove.store.tables import (
    corrected,
    create_request,
    from_description,
    guessed_table,
    resembling,
)
from hushtable.prove.store.wanted import wanted


def after(*requests: tuple[str, dict[str, Any]], known: TableSketch | None = None) -> TableSketch:
    """Give a table as several requests tell it, one after the other."""
    table = known
    for operation, request in requests:
        for want in wanted(operation, {"TableName": "orders", **request}):
            table = corrected(table, want, types=True)
    assert table is not None
    return table


def get(**key: str) -> tuple[str, dict[str, Any]]:
    """Make a GetItem. A key whose text is a number is one."""
    return "GetItem", {"Key": {name: {"N" if text.isdigit() else "S": text}
                               for name, text in key.items()}}  # fmt: skip


def query(condition: str, index: str = "", kind: str = "S") -> tuple[str, dict[str, Any]]:
    """Make a Query; every value in its condition is `:v`."""
    request: dict[str, Any] = {
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {":v": {kind: "1"}},
    }
    return "Query", {**request, "IndexName": index} if index else request


def put(**item: str) -> tuple[str, dict[str, Any]]:
    """Make a PutItem."""
    return "PutItem", {"Item": {name: {"S": text} for name, text in item.items()}}


def test_a_key_tells_names_and_types() -> None:
    """A whole key gives the names and types of a table's keys."""
    assert after(get(order_id="7")).keys == (("order_id", "N"),)
    assert after(get(sk="a", pk="b")).keys == (("pk", "S"), ("sk", "S"))


def test_a_query_tells_which_is_the_partition_key() -> None:
    """In a Query's condition the one that must be equal is the partition key."""
    assert after(query("user_id = :v")).certainty is Certainty.PARTITION
    two = after(query("user_id = :v AND begins_with(day, :v)"))
    assert (two.keys, two.certainty) == ((("user_id", "S"), ("day", "S")), Certainty.KEYS)
    swapped = after(get(day="x", user_id="y"), query("user_id = :v"))
    assert [name for name, _ in swapped.keys] == ["user_id", "day"]


def test_a_guess_gives_way_to_a_key() -> None:
    """Keys that were guessed from a written item are replaced by those that are used later."""
    guessed = after(put(title="t", order_id="1", user_id="2"))
    assert (guessed.keys, guessed.certainty) == ((("order_id", "S"),), Certainty.GUESSED)
    later = after(get(user_id="u", order_id="o"), known=guessed)
    assert [name for name, _ in later.keys] == ["user_id", "order_id"]
    more = after(query("user_id = :v"), get(user_id="u", order_id="o"))
    assert [name for name, _ in more.keys] == ["user_id", "order_id"]
    assert more.certainty is Certainty.KEYS


def test_what_is_known_stays() -> None:
    """A key with other names than those that are known is the app's mistake, and stays one."""
    known = after(get(user_id="u", order_id="o"))
    assert after(get(name="x"), known=known).keys == known.keys
    defined = TableSketch("orders", (("id", "S"),))
    assert after(get(id="7"), query("x = :v", "by-x"), known=defined) is defined


def test_an_index_is_learned_from_its_query() -> None:
    """An unknown index has the keys of the Query that uses it, and takes a sort key later."""
    table = after(get(order_id="o"), query("email = :v", "email-index"))
    assert table.indexes == (
        IndexSketch("email-index", (("email", "S"),), certainty=Certainty.PARTITION),
    )
    later = after(query("email = :v AND placed > :v", "email-index"), known=table)
    assert later.indexes[0].keys == (("email", "S"), ("placed", "S"))
    scanned = after(("Scan", {"IndexName": "status-index"}), ("Scan", {"IndexName": "GSI1"}))
    assert [index.keys for index in scanned.indexes] == [(("status", "S"),), (("GSI1PK", "S"),)]


def test_a_table_of_which_only_items_are_known_has_a_guessed_key() -> None:
    """A key is guessed among the names that are known of a table's items."""
    attributes = (("email", Shape()), ("user_id", Shape()), ("zip", Shape()))
    assert guessed_table("users", TableSketch("users", (), attributes=attributes)).keys == (
        ("user_id", "S"),
    )
    assert after(put(PK="a", SK="b", name="c")).keys == (("PK", "S"), ("SK", "S"))
    assert guessed_table("things", None).keys == (("id", "S"),)


def test_a_sketch_is_made_and_read_back() -> None:
    """The table made from a sketch is described as the sketch says."""
    sketch = TableSketch(
        "orders",
        (("user_id", "S"), ("order_id", "N")),
        indexes=(
            IndexSketch("all", (("status", "S"),)),
            IndexSketch("some", (("status", "S"), ("order_id", "N")), ("total", "user_id")),
        ),
    )
    emulator = Emulator()
    emulator.ask("CreateTable", create_request(sketch))
    told = emulator.ask("DescribeTable", {"TableName": "orders"})["Table"]
    again = from_description(None, told)
    assert again.keys == sketch.keys
    assert again.certainty is Certainty.DEFINED
    assert {index.name: index.keys for index in again.indexes} == {
        index.name: index.keys for index in sketch.indexes
    }
    gives = {index.name: index.gives for index in again.indexes}
    assert gives["all"] is None
    assert set(gives["some"] or ()) == {"order_id", "status", "total", "user_id"}


@pytest.mark.parametrize(
    ("name", "others", "meant"),
    [
        ("shop-orders", ("dynamodb_orders_table", "users_table"), "dynamodb_orders_table"),
        ("acme-api-keys", ("DYNAMODB_API_KEYS_TABLE",), "DYNAMODB_API_KEYS_TABLE"),
        ("usage-stats", ("usage_table", "usage_stats_table"), "usage_stats_table"),
        ("shop-orders", ("orders_table", "order_table"), None),
        ("shop-orders", ("users_table",), None),
        ("prod-table", ("users_table",), None),
    ],
)
def test_a_table_is_known_by_the_words_of_its_setting(
    name: str, others: tuple[str, ...], meant: str | None
) -> None:
    """The table that a source calls by its setting is the one whose name says the same."""
    found = resembling(name, [TableSketch(one, ()) for one in others])
    assert (found.name if found else None) == meant
