"""Lines for editors: one a finding, read back by the expression that reads GCC's."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.model.place import Place
from hushtable.report import concise
from hushtable.report.report import Report
from tests.report.samples import LEAK, RESULT, poisoned, told

GCC = re.compile(r"^(.*):(\d+):(\d+):\s+(?:fatal\s+)?(warning|error|note|info):\s+(.*)$")
"""VS Code's matcher `$gcc`."""


def test_each_line_names_a_place_and_a_rule(report: Report) -> None:
    """A finding is a line with place, column from 1, kind, message and code; a suppressed none."""
    text = "GET /users/{user_id} answers `users.password_hash` to anyone."
    assert concise.render(report).splitlines() == [
        f"app/routes.py:25:12: error: {text} [HT102]",
        f"app/routes.py:25:12: warning: {text} [HT602]",
        f"app/routes.py:25:12: warning: {text} [HT602]",
        "old/py2.py:3:1: error: not examined: does not parse: invalid syntax [unexamined]",
    ]


def test_paths_begin_where_the_command_runs() -> None:
    """The folder that was scanned stands before each path."""
    first = concise.render(told(RESULT, prefix="services/api")).splitlines()[0]
    assert first.startswith("services/api/app/routes.py:25:12: error: ")


def test_an_operation_has_no_line() -> None:
    """What a live service shows is named by its operation alone."""
    live = dataclasses.replace(LEAK, place=Place("GET /users", 0))
    text = concise.render(told(dataclasses.replace(RESULT, findings=(live,), unknown=())))
    assert text.startswith("GET /users: error: ")


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_is_one_line_that_matches(text: str) -> None:
    """Any text in any field gives one line for the finding and one for the unknown file."""
    lines = concise.render(told(poisoned(text))).splitlines()
    assert len(lines) == 2
    assert all(GCC.match(line) for line in lines)


@pytest.mark.parametrize("path", ["::error file=a", "  ::notice"])
def test_no_line_is_a_command(path: str) -> None:
    """A file that is named like a command of a CI runner gives none."""
    found = dataclasses.replace(LEAK, place=Place(path, 1))
    text = concise.render(told(dataclasses.replace(RESULT, findings=(found,), unknown=())))
    assert not text.lstrip().startswith("::")
