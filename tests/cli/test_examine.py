"""When progress is shown, and how paths are named from where the command runs."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from hushtable.cli.outcome import command
from hushtable.model.config import ScanConfig
from hushtable.model.event import silent
from hushtable.model.score import score
from hushtable.report.progress import ProgressDisplay
from tests.cli.conftest import Stage
from tests.report.samples import LEAK, RESULT, SEARCH


@pytest.mark.parametrize(
    ("terminal", "wanted", "shown"),
    [("xterm", True, True), ("", True, False), ("xterm", False, False), ("dumb", True, False)],
)
def test_progress_needs_a_terminal(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, terminal: str, *, wanted: bool, shown: bool
) -> None:
    """Progress is shown on a terminal that can, unless it is not wanted."""
    assert stage.asked == []
    examine = importlib.import_module("hushtable.cli.examine")
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: bool(terminal))
    with examine.progress(wanted=wanted) as listen:
        assert isinstance(listen, ProgressDisplay) is shown
        assert (listen is silent) is not shown


@pytest.mark.parametrize(
    ("folder", "prefix"), [(".", ""), ("a/b", "a/b"), ("a/../a/b", "a/b"), ("..", "")]
)
def test_the_prefix(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, prefix: str
) -> None:
    """Paths are named from here, and from the scanned folder where that lies outside."""
    stage.result = RESULT
    (tmp_path / "here" / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    examine = importlib.import_module("hushtable.cli.examine")
    report = examine.examine(examine.Order(Path(folder), ScanConfig()))
    assert report.prefix == prefix


def test_since_narrows_the_findings_and_nothing_else(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a revision the findings are narrowed, and routes and score stay whole."""
    stage.result = RESULT
    examine = importlib.import_module("hushtable.cli.examine")
    since = importlib.import_module("hushtable.cli.since")
    changed = since.Changes({SEARCH.place.path: frozenset({SEARCH.place.line})}, frozenset())
    monkeypatch.setattr(examine, "changes", lambda _root, _revision: changed)
    some = examine.examine(examine.Order(tmp_path, ScanConfig(), since="main"))
    assert some.result.findings == (LEAK,)
    assert some.score == score(RESULT.findings, RESULT.routes) != score((LEAK,), RESULT.routes)
    assert some.result.routes == RESULT.routes
    assert some.since == "main"


def test_a_command_keeps_its_parameters() -> None:
    """What makes a command of a function hides none of its parameters."""

    def body(what: str, *, loud: bool = False) -> int:
        return len(what) + loud

    made = command(body)
    assert made.__wrapped__ is body  # type: ignore[attr-defined]
