"""Each program runs in a fork of a process that has imported what is slow."""

from __future__ import annotations

import os
import sys

import pytest

from hushtable.testing.forking import Forked, ForkedError


def answer(text: str) -> str:
    """Give the text with the process's id and whether the preloaded module was there."""
    return f"{text} {os.getpid()} {'colorsys' in sys.modules}"


def leave(_text: str) -> str:
    """End the process."""
    os._exit(7)


def hang(_text: str) -> str:
    """Never answer."""
    while True:
        os.read(os.pipe()[0], 1)


@pytest.fixture
def forks() -> Forked:
    """Give forks that have imported a small module."""
    return Forked(answer, ("colorsys",))


def test_each_call_has_a_process_of_its_own(forks: Forked) -> None:
    """What one call does to its process no other sees."""
    first, second = forks("a").split(), forks("b").split()
    assert (first[0], second[0]) == ("a", "b")
    assert len({first[1], second[1], str(os.getpid())}) == 3


def test_a_process_that_ends_is_told() -> None:
    """A fork that ends without an answer is an error with its exit code."""
    with pytest.raises(ForkedError, match="exit code 7"):
        Forked(leave, ())("x")


def test_a_process_that_hangs_is_ended() -> None:
    """A fork that gives no answer in time is ended."""
    with pytest.raises(ForkedError, match="no answer"):
        Forked(hang, (), seconds=0.5)("x")
