"""Where formats go, and how a screen is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hushtable.cli.outputs import Destination, Format, destinations, screen
from hushtable.model.errors import UsageError


@pytest.mark.parametrize(
    ("formats", "files", "expected"),
    [
        ([], [], [Destination(Format.TERMINAL)]),
        ([Format.JSON], [], [Destination(Format.JSON)]),
        (
            [],
            ["a.sarif"],
            [Destination(Format.TERMINAL), Destination(Format.SARIF, Path("a.sarif"))],
        ),
        ([Format.JUNIT], ["out"], [Destination(Format.JUNIT, Path("out"))]),
        (
            [Format.JSON],
            ["a.md"],
            [Destination(Format.JSON), Destination(Format.MARKDOWN, Path("a.md"))],
        ),
        ([Format.JSON], ["json:a.md"], [Destination(Format.JSON, Path("a.md"))]),
        (
            [Format.TERMINAL, Format.GITHUB],
            [],
            [Destination(Format.TERMINAL), Destination(Format.GITHUB)],
        ),
        (
            [],
            ["x:y.json"],
            [Destination(Format.TERMINAL), Destination(Format.JSON, Path("x:y.json"))],
        ),
    ],
)
def test_where_formats_go(
    formats: list[Format], files: list[str], expected: list[Destination]
) -> None:
    """A prefix tells a file's format, else its suffix, else the only format asked for."""
    assert list(destinations(formats, files)) == expected


def test_a_page_goes_where_html_says() -> None:
    """`--html FILE` is one more file, whatever it is called, beside what is printed."""
    page = Destination(Format.HTML, Path("a.out"))
    assert destinations((), (), Path("a.out")) == (Destination(Format.TERMINAL), page)
    assert destinations((Format.JSON,), ("b.md",), Path("a.out"))[-1] == page
    with pytest.raises(UsageError, match="cannot write"):
        destinations((), (), Path("no/such/folder/a.html"))


@pytest.mark.parametrize(
    ("variables", "asked", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_needs_a_terminal_that_wants_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, asked: bool, colour: bool
) -> None:
    """Colours are on for a terminal, and off with NO_COLOR, --no-color or a dumb terminal."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert screen(colour=asked).colour is colour
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert screen(colour=asked).colour is False


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`hushtable rules | head -1` ends quietly."""
    command = f"{sys.executable} -m hushtable.cli.main rules | true"
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
