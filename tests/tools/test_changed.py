"""Telling what changed between two runs."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.changed import Change, UnreadableError, changes, main, results


def finding(key: str, **parts: Any) -> dict[str, Any]:
    """Make a finding as the JSON result holds it."""
    plain = {"key": key, "code": "HT101", "path": "app.py", "line": 3, "attributes": ["users.*"]}
    return {**plain, "severity": "high", **parts}


def result(*findings: dict[str, Any], score: int = 50) -> dict[str, Any]:
    """Make a result."""
    return {"version": "1", "findings": list(findings), "score": score}


def test_a_moved_line_is_no_change() -> None:
    """Findings are matched by key, so a line that moved changes nothing."""
    before = {"a": result(finding("k", line=3))}
    after = {"a": result(finding("k", line=30))}
    assert changes(before, after) == []


def test_what_came_went_and_changed_is_told() -> None:
    """A new key came, a missing one went, and another severity is a change."""
    before = {"a": result(finding("gone"), finding("same"))}
    after = {"a": result(finding("new", code="HT102"), finding("same", severity="low"), score=60)}
    told = [str(change) for change in changes(before, after)]
    assert told == [
        "+ a: HT102 app.py:3 users.*",
        "~ a: HT101 app.py:3 users.*: severity high -> low",
        "~ a: score 50 -> 60",
        "- a: HT101 app.py:3 users.*",
    ]


def test_a_service_on_one_side_only_is_told_once() -> None:
    """A service that was not scanned before, or is not now, is one change."""
    found = changes({"old": result()}, {"new": result(finding("k"))})
    assert found == [
        Change("new", "came", "the whole service, 1 findings"),
        Change("old", "went", "the whole service"),
    ]


keys = st.lists(st.text(min_size=1, max_size=4), unique=True, max_size=6)


@given(keys, keys)
def test_both_directions_tell_the_same(old: list[str], new: list[str]) -> None:
    """What came in one direction went in the other, and a run differs from itself in nothing."""
    before = {"a": result(*map(finding, old))}
    after = {"a": result(*map(finding, new))}
    came = [change.what for change in changes(before, after) if change.kind == "came"]
    went = [change.what for change in changes(after, before) if change.kind == "went"]
    assert came == went
    assert len(came) == len(set(new) - set(old))
    assert changes(before, before) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"findings": 3}',
        '{"findings": [{}]}',
        '{"findings": [{"key": 1}]}',
        "[" * 9000,
    ],
)
def test_a_file_that_is_no_result_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """A file that is no result is named with exit code 2, and never read as an empty one."""
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableError):
        results(tmp_path)
    assert main([str(tmp_path), str(tmp_path)]) == 2
    assert "a.json" in capsys.readouterr().err


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A folder that does not exist is an error, not an empty run."""
    with pytest.raises(UnreadableError):
        results(tmp_path / "nowhere")


def test_the_exit_code_says_whether_something_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 when nothing changed, 1 when something did, and the counts are printed last."""
    for name, document in (("before", result()), ("after", result(finding("k")))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.json").write_text(json.dumps(document), encoding="utf-8")
    assert main([str(tmp_path / "before"), str(tmp_path / "before")]) == 0
    assert main([str(tmp_path / "before"), str(tmp_path / "after")]) == 1
    assert capsys.readouterr().out.endswith("1 services: 1 came, 0 went, 0 changed\n")
