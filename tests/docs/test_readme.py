"""The commands of the README do what they are there for, on a service that leaks."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hushtable.cli.main import app
from tests.ci.command import LEAKY
from tests.docs.fences import ROOT

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
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^ {4,}(hushtable .+?)(?:\s+#.*)?$", text, re.MULTILINE)
    return [line for line in lines if not set(line.split()) & set(NOT_RUN)]


def test_every_reason_is_of_use() -> None:
    """Each reason for not running something keeps a command of the README from being run."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {word for line in re.findall(r"^ {4,}hushtable (.+)$", text, re.MULTILINE)
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
