"""What a check of a token wants is noted, and the check goes on as it was told."""

import sys
from types import ModuleType
from typing import Any

import jwt
import pytest

from hushtable.prove.services import verifying
from hushtable.prove.services.issuer import Wanted

LONG = "of nobody, and as long as a key of this kind should be"


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[Wanted]:
    """Note checks of PyJWT in this test alone."""
    found: list[Wanted] = []
    module = sys.modules["jwt.api_jwt"]
    # What it is now is put back after the test.
    monkeypatch.setattr(module.PyJWT, "decode_complete", module.PyJWT.decode_complete)
    verifying._wrap(
        "PyJWT.decode_complete", lambda *given: verifying._checked(found.append, *given), module
    )
    return found


def test_what_a_check_names_is_noted(noted: list[Wanted]) -> None:
    """Algorithms, audience, issuer and key are noted, and a wrong token is refused as before."""
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode("no token", LONG, algorithms=["HS256"], audience=["app", "b"], issuer="me")
    assert noted == [Wanted(("HS256",), "app", "me", LONG)]


def test_a_good_token_passes_as_before(noted: list[Wanted]) -> None:
    """The claims come back."""
    token = jwt.encode({"sub": "u-1"}, LONG, "HS256")
    assert jwt.decode(token, LONG, algorithms=["HS256"]) == {"sub": "u-1"}
    assert noted == [Wanted(("HS256",), None, None, LONG)]


def test_a_look_without_a_check_is_not_noted(noted: list[Wanted]) -> None:
    """Who opens a token unverified wants nothing of it."""
    token = jwt.encode({"sub": "u-1"}, LONG, "HS256")
    assert jwt.decode(token, options={"verify_signature": False})["sub"] == "u-1"
    assert noted == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"key": object(), "algorithms": "RS256"}, Wanted(("RS256",))),
        ({"claims_options": {"iss": {"value": "a"}, "aud": {"values": ["b", "c"]}}},
         Wanted((), "b", "a")),
        ({"audience": b"raw", "issuer": 7}, Wanted()),
    ],
)  # fmt: skip
def test_every_librarys_words_are_understood(given: dict[str, Any], wanted: Wanted) -> None:
    """Arguments of any kind give what is known of them."""
    assert verifying._wanted(given) == wanted


def test_another_release_is_left_alone() -> None:
    """A library without that function is used as it is."""
    verifying._wrap("PyJWT.decode_complete", lambda *_: None, ModuleType("jwt.api_jwt"))
