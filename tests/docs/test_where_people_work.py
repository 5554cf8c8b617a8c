"""What docs/where-people-work.md tells people to write down works on real output."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from hushtable.cli import mcp
from hushtable.cli.main import app
from tests.action.composite import ACTION

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "where-people-work.md").read_text(encoding="utf-8")
VIM = shutil.which("vim") or shutil.which("nvim")

LEAKY = """import boto3
from fastapi import FastAPI

app = FastAPI(debug=True)
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    return table.get_item(Key={"note_id": note_id})["Item"]
"""


def blocks(kind: str) -> list[str]:
    """Give the blocks of one language."""
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def table(heading: str) -> list[str]:
    """Give the first column of the table below a heading, without its head."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, Any]]:
    """Scan a service as an editor does, with its lines and the same as JSON."""
    service = tmp_path / "services" / "my api"
    service.mkdir(parents=True)
    (service / "app.py").write_text(LEAKY, encoding="utf-8")
    (service / "broken.py").write_text("import fastapi\ndef f(:\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shared = ["scan", "services/my api", "--no-cache", "--no-progress", "--jobs", "1", "--format"]
    lines = CliRunner().invoke(app, [*shared, "concise"]).stdout
    return lines, json.loads(CliRunner().invoke(app, [*shared, "json"]).stdout)


def expected(told: dict[str, Any]) -> set[tuple[str, int, str]]:
    """Give path, line and code of everything that is to be shown."""
    everything = [*told["findings"], *told["unknown"]]
    return {
        (f"services/my api/{one['path']}", one["line"], one.get("code", "unexamined"))
        for one in everything
    }


def test_the_problem_matcher_reads_every_line(printed: tuple[str, dict[str, Any]]) -> None:
    """The expression for VS Code matches each line, and gives place, kind, text and code."""
    pattern = json.loads(blocks("json")[0])["tasks"][0]["problemMatcher"]["pattern"]
    expression = re.compile(pattern["regexp"])
    lines, told = printed
    found = [expression.match(line) for line in lines.splitlines()]
    assert found
    assert all(found)
    groups = [one.groups() for one in found if one]
    part = {name: number - 1 for name, number in pattern.items() if name != "regexp"}
    assert {(one[part["file"]], int(one[part["line"]]), one[part["code"]]) for one in groups} == (
        expected(told)
    )
    assert {one[part["severity"]] for one in groups} >= {"error", "warning"}
    assert all(int(one[part["column"]]) >= 1 and one[part["message"]] for one in groups)


@pytest.mark.skipif(VIM is None, reason="Vim is not installed")
def test_vim_reads_every_line(printed: tuple[str, dict[str, Any]], tmp_path: Path) -> None:
    """Vim with the settings of the page makes an entry with place and kind of each line."""
    (settings,) = blocks("vim")
    lines, told = printed
    (tmp_path / "out").write_text(lines, encoding="utf-8")
    (tmp_path / "read.vim").write_text(
        f"{settings}if !has('quickfix') | cquit 9 | endif\ncgetfile out\n"
        "let found = map(getqflist(), "
        "'[bufname(v:val.bufnr), v:val.lnum, v:val.col, v:val.type, v:val.text, v:val.valid]')\n"
        "call writefile([json_encode(found)], 'found.json')\nquitall!\n",
        encoding="utf-8",
    )
    command = [str(VIM), "-u", "NONE", "-N", "-n", "-es", "-S", "read.vim"]
    done = subprocess.run(command, cwd=tmp_path, check=False, stdin=subprocess.DEVNULL)
    if done.returncode == 9:
        pytest.skip("this Vim has no quickfix list")
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert len(found) == len(lines.splitlines())
    assert all(valid for *_, valid in found)
    assert {(path, line) for path, line, *_ in found} == {
        (path, line) for path, line, _ in expected(told)
    }
    assert {kind for _, _, _, kind, *_ in found} >= {"e", "w"}
    assert all("[HT" in text or "[unexamined]" in text for *_, text, _ in found)


def test_the_shown_workflows_name_what_there_is() -> None:
    """Inputs, hooks and tools on the page are those that exist, and all of them."""
    workflow, hooks = map(yaml.safe_load, blocks("yaml"))
    (_, step) = workflow["jobs"]["hushtable"]["steps"]
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert table("GitHub") == list(ACTION["inputs"])
    manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {one["id"] for one in hooks["repos"][0]["hooks"]} == {one["id"] for one in manifest}


def test_the_shown_server_can_be_started() -> None:
    """The command for an assistant has options that exist, and the tools are those it serves."""
    shown = json.loads(blocks("json")[1])["mcpServers"]["hushtable"]
    assert (shown["command"], shown["args"][0]) == ("hushtable", "mcp")
    options = {name for each in get_command(mcp.app).params for name in each.opts}
    assert {one for one in shown["args"] if one.startswith("-")} <= options
    source = (ROOT / "src" / "hushtable" / "cli" / "assisting.py").read_text(encoding="utf-8")
    assert re.findall(r"desk\.(\w+)[,)]", source) == table("Coding assistants")
