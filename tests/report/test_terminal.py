"""The terminal report: what it tells, how wide it is, and that nothing scanned acts in it."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from hushtable.model.finding import Result
from hushtable.report import terminal
from hushtable.report.report import Report
from tests.report.samples import RESULT, poisoned, told

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def test_map_tells_route_attribute_channel_audience_verdict_and_gate(report: Report) -> None:
    """The map has a row for each route and channel that something leaves by."""
    text = terminal.render(report, width=160)
    row = next(line for line in text.splitlines() if line.startswith("GET /search"))
    for told_there in ("response", "signed-in", "suspected", "security: get_current_user"):
        assert told_there in row
    assert "users.email (personal)" in text
    assert "1 more route: no attribute seen to leave" in text


def test_findings_come_by_severity_with_trace_reasons_and_remedy(report: Report) -> None:
    """Each finding is told with its place, trace, reasons and remedy, the most severe first."""
    text = terminal.render(report, width=120)
    assert text.index("Critical (1)") < text.index("HT102 secret") < text.index("Medium (2)")
    assert "app/routes.py:25" in text
    assert re.search(r"trace +app/store.py:8  get_item reads the whole item of users", text)
    assert "because  password_hash: the name says password hash" in text
    assert "           " + "    class UserOut(BaseModel):" in text
    assert "suspected, confidence high" in text


def test_coverage_score_and_what_was_not_examined_are_told(report: Report) -> None:
    """The end tells how much was understood, what was not examined, and the score."""
    text = terminal.render(report, width=160)
    assert "7 files read of 12, 4 cannot matter, 1 failed, 3 routes, 5 of 80 calls" in text
    assert "Not examined: old/py2.py:3: does not parse: invalid syntax" in text
    assert "Unused: app/routes.py:70: allow HT101: it suppresses nothing" in text
    assert "3 findings: 1 critical, 2 medium; 3 suppressed" in text
    grade = f"Score {report.score.value} of 100, grade {report.score.grade}"
    assert f"{grade}, without what was not examined (1)" in text


def test_suppressed_and_refuted_findings_are_counted_only(report: Report) -> None:
    """A suppressed or refuted finding is counted and not told."""
    assert terminal.render(report).count("HT602 sensitive-logged") == 2


def test_nothing_examined_is_no_clean_bill() -> None:
    """A folder without routes gets no score."""
    text = terminal.render(told(Result(root="/srv")))
    assert "No routes found" in text
    assert "No score" in text
    assert "grade" not in text


def test_paths_carry_the_prefix() -> None:
    """Paths are those a reader can open from where the command ran."""
    assert "services/api/app/routes.py:25" in terminal.render(told(RESULT, "services/api"))


def test_brief_leaves_the_map_and_the_figures_out(report: Report) -> None:
    """The brief form has the findings and what was not examined, nothing else."""
    text = terminal.render(report, brief=True)
    assert "HT102" in text
    assert "Not examined" in text
    assert "Exposure map" not in text
    assert "Coverage" not in text


def test_colour_only_when_asked(report: Report) -> None:
    """Colours are there when asked for, and the text without them is the same."""
    plain, coloured = terminal.render(report), terminal.render(report, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


@pytest.mark.parametrize("width", [20, 40, 79, 80, 100, 200])
def test_no_line_is_wider_than_asked(report: Report, width: int) -> None:
    """No line is wider than the terminal."""
    assert max(map(cell_len, terminal.render(report, width=width).splitlines())) <= width


@pytest.mark.parametrize("colour", [False, True])
def test_hostile_text_does_not_act(hostile: Report, *, colour: bool) -> None:
    """Escapes, bidirectional marks, markup and runner commands in any field stay text."""
    text = terminal.render(hostile, width=120, colour=colour)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert not CONTROL.search(bare)
    assert "[bold" in bare
    assert ":skull:" in bare
    assert "\\x1b[31mred" in bare.replace("\n", "")
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=[]), max_size=40), st.integers(20, 130))
def test_any_text_in_any_field_is_safe_and_fits(text: str, width: int) -> None:
    """Any text in any field is shown without control characters, within the width."""
    shown = terminal.render(told(poisoned(text)), width=width)
    assert not CONTROL.search(shown)
    assert max(map(cell_len, shown.splitlines())) <= width + 1
    shown.encode("utf-8")


def test_a_score_of_some_rules_says_so(report: Report) -> None:
    """A score of selected rules is told as such."""
    some = dataclasses.replace(report, selected=True)
    assert "of the selected rules alone" in terminal.render(some, width=160)


def test_the_revision_is_told(report: Report) -> None:
    """A narrowed report says since which revision."""
    since = dataclasses.replace(report, since="origin/main")
    assert "only what changed since origin/main" in terminal.render(since, width=160)
