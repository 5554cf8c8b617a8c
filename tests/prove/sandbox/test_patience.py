"""How much longer things may take on a machine that is busy."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.prove.sandbox.patience import MOST, patience


@given(load=st.floats(0, 1e6), processors=st.none() | st.integers(1, 4096))
def test_patience_is_bounded(load: float, processors: int | None) -> None:
    """It is never less than once and never more than the bound, and grows with the load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
        patch.setattr(os, "cpu_count", lambda: processors)
        times = patience()
    assert 1.0 <= times <= MOST
    share = load / (processors or 1)
    assert times == pytest.approx(min(max(share, 1.0), MOST))


def test_a_system_that_does_not_say_is_taken_for_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the load is not known, limits are as they were meant."""

    def unknown() -> tuple[float, float, float]:
        raise OSError

    monkeypatch.setattr(os, "getloadavg", unknown)
    assert patience() == 1.0
