"""Passwords: checked in the same time whether or not there is a user, and never shown."""

import asyncio
import pickle
import threading
import time
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from hushtable.guard.hashed import Passwords

CHEAP = Passwords(CHEAPEST)


def test_the_right_password_is_accepted() -> None:
    """A password matches its own hash and no other, and two hashes of it differ."""
    one, other = CHEAP.hash("correct horse"), CHEAP.hash("correct horse")
    assert one != other
    assert CHEAP.verify(one, "correct horse")
    assert CHEAP.verify(other, "correct horse")
    assert not CHEAP.verify(one, "correct horse ")
    assert "correct" not in one


def test_the_defaults_are_those_of_the_rfc() -> None:
    """Hashes are argon2id with 64 MiB, 3 passes and 4 lanes."""
    stored = Passwords().hash("x")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not Passwords(RFC_9106_LOW_MEMORY).needs_rehash(stored)


def test_a_secret_text_is_taken_as_it_is() -> None:
    """A password may be wrapped so that it does not show, and so may a stored hash."""
    stored = CHEAP.hash(SecretStr("correct horse"))
    assert CHEAP.verify(stored, "correct horse")
    assert CHEAP.verify(stored, SecretStr("correct horse"))
    assert CHEAP.verify(SecretStr(stored), "correct horse")
    assert not CHEAP.verify(SecretStr("no hash"), "correct horse")


@settings(max_examples=50)
@given(st.text(st.characters(), max_size=40))
def test_any_text_is_a_password(password: str) -> None:
    """Any text can be hashed and checked, one of no Unicode too."""
    assert CHEAP.verify(CHEAP.hash(password), password)
    assert not CHEAP.verify(CHEAP.hash(password), password + "x")


def test_a_text_of_no_unicode_is_a_password() -> None:
    """Half a surrogate pair raises no error: it would carry the password."""
    assert CHEAP.verify(CHEAP.hash("\ud800"), "\ud800")


MALFORMED = [
    None,
    "",
    "plain",
    "plain password",
    "$argon2id$",
    "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA$AAAA",
    "$argon2id$v=19$m=x,t=1,p=1$AAAAAAAAAAA$AAAAAAAA",
    "$argon2id$v=19$m=8,t=1,p=1$!$!",
    "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=8,t=4294967295,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
    "$2b$12$" + "x" * 53,
    "\N{GREEK SMALL LETTER ALPHA}",
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAA",
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAA=",
]


@pytest.mark.parametrize("stored", MALFORMED)
def test_what_is_no_hash_matches_nothing(stored: str | None) -> None:
    """Without a hash, with a malformed one or one that asks for too much work, nobody gets in."""
    assert CHEAP.verify(stored, "plain") is False
    assert CHEAP.verify(stored, "") is False
    if stored is not None:
        assert CHEAP.needs_rehash(stored)


@settings(max_examples=200)
@given(st.text(max_size=100) | st.text("$=,argon2idvmtp0123456789", max_size=60))
def test_any_text_is_a_wrong_hash(stored: str) -> None:
    """A stored text of any form is False and no error."""
    assert CHEAP.verify(stored, "x") is False


@pytest.mark.parametrize("stored", MALFORMED)
def test_a_missing_user_takes_as_long(stored: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a sound hash the full work is done against a hash of nothing."""
    done: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, of: str, password: bytes) -> bool:
        done.append(of)
        return verify(hasher, of, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    CHEAP.verify(stored, "x")
    assert done[-1] == CHEAP._dummy
    assert done[-1].startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_the_time_does_not_tell() -> None:
    """Checking a missing user takes about as long as checking one that exists."""
    passwords = Passwords()
    stored = passwords.hash("right")

    def best(of: str | None) -> float:
        times = []
        for _ in range(4):
            start = time.perf_counter()
            passwords.verify(of, "wrong")
            times.append(time.perf_counter() - start)
        return min(times)

    there, missing = best(stored), best(None)
    # Wide, because the machine is shared. Without the work it would be a thousandth.
    assert missing > there / 5
    assert best("garbage") > there / 5


def test_weaker_hashes_are_to_be_made_anew() -> None:
    """A hash of other parameters, or of another kind of argon2, is told."""
    stored = CHEAP.hash("x")
    assert not CHEAP.needs_rehash(stored)
    assert Passwords().needs_rehash(stored)
    other = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=4, type=Type.I)
    assert CHEAP.needs_rehash(other.hash("x"))
    assert CHEAP.verify(other.hash("x"), "x")


async def threads_of(passwords: Passwords) -> set[str]:
    """Hash and check from coroutines at once, and name the threads that did it."""
    names: set[str] = set()

    class Told:
        def get_secret_value(self) -> str:
            names.add(threading.current_thread().name)
            return "right"

    stored = await asyncio.gather(*(passwords.hash_async(Told()) for _ in range(20)))
    checked = await asyncio.gather(*(passwords.verify_async(one, Told()) for one in stored))
    assert all(checked)
    assert not await passwords.verify_async(None, "right")
    return names


def test_coroutines_do_not_wait_in_the_loop() -> None:
    """From coroutines hashes are computed in a few threads of their own."""
    names = asyncio.run(threads_of(Passwords(CHEAPEST, threads=2)))
    assert names
    assert len(names) <= 2
    assert threading.main_thread().name not in names


def test_passwords_show_nothing() -> None:
    """The object has nothing to look into and is not pickled."""
    assert not hasattr(CHEAP, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(CHEAP)


@pytest.mark.parametrize("password", [None, 1, b"bytes"])
def test_what_is_no_password_is_an_error(password: Any) -> None:
    """What is no text is a fault of the program."""
    with pytest.raises(AttributeError):
        CHEAP.hash(password)
