"""The JSON report: exactly the documented shape, valid by the shipped schema."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from hushtable.model.contract import Basis
from hushtable.model.finding import Result
from hushtable.report import document
from hushtable.report.contract_lines import contract_of
from hushtable.report.report import Report
from tests.report.samples import AGREED, RESULT, poisoned, told

SCHEMA = json.loads(
    resources.files("hushtable.report").joinpath("result.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)

FINDING_KEYS = {
    *("code", "name", "path", "line", "severity", "confidence", "verdict", "route", "attributes"),
    *("channel", "audience", "trace", "cwe", "owasp", "key", "remedy"),
    *("message", "routes", "reasons", "suppressed", "proofs", "transcripts", "fix"),
}
ROUTE_KEYS = {
    *("method", "path", "file", "line", "handler", "gate", "audience", "pagination", "scan"),
    *("reads", "leaves"),
}
TOP_KEYS = {
    *("version", "findings", "routes", "coverage", "score", "grade"),
    *("unknown", "unused_allows", "reach", "penalties", "rules", "sensitivities", "since"),
}
LATER_KEYS = {"contract"}
"""Results of old are without them, and are read all the same."""


def test_the_shape_is_the_documented_one(report: Report) -> None:
    """The keys are exactly the documented ones, at every level."""
    told_ = json.loads(document.render(report))
    assert set(told_) == TOP_KEYS | LATER_KEYS
    assert told_["version"] == "1"
    assert all(set(finding) == FINDING_KEYS for finding in told_["findings"])
    assert all(set(route) == ROUTE_KEYS for route in told_["routes"])
    assert all(
        set(step) == {"path", "line", "what"}
        for finding in told_["findings"]
        for step in finding["trace"]
    )


def test_the_values_are_the_documented_ones(report: Report) -> None:
    """A finding and a route say what the model holds, in the documented words."""
    told_ = json.loads(document.render(report))
    leak = next(each for each in told_["findings"] if each["code"] == "HT102")
    assert leak["route"] == "GET /users/{user_id}"
    assert leak["routes"] == ["GET /users/{user_id}", "GET /search"]
    assert leak["attributes"] == ["users.password_hash"]
    assert (leak["path"], leak["line"], leak["cwe"]) == ("app/routes.py", 25, [522, 200, 20])
    assert leak["trace"][0] == {
        "path": "app/store.py",
        "line": 8,
        "what": "get_item reads the whole item of users",
    }
    route = next(each for each in told_["routes"] if each["path"] == "/users/{user_id}")
    assert route["leaves"] == ["users.email", "users.password_hash", "users.profile.*"]
    assert route["gate"] == "none"
    assert route["pagination"] == "client-controlled"
    logged = next(each for each in told_["findings"] if each["key"] == "f" * 16)
    assert logged["route"] is None
    allowed = next(each for each in told_["findings"] if each["key"] == "a" * 16)
    assert allowed["suppressed"] == {
        "kind": "allow",
        "reason": "support reads it",
        "path": "app/routes.py",
        "line": 24,
    }


@pytest.mark.parametrize("which", ["report", "hostile"])
def test_the_schema_accepts_it(which: str, request: pytest.FixtureRequest) -> None:
    """What is printed is valid by the schema in the package."""
    Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(json.loads(document.render(request.getfixturevalue(which))))


def test_what_was_agreed_and_fixed_is_told() -> None:
    """A result holds what leaves and what was agreed as a lock has it, and what a fix changes."""
    told_ = json.loads(document.render(told(RESULT, agreed=AGREED)))
    VALIDATOR.validate(told_)
    agreed = told_["contract"]["agreed"]
    assert agreed["lock"] == "hushtable.lock"
    assert contract_of(agreed["lines"], Basis.SCAN, "here") == AGREED
    fixes = {one["key"]: one["fix"] for one in told_["findings"]}
    assert "+    return UserOut" in fixes["0123456789abcdef"]["diff"]
    assert fixes["f" * 16]["why"]
    assert fixes["a" * 16] is None


def test_an_empty_result_is_valid() -> None:
    """An empty result is valid, with no score and no grade."""
    told_ = json.loads(document.render(told(Result(root="/srv"))))
    VALIDATOR.validate(told_)
    assert (told_["score"], told_["grade"]) == (None, None)


@pytest.mark.parametrize("key", sorted(TOP_KEYS))
def test_the_schema_misses_a_missing_key(report: Report, key: str) -> None:
    """The schema refuses a document without one of its keys."""
    told_ = document.document(report)
    del told_[key]
    with pytest.raises(ValidationError):
        VALIDATOR.validate(json.loads(json.dumps(told_)))


def test_lone_surrogates_are_replaced(hostile: Report) -> None:
    """A text that UTF-8 cannot hold is made to fit, so that strict readers take the document."""
    assert "\ud800" in hostile.result.findings[0].message
    document.render(hostile).encode("ascii")
    json.dumps(json.loads(document.render(hostile)), ensure_ascii=False).encode("utf-8")


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=20))
def test_any_text_survives(text: str) -> None:
    """Any text that UTF-8 can hold comes back as it was, and the document is ASCII."""
    shown = document.render(told(poisoned(text)))
    assert shown.isascii()
    message = json.loads(shown)["findings"][0]["message"]
    message.encode("utf-8")
    if not any("\ud800" <= each <= "\udfff" for each in text):
        assert message == text
