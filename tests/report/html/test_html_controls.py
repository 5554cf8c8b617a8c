"""What a result says of controls."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from hushtable.model.standards.controls import FRAMEWORKS
from hushtable.report.document import document
from hushtable.report.html.controls import OWASP, State, assessed, engine, table
from tests.report.samples import RESULT, told

RULE = {
    "code": "HT102",
    "owasp": ["API3:2023"],
    "classes": ["R", "E", "L", "S", "F", "K", "A", "I"],
}


def result(**more: Any) -> dict[str, Any]:
    """Give the JSON of a scan that ran one rule of every class and found nothing."""
    clean = {"findings": [], "unknown": [], "reach": None, "rules": [RULE]}
    return document(told(RESULT)) | clean | more


def finding(**more: Any) -> dict[str, Any]:
    """Give a finding of the rule, as JSON."""
    (first, *_) = document(told(RESULT))["findings"]
    return first | {"code": "HT102", "verdict": "suspected", "suppressed": None} | more


def states(document_: dict[str, Any]) -> dict[str, State]:
    """Give the state of each control by its id."""
    return {one.id: one.state for one in assessed(document_)}


def test_every_framework_is_assessed() -> None:
    """Each framework has its controls, OWASP's ten first."""
    names = list(dict.fromkeys(one.framework for one in assessed(result())))
    assert names == [OWASP, *FRAMEWORKS]


def test_nothing_complies() -> None:
    """No state and no evidence says that a service complies."""
    text = table(result()) + table(result(findings=[finding()]))
    assert "complian" not in text.lower()


def test_a_finding_opens_what_it_bears_on() -> None:
    """An open finding opens the controls of its classes and its risk; others stay."""
    found = states(result(findings=[finding(owasp=["API3:2023"])]))
    assert found["API3:2023"] is State.OPEN
    assert found["3.4.1"] is State.OPEN
    assert states(result())["3.4.1"] is State.MET


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"suppressed": {"kind": "allow", "reason": "x", "path": None, "line": None}}, State.MET),
        ({"verdict": "refuted"}, State.MET),
        ({"verdict": "unknown"}, State.UNEXAMINED),
        ({"verdict": "proven"}, State.OPEN),
    ],
)
def test_what_does_not_stand_opens_nothing(changed: dict[str, Any], state: State) -> None:
    """Agreed and refuted findings leave a control met; an unknown one leaves it unexamined."""
    assert states(result(findings=[finding(**changed)]))["3.4.1"] is state


@pytest.mark.parametrize(
    "changed",
    [
        {"routes": []},
        {"unknown": [{"path": "a.py", "line": 1, "why": "does not parse"}]},
        {"rules": []},
        {"asked": {"operations": 1}},
    ],
)
def test_what_was_not_seen_is_not_met(changed: dict[str, Any]) -> None:
    """Without routes, with a gap, without the rules, or from outside, stored data is unexamined."""
    assert states(result(**changed))["3.5.1"] is State.UNEXAMINED


UNREACHED = {"routes": 2, "unreached": [{"route": "GET /x", "why": "it answered 404"}]}
UNREAD = {"coverage": {"files_parsed": 0}}


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"since": "origin/main"}, State.UNEXAMINED),
        ({"asked": {"refused": [{"route": "GET /x", "why": "answered 401"}]}}, State.UNEXAMINED),
        ({"asked": {"refused": []}}, State.MET),
        ({"reach": UNREACHED, **UNREAD}, State.UNEXAMINED),
        ({"reach": {"unreached": []}, **UNREAD}, State.MET),
        ({"reach": UNREACHED}, State.MET),
    ],
)
def test_what_did_not_answer_is_not_met(changed: dict[str, Any], state: State) -> None:
    """Of routes that did not answer, and beside a difference, nothing is met; source was read."""
    assert states(result(**changed))["A.8.3"] is state


def test_a_run_alone_shows_no_source() -> None:
    """Where no source was read, nothing is said of keys in it."""
    assert states(result(reach={"unreached": []}, **UNREAD))["8.6.2"] is State.UNEXAMINED
    assert states(result())["8.6.2"] is State.MET


def test_what_no_class_bears_on_is_not_examined() -> None:
    """A control that nothing here supports is never met."""
    assert states(result())["33"] is State.UNEXAMINED
    assert states(result())["API7:2023"] is State.UNEXAMINED


@pytest.mark.parametrize(
    ("changed", "name"),
    [({}, "scan"), ({"reach": {"routes": 1}}, "prove"), ({"asked": {"operations": 1}}, "probe")],
)
def test_the_engine_is_told_by_what_the_result_holds(changed: dict[str, Any], name: str) -> None:
    """A reach is of a run, what was asked of a live service."""
    assert engine(result(**changed)) == name


def test_a_cell_is_no_formula() -> None:
    """The CSV reads back, has one line for each control, and no cell begins a formula."""
    rows = list(csv.reader(io.StringIO(table(result(findings=[finding(key="=1+1")])))))
    assert len(rows) == 1 + len(assessed(result()))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
