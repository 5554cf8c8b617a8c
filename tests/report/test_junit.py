"""JUnit XML: what fails, passes, is skipped; and that any text gives readable XML."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.model.rule import Severity
from hushtable.report import junit
from hushtable.report.escape import visible
from hushtable.report.report import Report
from tests.report.samples import poisoned, told


def suite(report: Report) -> ET.Element:
    """Give the only suite of the rendered report."""
    found = ET.fromstring(junit.render(report)).find("testsuite")  # noqa: S314 - our own output
    assert found is not None
    return found


def test_findings_fail_and_quiet_routes_pass(report: Report) -> None:
    """A finding fails, a suppressed one is skipped, an unknown file errs, a quiet route passes."""
    told_ = suite(report)
    figures = {name: told_.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert figures == {"tests": "8", "failures": "2", "errors": "1", "skipped": "2"}
    quiet = next(case for case in told_.iter("testcase") if case.get("name") == "GET /health")
    assert not list(quiet)
    failure = next(told_.iter("failure"))
    assert failure.get("type") == "critical"
    assert failure.text is not None
    assert "app/store.py:8 get_item reads the whole item of users" in failure.text


def test_below_the_threshold_nothing_fails(report: Report) -> None:
    """A finding below the threshold passes with its text as a note."""
    told_ = suite(dataclasses.replace(report, fail_on=Severity.HIGH))
    assert told_.get("failures") == "1"


def test_names_are_unique(report: Report) -> None:
    """No two tests share a name, so that no viewer merges them."""
    names = [(case.get("classname"), case.get("name")) for case in suite(report).iter("testcase")]
    assert len(set(names)) == len(names)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_gives_readable_xml(text: str) -> None:
    """Any text in any field is read back as what was shown, and the XML is UTF-8."""
    report = told(poisoned(text))
    junit.render(report).encode("utf-8")
    failure = next(suite(report).iter("failure"))
    assert failure.get("message") == visible(text)


def test_hostile_text_stays_text(hostile: Report) -> None:
    """Hostile text adds no element."""
    tags = {element.tag for element in suite(hostile).iter()}
    assert tags <= {"testsuite", "testcase", "failure", "error", "skipped", "system-out"}
