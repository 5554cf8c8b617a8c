"""What the documents tell users to type exists."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from hushtable.cli.config import settings
from hushtable.cli.main import COMMANDS
from hushtable.cli.scan import app
from tests.house.tree import ROOT, tracked

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def typed() -> list[list[str]]:
    """Give the words of each `hushtable` command in the README, without comments."""
    shown = (line for line in README.splitlines() if line.startswith("    "))
    lines = (line.strip().partition("  #")[0] for line in shown)
    return [line.split() for line in lines if line.startswith("hushtable ")]


def test_every_command_exists() -> None:
    """Each command in the README is one that hushtable has, and each option too."""
    options = {name for each in get_command(app).params for name in each.opts}
    commands = typed()
    assert commands
    for _, command, *words in commands:
        assert command in COMMANDS
        assert {word for word in words if word.startswith("-")} <= options, words


def test_every_make_target_exists() -> None:
    """Each `make` target in the documents is a rule of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for match in re.finditer(r"(?:^ {4}|`)make ([a-z]+)", text, re.MULTILINE):
            assert match[1] in targets, f"{name}: make {match[1]}"


def test_every_configuration_is_right(tmp_path: Path) -> None:
    """Each TOML example of the README is a configuration that hushtable takes."""
    fences = re.findall(r"^```toml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert fences
    for text in fences:
        (tmp_path / "hushtable.toml").write_text(text, encoding="utf-8")
        assert settings(tmp_path, None).attributes == tomllib.loads(text)["attributes"]


def test_the_shown_output_is_real() -> None:
    """Each line of output in the README is one that the demo prints."""
    (block,) = re.findall(r"^```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    command = [sys.executable, "-m", "hushtable.cli.main", "scan", "examples/shop", "--no-cache"]
    wide = {**os.environ, "COLUMNS": "120"}
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, env=wide)
    printed = {line.removeprefix("  trace").strip() for line in run.stdout.splitlines()}
    shown = {line.strip() for line in block.splitlines()} - {"..."}
    assert shown - printed == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    """Each relative link, and each file of ours named in code marks, exists."""
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    named = re.findall(r"`((?:src|tests|tools|examples|benchmarks)/[\w./-]+)`", text)
    placed = {path.relative_to(ROOT).as_posix() for path in tracked()}
    missing = [
        name
        for name in (*links, *named)
        if not (ROOT / name).exists() and not re.search(r"ht107", name)
    ]
    assert missing == []
    assert document in placed
