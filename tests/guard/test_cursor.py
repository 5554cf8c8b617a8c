"""Cursors: what was sealed comes back to its own scope, and nothing else is ever accepted."""

import base64
import copy
import pickle
import random
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.guard.cursor import BLOCK, LONGEST, Scope, Sealer
from hushtable.guard.errors import DeclarationError, InvalidCursorError, RefusedError
from hushtable.guard.keyring import KeyRing

ONE = bytes(range(100, 132))
TWO = bytes(range(200, 232))
RING = KeyRing({"k1": ONE})
SCOPE = Scope(route="GET /users", query="status=active", caller="ann")
KEY = {"user_id": {"S": "u-12345678"}, "created": {"N": "1700000000"}}
ALPHABET = string.ascii_letters + string.digits + "-_"

values = st.one_of(
    st.builds(lambda text: {"S": text}, st.text(max_size=60)),
    st.builds(lambda number: {"N": str(number)}, st.integers() | st.decimals(allow_nan=False)),
    st.builds(lambda data: {"B": data}, st.binary(max_size=60)),
)
keys = st.dictionaries(st.text(min_size=1, max_size=30), values, min_size=1, max_size=4)
scopes = st.builds(Scope, st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))


def refused(sealer: Sealer, text: Any, scope: Scope = SCOPE) -> None:
    """Check that a text is refused with the one error, which hangs on nothing."""
    with pytest.raises(InvalidCursorError) as caught:
        sealer.open(text, scope)
    error = caught.value
    assert type(error) is InvalidCursorError
    assert str(error) == "not a cursor of this query, or its time is over"
    assert error.__cause__ is None
    assert error.__context__ is None
    assert error.status == 400


@given(keys, scopes)
def test_a_key_comes_back(key: dict[str, dict[str, Any]], scope: Scope) -> None:
    """Any key map of S, N and B comes back exactly, in its order."""
    sealer = Sealer(RING)
    opened = sealer.open(sealer.seal(key, scope), scope)
    assert opened == key
    assert list(opened) == list(key)


def test_a_cursor_is_compact() -> None:
    """A cursor of an ordinary key fits 130 characters of a URL."""
    text = Sealer(RING).seal(KEY, SCOPE)
    assert len(text) <= 130
    assert set(text) <= set(ALPHABET)
    assert len(Sealer(RING).seal({"user_id": {"S": "u-1234"}}, SCOPE)) <= 90


def test_two_cursors_of_one_key_differ() -> None:
    """The same key sealed twice gives two texts, so that nobody sees that it is the same."""
    sealer = Sealer(RING)
    assert len({sealer.seal(KEY, SCOPE) for _ in range(100)}) == 100


def test_a_cursor_shows_nothing_of_its_key() -> None:
    """Neither names nor values of the key stand in the bytes of a cursor."""
    text = Sealer(RING).seal(KEY, SCOPE)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    for part in (b"user_id", b"12345678", b"created", b"1700000000", b"GET", b"ann"):
        assert part not in data


def test_the_length_tells_no_more_than_a_block() -> None:
    """Keys whose lengths differ within a block give cursors of one length."""
    lengths = [len(Sealer(RING).seal({"k": {"S": "x" * n}}, SCOPE)) for n in range(200)]
    assert len(set(lengths)) <= 200 // BLOCK + 2
    assert lengths == sorted(lengths)


@given(keys, scopes, scopes)
def test_a_cursor_opens_in_its_own_scope_alone(
    key: dict[str, dict[str, Any]], scope: Scope, other: Scope
) -> None:
    """A cursor is refused on another route, for another query and for another caller."""
    sealer = Sealer(RING)
    text = sealer.seal(key, scope)
    if other != scope:
        refused(sealer, text, other)


@pytest.mark.parametrize(
    "other",
    [
        Scope("GET /orders", SCOPE.query, SCOPE.caller),
        Scope(SCOPE.route, "status=blocked", SCOPE.caller),
        Scope(SCOPE.route, SCOPE.query, "bob"),
        Scope(SCOPE.route, SCOPE.query, ""),
        Scope(SCOPE.route + SCOPE.query, "", SCOPE.caller),
        Scope(SCOPE.route, SCOPE.query + SCOPE.caller, ""),
        Scope(SCOPE.query, SCOPE.route, SCOPE.caller),
    ],
)
def test_parts_of_a_scope_do_not_run_together(other: Scope) -> None:
    """Moving text from one part of the scope to another makes another scope."""
    sealer = Sealer(RING)
    refused(sealer, sealer.seal(KEY, SCOPE), other)


def test_a_cursor_expires() -> None:
    """A cursor opens until its lifetime is over, and not after."""
    now = 1_700_000_000.0
    sealer = Sealer(RING, lifetime=60, clock=lambda: now)
    text = sealer.seal(KEY, SCOPE)
    now += 59
    assert sealer.open(text, SCOPE) == KEY
    now += 1
    refused(sealer, text)


@pytest.mark.parametrize("lifetime", [0, -1, 0.9, 1e9, float("inf"), float("nan")])
def test_a_lifetime_is_bounded(lifetime: float) -> None:
    """A lifetime of no time, or of more than ten years, is refused where it is declared."""
    with pytest.raises(DeclarationError):
        Sealer(RING, lifetime=lifetime)


def test_an_old_key_still_opens() -> None:
    """After a rotation cursors of the old key open; without the old key they do not."""
    old, rotated = Sealer(RING), Sealer(RING.rotated("k2", TWO))
    text = old.seal(KEY, SCOPE)
    assert rotated.open(text, SCOPE) == KEY
    refused(Sealer(KeyRing({"k2": TWO})), text)
    refused(old, rotated.seal(KEY, SCOPE))
    refused(Sealer(KeyRing({"k1": TWO})), text)


def test_a_cursor_under_another_key_id_is_refused() -> None:
    """The key id of a cursor is bound: with two names for one secret, the name cannot be changed.

    Two names of the same length, so that everything but the name stays in its place.
    """
    sealer = Sealer(KeyRing({"k1": ONE, "k2": ONE}))
    text = sealer.seal(KEY, SCOPE)
    data = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert data[2:4] == b"k1"
    data[2:4] = b"k2"
    refused(sealer, base64.urlsafe_b64encode(bytes(data)).rstrip(b"=").decode())


def test_only_one_spelling_is_accepted() -> None:
    """Padding, spare bits, white space and the other base64 alphabet are refused."""
    sealer = Sealer(RING)
    spare = 0
    for size in range(1, 5):
        sealer = Sealer(KeyRing({"k" * size: ONE}))
        text = sealer.seal(KEY, SCOPE)
        others = [text + "=", text + "==", text + "\n", " " + text, text[:9] + "\n" + text[9:]]
        others += [text + "A", text + "AAAA", text[:-1], text[:9] + "!" + text[9:], text + "\0"]
        if {"-", "_"} & set(text):
            others.append(text.replace("-", "+").replace("_", "/"))
        twins = [text[:-1] + last for last in ALPHABET if last != text[-1]]
        padded = "=" * (-len(text) % 4)
        same = base64.urlsafe_b64decode(text + padded)
        spare += sum(base64.urlsafe_b64decode(twin + padded) == same for twin in twins)
        for other in others + twins:
            refused(sealer, other)
    assert spare > 0, "no text with spare bits was tried"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "AA",
        "====",
        "AQ",
        "AQJr",
        "\ud800",
        "\N{GREEK SMALL LETTER ALPHA}" * 90,
        "A" * 4097,
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    """Anything else a client sends is the same error."""
    refused(Sealer(RING), text)


@pytest.mark.parametrize("text", [None, 1, b"AQ", ["AQ"]])
def test_what_is_no_text_is_refused(text: object) -> None:
    """What is no text is the same error."""
    refused(Sealer(RING), text)


@given(st.text(max_size=300) | st.text(ALPHABET, min_size=80, max_size=300))
def test_any_text_is_refused(text: str) -> None:
    """A text that was not sealed is refused, whatever it is."""
    refused(Sealer(RING), text)


def test_a_cursor_that_is_too_long_is_neither_made_nor_read() -> None:
    """Over 4096 characters a key is refused to the program, and a text to the client."""
    sealer = Sealer(RING)
    fits = {"k": {"S": "x" * 2990}}
    text = sealer.seal(fits, SCOPE)
    assert LONGEST - 64 < len(text) <= LONGEST
    assert sealer.open(text, SCOPE) == fits
    for size in (3072, 70_000 // 2):
        with pytest.raises(RefusedError, match="page_key") as caught:
            sealer.seal({"page_key": {"S": "x" * size}}, SCOPE)
        assert "xx" not in str(caught.value)


@settings(max_examples=200)
@given(keys, st.data())
def test_any_change_is_refused(key: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    """Replacing, dropping, inserting or swapping characters of a cursor makes it no cursor."""
    sealer = Sealer(RING)
    text = sealer.seal(key, SCOPE)
    at = data.draw(st.integers(0, len(text) - 1))
    to = data.draw(st.integers(at, len(text)))
    changed = text[:at] + data.draw(st.text(ALPHABET, max_size=to - at + 1)) + text[to:]
    if changed != text:
        refused(sealer, changed)


def test_ten_thousand_changed_cursors_are_refused() -> None:
    """Of 10,000 cursors with one or more characters changed, none is accepted."""
    chance = random.Random(7)  # noqa: S311 - the same changes in every run
    sealer = Sealer(RING)
    text = sealer.seal(KEY, SCOPE)
    accepted = 0
    for _ in range(10_000):
        changed = list(text)
        for at in chance.sample(range(len(text)), chance.choice((1, 1, 1, 2, 3, 8))):
            changed[at] = chance.choice(ALPHABET.replace(text[at], ""))
        try:
            sealer.open("".join(changed), SCOPE)
        except InvalidCursorError:
            continue
        accepted += 1
    assert accepted == 0


def test_a_sealer_and_a_scope_show_nothing() -> None:
    """No repr of a sealer or a scope holds a key, a query or a caller, and no sealer is pickled."""
    sealer = Sealer(RING)
    assert "caller" not in repr(Scope("GET /x", "phone=555", "ann"))
    assert "555" not in repr(Scope("GET /x", "phone=555", "ann"))
    assert not hasattr(sealer, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(sealer)
    with pytest.raises(TypeError):
        copy.deepcopy(sealer)
