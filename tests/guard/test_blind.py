"""Keyed hashes: equal texts are found, in their own table and attribute alone."""

import base64
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.guard.blind import BlindHash, normalised, verbatim
from hushtable.guard.errors import DeclarationError
from hushtable.guard.keyring import KeyRing

ONE = bytes(range(100, 132))
TWO = bytes(range(200, 232))
RING = KeyRing({"k1": ONE})
EMAIL = BlindHash(RING, "users", "email")


def test_equal_texts_have_equal_hashes() -> None:
    """A hash is the same for the same text, also when it is written another way."""
    stored = EMAIL.stored("Ann@Example.org")
    assert stored == EMAIL.stored("  ann@example.org")
    assert stored == BlindHash(KeyRing({"k1": ONE}), "users", "email").stored("ann@example.org")
    assert EMAIL.matches(stored, "ANN@example.org")
    assert stored != EMAIL.stored("bob@example.org")
    assert not EMAIL.matches(stored, "bob@example.org")


def test_a_hash_does_not_change_over_time() -> None:
    """What is stored for a text depends on the key, the place and the text, and on nothing else."""
    assert EMAIL.stored("ann@example.org") == {"S": "gYTJf5Hzz3K8DnjHRli_CA"}


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_texts_differ(one: str, other: str) -> None:
    """Two texts have one hash exactly when they are the same in normal form."""
    same = EMAIL.stored(one) == EMAIL.stored(other)
    assert same is (normalised(one) == normalised(other))


@given(st.text(max_size=30))
def test_normal_form_is_stable(text: str) -> None:
    """The hash of a text and of its normal form in capitals or not is found by either."""
    assert EMAIL.stored(normalised(text)) == EMAIL.stored(text)


def test_a_hash_is_of_its_place() -> None:
    """The same text has another hash in another table or attribute."""
    places = [("users", "email"), ("users", "phone"), ("usersemail", ""), ("", "usersemail")]
    hashes = [BlindHash(RING, *place).stored("same") for place in places]
    assert len({str(one) for one in hashes}) == len(places)


def test_case_counts_where_it_should() -> None:
    """A code is hashed as it is when its attribute says so."""
    code = BlindHash(RING, "users", "code", normalise=verbatim)
    assert code.stored("aB") != code.stored("ab")


@pytest.mark.parametrize("bits", [8, 64, 128, 256])
def test_the_hash_has_the_declared_bits(bits: int) -> None:
    """Of the hash exactly the declared bits are stored, the same ones whatever their number."""
    whole = BlindHash(RING, "users", "email", bits=256, stored_as="B").stored("ann")
    part = BlindHash(RING, "users", "email", bits=bits, stored_as="B").stored("ann")
    text = BlindHash(RING, "users", "email", bits=bits).stored("ann")
    assert len(part["B"]) * 8 == bits
    assert bytes(whole["B"]).startswith(bytes(part["B"]))
    assert base64.urlsafe_b64encode(bytes(part["B"])).decode().rstrip("=") == text["S"]


@pytest.mark.parametrize("wrong", [{"bits": 0}, {"bits": 12}, {"bits": 264}, {"stored_as": "N"}])
def test_a_wrong_declaration_is_refused(wrong: dict[str, Any]) -> None:
    """Bits are 8 to 256 in steps of 8, and the type is S or B."""
    with pytest.raises(DeclarationError, match=r"users\.email"):
        BlindHash(RING, "users", "email", **wrong)


def test_rotation() -> None:
    """While a ring holds both keys, both hashes are asked for, and old ones are known as old."""
    old = EMAIL.stored("ann")
    rotated = BlindHash(RING.rotated("k2", TWO), "users", "email")
    new = rotated.stored("ann")
    assert new != old
    assert rotated.candidates("ann") == (new, old)
    assert rotated.matches(old, "ann")
    assert rotated.needs_rotation(old, "ann")
    assert not rotated.needs_rotation(new, "ann")
    assert not BlindHash(KeyRing({"k2": TWO}), "users", "email").matches(old, "ann")


@pytest.mark.parametrize("stored", [None, {}, {"S": ""}, {"B": b""}, {"N": "1"}, "text", b"bytes"])
def test_what_is_no_hash_matches_nothing(stored: Any) -> None:
    """A missing or malformed hash matches no text."""
    assert not EMAIL.matches(stored, "ann")
    assert not EMAIL.matches(stored, "")


def test_any_text_has_a_hash() -> None:
    """A text of no Unicode is hashed too: an encoding error would show it."""
    assert EMAIL.stored("\ud800") != EMAIL.stored("\ud801")


def test_a_blind_hash_shows_no_key() -> None:
    """The repr names the place, and the object has nothing to look into."""
    assert repr(EMAIL) == "BlindHash(users.email, bits=128)"
    assert not hasattr(EMAIL, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(EMAIL)
