"""The commands of the README do what they are there for, on a service that leaks."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hushtable.cli.main import app
from tests.docs.fences import EVERYTHING, ROOT
from tests.services import LEAKY

README = (ROOT / "README.md").read_text(encoding="utf-8")
GIT = shutil.which("git")
NOT_RUN = {
    "demo": "takes a minute, and has tests of its own",
    "probe": "asks a running service: tests/cli/test_probe.py does",
    "prove": "takes seconds: docs/start.md proves, and tests/house/test_documents.py what is shown",
    "--prove": "the same, as for lock, check and fix",
    "mcp": "serves until it is stopped: tests/cli/test_mcp.py asks it",
}
"""Commands and options that are not run here, and who runs them."""


def commands() -> list[str]:
    """Give the commands of the README's blocks of code, without comments."""
    lines = re.findall(r"^ {4,}(hushtable .+?)(?:\s+#.*)?$", README, re.MULTILINE)
    return [line for line in lines if not set(line.split()) & set(NOT_RUN)]


def test_every_reason_is_of_use() -> None:
    """Each reason for not running something keeps a command of the README from being run."""
    shown = {word for line in re.findall(r"^ {4,}hushtable (.+)$", README, re.MULTILINE)
             for word in line.split()}  # fmt: skip
    assert set(NOT_RUN) <= shown


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with the services that the README names, and an origin."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("services/api", "path/to/service"):
        (folder / name).mkdir(parents=True)
        (folder / name / "app.py").write_text(LEAKY, encoding="utf-8")
    (folder / "services.txt").write_text("services/api\n", encoding="utf-8")
    who = ["-c", "user.name=A", "-c", "user.email=a@mail.example", "-c", "commit.gpgsign=false"]
    for words in (
        ["init", "--quiet"],
        ["add", "."],
        [*who, "commit", "--quiet", "-m", "a service"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        subprocess.run([str(GIT), *words], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("command", commands())
def test_a_shown_command_runs(
    command: str, service: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A command of the README ends with 0, or with 1 where it finds what is there."""
    monkeypatch.chdir(service)
    monkeypatch.setenv("HUSHTABLE_CACHE_DIR", str(tmp_path))
    words = shlex.split(command)
    for name in ("old.json", "new.json", "hushtable.lock"):
        if Path(name).exists():
            continue
        first = ["lock"] if name == "hushtable.lock" else ["scan", "services/api", "-o", name]
        CliRunner().invoke(app, first)
    done = CliRunner().invoke(app, words[1:])
    assert done.exit_code in {0, 1}, done.output
    for name in re.findall(r"(?:-o|--html|--csv) (\S+)", command):
        text = (service / name).read_text(encoding="utf-8")
        assert json.loads(text) if name.endswith(".json") else text


SHOWN = """import boto3
from fastapi import FastAPI

app = FastAPI()
users = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    found = users.get_item(Key={"user_id": user_id})["Item"]
    return {"user_id": found["user_id"], "plan": found.get("plan")}
"""
LEAKING = SHOWN.replace('"plan": found.get("plan")', '"email": found["email"]')


@pytest.mark.parametrize(("text", "failed"), [(SHOWN, 0), (LEAKING, 1)], ids=["quiet", "leaking"])
def test_the_shown_tests_run(text: str, failed: int, tmp_path: Path) -> None:
    """The tests that the README shows a team pass on a service that is quiet, and see a leak.

    Those that run the whole app take half a minute: HUSHTABLE_DOCS=all runs them too.
    """
    program, _ = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(text, encoding="utf-8")
    (tmp_path / "test_service.py").write_text(program, encoding="utf-8")
    CliRunner().invoke(app, ["lock", str(tmp_path)])
    chosen = [] if EVERYTHING and not failed else ["-k", "the_profile_shows_no_email"]
    source = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "hushtable.testing.plugin", *chosen],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": source},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == failed, done.stdout
    assert ("email" in done.stdout) == bool(failed)
