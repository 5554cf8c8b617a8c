"""Where canaries came out of an exchange."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.model.service import Channel
from hushtable.prove.exchange import Call, Exchange, Said, Sighting
from hushtable.prove.witness.witness import sightings
from tests.prove.witnessed import Mint, exchange, wire


def seen(mint: Mint, each: Exchange) -> set[tuple[str, str, str, str]]:
    """Give attribute, channel, place and encoding of each sighting."""
    return {
        (".".join(one.canary.path), str(one.channel), one.where, one.encoding)
        for one in sightings(each, 0, mint)
    }


def test_a_json_answer_tells_the_path() -> None:
    """An element of a list is told by the list's path, whichever it is."""
    mint = Mint()
    one, other = mint.item("users", "A", "email"), mint.item("users", "B", "email")
    answer = {"items": [{"email": one["email"]}, {"email": other["email"]}], "count": 2}
    assert seen(mint, exchange("/users", answer)) == {("email", "response", "$.items[].email", "")}


@pytest.mark.parametrize(
    ("form", "where", "encoding"),
    [
        (lambda t: {"a": json.dumps({"b": t})}, "$.a.b", "JSON"),
        (lambda t: {"a": base64.b64encode(t.encode()).decode()}, "$.a", "base64"),
        (lambda t: {t: 1}, "$ (a key)", ""),
        (lambda t: {"a": t.upper()}, "$.a", "upper case"),
        (lambda t: f"<p>{t}</p>".encode(), "the body", ""),
        (lambda t: f'data: {{"a": "{t}"}}\n\ndata: {{"a": 1}}\n\n'.encode(), "$.a", ""),
        (lambda t: f'{{"a": 1}}\n{{"a": "{t}"}}\n'.encode(), "$.a", ""),
    ],
)
def test_forms_of_an_answer(form: object, where: str, encoding: str) -> None:
    """JSON in JSON, encoded values, keys, text, server-sent events and lines of JSON are read."""
    mint = Mint()
    token = mint.make("email", table="users", owner="A")
    assert callable(form)
    assert seen(mint, exchange("/x", form(token))) == {("email", "response", where, encoding)}


def test_headers_cookies_redirects_and_errors() -> None:
    """What stands in a header or a cookie is told by its name, and a 4xx's body as an error."""
    mint = Mint()
    token = mint.make("email", table="users", owner="A")
    headers = (("Location", f"/u?e={token}"), ("Set-Cookie", f"who={token}; Path=/"))
    found = seen(mint, exchange("/x", {"detail": token}, status=404, headers=headers))
    assert found == {
        ("email", "header", "header location", ""),
        ("email", "header", "cookie who", ""),
        ("email", "error", "$.detail", ""),
    }


def test_logs_and_files_keep_their_place() -> None:
    """A log record and a file are seen with the line that wrote them, and no canary in its name."""
    mint = Mint()
    token = mint.make("email", table="users", owner="A")
    said = (
        Said(Channel.LOG, f"read {token}", "log app.users, INFO", "/srv/app/a.py", 7, "read"),
        Said(Channel.FILE, token, f"file exports/{token}.csv", "/srv/app/b.py", 8, "save"),
    )
    log, file = sightings(exchange("/x", {}, said=said), 3, mint)
    assert (log.channel, log.where, log.line) == (Channel.LOG, "log app.users, INFO", 7)
    assert (file.channel, file.where, file.function) == (Channel.FILE, "file exports/*.csv", "save")
    assert log.exchange == 3


def test_what_the_request_carries_is_no_leak() -> None:
    """A planted key that the request names comes back in the answer and is no sighting."""
    mint = Mint()
    item = mint.item("users", "A", "user_id", "email")
    found = seen(mint, exchange(f"/users/{item['user_id']}", item))
    assert {one[0] for one in found} == {"email", "undeclared"}


def test_an_input_is_seen_where_it_is_stored() -> None:
    """An input is seen in the item that is written, in clear or encoded; a hash of it is not."""
    mint = Mint()
    password, pin = mint.input("body", "password"), mint.input("body", "pin")
    encoded = base64.b64encode(pin.encode()).decode()
    put = Call(
        "PutItem", {"TableName": "users", "Item": wire({"p": password, "q": encoded, "r": "x"})}
    )
    update = Call(
        "UpdateItem",
        {
            "TableName": "users",
            "UpdateExpression": "SET #s.secret = :v",
            "ExpressionAttributeNames": {"#s": "settings"},
            "ExpressionAttributeValues": {":v": {"S": password}},
        },
    )
    found = seen(mint, exchange("/users", {}, put, update, method="POST"))
    assert found == {
        ("body.password", "store", "PutItem users.p", ""),
        ("body.pin", "store", "PutItem users.q", "base64"),
        ("body.password", "store", "UpdateItem users.settings.secret", ""),
    }


def test_a_refused_write_stores_nothing() -> None:
    """A write that the store refused is no sighting."""
    mint = Mint()
    request = {"TableName": "users", "Item": wire({"p": mint.input("p")})}
    assert not seen(mint, exchange("/x", {}, Call("PutItem", request, status=400, code="X")))


def test_a_planted_value_that_is_copied_is_no_storing() -> None:
    """An attribute that is read and written elsewhere was in the store before."""
    mint = Mint()
    token = mint.make("email", table="users", owner="A")
    put = Call("PutItem", {"TableName": "log", "Item": wire({"who": token})})
    assert not seen(mint, exchange("/x", {}, put))


@pytest.mark.parametrize(
    ("planted", "written"),
    [
        ("73914628", 73914628),
        ("73914628", 73914628.0),
        ("73914628", "73914628"),
        ("739146.28", 739146.28),
        ("2031-05-06T07:08:09.123456+00:00", "2031-05-06T07:08:09.123456Z"),
        ("2031-05-06T07:08:09.123456Z", "2031-05-06T09:08:09.123456+02:00"),
        ("2031-05-06T07:08:09", "2031-05-06 07:08:09"),
        ("2031-05-06", "2031-05-06"),
    ],
)
def test_numbers_and_dates_are_known_however_they_are_written(
    planted: str, written: object
) -> None:
    """A number or a moment is looked up as it was planted, in its usual forms."""
    mint = Mint()
    mint.number(planted, "at")
    assert seen(mint, exchange("/x", {"v": written})) == {("at", "response", "$.v", "")}
    assert not seen(mint, exchange("/x", {"v": 81234567, "w": "2031-05-07"}))


def test_a_number_in_a_log_is_seen_and_a_part_of_one_is_not() -> None:
    """In free text a number counts whole."""
    mint = Mint()
    mint.number("73914628", "card")

    def log(text: str) -> tuple[Sighting, ...]:
        said = (Said(Channel.LOG, text, "stdout"),)
        return sightings(exchange("/x", {}, said=said), 0, mint)

    assert len(log("card Decimal('73914628') read")) == 1
    assert not log("at 173914628 or 739146281")


@given(
    st.recursive(
        st.text() | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_answer_without_canaries_shows_none(answer: object) -> None:
    """Random JSON yields nothing."""
    mint = Mint()
    mint.item("users", "A", "email")
    assert sightings(exchange("/x", answer), 0, mint) == ()
