"""`hushtable fix --prove`: the app is run before and after, in copies."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hushtable.cli.main import app
from tests.cli.engines import SWITCHED, DebugEngine, stand_in


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> DebugEngine:
    """Put a stand-in where the engine is loaded from."""
    return stand_in(monkeypatch, DebugEngine())


@pytest.fixture
def fix(tmp_path: Path) -> Callable[..., Result]:
    """Write a service with a debug switch, and give what fixes it."""
    (tmp_path / "app.py").write_text(SWITCHED, encoding="utf-8")

    def run(*options: str, tests: str = "") -> Result:
        settings = f"tests = '''{tests}'''\n" if tests else ""
        (tmp_path / "hushtable.toml").write_text(settings, encoding="utf-8")
        order = ("fix", str(tmp_path), "--no-cache", "--jobs", "1", "--prove", "app:app")
        return CliRunner().invoke(app, [*order, *options])

    return run


def test_what_was_proven_is_proven_gone(fix: Callable[..., Result], engine: DebugEngine) -> None:
    """A proven finding is proven again in a copy with the fix, with the same canaries."""
    run = fix()
    assert "HT502 debug-enabled - proven, and it comes out no more" in run.stdout
    (first, before), (second, after) = engine.asked
    assert ("debug=True" in before, "debug=True" in after) == (True, False)
    assert first.root != second.root
    assert first.seed == second.seed > 0
    assert (Path(first.root) / "app.py").read_text(encoding="utf-8") == SWITCHED


def test_what_comes_out_all_the_same_is_not_written(
    fix: Callable[..., Result], engine: DebugEngine, tmp_path: Path
) -> None:
    """A fix after which the app shows the same is left, and no file changes."""
    engine.shows = lambda _text: True
    run = fix("--write")
    assert "it comes out all the same: the app, the answer to an error" in run.stdout
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == SWITCHED


def test_tests_that_break_are_told(
    fix: Callable[..., Result], engine: DebugEngine, tmp_path: Path
) -> None:
    """A fix that breaks the project's own tests is left, and the test is named."""
    (tmp_path / "check.py").write_text(
        'import sys\nif "debug=True" not in open("app.py").read():\n'
        '    print("FAILED check.py::test_debug - a value")\n    sys.exit(1)\n',
        encoding="utf-8",
    )
    run = fix("--write", tests=f"{sys.executable} check.py")
    assert "the tests fail: check.py::test_debug\n" in run.stdout
    assert "a value" not in run.stdout
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == SWITCHED
    assert len(engine.asked) == 1


def test_tests_that_fail_before_are_a_usage_error(
    fix: Callable[..., Result], engine: DebugEngine
) -> None:
    """Where the tests fail as it is, nothing can be shown by them."""
    run = fix(tests=f"{sys.executable} -c 'import sys; sys.exit(1)'")
    assert (run.exit_code, "before anything was changed" in run.stderr) == (2, True)
    assert "take `tests` out of the configuration" in run.stderr
    assert engine.asked == []


def test_an_app_that_does_not_run_is_a_usage_error(
    fix: Callable[..., Result], engine: DebugEngine
) -> None:
    """Where the app shows nothing as it is, nothing is claimed."""
    engine.starts = False
    run = fix()
    assert (run.exit_code, "it needs a module" in run.stderr) == (2, True)
