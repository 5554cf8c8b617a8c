"""The GitHub Action: its steps are run as a runner runs them, in a repository of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.action.api import TOKEN, Forge, forge
from tests.action.composite import ACTION, ROOT, STEPS, Run, run
from tests.services import LEAKY, QUIET

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")

STAND_IN = """#!/usr/bin/env bash
# Python, but that it installs nothing, and knows `hushtable check` already.
printf '%s\\n' "$*" >> "$ASKED"
case "$*" in
  *"-m pip install"* | *"-c import sys;"*) exit 0 ;;
  *"-m venv "*)
    mkdir -p "${!#}/bin"
    ln -s "$0" "${!#}/bin/python"
    exit 0 ;;
  *"hushtable.cli.main check "*)
    printf '| route | more |\\n| --- | --- |\\n| GET /notes | `notes.owner` |\\n' \\
      > "$RUNNER_TEMP/hushtable-changes.md"
    exit "${CHECK_GIVES:-0}" ;;
  *"hushtable.cli.main prove "*) exit 0 ;;
esac
exec "$REAL_PYTHON" "$@"
"""
Act = Callable[..., Run]


@pytest.fixture
def api() -> Iterator[Forge]:
    """Play the API."""
    with forge() as played:
        yield played


@pytest.fixture
def act(tmp_path: Path, api: Forge) -> Act:
    """Run the action on a pull request of a repository with one service in `api/`."""
    workspace, temp, tools = (tmp_path / name for name in ("workspace", "temp", "tools"))
    for folder in (workspace / "api", temp, tools):
        folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(workspace)], check=True)  # noqa: S607 - the user's git
    # What lies in the repository must not be taken for a library.
    for name in ("typer.py", "pip.py", "hushtable.py", "json.py"):
        (workspace / name).write_text("raise SystemExit('the repository was run')\n", "utf-8")
    for name in ("python3", "python"):
        (tools / name).write_text(STAND_IN, encoding="utf-8")
        (tools / name).chmod(0o755)
    (temp / "event.json").write_text('{"pull_request": {"number": 7}}', encoding="utf-8")
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("GITHUB_")},
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "REAL_PYTHON": sys.executable,
        "ASKED": str(temp / "asked"),
        "HUSHTABLE_CACHE_DIR": str(temp / "cache"),
        "GITHUB_API_URL": api.url,
        "GITHUB_REPOSITORY": "shop/api",
        "GITHUB_EVENT_PATH": str(temp / "event.json"),
        "TOKEN": TOKEN,
    }

    def call(text: str, lock: str = "", check: int = 0, **inputs: str) -> Run:
        (workspace / "api" / "app.py").write_text(text, encoding="utf-8")
        if lock:
            (workspace / "api" / "hushtable.lock").write_text(lock, encoding="utf-8")
        shutil.rmtree(temp / "hushtable-venv", ignore_errors=True)
        given = {"path": "api", **{name.replace("_", "-"): one for name, one in inputs.items()}}
        return run(given, workspace, temp, environment | {"CHECK_GIVES": str(check)})

    return call


def asked(done: Run) -> list[str]:
    """Give what Python was asked to do."""
    return (done.temp / "asked").read_text(encoding="utf-8").splitlines()


def test_a_leak_fails_after_it_was_told(act: Act, api: Forge) -> None:
    """Findings are uploaded, summarised and commented, and then the run fails with 1."""
    done = act(LEAKY)
    assert (done.code, done.outputs["verdict"]["exit-code"]) == (1, "1"), done.log
    (uploaded,) = done.used.items()
    assert uploaded[0] == "github/codeql-action/upload-sarif"
    log = json.loads(Path(uploaded[1]["sarif_file"]).read_text(encoding="utf-8"))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "api/app.py"
    (comment,) = api.comments
    assert "**hushtable**: scan: findings" in comment["body"]
    assert "HT101" in comment["body"]
    assert "HT101" in done.summary
    assert "No hushtable.lock in api" in done.log
    assert "\n::error file=" not in done.log
    assert "::error title=hushtable::There are findings" in done.log
    assert done.value("steps.scan.outputs.report").endswith("hushtable.md")
    # Once mended, the same comment says so.
    mended = act(QUIET)
    assert (mended.code, len(api.comments)) == (0, 1), mended.log
    assert "scan: passed" in api.comments[0]["body"]


def test_the_lock_is_checked_where_there_is_one(act: Act, api: Forge) -> None:
    """Wider than the lock fails the run, and what changed stands before the report."""
    done = act(QUIET, lock="version = 1\n", check=1)
    assert done.code == 1, done.log
    (call,) = [line for line in asked(done) if "main check" in line]
    assert call.startswith("-P -m hushtable.cli.main check --no-progress -o markdown:")
    assert call.endswith("/hushtable-changes.md --format terminal --format github -- api")
    body = api.comments[0]["body"]
    assert "lock: more leaves than was agreed to" in body
    assert body.index("| GET /notes |") < body.index("<details>")


@pytest.mark.parametrize(
    ("check", "code", "said"), [(2, 2, "could not run"), (3, 3, "not be examined"), (9, 2, "run")]
)
def test_a_check_that_did_not_work_is_not_quiet(act: Act, check: int, code: int, said: str) -> None:
    """A broken lock, something unexamined and a crash each fail the run, with their own code."""
    done = act(QUIET, lock="version = 1\n", check=check, sarif="false", comment="false")
    assert (done.code, said in done.log) == (code, True), done.log


def test_what_is_asked_for_is_passed_on(act: Act, api: Forge) -> None:
    """Threshold and options reach the scan; without SARIF there are annotations, no upload."""
    done = act(
        LEAKY,
        fail_on="critical",
        args="--select=HT101\n\n--no-cache\n",
        sarif="false",
        comment="false",
    )
    assert (done.code, done.used, api.asked) == (0, {}, []), done.log
    assert "\n::error file=api/app.py,line=" in done.log
    wrong = act(LEAKY, args="--selekt=HT101")
    assert (wrong.code, "--selekt" in wrong.log) == (2, True)


def test_an_app_is_proven_where_it_is_installed(act: Act) -> None:
    """With `prove` the extras go into the Python that has the service, and the app is run."""
    done = act(QUIET, lock="version = 1\n", prove="app:app", version="1.2.3")
    assert done.code == 0, done.log
    calls = asked(done)
    installed = [line.split()[-1] for line in calls if "-m pip install" in line]
    assert installed == ["hushtable[prove,services]==1.2.3"]
    assert not any("-m venv" in line for line in calls)
    assert any(re.search(r"main prove .*--root=api -- app:app$", line) for line in calls)
    assert any(line.endswith(" --prove=app:app -- api") for line in calls)
    auto = asked(act(QUIET, prove="auto"))[len(calls) :]
    assert any(line.endswith("--root=api") for line in auto)
    assert any("main check" in line and line.endswith(" --prove -- api") for line in auto)


def test_without_a_version_its_own_commit_is_installed(act: Act) -> None:
    """What is installed is what the action's commit holds, apart from the project's packages."""
    calls = asked(act(QUIET, sarif="false", comment="false"))
    assert any(line.endswith(f" {ROOT}") and "pip install" in line for line in calls)
    assert any("-m venv" in line for line in calls)


HOSTILE = "$(touch owned) `touch owned`; touch owned; \" ' && touch owned #"


@pytest.mark.parametrize("prove", ["", HOSTILE])
def test_an_input_is_never_a_script(act: Act, tmp_path: Path, prove: str) -> None:
    """Whatever stands in the inputs, no shell runs it."""
    folder = tmp_path / "workspace" / HOSTILE
    folder.mkdir()
    (folder / "hushtable.lock").touch()
    done = act(QUIET, **dict.fromkeys(ACTION["inputs"], HOSTILE) | {"prove": prove})
    assert not list(tmp_path.rglob("owned"))
    assert done.code == (0 if prove else 2), done.log
    assert any(f"--fail-on={HOSTILE} {HOSTILE} " in line for line in asked(done))
    assert any("main check" in line and line.endswith(f" -- {HOSTILE}") for line in asked(done))


def test_no_script_holds_an_expression() -> None:
    """Expressions stand in `env`, `with`, `if` and names of outputs, never in a script."""
    assert not [step["name"] for step in STEPS if "${{" in step.get("run", "")]
    assert all(step["shell"] == "bash" for step in STEPS if "run" in step)


def test_other_actions_are_pinned() -> None:
    """Each action that is used is named by a commit."""
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert len(used) == 2
    assert all(re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", one) for one in used)


def test_python_is_set_up_where_it_is_missing(act: Act, tmp_path: Path) -> None:
    """An old Python, or none, is followed by setup-python."""
    look, setup = STEPS[0], STEPS[1]
    for name in ("python3", "python"):
        # -P is not known before 3.11.
        (tmp_path / "tools" / name).write_text("#!/bin/sh\nexit 2\n", encoding="utf-8")
    output = tmp_path / "output"
    subprocess.run(
        [str(shutil.which("bash")), "-eo", "pipefail", "-c", look["run"]],
        env={"PATH": f"{tmp_path / 'tools'}", "GITHUB_OUTPUT": str(output)},
        check=True,
    )
    assert act is not None
    assert output.read_text(encoding="utf-8") == "found=no\n"
    assert setup["if"] == "steps.python.outputs.found == 'no'"


def test_every_input_is_described_and_used() -> None:
    """Each input has a description and a default, and some step reads it."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, one in ACTION["inputs"].items():
        assert one["description"]
        assert isinstance(one["default"], str)
        assert f"inputs.{name}" in text
