"""What another door is asked first, and what of it stands in the next request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.place import Place
from hushtable.model.service import Route
from hushtable.prove.drive.door import Body, Door
from hushtable.prove.drive.firsts import First, Firsts, Lent, fields_of, names_written, wrote
from hushtable.prove.exchange import Answered, Asked, Call, Exchange

JSON_HEADERS = (("content-type", "application/json"),)
FORM_HEADERS = (("content-type", "application/x-www-form-urlencoded"),)
USER = {"user_id": {"S": "u-1"}, "email": {"S": "a@b.example"}, "age": {"N": "4"}}
PLAIN = {"user_id": "u-1", "email": "a@b.example", "age": "4"}
UPDATE = {
    "TableName": "users",
    "Key": {"user_id": {"S": "u-1"}},
    "UpdateExpression": "SET #c = :c, age = age + :one REMOVE plan",
    "ExpressionAttributeNames": {"#c": "reset_code"},
    "ExpressionAttributeValues": {":c": {"S": "123456"}, ":one": {"N": "1"}},
}


def door(index: int, path: str, *names: str, method: str = "POST") -> Door:
    """Give a door whose body has these fields."""
    schema = {"type": "object", "properties": {name: {} for name in names}, "required": [*names]}
    body = Body("application/json", schema) if names else None
    return Door(Route(method, path, Place("app.py", 1), "app.handler"), index, path, body=body)


def sent(to: Door, fields: dict[str, Any], *calls: Call, status: int = 201) -> Exchange:
    """Give an exchange at a door."""
    asked = Asked(to.route.method, to.template, to.index, JSON_HEADERS, json.dumps(fields).encode())
    return Exchange(asked, Answered(status), calls)


def put(table: str, **attributes: str) -> Call:
    """Give a call that writes an item."""
    item = {name: {"S": text} for name, text in attributes.items()}
    return Call("PutItem", {"TableName": table, "Item": item})


def get(table: str, **key: str) -> Call:
    """Give a call that looks for an item."""
    wire = {name: {"S": text} for name, text in key.items()}
    return Call("GetItem", {"TableName": table, "Key": wire})


@pytest.mark.parametrize(
    ("operation", "request_", "written"),
    [
        ("PutItem", {"TableName": "users", "Item": USER}, PLAIN),
        ("UpdateItem", UPDATE, {"user_id": "u-1", "reset_code": "123456"}),
        ("BatchWriteItem", {"RequestItems": {"users": [{"PutRequest": {"Item": USER}}]}}, PLAIN),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "users", "Item": USER}}, {"Delete": {}}]},
            PLAIN,
        ),
    ],
)
def test_every_kind_of_write_is_read(
    operation: str, request_: dict[str, Any], written: dict[str, str]
) -> None:
    """An item that is put or updated is given with its keys and its plain values."""
    assert [*wrote(Call(operation, request_))] == [("users", written)]
    assert names_written([Call(operation, request_)]) == written.keys()


def test_what_is_no_write_is_none() -> None:
    """Reads, deletes and refused writes write nothing."""
    calls = [
        get("users", user_id="u-1"),
        Call("DeleteItem", {"TableName": "users", "Key": USER}),
        Call("PutItem", {"TableName": "users", "Item": USER}, status=400),
    ]
    assert [one for call in calls for one in wrote(call)] == []


@given(body=st.binary(max_size=60))
def test_any_body_has_fields_or_none(body: bytes) -> None:
    """A body that is neither JSON nor a form has no fields, and breaks nothing."""
    for headers in (JSON_HEADERS, FORM_HEADERS, ()):
        found = fields_of(Asked("POST", "/", 0, headers, body))
        assert all(isinstance(text, str) for text in found.values())


@given(fields=st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=4))
def test_fields_of_json_are_given_as_they_are(fields: dict[str, str]) -> None:
    """Texts of a JSON body are its fields; numbers, lists and maps are not."""
    body = json.dumps({**fields, "no text": 1}).encode()
    assert fields_of(Asked("POST", "/", 0, JSON_HEADERS, body)) == {
        name: text for name, text in fields.items() if name != "no text"
    }


def test_lent_values_go_where_their_names_are_asked_for() -> None:
    """A field that was sent comes again, a made key by its name, a code by the end of its name."""
    written = (("users", {"user_id": "u-1", "reset_code": "123456", "email": "a@b.example"}),)
    lent = Lent({"email": "a@b.example", "password": "Aa1!"}, written)
    assert lent.text("password", "/login", in_body=True) == "Aa1!"
    assert lent.text("user_id", "/admin/users/{user_id}", in_body=False) == "u-1"
    assert lent.text("code", "/reset", in_body=True) == "123456"
    assert lent.text("username", "/token", in_body=True) == "a@b.example"
    assert lent.text("username", "/token", in_body=False) is None
    assert lent.text("colour", "/login", in_body=True) is None


def test_secrets_are_what_the_app_made_itself() -> None:
    """A password that was sent is nobody's secret here; a code that came from the app is."""
    written = (("users", {"password": "Aa1!-of-ours", "reset_code": "123456", "plan": "free"}),)
    lent = Lent({"password": "Aa1!-of-ours"}, written)
    assert lent.secrets == ("123456",)
    assert "123456" not in repr(lent)


SIGN_UP = door(0, "/register", "email", "password")
INVITE = door(1, "/invite", "email", "role")
PRODUCT = door(2, "/products", "title")
FORGOT = door(3, "/forgot", "email")


def known() -> Firsts:
    """Give what four doors made."""
    firsts = Firsts()
    firsts.note(
        SIGN_UP,
        sent(SIGN_UP, {"email": "e", "password": "p"}, put("users", user_id="u-9", email="e")),
    )
    firsts.note(INVITE, sent(INVITE, {"email": "i"}, put("users", user_id="u-8", email="i")))
    firsts.note(PRODUCT, sent(PRODUCT, {"title": "t"}, put("shop", pk="PRODUCT#p-1", sk="META")))
    firsts.note(FORGOT, sent(FORGOT, {"email": "e"}, Call("UpdateItem", UPDATE)))
    return firsts


@pytest.mark.parametrize(
    ("wanting", "fields", "call", "first"),
    [
        (door(9, "/login", "email", "password"), {}, get("users", user_id="u-1"), SIGN_UP),
        (door(9, "/token", "username", "password"), {}, get("users", user_id="u-1"), SIGN_UP),
        (door(9, "/reset", "email", "code", "password"), {}, get("users", user_id="u-1"), FORGOT),
        (
            door(9, "/products/{product_id}", method="GET"),
            {},
            get("shop", pk="PRODUCT#other", sk="META"),
            PRODUCT,
        ),
    ],
)
def test_the_likeliest_door_is_asked_first(
    wanting: Door, fields: dict[str, str], call: Call, first: Door
) -> None:
    """Signing up goes before signing in, a code is asked for before its use."""
    found = known().before(wanting, sent(wanting, fields, call, status=401))
    assert found[0].door is first
    assert len(found) <= 3


def test_no_door_goes_before_itself_or_before_one_that_shares_nothing() -> None:
    """A door that looks in other tables is not helped, and none helps itself."""
    firsts = known()
    elsewhere = door(9, "/other", method="GET")
    assert firsts.before(elsewhere, sent(elsewhere, {}, get("other", id="1"), status=404)) == ()
    again = firsts.before(PRODUCT, sent(PRODUCT, {}, get("shop", pk="PRODUCT#x"), status=409))
    assert PRODUCT not in [one.door for one in again]
    assert firsts.before(PRODUCT, None) == ()


def test_the_first_of_a_door_stays() -> None:
    """What a door wrote when it first went well is kept; what wrote nothing is not."""
    firsts = known()
    kept = firsts.known[SIGN_UP.index]
    firsts.note(SIGN_UP, sent(SIGN_UP, {"email": "x"}, put("users", user_id="u-7")))
    firsts.note(door(5, "/ping"), sent(door(5, "/ping"), {}))
    assert firsts.known[SIGN_UP.index] is kept
    assert 5 not in firsts.known
    assert isinstance(kept, First)
