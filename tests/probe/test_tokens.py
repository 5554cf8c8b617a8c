"""What a token carries is told by the names of its claims."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.probe.tokens import carries


def token(claims: Any, alg: str = "HS256") -> str:
    """Make a token that nobody signed."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': alg})}.{part(claims)}.c2ln"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (token({"sub": "u1", "exp": 1}), ""),
        (token({"sub": "u1"}), " that never expires"),
        (token({"email": "x", "role": "y", "exp": 1}), " that carries email, role"),
        (token({"exp": 1}, "none"), " that is not signed"),
        ("no token", ""),
        ("eyJhbGciOiJIUzI1NiJ9.eyJ!!!.x", ""),
    ],
)
def test_a_token_is_told_by_its_claims(text: str, said: str) -> None:
    """Sensitive claims, a missing expiry and a missing signature are told."""
    assert carries(text) == said


@given(st.dictionaries(st.text(), st.text() | st.integers()), st.text())
def test_no_value_of_a_claim_is_told(claims: dict[str, Any], alg: str) -> None:
    """Whatever the claims hold, what is said is made of names alone."""
    said = carries(token({"email": "secret-value-1", **claims, "note": "secret-value-2"}, alg))
    assert "secret-value" not in said or "secret-value" in "".join(claims)


@given(st.text())
def test_any_text_is_looked_at(text: str) -> None:
    """No text ends in an error."""
    carries(text)
    carries(f"eyJ{text}.eyJ{text}.")
