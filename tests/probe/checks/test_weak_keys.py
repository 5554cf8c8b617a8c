"""Keys that anyone would try."""

from __future__ import annotations

from hushtable.probe.checks.weak_keys import keys
from hushtable.values.formats import hits


def test_keys_are_those_of_placeholders() -> None:
    """No key comes first; each comes once, and none is an issuer's of the known formats."""
    found = keys()
    assert found[0] == ""
    wanted = {"secret", "changeme", "your-256-bit-secret", "SECRET_KEY", "jwt-secret", "123456"}
    assert {*wanted, "my_super_secret_key", "password123"} <= set(found)
    assert len(found) == len(set(found))
    assert not [one for one in found if list(hits(one))]


def test_a_key_that_is_random_is_none_of_them() -> None:
    """What a store of secrets makes is not tried."""
    assert "q7Jx2m4Zt9" not in keys()
