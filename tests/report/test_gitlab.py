"""GitLab's code quality report: what it reads, and fingerprints that stay."""

from __future__ import annotations

import dataclasses
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.model.place import Place
from hushtable.report import gitlab
from hushtable.report.report import Report
from tests.report.samples import LEAK, RESULT, poisoned, told

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def test_a_finding_is_an_issue(report: Report) -> None:
    """A finding has description, rule, key, severity and line; what is suppressed is left out."""
    issues = json.loads(gitlab.render(report))
    assert issues[0] == {
        "description": "GET /users/{user_id} answers `users.password_hash` to anyone. "
        "Through response to anyone.",
        "check_name": "HT102 secret-in-response",
        "fingerprint": LEAK.key,
        "severity": "blocker",
        "location": {"path": "app/routes.py", "lines": {"begin": 25}},
    }
    assert [one["check_name"] for one in issues].count("unexamined") == 1
    assert {one["fingerprint"] for one in issues} & {"a" * 16, "b" * 16, "d" * 16} == set()


def test_a_moved_line_keeps_its_fingerprint() -> None:
    """The fingerprint does not depend on the line, and does on the folder."""
    moved = dataclasses.replace(LEAK, place=Place("app/routes.py", 99))
    (one,) = json.loads(gitlab.render(told(dataclasses.replace(RESULT, findings=(moved,),
                                                               unknown=()))))  # fmt: skip
    assert one["fingerprint"] == LEAK.key
    there = json.loads(gitlab.render(told(RESULT, prefix="services/api")))
    here = json.loads(gitlab.render(told(RESULT)))
    assert not {one["fingerprint"] for one in there} & {one["fingerprint"] for one in here}
    assert there[0]["location"]["path"] == "services/api/app/routes.py"


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_is_read_back(text: str) -> None:
    """Any text in any field gives JSON in ASCII whose issues have all that GitLab reads."""
    rendered = gitlab.render(told(poisoned(text), prefix=text))
    assert rendered.isascii()
    issues = json.loads(rendered)
    assert len({one["fingerprint"] for one in issues}) == len(issues) == 2
    for one in issues:
        assert one["description"]
        assert one["check_name"]
        assert one["severity"] in SEVERITIES
        assert one["location"]["lines"]["begin"] >= 1
        assert isinstance(one["location"]["path"], str)
