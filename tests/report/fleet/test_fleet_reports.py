"""A fleet as text, JSON, Markdown and SARIF: the worst first, the same numbers everywhere."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from importlib import resources

import jsonschema
import pytest
from markdown_it import MarkdownIt

from hushtable.model.fleet import State
from hushtable.model.rule import Severity
from hushtable.report import sarif as of_one
from hushtable.report.fleet import document, markdown, progress, sarif, terminal
from hushtable.report.fleet.gathered import Ending, fleet
from tests.report.fleet.fleets import QUIET, WEAK, hostile, listed, mixed, row
from tests.report.samples import HOSTILE, RESULT, proved, told
from tests.report.test_sarif import VALIDATOR

SCHEMA = json.loads((resources.files("hushtable.report") / "fleet.schema.json").read_text("utf-8"))
MIXED = mixed()


def test_the_worst_come_first() -> None:
    """Services are in the order of their scores, and one that was not examined is never quiet."""
    assert [one.service.name for one in MIXED.rows] == ["bad", "weak", "quiet", "gone"]
    assert [one.ending for one in MIXED.rows] == [
        Ending.FINDINGS, Ending.FINDINGS, Ending.QUIET, Ending.UNKNOWN
    ]  # fmt: skip
    nothing = dataclasses.replace(QUIET, routes=())
    worse = row(listed(9, "worse"), told(RESULT))
    also = fleet([*MIXED.rows, row(listed(8, "empty"), told(nothing)), worse])
    assert [one.service.name for one in also.rows][:1] == ["bad"]
    assert [one.service.name for one in also.rows][-2:] == ["empty", "gone"]


def test_a_row_counts_what_stands() -> None:
    """Suppressed and refuted findings are not counted, unknown ones and places are told apart."""
    bad = MIXED.rows[0]
    assert (bad.findings, bad.proven, bad.suppressed) == (3, 1, 2)
    assert bad.unknown == 1 + len(RESULT.unknown)
    assert bad.of(Severity.CRITICAL) == 1
    assert [hit.code for hit in bad.rules] == ["HT102", "HT602"]
    assert bad.attributes[0] == ("users.password_hash", "credential")
    assert [(hit.code, hit.services) for hit in MIXED.rules] == [("HT602", 2), ("HT102", 1)]


def test_what_is_only_read_does_not_leave() -> None:
    """An attribute that a finding names and no route answers is not told as leaving."""
    over = dataclasses.replace(RESULT, routes=())
    assert [name for name, _ in row(listed(1, "a"), told(over)).attributes] == [
        "users.password_hash"
    ]
    response = dataclasses.replace(over, findings=RESULT.findings[2:3])
    assert row(listed(1, "a"), told(response)).attributes == ()


@pytest.mark.parametrize(
    ("threshold", "ends"),
    [(Severity.HIGH, Ending.QUIET), (Severity.MEDIUM, Ending.FINDINGS), (None, Ending.QUIET)],
)
def test_a_threshold_decides(threshold: Severity | None, ends: Ending) -> None:
    """Findings below the threshold do not fail; without one the service's own has decided."""
    assert row(listed(1, "a"), told(WEAK), threshold).ending is ends


def test_what_was_not_examined_is_no_quiet_service() -> None:
    """A file that failed makes a service with no findings one that was not all examined."""
    failed = dataclasses.replace(QUIET, unknown=RESULT.unknown)
    assert row(listed(1, "a"), told(failed)).ending is Ending.UNKNOWN


def test_the_terminal_has_rows_and_sums() -> None:
    """The text names each service with its score, each rule, what is missing, and the sums."""
    text = terminal.render(MIXED, width=160)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert any(line.startswith("weak ") for line in lines)
    assert "gone: git: no such repository" in lines
    assert "Services 4 services: 2 with findings that fail, 1 not examined" in lines
    assert "Examined 3 scanned, 0 unchanged, 1 not examined, 1 only in part" in lines
    assert "\x1b" not in text
    assert "weak" not in terminal.render(MIXED, brief=True)
    assert "gone" in terminal.render(MIXED, brief=True)
    assert "\x1b" in terminal.render(MIXED, colour=True)


def test_a_large_fleet_is_shortened() -> None:
    """A terminal gets the worst forty services, and is told where the others are."""
    many = fleet(row(listed(n, f"s{n:03}"), told(QUIET)) for n in range(45))
    assert "and 5 services more; -o FILE.html has all" in terminal.render(many)


def test_json_fits_its_schema() -> None:
    """The document fits the schema, and its sums are those of its rows."""
    told_of = json.loads(document.render(MIXED))
    jsonschema.validate(told_of, SCHEMA)
    rows = told_of["services"]
    assert told_of["totals"]["findings"] == sum(one["findings"] for one in rows) == 4
    assert [one["file"] is None for one in rows] == [False, False, False, True]
    assert rows[0]["source"] == "https://***@git.example.com/bad"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told_of, "services": [{}]}, SCHEMA)


def test_sarif_has_a_run_for_each_service() -> None:
    """The log is SARIF with a run for each service under its own id, missing ones as failed."""
    logs = {row.service.id: of_one.render(told(RESULT)) for row in MIXED.rows}
    log = json.loads(sarif.render(MIXED, lambda row: logs[row.service.id]))
    VALIDATOR.validate(log)
    ids = [run["automationDetails"]["id"] for run in log["runs"]]
    assert ids[0] == "hushtable/scan/bad/000000000003/"
    assert len(set(ids)) == 4
    assert [len(run["results"]) for run in log["runs"]] == [6, 6, 6, 0]
    assert log["runs"][3]["invocations"][0]["executionSuccessful"] is False


def test_markdown_is_a_table() -> None:
    """Each examined service is a row of the table, and the missing one is told with its reason."""
    text = markdown.render(MIXED)
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in rows] == ["bad", "weak", "quiet"]
    assert len({line.count("|") for line in rows}) == 1
    assert "- `gone` git\\: no such repository" in text


def test_no_text_of_a_service_acts() -> None:
    """No format holds a control character, a command to a runner or a broken table."""
    bad = hostile(HOSTILE)
    shown = terminal.render(bad, width=200)
    assert not any(unicodedata.category(one) in {"Cc", "Cf"} for one in shown if one != "\n")
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    jsonschema.validate(json.loads(document.render(bad)), SCHEMA)
    parsed = MarkdownIt("commonmark").enable("table").parse(markdown.render(bad))
    inside = {child.type for token in parsed for child in token.children or ()}
    assert not ({token.type for token in parsed} | inside) & {
        "html_block",
        "html_inline",
        "link_open",
    }
    assert sum(token.type == "tr_open" for token in parsed) == 4
    VALIDATOR.validate(json.loads(sarif.render(bad, lambda _row: of_one.render(told(RESULT)))))


def test_progress_tells_the_worst_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe each service is a line of its own, with the worst so far."""
    quiet = next(one for one in MIXED.rows if one.service.name == "quiet")
    bad, missing = MIXED.rows[0], MIXED.rows[-1]
    with progress.lines(3) as tell:
        for one in (quiet, bad, missing):
            tell(one)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "1 of 3  quiet: examined, score 100 A; worst so far quiet, 100 A"
    assert lines[1].endswith(f"worst so far bad, {bad.score} {bad.grade}")
    assert lines[2].startswith("3 of 3  gone: git: no such repository")
    with progress.lines(1) as tell:
        tell(dataclasses.replace(quiet, service=listed(1, HOSTILE), state=State.UNCHANGED))
    assert len(capsys.readouterr().err.splitlines()) == 1
    with progress.bar(1) as tell:
        tell(row(listed(1, HOSTILE), proved()))
