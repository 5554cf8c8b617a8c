"""Keys that anyone would try."""

from __future__ import annotations

from hushtable.probe.checks.forged import keys
from hushtable.values.formats import hits


def test_the_list_of_keys_is_read() -> None:
    """The list holds over a thousand keys, each once, none of its comments and no issuer's key."""
    found = keys()
    assert {"", "secret", "changeme", "your-256-bit-secret", "example"} <= set(found)
    assert len(found) == len(set(found)) > 1000
    assert not [one for one in found if one.startswith("#") or one.strip() != one]
    assert not [one for one in found if list(hits(one))]
