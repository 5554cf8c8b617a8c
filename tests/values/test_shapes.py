"""Tests of the shapes of sample values."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.values.shapes import shape

# Put together here, so that no file of this repository holds a token or a hash.
JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (json.dumps({"alg": "HS256"}).encode(), b'{"sub": "canary"}', b"signature")
)
BCRYPT = "$2b$" + "12$" + "A" * 53
ARGON = "$argon2id$" + "v=19$m=65536,t=3,p=4$" + "c2FsdHNhbHQ$" + "aGFzaGhhc2g"

SHAPES = [
    ("jane.doe@mail.example.com", "contact", "personal", "email"),
    ("jane+tag@example.co.uk", "", "personal", "email"),
    ("+14155552671", "x", "personal", "phone"),
    ("+44 20 7946 0958", "", "personal", "phone"),
    ("(415) 555-2671", "mobile_phone", "personal", "phone"),
    (JWT, "value", "credential", "token"),
    (BCRYPT, "value", "credential", "password-hash"),
    (ARGON, "", "credential", "password-hash"),
    ("pbkdf2_sha256$600000$c2FsdA$aGFzaA==", "p", "credential", "password-hash"),
    ("scrypt:32768:8:1$salt$" + "ab" * 32, "p", "credential", "password-hash"),
    ("DE89 3704 0044 0532 0130 00", "account", "financial", "bank-account"),
    ("GB29NWBK60161331926819", "", "financial", "bank-account"),
    ("4111 1111 1111 1111", "number", "financial", "card-number"),
    ("4111111111111111", "card_number", "financial", "card-number"),
    ("378282246310005", "creditCard", "financial", "card-number"),
    ("5555-5555-5555-4444", "", "financial", "card-number"),
    ("536-90-4399", "ssn", "personal", "government-id"),
    ("390.533.447-05", "cpf", "personal", "government-id"),
    ("44051401359", "pesel", "personal", "government-id"),
]


@pytest.mark.parametrize(("value", "name", "category", "kind"), SHAPES)
def test_shapes_are_known(value: str, name: str, category: str, kind: str) -> None:
    """A value of a known shape shows what its attribute is, and is not in the reason."""
    found = shape(value, name)
    assert found is not None
    assert (found.category, found.kind) == (category, kind)
    assert value not in found.reason


NO_SHAPE = [
    ("", "email"),
    ("jane at example.com", "email"),
    ("user@localhost", "email"),
    ("support@example.com", "contact"),
    ("no-reply@example.com", "sender"),
    ("550e8400-e29b-41d4-a716-446655440000", "card_id"),
    ("4006381333931", "ean"),
    ("4111111111111111", "order_id"),
    ("4111111111111112", "card_number"),
    ("9111111111111111", "card_number"),
    ("1700000000", "created_at"),
    ("1700000000000", "phone_updated"),
    ("2024-01-15", "date"),
    ("2024-01-15T10:00:00Z", "phone"),
    ("4155552671", "count"),
    ("+1", "phone"),
    ("536-90-4399", "part_number"),
    ("000-12-3456", "ssn"),
    ("DE00370400440532013000", "iban"),
    ("eyJhbGciOi.only.two", "token"),
    ("eyJub3Rqc29u.e30.x", "token"),
    ("$2b$12$short", "password_hash"),
    ("39053344706", "cpf"),
    ("192.168.100.100", "phone"),
    ("9780306406157", "isbn"),
]


@pytest.mark.parametrize(("value", "name"), NO_SHAPE)
def test_what_has_no_shape(value: str, name: str) -> None:
    """GUIDs, EANs, timestamps, failed checksums and role addresses show nothing."""
    assert shape(value, name) is None


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_value_is_looked_at(value: str, name: str) -> None:
    """Any value and name give a sensitivity or nothing."""
    found = shape(value, name)
    assert found is None or isinstance(found, Sensitivity)


@given(st.uuids(), st.sampled_from(["id", "card_id", "phone_id", "ssn", "value"]))
def test_guids_show_nothing(value: object, name: str) -> None:
    """No GUID is taken for a number of a person."""
    assert shape(str(value), name) is None


@given(st.integers(10**9, 2 * 10**12), st.sampled_from(["created_at", "id", "total", "ean", ""]))
def test_plain_numbers_show_nothing(value: int, name: str) -> None:
    """A number under a name that does not fit shows nothing."""
    assert shape(str(value), name) is None


def test_a_huge_value_is_passed_over() -> None:
    """A value far longer than any shape is not searched."""
    assert shape("a@b.co" * 100_000, "email") is None
    assert shape("+1" + "2" * 4000, "phone") is None


def test_categories_are_the_models() -> None:
    """A category is one of the model's."""
    found = shape("jane@example.org", "")
    assert found is not None
    assert found.category is Category.PERSONAL
