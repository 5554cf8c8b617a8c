"""The command itself: its help, its version, and what it loads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from typer.testing import Result

from hushtable import __version__
from hushtable.cli.main import COMMANDS

ASK = """
import sys
from hushtable.cli.main import app
sys.argv = ["hushtable", {argument!r}]
try:
    app()
except SystemExit as end:
    assert not end.code, end.code
loaded = sorted(m for m in sys.modules if m.startswith("hushtable.") or m in ("rich", "libcst"))
assert loaded == ["hushtable.cli", "hushtable.cli.main"], loaded
"""


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_load_no_engine(argument: str) -> None:
    """Help and version load neither an engine, nor the rules, nor rich."""
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(argument=argument)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_help_names_every_command(run: Callable[..., Result]) -> None:
    """The help lists each command with its line, and the exit codes."""
    told = run("--help").stdout
    assert all(f"  {name} " in told and text in told for name, text in COMMANDS.items())
    assert "1 findings" in told


def test_version(run: Callable[..., Result]) -> None:
    """The version is one line."""
    assert run("--version").stdout == f"hushtable {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [("scam",), ("scan", "--formt", "json"), ("rules", "--format", "xml")]
)
def test_a_wrong_word_is_a_usage_error(
    run: Callable[..., Result], stage: object, arguments: tuple[str, ...]
) -> None:
    """An unknown command, option or choice ends with 2 and without a traceback."""
    assert stage is not None
    done = run(*arguments)
    assert done.exit_code == 2
    assert "Error" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples(run: Callable[..., Result], stage: object, name: str) -> None:
    """The help of each command shows examples."""
    assert stage is not None
    done = run(name, "--help")
    assert done.exit_code == 0
    assert f"  hushtable {name}" in done.stdout.split("Examples:")[1]


def test_a_missing_extra_is_named(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command whose libraries are not installed says what to install, in exit code 2."""
    for name in [
        one for one in sys.modules if one.startswith(("hushtable.probe", "hushtable.cli.prob"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "httpx", None)
    done = run("probe", "http://127.0.0.1")
    assert done.exit_code == 2
    assert "pip install 'hushtable[probe]'" in done.output
