"""The hooks for pre-commit, run by pre-commit in a repository of their own."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.command import on_path
from tests.services import LEAKY, QUIET

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed"
)
Commit = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def pre_commit(tmp_path: Path) -> Commit:
    """Run a hook on a repository whose files are staged.

    The hooks are those of the manifest, but that the command on PATH is called, where pre-commit
    would install the repository first.
    """
    work = tmp_path / "work"
    work.mkdir()
    environment = on_path(tmp_path / "tools", PRE_COMMIT_HOME=str(tmp_path / "home"))
    hooks = [one | {"language": "system"} for one in manifest()]

    def call(hook: str, files: dict[str, str], *args: str, check: int = 0) -> Any:
        for one in hooks:
            one["args"] = list(args)
        config = {"repos": [{"repo": "local", "hooks": hooks}]}
        written = {**files, ".pre-commit-config.yaml": yaml.safe_dump(config)}
        for name, text in written.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_text(text, encoding="utf-8")
        for command in (["init", "-q"], ["add", "."]):
            subprocess.run(["git", *command], cwd=work, env=environment, check=True)  # noqa: S607 - the user's git
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", hook, "--files", *files],
            cwd=work,
            env=environment | {"CHECK_GIVES": str(check)},
            capture_output=True,
            check=False,
            text=True,
        )

    return call


def manifest() -> list[dict[str, Any]]:
    """Give the hooks as they are published."""
    found: list[dict[str, Any]] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return found


def test_the_manifest_is_one() -> None:
    """pre-commit takes the file for a manifest."""
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_leak_stops_the_commit(pre_commit: Commit) -> None:
    """The whole folder is scanned once, and a finding is a line with its place."""
    files = {"api/app.py": LEAKY, "api/other.py": QUIET, "notes.txt": ""}
    done = pre_commit("hushtable-scan", files, "api", "--select=HT101")
    assert done.returncode == 1
    assert "api/app.py:10:" in done.stdout, done.stdout
    assert "[HT101]" in done.stdout
    assert done.stdout.count("[HT101]") == 1


def test_what_is_quiet_passes(pre_commit: Commit) -> None:
    """A service without findings is committed."""
    done = pre_commit("hushtable-scan", {"app.py": QUIET})
    assert (done.returncode, "Passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("hook", [one["id"] for one in manifest()])
def test_what_cannot_matter_is_not_scanned(pre_commit: Commit, tmp_path: Path, hook: str) -> None:
    """A commit of text alone does not wait for a scan; one of a template does."""
    done = pre_commit(hook, {"notes.txt": "a", "a.md": "b"})
    assert (done.returncode, "Skipped" in done.stdout) == (0, True), done.stdout
    assert not (tmp_path / "tools" / "asked").exists()
    pre_commit(hook, {"template.yaml": "a: 1\n"})
    assert (tmp_path / "tools" / "asked").exists()


def test_wider_than_the_lock_stops_the_commit(pre_commit: Commit, tmp_path: Path) -> None:
    """The lock is checked when it or the program changes, and what is wider fails."""
    done = pre_commit("hushtable-check", {"hushtable.lock": "version = 1\n"}, "api", check=1)
    assert (done.returncode, "GET /notes: more" in done.stdout) == (1, True), done.stdout
    asked = (tmp_path / "tools" / "asked").read_text(encoding="utf-8")
    assert asked == "check --no-progress api\n"
