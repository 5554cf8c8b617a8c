"""Encrypted attributes: they come back where they were written, and decrypt nowhere else."""

import asyncio
import copy
import pickle
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.guard.cipher import Cipher, Context, LocalCipher
from hushtable.guard.envelope import LOCAL, WRAPPED, header
from hushtable.guard.errors import CipherError, RefusedError
from hushtable.guard.keyring import KeyRing, Purpose
from hushtable.model.dynamodb.wire import to_wire

ONE = bytes(range(100, 132))
TWO = bytes(range(200, 232))
RING = KeyRing({"k1": ONE})
CIPHER: Cipher = LocalCipher(RING)
HERE = Context("users", {"user_id": {"S": "ann"}}, "national_id")
VALUE = {"S": "very-private-text"}

numbers = st.integers(-(10**30), 10**30) | st.decimals(-(10**9), 10**9, places=3)
scalars = st.none() | st.booleans() | st.text(max_size=20) | numbers | st.binary(max_size=20)
sets = (
    st.frozensets(st.text(max_size=5), min_size=1, max_size=4)
    | st.frozensets(st.binary(max_size=5), min_size=1, max_size=4)
    | st.frozensets(st.integers(0, 99).map(Decimal), min_size=1, max_size=4)
)
values = st.recursive(
    scalars | sets,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
).map(to_wire)


def refused(data: Any, context: Context = HERE, cipher: Cipher = CIPHER) -> None:
    """Check that a value is refused, with names only, and with no error behind the error."""
    with pytest.raises(CipherError) as caught:
        cipher.decrypt(data, context)
    assert str(caught.value).startswith(context.place + ": ")
    assert "very-private" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@given(values)
def test_any_value_comes_back(value: dict[str, Any]) -> None:
    """A value of any DynamoDB type comes back exactly."""
    assert CIPHER.decrypt(CIPHER.encrypt(value, HERE), HERE) == value


def test_two_encryptions_of_one_value_differ() -> None:
    """Equal values are stored as different bytes, none of which show the value."""
    stored = {CIPHER.encrypt(VALUE, HERE) for _ in range(100)}
    assert len(stored) == 100
    assert not any(b"private" in data for data in stored)


def test_the_format_is_what_the_page_says() -> None:
    """A local value is 0xE7, 1, the key id behind its length, no wrapped key, nonce, text, tag."""
    data = CIPHER.encrypt(VALUE, HERE)
    assert data[:7] == b"\xe7\x01\x02k1\x00\x00"
    assert len(data) == 33 + len("k1") + len('{"S":"very-private-text"}')


def test_the_page_is_enough_to_decrypt() -> None:
    """Whoever has the key can decrypt a value with what the page says of its bytes."""
    place = Context("users", {"sk": {"N": "-10.50"}, "pk": {"S": "ann"}}, "national_id", 3)
    data = CIPHER.encrypt(VALUE, place)
    assert data[:2] == b"\xe7\x01"
    named = 3 + data[2]
    start = named + 2 + int.from_bytes(data[named : named + 2], "big")
    key = b"\x02pkS\x00\x03ann" + b"\x02skN\x00\x07-105E-1"
    parts = [b"hushtable attribute", b"users", b"national_id", b"3", key, data[:start]]
    bound = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    aead = AESGCM(RING.subkey("k1", Purpose.ATTRIBUTE))
    plain = aead.decrypt(data[start : start + 12], data[start + 12 :], bound)
    assert plain == b'{"S":"very-private-text"}'


def test_equal_values_are_equally_long() -> None:
    """One value has one length: names and sets are put in order."""
    one = {"M": {"a": {"SS": ["x", "yy"]}, "b": {"N": "1"}}}
    other = {"M": {"b": {"N": "1"}, "a": {"SS": ["yy", "x"]}}}
    assert len(CIPHER.encrypt(one, HERE)) == len(CIPHER.encrypt(other, HERE))


MOVED = [
    replace(HERE, table="users2"),
    replace(HERE, key={"user_id": {"S": "bob"}}),
    replace(HERE, key={"user_id": {"B": b"ann"}}),
    replace(HERE, key={"user": {"S": "ann"}}),
    replace(HERE, key={"user_id": {"S": "ann"}, "sk": {"S": ""}}),
    replace(HERE, attribute="passport"),
    replace(HERE, version=2),
    Context("usersnational_id", HERE.key, ""),
    Context("", HERE.key, "usersnational_id"),
]


@pytest.mark.parametrize("there", MOVED)
def test_a_moved_value_does_not_decrypt(there: Context) -> None:
    """Put into another item, attribute, table or version, a value does not decrypt."""
    refused(CIPHER.encrypt(VALUE, HERE), there)


contexts = st.builds(
    Context,
    st.sampled_from(["a", "ab", ""]),
    st.dictionaries(
        st.sampled_from(["p", "s"]),
        st.sampled_from([{"S": "1"}, {"N": "1"}, {"B": b"1"}, {"S": "2"}]),
        min_size=1,
    ),
    st.sampled_from(["a", "b", "ba"]),
    st.integers(1, 2),
)


@given(values, contexts, contexts)
def test_a_value_decrypts_in_its_own_context_alone(
    value: dict[str, Any], here: Context, there: Context
) -> None:
    """Of any two different contexts, a value of one does not decrypt in the other."""
    data = CIPHER.encrypt(value, here)
    if here == there:
        assert CIPHER.decrypt(data, there) == value
    else:
        refused(data, there)


def test_a_key_may_be_read_back_in_another_form() -> None:
    """DynamoDB gives a number key in its own form, and a key's attributes in any order."""
    wrote = replace(HERE, key={"p": {"N": "10.0"}, "s": {"B": b"\x01"}})
    reads = replace(HERE, key={"s": {"B": "AQ=="}, "p": {"N": "10"}})
    assert CIPHER.decrypt(CIPHER.encrypt(VALUE, wrote), reads) == VALUE


@settings(max_examples=300)
@given(values, st.data())
def test_altered_bytes_do_not_decrypt(value: dict[str, Any], data: st.DataObject) -> None:
    """With any bytes changed, taken away or put in, a value does not decrypt."""
    stored = CIPHER.encrypt(value, HERE)
    at = data.draw(st.integers(0, len(stored)))
    to = data.draw(st.integers(at, len(stored)))
    altered = stored[:at] + data.draw(st.binary(max_size=to - at + 2)) + stored[to:]
    if altered != stored:
        refused(altered)


def every_bit(stored: bytes) -> Iterator[bytes]:
    """Give the bytes with each of their bits flipped."""
    for at in range(len(stored) * 8):
        altered = bytearray(stored)
        altered[at // 8] ^= 1 << at % 8
        yield bytes(altered)


def test_no_single_bit_may_change() -> None:
    """Flipping any one bit, of the header too, makes a value undecryptable."""
    cipher = LocalCipher(KeyRing({"k1": ONE, "k2": ONE, "k3": ONE, "c1": ONE}))
    for altered in every_bit(cipher.encrypt(VALUE, HERE)):
        refused(altered, HERE, cipher)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"very-private-text",
        b'{"S":"very-private-text"}',
        "very-private-text",
        None,
        {"S": "very-private-text"},
        {"B": CIPHER.encrypt(VALUE, HERE)},
        header(LOCAL, "k1"),
        header(LOCAL, "k1") + bytes(27),
        header(LOCAL, "k1") + bytes(28),
        header(WRAPPED, "k1", b"w") + bytes(60),
        header(LOCAL, "k1", b"w") + bytes(60),
        b"\xe7\x01",
        b"\xe7\x01\xff",
        b"\xe7\x01\x02\xff\xff\x00\x00" + bytes(60),
    ],
)
def test_a_plain_value_is_refused(data: object) -> None:
    """There is no way through for what was not encrypted."""
    refused(data)


@given(st.binary(max_size=120))
def test_any_bytes_are_refused(data: bytes) -> None:
    """Bytes that were not encrypted here are refused, behind a right header too."""
    refused(data)
    refused(header(LOCAL, "k1") + data)


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_stored_bytes_may_be_of_any_kind(form: Any) -> None:
    """Bytes, bytearray and memoryview are read alike."""
    assert CIPHER.decrypt(form(CIPHER.encrypt(VALUE, HERE)), HERE) == VALUE


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"S": "very-private", "N": "1"},
        {"X": "very-private"},
        {"S": 1},
        {"N": "very-private"},
        {"S": "very-private\ud800"},
        {"M": {"a": {"S": "very-private\ud800"}}},
        {"SS": []},
        {"B": "very-private"},
        {"L": [{"Q": "very-private"}]},
        "very-private",
        None,
    ],
)
def test_what_is_no_wire_value_is_not_encrypted(value: Any) -> None:
    """A value that DynamoDB would not take is refused, without being shown."""
    with pytest.raises(RefusedError, match=r"users\.national_id: the value") as caught:
        CIPHER.encrypt(value, HERE)
    assert "very-private" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("key", [{}, {"user_id": {"S": 1}}, {"user_id": {"M": {}}}])
def test_a_value_needs_a_key(key: Any) -> None:
    """A value is written for an item: without a key, or with a wrong one, it is refused."""
    with pytest.raises(RefusedError, match="the key"):
        CIPHER.encrypt(VALUE, replace(HERE, key=key))
    refused(CIPHER.encrypt(VALUE, HERE), replace(HERE, key=key))


def test_rotation() -> None:
    """After a rotation old values are read, known as old, and written anew under the new key."""
    old = CIPHER.encrypt(VALUE, HERE)
    rotated = LocalCipher(RING.rotated("k2", TWO))
    assert rotated.decrypt(old, HERE) == VALUE
    assert rotated.needs_rotation(old)
    new = rotated.reencrypt(old, HERE)
    assert not rotated.needs_rotation(new)
    assert LocalCipher(KeyRing({"k2": TWO})).decrypt(new, HERE) == VALUE
    refused(new, HERE, CIPHER)
    refused(old, HERE, LocalCipher(KeyRing({"k2": TWO})))
    refused(old, HERE, LocalCipher(KeyRing({"k1": TWO})))


def test_a_value_may_be_moved_on_purpose() -> None:
    """Encrypting anew for another place moves a value there, and leaves it readable there alone."""
    there = replace(HERE, key={"user_id": {"S": "bob"}}, version=2)
    moved = CIPHER.reencrypt(CIPHER.encrypt(VALUE, HERE), HERE, there)
    assert CIPHER.decrypt(moved, there) == VALUE
    refused(moved, HERE)


def test_a_plain_value_is_in_no_need_of_rotation() -> None:
    """What is not encrypted is an error, and not old."""
    with pytest.raises(CipherError):
        CIPHER.needs_rotation(b"very-private-text")


async def prepared() -> dict[str, Any]:
    """Encrypt and decrypt with prepared keys, from a coroutine."""
    ready = await CIPHER.prepare_async(writes=[HERE])
    data = ready.encrypt(VALUE, HERE)
    ready = await CIPHER.prepare_async(reads=[(data, HERE)])
    return ready.decrypt(data, HERE)


def test_preparing_is_the_same_for_local_keys() -> None:
    """A cipher with local keys is prepared at once, with the same calls as one with KMS."""
    assert asyncio.run(prepared()) == VALUE
    data = CIPHER.prepare(writes=[HERE]).encrypt(VALUE, HERE)
    assert CIPHER.prepare(reads=[(data, HERE)]).decrypt(data, HERE) == VALUE


def test_a_cipher_and_a_context_show_nothing() -> None:
    """No repr holds a key of an item, and a cipher is neither pickled nor copied."""
    assert "ann" not in repr(HERE)
    assert repr(ONE)[2:10] not in repr(CIPHER)
    assert not hasattr(CIPHER, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(CIPHER)
    with pytest.raises(TypeError):
        copy.deepcopy(CIPHER)
