"""What a member of an answer is, by its name and its value."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.sensitivity import Category
from hushtable.probe.schema import Leaf, Standing
from hushtable.probe.sensitive import judged

HASH = "$2b$12$" + "Wq7JmS0kY1nE5pB3tR8uHOeK2xV6cZ9aF4gL7dN1iQ0sT5yM3wXjG"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJ1MSJ9." + "c2lnbmF0dXJlLW9mLW5vYm9keQ"


def of(name: str, value: object) -> Category | None:
    """Give the category of one member, None for nothing sensitive."""
    assert value is None or isinstance(value, str | int | float | bool)
    found = judged(Leaf((name,), value, Standing.DECLARED))
    return None if found is None else found.sensitivity.category


@pytest.mark.parametrize(
    ("name", "value", "category"),
    [
        ("contact", "maren@shop.example", Category.PERSONAL),
        ("text", "write to maren@shop.example, please", Category.PERSONAL),
        ("mobile", "+49 30 123456", Category.PERSONAL),
        ("card_number", "4111 1111 1111 1111", Category.FINANCIAL),
        ("card_number", 4111111111111111, Category.FINANCIAL),
        ("note", "4111-1111-1111-1111", Category.FINANCIAL),
        ("account", "DE89370400440532013000", Category.FINANCIAL),
        ("cpf", "529.982.247-25", Category.PERSONAL),
        ("check", HASH, Category.CREDENTIAL),
        ("value", JWT, Category.CREDENTIAL),
        ("x", "gh" + "p_" + "q7Vd2kXw9Tz4RmLc0PbYh8uJgN3fEsA5oKiW", Category.CREDENTIAL),
        ("x", "sk" + "_live_" + "q7Vd2kXw9Tz4RmLc0PbYh8uJ", Category.CREDENTIAL),
        ("supplier_token", "sup_5f0c91be27d84a3c", Category.CREDENTIAL),
        ("reset_code", 123456, Category.CREDENTIAL),
        ("date_of_birth", "1990-04-01", Category.PERSONAL),
        ("password", "********", None),
        ("password", "", None),
        ("password", None, None),
        ("password", True, None),
        ("api_key", "****1f3a", None),
        ("email", "[redacted]", None),
        ("token", "next", None),
        ("access_key_id", "AKIAIOSFODNN7EXAMPLE", None),
        ("contact", "support@shop.example", None),
        ("icon", "look at logo@2x.png there", None),
        ("id", str(uuid.UUID(int=4)), None),
        ("ean", "4006381333931", None),
        ("created_at", "2026-01-15T10:00:00Z", None),
        ("created_at", 1764300000000, None),
        ("user_id", "4111111111111111", None),
        ("title", "Kettle", None),
    ],
)
def test_a_member_is_what_it_looks_like(
    name: str, value: object, category: Category | None
) -> None:
    """Values with a format or checksum, and names that say it plainly, are found; others not."""
    assert of(name, value) is category


def test_the_users_word_wins() -> None:
    """An attribute that is declared public is no finding, and one declared sensitive is."""
    leaf = Leaf(("nickname",), "maren", Standing.DECLARED)
    found = judged(leaf, {"nickname": "personal"})
    assert found is not None
    assert found.sensitivity.kind == "declared"
    mail = Leaf(("email",), "maren@shop.example", Standing.DECLARED)
    assert judged(mail, {"email": "public"}) is None


PLAIN = st.one_of(
    st.uuids().map(str),
    st.integers(10**12, 10**13 - 1).map(str),
    st.datetimes().map(lambda one: one.isoformat()),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.binary(max_size=40).map(lambda raw: hashlib.sha256(raw).hexdigest()),
    st.binary(min_size=60, max_size=200).map(lambda raw: base64.b64encode(raw).decode()),
    st.integers(0, 2**63),
    st.floats(allow_nan=False),
)


@given(st.sampled_from(["id", "order_id", "ean", "created_at", "total", "etag", "image"]), PLAIN)
def test_what_is_no_secret_is_quiet(name: str, value: object) -> None:
    """Ids, numbers, times, hashes and images are nothing sensitive."""
    assert of(name, value) is None


@given(st.text(), st.text() | st.integers() | st.floats() | st.booleans() | st.none())
def test_any_member_is_judged(name: str, value: object) -> None:
    """No name and no value ends in an error."""
    of(name, value)


@pytest.mark.parametrize("text", ["*", "x", "a", "1", "-", "DE89", "eyJ", "a@", "+49 "])
def test_a_long_value_costs_little(text: str) -> None:
    """A value of two megabytes, of whatever text, is judged in a fraction of a second."""
    began = time.perf_counter()
    of("password", text * (2_000_000 // len(text)) + "!")
    assert time.perf_counter() - began < 1
