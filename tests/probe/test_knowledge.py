"""What answers teach: values for parameters, and whose they are."""

from __future__ import annotations

import pytest

from hushtable.model.service import ParameterSource
from hushtable.probe.knowledge import Knowledge, key_of, noun_before, singular
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.schema import Document, Leaf

DOCUMENT = Document({})
LIST = Operation("GET", "/orders")
ME = Operation("GET", "/users/me")


def leaves(value: object) -> tuple[Leaf, ...]:
    """Give the leaves of a value without a schema."""
    return tuple(DOCUMENT.leaves(value, {}))


def wanted(name: str) -> Input:
    """Give a path parameter."""
    return Input(name, ParameterSource.PATH, {"type": "string"}, required=True)


def learned(*given: tuple[Operation, str, object]) -> Knowledge:
    """Learn what operations gave to whom."""
    made = Knowledge(frozenset({"handle"}))
    for operation, identity, value in given:
        made.learn(operation, operation.path, identity, leaves(value))
    return made


@pytest.mark.parametrize("name", ["userId", "user-id", "user_id", "UserID"])
def test_one_name_in_every_style(name: str) -> None:
    """A parameter and a member are one whatever style they are written in."""
    assert key_of(name) == "user_id"


def test_nouns_of_paths() -> None:
    """The noun before a parameter is the last fixed part of the path, in the singular."""
    assert noun_before("/v1/categories/{id}/items/{item}", "id") == "category"
    assert noun_before("/v1/categories/{id}/items/{item}", "item") == "item"
    assert [singular(one) for one in ("users", "address", "ties")] == ["user", "address", "tie"]


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("/orders/{order_id}", "order_id", "o1"),
        ("/orders/{id}", "id", "o1"),
        ("/orders/{order}", "order", "o1"),
        ("/by/{handle}", "handle", "maren"),
        ("/customers/{customerId}", "customerId", "u1"),
    ],
)
def test_a_parameter_is_filled_with_what_was_seen(path: str, parameter: str, value: str) -> None:
    """Ids are found by their name, by the list they stood in, and people by any word for them."""
    seen = learned(
        (LIST, "A", {"items": [{"id": "o1", "handle": "maren", "user_id": "u1", "total": 3}]}),
    )
    values = seen.values(Operation("GET", path), wanted(parameter))
    assert value in values
    assert "3" not in values


def test_owned_is_what_the_other_did_not_get() -> None:
    """An id is the first one's when the second got an answer to the same request without it."""
    seen = learned(
        (LIST, "A", [{"order_id": "o1"}, {"order_id": "o2"}]),
        (LIST, "B", [{"order_id": "o2"}, {"order_id": "o3"}]),
        (Operation("GET", "/alone"), "A", [{"order_id": "o9"}]),
    )
    assert seen.owned("A", "B") == {("order_id", "o1")}
    assert seen.owned("B", "A") == {("order_id", "o3")}


def test_what_another_request_gave_is_not_owned() -> None:
    """An id that the other one gets elsewhere belongs to nobody alone."""
    seen = learned(
        (LIST, "A", [{"product_id": "p1"}]),
        (LIST, "B", []),
        (Operation("GET", "/products"), "B", [{"product_id": "p1"}]),
    )
    assert seen.owned("A", "B") == frozenset()


def test_one_knows_oneself() -> None:
    """The id of a person that differs with the caller is the caller's, whoever lists it."""
    everybody = [{"user_id": "u1"}, {"user_id": "u2"}]
    seen = learned(
        (ME, "A", {"user_id": "u1"}),
        (ME, "B", {"user_id": "u2"}),
        (LIST, "A", everybody),
        (LIST, "B", everybody),
    )
    assert seen.owned("A", "B") == frozenset()
    assert seen.selves("A", "B") == {("user_id", "u1")}


def test_guesses_follow_the_form_of_other_ids() -> None:
    """Where nothing is known, ids are guessed in the form that other ids have."""
    seen = learned((LIST, "A", [{"user_id": "u7", "order_id": "ORD-12"}]))
    product = Operation("GET", "/products/{product_id}")
    assert seen.guesses(product, wanted("product_id"))[:2] == ("PRO-12", "p7")
    assert "1" in Knowledge().guesses(product, wanted("product_id"))


def test_the_users_values_come_first() -> None:
    """A value that the user knows is the first one tried."""
    made = Knowledge()
    made.say("product-id", "p9")
    made.learn(Operation("GET", "/products"), "/products", "A", leaves([{"id": "p1"}]))
    product = Operation("GET", "/products/{product_id}")
    assert made.values(product, wanted("product_id")) == ("p9", "p1")
