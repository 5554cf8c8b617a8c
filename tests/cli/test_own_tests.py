"""A project's own tests are run in a copy, and told by their names alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hushtable.cli import own_tests
from hushtable.model.errors import UsageError

PYTEST = f"{sys.executable} -m pytest -q -p no:cacheprovider -p no:xdist"
SECRET = "value-of-a-canary"  # noqa: S105 - planted to be looked for


def test_what_passes_breaks_nothing(tmp_path: Path) -> None:
    """Tests that pass say nothing."""
    (tmp_path / "test_a.py").write_text("def test_a():\n    pass\n", encoding="utf-8")
    assert own_tests.run(PYTEST, tmp_path, 60) == ""


def test_what_fails_is_told_by_name(tmp_path: Path) -> None:
    """The names of tests that fail are told, no value of theirs and no parameter."""
    text = (
        "import pytest\n\n"
        f'@pytest.mark.parametrize("x", ["{SECRET}"])\n'
        f'def test_b(x):\n    assert x == "other {SECRET}"\n'
    )
    (tmp_path / "test_b.py").write_text(text, encoding="utf-8")
    said = own_tests.run(PYTEST, tmp_path, 60)
    assert said == "the tests fail: test_b.py::test_b"
    assert SECRET not in said


def test_the_copy_is_what_they_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests import comes out of the copy, before what is installed or on the path."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "own.py").write_text("HERE = True\n", encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / "own.py").write_text("", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(other))
    command = f"{sys.executable} -c 'import own; own.HERE'"
    assert own_tests.run(command, tmp_path, 60) == ""


def test_a_command_without_names_fails_plainly(tmp_path: Path) -> None:
    """A command that names no test fails without a name."""
    command = f"{sys.executable} -c 'import sys; sys.exit(3)'"
    assert own_tests.run(command, tmp_path, 60) == "the tests fail"


def test_tests_that_do_not_end_are_ended(tmp_path: Path) -> None:
    """Tests that take too long, and what they started, are ended."""
    code = (
        "import subprocess, sys, time; "
        "subprocess.Popen([sys.executable, sys.argv[1]]); time.sleep(99)"
    )
    beside = tmp_path / "beside.py"
    beside.write_text("import time\ntime.sleep(99)\n", encoding="utf-8")
    said = own_tests.run(f"{sys.executable} -c '{code}' {beside}", tmp_path, 0.2)
    assert said == "the tests did not end in 0.2 seconds"


@pytest.mark.parametrize("command", ["no-such-program-here -q", "pytest 'unclosed"])
def test_what_cannot_be_run_is_a_usage_error(command: str, tmp_path: Path) -> None:
    """A command that is not there, or cannot be read, is told as such."""
    with pytest.raises(UsageError, match="cannot be run"):
        own_tests.run(command, tmp_path, 5)
