"""Calls that are made at once are ended together."""

from __future__ import annotations

import threading

import pytest

from hushtable.prove.sandbox.at_once import at_once


def test_calls_run_beside_each_other_and_answer_in_order() -> None:
    """Each waits for the other here, and what they give comes in their order."""
    both = threading.Barrier(2, timeout=60)
    assert at_once([lambda _stop: both.wait() * 0 + 1, lambda _stop: both.wait() * 0 + 2]) == [1, 2]
    assert at_once([]) == []


def test_one_that_fails_stops_the_others() -> None:
    """The others are told to stop, and have ended when the failure is raised."""
    ended: list[str] = []

    def fails(_stop: threading.Event) -> None:
        raise OSError

    def waits(stop: threading.Event) -> None:
        assert stop.wait(60)
        ended.append("stopped")

    with pytest.raises(OSError, match=r"^$"):
        at_once([fails, waits])
    assert ended == ["stopped"]
