"""The progress display: it follows events, and leaves nothing behind."""

from __future__ import annotations

import io

from rich.console import Console

from hushtable.model.event import Advanced, Began, Ended, Stumbled
from hushtable.report.progress import ProgressDisplay
from tests.report.samples import RESULT


def display(out: io.StringIO, width: int = 80) -> ProgressDisplay:
    """Give a display that believes it is on a terminal."""
    console = Console(file=out, force_terminal=True, width=width, color_system=None)
    return ProgressDisplay(console)


def test_stages_are_shown_with_their_counts() -> None:
    """Each stage is shown by name with how much of it is done."""
    out = io.StringIO()
    with display(out) as listen:
        listen(Began("parse", 4))
        listen(Advanced("parse", "a.py"))
        listen(Advanced("parse", "b.py", 2))
    assert "parse" in out.getvalue()
    assert "3/4" in out.getvalue()


def test_a_stage_of_unknown_length_and_an_unannounced_one_are_shown() -> None:
    """A stage without a total, and one that nobody began, are followed all the same."""
    out = io.StringIO()
    with display(out) as listen:
        listen(Began("routes"))
        listen(Advanced("flow", count=3))
        listen(Ended("flow", 0.1))
        listen(Stumbled(RESULT.unknown[0]))
    assert "routes" in out.getvalue()
    assert "3/3" in out.getvalue()


def test_no_file_name_is_shown() -> None:
    """What an engine says of a file is told in the report and not drawn here."""
    out = io.StringIO()
    with display(out) as listen:
        listen(Advanced("parse", "\x1b]0;title\x07"))
        listen(Stumbled(RESULT.unknown[0]))
    assert "title" not in out.getvalue()
    assert "py2.py" not in out.getvalue()


def test_a_stage_that_is_run_again_begins_anew() -> None:
    """A stage that begins a second time counts from nothing."""
    out = io.StringIO()
    with display(out) as listen:
        for total in (2, 3):
            listen(Began("prove", total))
            listen(Advanced("prove", count=2))
    assert "2/3" in out.getvalue()
    assert "4/" not in out.getvalue()
