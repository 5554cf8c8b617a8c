"""What a run keeps to itself."""

from __future__ import annotations

from typing import Any

import pytest

from hushtable.probe.order import Identity
from hushtable.probe.session import Session


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("Bearer ab=cd=of-a-caller", {"ab=cd=of-a-caller", "cd=of-a-caller"[3:]}),
        ("sid=0123456789; theme=dark", {"sid=0123456789;", "0123456789"}),
        ("short", set()),
    ],
)
def test_every_part_of_a_header_is_a_secret(header: str, kept: set[str]) -> None:
    """A token is kept whole, also where signs stand in it, and each value of a cookie is."""
    nothing: Any = None
    session = Session(nothing, nothing, (Identity("A", (("x", header),)),))
    assert kept <= session.secrets
    assert (header in session.secrets) is (len(header) > len("Bearer"))
