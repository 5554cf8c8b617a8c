"""The harness that scans a folder of checkouts and counts crashes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import robustness
from benchmarks.measure import Reading

FINE = {key: [] for key in robustness.KEYS} | {"version": "1", "score": 100, "grade": "A"}
TRACEBACK = "Traceback (most recent call last):\n  ...\nKeyError: 1\n"


def reading(exit_code: int = 0, *, timed_out: bool = False) -> Reading:
    """Make a reading that took a second."""
    return Reading(1.0, 0, 0, exit_code, timed_out)


@pytest.mark.parametrize(
    ("run", "stdout", "stderr", "crash"),
    [
        (reading(), json.dumps(FINE, sort_keys=True), "", ""),
        (reading(1), json.dumps(FINE, sort_keys=True), "a warning", ""),
        (reading(3), json.dumps(FINE, sort_keys=True), "", ""),
        (reading(2), json.dumps(FINE, sort_keys=True), "", "exit code 2"),
        (reading(-11), "", "", "exit code -11"),
        (reading(1), "", TRACEBACK, "traceback"),
        (reading(1), json.dumps(FINE, sort_keys=True), TRACEBACK, "traceback"),
        (reading(), "", "", "invalid JSON"),
        (reading(), json.dumps(FINE, sort_keys=True)[:-5], "", "invalid JSON"),
        (reading(), "[]", "", "JSON of another shape"),
        (reading(), '{"findings": []}', "", "JSON of another shape"),
        (reading(-9, timed_out=True), "", "", "timed out"),
    ],
)
def test_a_crash_is_told(run: Reading, stdout: str, stderr: str, crash: str) -> None:
    """Only exit codes 0, 1 and 3 with a whole result and no traceback are no crash."""
    assert robustness.read("tree", run, stdout.encode(), stderr).crash == crash


def test_unknown_is_counted_and_internal_errors_apart() -> None:
    """A file that does not parse is unknown; an error of the engine itself is told apart."""
    unknown = [{"path": "a.py", "line": 1, "why": why} for why in ("Python 2", "Internal error: x")]
    document = {**FINE, "unknown": unknown, "routes": [{}] * 3, "findings": [{}]}
    outcome = robustness.read("tree", reading(1), json.dumps(document).encode(), "")
    assert (outcome.routes, outcome.findings, len(outcome.unknown)) == (3, 1, 2)
    assert outcome.internal == 1


FAKE = """\
#!{python}
import pathlib, sys
name = pathlib.Path.cwd().name
assert sys.argv[1:] == ["scan", ".", "--format", "json", "--no-cache"]
if name == "bad":
    raise KeyError(name)
print({fine!r})
"""


def test_every_checkout_is_scanned_and_crashes_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A crash in one tree is counted, shown with its traceback, and the next is still scanned."""
    scanner = tmp_path / "scanner"
    scanner.write_text(FAKE.format(python=sys.executable, fine=json.dumps(FINE)))
    scanner.chmod(0o755)
    for name in ("bad", "fine_a", "fine_b"):
        (tmp_path / "checkouts" / name).mkdir(parents=True)
    (tmp_path / "checkouts" / "a file").touch()
    arguments = [str(tmp_path / "checkouts"), "--hushtable", str(scanner), "--evidence"]
    assert robustness.main(arguments) == 1
    shown = capsys.readouterr().out
    assert "CRASH (traceback)  bad" in shown
    assert "KeyError: 'bad'" in shown
    assert "trees: 3\ncrashes: 1\n" in shown
    assert robustness.main([*arguments, "--only", "fine"]) == 0
    assert "trees: 2\ncrashes: 0\n" in capsys.readouterr().out


def test_no_checkout_is_a_usage_error(tmp_path: Path) -> None:
    """An empty folder is no proof of robustness: exit code 2."""
    assert robustness.main([str(tmp_path)]) == 2
