"""Parts behind their lengths: no two lists of parts give the same bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.guard.framing import canonical_key, framed, packed_key, unpacked_key
from hushtable.model.dynamodb.wire import WireError


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_different_parts_give_different_bytes(one: list[bytes], other: list[bytes]) -> None:
    """Two lists of parts give the same bytes only when they are the same."""
    assert (framed(*one) == framed(*other)) is (one == other)


def test_a_border_between_parts_counts() -> None:
    """Moving bytes from one part to the next changes the result."""
    assert framed(b"ab", b"c") != framed(b"a", b"bc")
    assert framed(b"") != framed()
    assert framed(b"", b"a") != framed(b"a", b"")


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "1.0"), ("100", "1E2"), ("0", "-0.00"), ("-12.50", "-1.25E1"), ("1e-3", "0.001")],
)
def test_a_number_has_one_form(one: str, other: str) -> None:
    """Numbers that are equal to DynamoDB are the same key, to 38 digits."""
    assert canonical_key({"n": {"N": one}}) == canonical_key({"n": {"N": other}})


def test_all_digits_of_a_number_count() -> None:
    """Numbers of 38 digits that differ in the last are different keys."""
    one, other = "1" * 38, "1" * 37 + "2"
    assert canonical_key({"n": {"N": one}}) != canonical_key({"n": {"N": other}})


def test_the_order_of_names_does_not_count() -> None:
    """A key is the same however its attributes are ordered; types and names count."""
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    assert canonical_key(key) == canonical_key(dict(reversed(key.items())))
    assert canonical_key({"a": {"S": "1"}}) != canonical_key({"a": {"N": "1"}})
    assert canonical_key({"a": {"S": "1"}}) != canonical_key({"b": {"S": "1"}})


def test_binary_is_bytes_or_base64() -> None:
    """A binary key attribute may stand there as bytes or as JSON has it, and comes out as bytes."""
    assert packed_key({"b": {"B": b"\x00\xff"}}) == packed_key({"b": {"B": "AP8="}})
    assert unpacked_key(packed_key({"b": {"B": "AP8="}})) == {"b": {"B": b"\x00\xff"}}


@pytest.mark.parametrize(
    "key",
    [
        {"a": {"S": 1}},
        {"a": {"BOOL": True}},
        {"a": {"B": "secret text"}},
        {"a": {}},
        {"a": {"S": "secret", "N": "1"}},
        {"a": "secret"},
        {"a": {"S": "secret" * 20000}},
        {"a" * 256: {"S": "secret"}},
    ],
)
def test_what_is_no_key_is_refused_without_its_value(key: dict[str, dict[str, str]]) -> None:
    """Only S, N and B are key attributes; the error holds no value."""
    with pytest.raises(WireError) as caught:
        packed_key(key)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("number", ["", "secret", "NaN", "1" * 39])
def test_a_malformed_number_is_no_key(number: str) -> None:
    """A key's number must be one that DynamoDB takes."""
    with pytest.raises(WireError) as caught:
        canonical_key({"n": {"N": number}})
    assert "secret" not in str(caught.value)


@given(st.binary(max_size=60))
def test_any_bytes_unpack_or_are_refused(data: bytes) -> None:
    """Unpacking gives a key or ValueError or IndexError, whatever the bytes are."""
    try:
        unpacked_key(data)
    except (ValueError, IndexError):
        return
