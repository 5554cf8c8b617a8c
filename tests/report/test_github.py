"""GitHub annotations: one command a finding, and no text that ends or begins one."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.report import github
from hushtable.report.escape import visible
from hushtable.report.report import Report
from tests.report.samples import poisoned, told

COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^:,]*,?)+)::(.*)")
TEXT = st.text(st.characters(exclude_categories=[])) | st.text(st.sampled_from("a:,%\r\n=0AD "))


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command back: its name, its properties and its text."""
    match = COMMAND.fullmatch(line)
    assert match
    pairs = (pair.split("=", 1) for pair in match[2].split(","))
    return match[1], {name: undone(value) for name, value in pairs}, undone(match[3])


def undone(text: str) -> str:
    """Undo the escapes as actions/runner does, the per cent sign last."""
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def test_each_standing_finding_is_one_annotation(report: Report) -> None:
    """The most severe finding comes first, with its file, line and title."""
    lines = github.render(report).splitlines()
    assert len(lines) == 4
    level, properties, text = parsed(lines[0])
    assert level == "error"
    assert properties["file"] == "app/routes.py"
    assert properties["line"] == "25"
    assert properties["title"] == "HT102 secret-in-response (critical, suspected)"
    assert "GET /users/{user_id} answers" in text
    assert "\n    class UserOut(BaseModel):" in text
    assert parsed(lines[1])[0] == "warning"


def test_what_was_not_examined_is_an_error(report: Report) -> None:
    """A file that was not examined is annotated as an error."""
    level, properties, text = parsed(github.render(report).splitlines()[-1])
    assert (level, properties["title"]) == ("error", "Not examined")
    assert text == "does not parse: invalid syntax"


@given(TEXT, TEXT)
def test_a_command_is_one_line_that_reads_back(value: str, text: str) -> None:
    """Any property and any text give one command that reads back as what was shown."""
    line = github.command("error", {"file": value, "title": value}, visible(text))
    assert len((line + "x").splitlines()) == 1
    level, properties, data = parsed(line)
    assert level == "error"
    assert set(properties) == {"file", "title"}
    if "%" not in value + text:
        assert properties["file"] == visible(value)
        assert data == visible(text)


@settings(max_examples=40, deadline=None)
@given(TEXT)
def test_any_text_gives_as_many_commands(text: str) -> None:
    """Any text in any field gives one command for the finding and one for the unknown file."""
    lines = github.render(told(poisoned(text), prefix=text)).splitlines()
    assert len(lines) == 2
    assert all(parsed(line) for line in lines)
