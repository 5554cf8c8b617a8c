"""Which input is which key."""

from __future__ import annotations

from typing import Any

import pytest

from hushtable.prove.drive.binding import (
    Bound,
    asked_keys,
    by_name,
    found_in,
    is_owner,
    noun_before,
)
from hushtable.prove.exchange import Call

KEYS = {
    "users": {"user_id": "owner-A"},
    "Orders": {"userId": "owner-A", "orderId": "order-A"},
    "documents": {"id": "document-A"},
    "invoices": {"account": "owner-A", "pk": "invoice-A"},
    "shop": {"PK": "PRODUCT#product-A", "SK": "META"},
}


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("order_id", "/orders/{order_id}", "order-A"),
        ("orderId", "/x", "order-A"),
        ("order-id", "/x", "order-A"),
        ("order", "/x/{order}", "order-A"),
        ("id", "/orders/{id}", "order-A"),
        ("id", "/users/{user_id}/orders/{id}", "order-A"),
        ("pk", "/orders/{pk}/lines", "order-A"),
        ("id", "/documents/{id}", "document-A"),
        ("document_id", "/x", "document-A"),
        ("invoice_id", "/x", "invoice-A"),
        ("user_id", "/users/{user_id}", "owner-A"),
        ("customer_id", "/customers/{customer_id}", "owner-A"),
        ("username", "/x", "owner-A"),
        ("x-user-id", "/x", "owner-A"),
        ("id", "/members/{id}", "owner-A"),
        ("colour", "/x", None),
        ("user_name", "/x", None),
        ("order_status", "/orders/{order_status}", None),
        ("limit", "/orders", None),
    ],
)
def test_names_find_planted_keys(name: str, path: str, text: str | None) -> None:
    """A parameter named like a key, like a table or like an owner has that planted value."""
    found = by_name(name, path, KEYS, "owner-A")
    assert (found.text if found is not None else None) == text


def test_tables_that_were_read_come_first() -> None:
    """Of two tables with the same key, the one that the route reads is meant."""
    keys = {"a": {"slug": "of a"}, "b": {"slug": "of b"}}
    found = by_name("slug", "/x/{slug}", keys, "owner", ["b"])
    assert found is not None
    assert found.text == "of b"


@pytest.mark.parametrize("name", ["user_id", "ownerId", "sub", "username", "customer"])
def test_owners_are_known_by_name(name: str) -> None:
    """A name of somebody's id is one of an owner."""
    assert is_owner(name)


@pytest.mark.parametrize("name", ["user_agent", "user_role", "customer_email", "order_id", "id"])
def test_what_belongs_to_somebody_is_no_owner(name: str) -> None:
    """What only tells of somebody is not their id."""
    assert not is_owner(name)


def test_the_noun_before_an_id() -> None:
    """The segment before a parameter says what it is an id of."""
    assert noun_before("id", "/shops/{shop}/orders/{id:path}") == "orders"
    assert noun_before("id", "/orders") == "orders"
    assert noun_before("b", "/{a}/{b}") == ""


@pytest.mark.parametrize(
    "request_",
    [
        {"TableName": "t", "Key": {"pk": {"S": "USER#hq12345678#x"}}},
        {
            "TableName": "t",
            "KeyConditionExpression": "#p = :p AND begins_with(sk, :s)",
            "ExpressionAttributeNames": {"#p": "pk"},
            "ExpressionAttributeValues": {":p": {"S": "USER#hq12345678#x"}, ":s": {"S": "A"}},
        },
        {"RequestItems": {"t": {"Keys": [{"pk": {"S": "USER#hq12345678#x"}}]}}},
        {"TransactItems": [{"Get": {"TableName": "t", "Key": {"pk": {"S": "USER#hq12345678#x"}}}}]},
        {
            "TableName": "t",
            "KeyConditions": {"pk": {"AttributeValueList": [{"S": "USER#hq12345678#x"}]}},
        },
    ],
)
def test_the_store_tells_what_an_input_is(request_: dict[str, Any]) -> None:
    """An input that is asked for as a key is that key, without what the app put around it."""
    bound = found_in("hq12345678", [Call("Any", request_)])
    assert bound == Bound("t", "pk", "USER#", "#x")
    assert bound.value({"t": {"pk": "USER#planted#x"}}) == "planted"
    assert bound.value({"t": {"pk": "OTHER#planted"}}) is None


def test_what_is_written_is_no_key() -> None:
    """An item that is stored asks for nothing, and a broken condition is passed over."""
    put = Call("PutItem", {"TableName": "t", "Item": {"pk": {"S": "hq12345678"}}})
    broken = Call("Query", {"TableName": "t", "KeyConditionExpression": "= = ="})
    assert list(asked_keys(put)) == list(asked_keys(broken)) == []
    assert found_in("hq12345678", [put, broken]) is None


def test_a_filter_tells_what_an_input_is() -> None:
    """What a Scan compares with an attribute is looked up as that attribute."""
    request = {
        "TableName": "users",
        "FilterExpression": "email = :e AND contains(#n, :n)",
        "ExpressionAttributeNames": {"#n": "name"},
        "ExpressionAttributeValues": {":e": {"S": "ann@x.example"}, ":n": {"S": "hqsomebody"}},
    }
    calls = (Call("Scan", request),)
    assert found_in("ann@x.example", calls) == Bound("users", "email")
    assert found_in("hqsomebody", calls) == Bound("users", "name")
