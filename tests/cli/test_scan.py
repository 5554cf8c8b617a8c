"""`hushtable scan`: exit codes, formats, files, baselines and errors."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import Result

from hushtable.model import finding
from hushtable.model.errors import ConfigError
from hushtable.model.finding import Finding
from hushtable.model.rule import Severity
from hushtable.rules.catalogue import catalogue
from tests.cli.conftest import Stage
from tests.report.samples import ALLOWED, DOUBTED, LEAK, LOGGED, REFUTED, RESULT
from tests.report.test_sarif import VALIDATOR

Run = Callable[..., Result]


def judged(*findings: Finding, failed: bool = False) -> finding.Result:
    """Give the sample result with exactly these findings, and a file that failed or none."""
    unknown = RESULT.unknown if failed else ()
    return dataclasses.replace(RESULT, findings=findings, unknown=unknown)


@pytest.mark.parametrize(
    ("result", "arguments", "code"),
    [
        (judged(), (), 0),
        (judged(LEAK), (), 1),
        (judged(ALLOWED, REFUTED), (), 0),
        (judged(LOGGED), ("--fail-on", "high"), 0),
        (judged(LEAK), ("--fail-on", "high"), 1),
        (judged(failed=True), (), 3),
        (judged(LEAK, failed=True), (), 1),
        (judged(LOGGED, failed=True), ("--fail-on", "high"), 3),
        (judged(DOUBTED), (), 3),
    ],
)
def test_exit_codes(
    run: Run, stage: Stage, result: finding.Result, arguments: tuple[str, ...], code: int
) -> None:
    """1 for findings at the threshold, else 3 for what was not examined, else 0."""
    stage.result = result
    assert run("scan", *arguments).exit_code == code


def test_notes_fail_only_when_asked(run: Run, stage: Stage) -> None:
    """A note does not fail a run unless the threshold is a note."""
    stage.result = judged(dataclasses.replace(LEAK, severity=Severity.NOTE))
    assert run("scan").exit_code == 0
    assert run("scan", "--fail-on", "note").exit_code == 1


def test_json_is_one_document_and_nothing_else(run: Run, stage: Stage) -> None:
    """`--format json` prints one document on standard output, and nothing on standard error."""
    stage.result = RESULT
    done = run("scan", "--format", "json")
    assert json.loads(done.stdout)["findings"][0]["code"] == "HT102"
    assert done.stderr == ""


def test_a_pipe_gets_no_colour_and_no_progress(run: Run, stage: Stage) -> None:
    """Without a terminal there are neither escapes nor progress."""
    stage.result = RESULT
    done = run("scan")
    assert "HT102" in done.stdout
    assert "\x1b" not in done.output
    assert done.stderr == ""


def test_several_files_at_once(run: Run, stage: Stage, tmp_path: Path) -> None:
    """Each -o writes one file in the format of its suffix or prefix, beside the terminal."""
    stage.result = RESULT
    names = ("a.json", "a.sarif", "a.md", "a.xml", "a.txt", "github:a.log")
    done = run("scan", *(part for name in names for part in ("-o", name)))
    assert done.exit_code == 1
    assert "Exposure map" in done.stdout
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["version"] == "1"
    assert json.loads((tmp_path / "a.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "a.md").read_text("utf-8").startswith("# hushtable")
    assert ET.fromstring((tmp_path / "a.xml").read_text("utf-8")).tag == "testsuites"  # noqa: S314
    assert "Exposure map" in (tmp_path / "a.txt").read_text("utf-8")
    assert (tmp_path / "a.log").read_text("utf-8").startswith("::error file=")


def test_a_format_sent_to_a_file_is_not_printed(run: Run, stage: Stage, tmp_path: Path) -> None:
    """`--format json -o FILE` writes the file and prints nothing."""
    stage.result = RESULT
    assert run("scan", "--format", "json", "-o", "out").stdout == ""
    assert json.loads((tmp_path / "out").read_text("utf-8"))["findings"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing",), "missing does not exist"),
        (("app.py",), "app.py is a file"),
        (("-o", "report"), "no format for report"),
        (("-o", "no/such/a.json"), "cannot write no/such/a.json"),
        (("--format", "json", "--format", "sarif"), "json and sarif cannot share"),
        (("--select", "HT9XX"), "no rule is called 'HT9XX'"),
        (("--baseline", "no.json"), "no.json does not exist"),
        (("--config", "no.toml"), "no.toml cannot be read"),
        (("--since", "--output=x"), "git knows no commit '--output=x'"),
    ],
)
def test_errors_are_one_sentence_before_the_scan(
    run: Run, stage: Stage, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """What is wrong is said in one line on standard error, with 2, before anything is scanned."""
    (tmp_path / "app.py").touch()
    done = run("scan", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.startswith("hushtable: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert stage.asked == []


def test_a_broken_baseline_is_a_usage_error(run: Run, stage: Stage, tmp_path: Path) -> None:
    """A baseline that is none ends with 2."""
    assert stage.asked == []
    (tmp_path / "b.json").write_text("[", encoding="utf-8")
    done = run("scan", "--baseline", "b.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "b.json is not JSON" in done.stderr


def test_an_error_of_an_engine_is_said_safely(run: Run, stage: Stage) -> None:
    """An error raised on purpose is one visible line, whatever its text holds."""
    stage.error = ConfigError("library \x1b[2J\nx")
    done = run("scan")
    assert (done.exit_code, done.stderr) == (2, "hushtable: library \\x1b[2J\\nx\n")


def test_an_internal_error_tells_no_value(run: Run, stage: Stage) -> None:
    """An internal error ends with 3 and tells its kind and place, never its text."""
    stage.error = KeyError("hunter2-the-secret")
    done = run("scan")
    assert done.exit_code == 3
    assert "internal error, KeyError at cli/examine.py:" in done.stderr
    assert "hunter2" not in done.output
    assert "Traceback" not in done.output


def test_an_interrupt_ends_with_130(run: Run, stage: Stage) -> None:
    """Ctrl-C ends with 130 and no traceback."""
    stage.error = KeyboardInterrupt()
    done = run("scan")
    assert done.exit_code == 130
    assert "Traceback" not in done.output


def test_a_baseline_is_written_and_respected(run: Run, stage: Stage, tmp_path: Path) -> None:
    """A written baseline makes the run quiet, and the next one shows only what is new."""
    stage.result = judged(LOGGED)
    assert run("scan", "--write-baseline").exit_code == 0
    assert (tmp_path / "hushtable-baseline.json").is_file()
    stage.result = judged(LOGGED, LEAK)
    done = run("scan", "--baseline", "hushtable-baseline.json", "--format", "json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)["findings"]
    assert {one["code"]: one["suppressed"] is None for one in told} == {
        "HT102": True,
        "HT602": False,
    }


def test_options_come_before_the_configuration(run: Run, stage: Stage, tmp_path: Path) -> None:
    """An option replaces what the file says, and what is not given stays."""
    (tmp_path / "hushtable.toml").write_text(
        'select = ["HT1"]\nignore = ["HT106"]\nfail-on = "high"\njobs = 3\n', encoding="utf-8"
    )
    stage.result = judged(LOGGED)
    assert run("scan", "--select", "HT6, HT102", "--no-cache").exit_code == 0
    ((_, config),) = stage.asked
    assert config.select == ("HT6", "HT102")
    assert config.ignore == ("HT106",)
    assert config.fail_on is Severity.HIGH
    assert (config.jobs, config.cache) == (3, False)


def test_paths_of_a_sub_folder_are_told_from_here(run: Run, stage: Stage, tmp_path: Path) -> None:
    """SARIF names files from where the command runs, JSON from the scanned folder."""
    (tmp_path / "services" / "api").mkdir(parents=True)
    stage.result = judged(LEAK)
    sarif = json.loads(run("scan", "services/api", "--format", "sarif").stdout)
    place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "services/api/app/routes.py"
    told = json.loads(run("scan", "services/api", "--format", "json").stdout)
    assert told["findings"][0]["path"] == "app/routes.py"


def test_the_real_pages_make_a_valid_log(run: Run, stage: Stage) -> None:
    """SARIF with the pages of every rule is valid, and each rule has all that GitHub shows."""
    stage.result = RESULT
    log = json.loads(run("scan", "--format", "sarif").stdout)
    VALIDATOR.validate(log)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in catalogue()]
    for rule in rules:
        assert rule["help"]["markdown"].startswith(f"# {rule['id']} ")
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert any(tag.startswith("external/cwe/cwe-") for tag in rule["properties"]["tags"])


def test_some_rules_make_a_score_of_some_rules(run: Run, stage: Stage) -> None:
    """With --select or --ignore the score says that it speaks of the selected rules."""
    stage.result = judged(LEAK)
    assert "of the selected rules alone" in run("scan", "--ignore", "HT6").stdout
    assert "selected rules" not in run("scan").stdout


def test_quiet_prints_findings_only(run: Run, stage: Stage) -> None:
    """`--quiet` leaves the map and the figures out."""
    stage.result = RESULT
    done = run("scan", "--quiet")
    assert "HT102" in done.stdout
    assert "Exposure map" not in done.stdout
    stage.result = judged()
    assert run("scan", "-q").stdout.strip() == ""
