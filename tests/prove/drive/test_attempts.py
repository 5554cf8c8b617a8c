"""Wrong secrets of the same form as the right ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.service import ParameterSource
from hushtable.prove.drive.attempts import ATTEMPTS, secrets_of, wrong
from hushtable.prove.drive.sending import Filled

BODY = ParameterSource.BODY
PIN = 482_910


def filled(**body: object) -> Filled:
    """Give the inputs of a door with this body."""
    return Filled({}, body)


def test_the_fields_that_hold_a_password_or_a_code() -> None:
    """Passwords and codes are tried; names, codes of countries and flags are not."""
    right = filled(
        email="a@b.example", password="Aa1!bbbb", code="123456", country_code="DE", otp=True
    )
    assert secrets_of(right) == ((BODY, "password"), (BODY, "code"))


@given(st.one_of(st.text(min_size=3), st.from_regex(r"[0-9]{2,9}", fullmatch=True)))
def test_a_wrong_secret_has_the_form_of_the_right_one(secret: str) -> None:
    """Each attempt differs from the right one and from all others, and is as long."""
    found = wrong(filled(password=secret), ((BODY, "password"),), ())
    guesses = [one.body["password"] for one in found]
    assert len(set(guesses)) == ATTEMPTS
    assert secret not in guesses
    assert {len(one) for one in guesses} == {len(secret)}
    assert not secret.isdecimal() or all(map(str.isdecimal, guesses))


def test_a_code_that_is_a_number_stays_one() -> None:
    """A whole number is guessed by whole numbers with as many digits."""
    found = wrong(filled(pin=PIN), ((BODY, "pin"),), ())
    guesses = [one.body["pin"] for one in found]
    assert all(isinstance(one, int) and len(str(one)) == len(str(PIN)) for one in guesses)
    assert PIN not in guesses


def test_nothing_of_a_secret_of_the_apps_own_stays() -> None:
    """What the app made is not shown by a guess that is like it."""
    found = wrong(filled(code="kT9-secret"), ((BODY, "code"),), ("kT9-secret",))
    assert [one.body["code"] for one in found[:2]] == ["xxxxxxxx01", "xxxxxxxx02"]


def test_too_few_guesses_are_none() -> None:
    """A secret of a digit or two letters, and a body without one, is not tried."""
    assert wrong(filled(pin="7"), ((BODY, "pin"),), ()) == ()
    assert wrong(filled(pin="ab"), ((BODY, "pin"),), ()) == ()
    assert wrong(filled(name="x"), (), ()) == ()
