"""One hook serves all who watch."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from hushtable.prove.sandbox import audit


def test_watchers_hear_their_events() -> None:
    """Each watcher hears its own event, for as long as it watches."""
    heard: list[tuple[Any, ...]] = []
    with audit.watching({"hushtable.test": heard.append}):
        sys.audit("hushtable.test", 1, "a")
        sys.audit("hushtable.other", 2)
    sys.audit("hushtable.test", 3)
    assert heard == [(1, "a")]


def test_what_a_watcher_raises_stops_the_call(tmp_path: Path) -> None:
    """A call that a watcher refuses does not happen."""

    def refuse(_arguments: tuple[Any, ...]) -> None:
        raise PermissionError

    with audit.watching({"os.mkdir": refuse}), pytest.raises(PermissionError):
        (tmp_path / "never").mkdir()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 -- pathlib would do, but this is audited too


def test_two_may_watch_one_event() -> None:
    """Two watchers of one event both hear it, and one may leave."""
    first: list[tuple[Any, ...]] = []
    second: list[tuple[Any, ...]] = []
    with audit.watching({"hushtable.test": first.append}):
        with audit.watching({"hushtable.test": second.append}):
            sys.audit("hushtable.test")
        sys.audit("hushtable.test")
    assert (len(first), len(second)) == (2, 1)
