"""No report of a live service holds a value out of its answers, or a header of an identity."""

from __future__ import annotations

import html
import json

import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.score import score
from hushtable.report import concise, document, github, gitlab, junit, markdown, sarif, terminal
from hushtable.report.report import Report
from hushtable.rules.catalogue import catalogue
from hushtable.rules.judge import judge
from tests.probe.apps import CALLERS, PLANTED, leaky
from tests.probe.test_run import facts_of

WINDOW = 6
"""So many characters of a planted value in a row are a leak."""

FORMATS = {
    "terminal": lambda report: terminal.render(report, width=4000),
    "json": document.render,
    "sarif": sarif.render,
    "markdown": markdown.render,
    "github": github.render,
    "junit": junit.render,
    "gitlab": gitlab.render,
    "concise": concise.render,
}


@pytest.fixture(scope="module")
def report() -> Report:
    """Probe the leaky service."""
    result = judge(facts_of(leaky()), ScanConfig(), "http://127.0.0.1")
    pages = {rule.code: rule.page for rule in catalogue()}
    return Report(result, score(result.findings, result.routes), pages)


def windows(value: str) -> set[str]:
    """Every run of a few characters, but for those of words that names are made of."""
    return {value[at : at + WINDOW] for at in range(len(value) - WINDOW + 1)}


@pytest.mark.parametrize("name", FORMATS)
def test_no_planted_value_is_shown(report: Report, name: str) -> None:
    """No format shows six characters in a row of a planted value or a token."""
    text = FORMATS[name](report)
    if name == "sarif":
        # The rules' own pages, which quote examples, come along.
        log = json.loads(text)
        log["runs"][0]["tool"] = {}
        text = json.dumps(log)
    bare = html.unescape(text).replace("\\", "")
    ours = {"@shop.", "shop.e", "hop.ex", "op.exa", "p.exam", ".examp", "exampl", "xample"}
    for planted in (*PLANTED.values(), *CALLERS):
        shown = {one for one in windows(planted) - ours if one in bare}
        assert shown == set(), f"{name} shows a part of a planted value"


def test_the_findings_are_there(report: Report) -> None:
    """The report of which this holds has findings with transcripts."""
    codes = {one.code for one in report.findings if one.transcripts}
    assert {"HT101", "HT102", "HT103", "HT104", "HT402", "HT501"} <= codes
    assert all(one.transcripts for one in report.findings if one.verdict == "proven")
