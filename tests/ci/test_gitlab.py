"""The job for GitLab: valid, and its script lines run as a runner runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.command import on_path
from tests.services import LEAKY, QUIET

ROOT = Path(__file__).resolve().parents[2]
JOB: dict[str, Any] = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))["hushtable"]
# A slim image has no bash; dash is what /bin/sh is there.
SHELL = shutil.which("dash") or shutil.which("sh")
pytestmark = pytest.mark.skipif(SHELL is None, reason="no POSIX shell is installed")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def job(tmp_path: Path) -> Run:
    """Run the script in a repository with one service in `api/`."""
    (tmp_path / "work" / "api").mkdir(parents=True)
    environment = on_path(tmp_path / "tools")
    (tmp_path / "tools" / "python").write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    (tmp_path / "tools" / "python").chmod(0o755)

    def call(text: str, *, lock: bool = False, check: int = 0, **variables: str) -> Any:
        (tmp_path / "work" / "api" / "app.py").write_text(text, encoding="utf-8")
        if lock:
            (tmp_path / "work" / "api" / "hushtable.lock").touch()
        return subprocess.run(
            [str(SHELL), "-e", "-c", "\n".join(JOB["script"])],
            cwd=tmp_path / "work",
            env={
                **environment,
                **JOB["variables"],
                "HUSHTABLE_PATH": "api",
                "CHECK_GIVES": str(check),
                **variables,
            },
            capture_output=True,
            check=False,
            text=True,
        )

    return call


def test_a_leak_is_reported_and_fails(job: Run, tmp_path: Path) -> None:
    """Findings fail the job after the code quality report and the artefacts are written."""
    done = job(LEAKY)
    assert done.returncode == 1, done.stderr
    assert "pip install --quiet --root-user-action=ignore hushtable" in done.stdout
    work = tmp_path / "work"
    issues = json.loads((work / JOB["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    assert {"api/app.py"} == {one["location"]["path"] for one in issues}
    assert any(one["check_name"].startswith("HT101") for one in issues)
    written = {one.name for one in work.iterdir()}
    assert {*JOB["artifacts"]["paths"]} - written == {"hushtable-changes.md"}
    assert JOB["artifacts"]["when"] == "always"


def test_a_quiet_service_passes(job: Run) -> None:
    """Without findings the job passes, and with a threshold those below it do not fail."""
    assert job(QUIET).returncode == 0
    assert job(LEAKY, HUSHTABLE_FAIL_ON="critical").returncode == 0
    assert job(LEAKY, HUSHTABLE_FAIL_ON="urgent").returncode == 2


@pytest.mark.parametrize("check", [0, 1, 2, 3])
def test_the_lock_is_checked(job: Run, tmp_path: Path, check: int) -> None:
    """Where there is a lock, its code is the job's, and what changed is shown and kept."""
    done = job(QUIET, lock=True, check=check)
    assert done.returncode == check
    assert "GET /notes: more" in done.stdout
    assert "| route" in (tmp_path / "work" / "hushtable-changes.md").read_text(encoding="utf-8")
    asked = (tmp_path / "tools" / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[-1] == "check --no-progress -o hushtable-changes.md -- api"


def test_a_variable_is_never_a_script(job: Run, tmp_path: Path) -> None:
    """Whatever stands in a variable, the shell does not run it."""
    hostile = "$(touch owned) `touch owned`; touch owned"
    names = ("HUSHTABLE_PATH", "HUSHTABLE_PACKAGE", "HUSHTABLE_FAIL_ON")
    assert job(QUIET, **dict.fromkeys(names, hostile)).returncode == 2
    assert not list(tmp_path.rglob("owned"))
