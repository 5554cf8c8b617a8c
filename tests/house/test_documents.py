"""What the documents tell users to type exists."""

import importlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from hushtable.cli.config import settings
from hushtable.cli.main import COMMANDS
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
    commands = typed()
    assert commands
    for _, command, *words in commands:
        assert command in COMMANDS
        app = importlib.import_module(f"hushtable.cli.{command}").app
        options = {name for each in get_command(app).params for name in each.opts}
        assert {word for word in words if word.startswith("-")} <= options, words


def test_every_make_target_exists() -> None:
    """Each `make` target in the documents is a rule of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for match in re.finditer(r"(?:^ {4}|`)make ([a-z-]+)", text, re.MULTILINE):
            assert match[1] in targets, f"{name}: make {match[1]}"


def test_every_configuration_is_right(tmp_path: Path) -> None:
    """Each TOML example of the README is a configuration that hushtable takes."""
    fences = re.findall(r"^```toml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert fences
    for text in fences:
        (tmp_path / "hushtable.toml").write_text(text, encoding="utf-8")
        assert settings(tmp_path, None).attributes == tomllib.loads(text)["attributes"]


MADE_UP = re.compile(
    r"hq[a-z2-7]{12}(?: of owner [AB](?=, status \d+, asked by anyone))?|[0-9a-f-]{12,}"
)
"""What is another in each run, of the same length: what anyone gets may be either owner's."""

SHOWN = (
    # Of the demo, the routes that are shown: all of them take minutes of a busy machine.
    (
        "-m",
        "hushtable.cli.main",
        "demo",
        "-o",
        "FOLDER/demo",
        "--route",
        "GET /admin/users",
        "--route",
        "GET /users",
    ),
    (
        "-m",
        "hushtable.cli.main",
        "prove",
        "app.main:app",
        "--root",
        "examples/shop",
        "--no-scan",
        "--route",
        "GET /customers/{owner_id}",
    ),
    ("examples/patterns/run.py",),
)
"""What prints the outputs that the README shows, in its order."""


SLOW = pytest.mark.skipif(
    os.environ.get("HUSHTABLE_DOCS") != "all",
    reason="the demo takes half a minute: HUSHTABLE_DOCS=all runs it",
)


@pytest.mark.parametrize("number", [pytest.param(0, marks=SLOW), *range(1, len(SHOWN))], ids=str)
def test_the_shown_output_is_real(number: int, tmp_path: Path) -> None:
    """Each line of output in the README is one that its demo prints."""
    blocks = re.findall(r"^```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len(blocks) == len(SHOWN)
    run = subprocess.run(
        [sys.executable, *(one.replace("FOLDER", str(tmp_path)) for one in SHOWN[number])],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "COLUMNS": "120"},
    )
    printed = {line.removeprefix("  trace").strip() for line in run.stdout.splitlines()}
    shown = {line.strip() for line in blocks[number].splitlines()} - {"..."}
    assert set(map(masked, shown)) - set(map(masked, printed)) == set()


def masked(line: str) -> str:
    """Leave out what is made up anew in each run."""
    return re.sub(r"^[0-9a-f]+$", "...", MADE_UP.sub("...", line))


def test_the_shown_program_runs() -> None:
    """The service in the README starts, and documents what its View declares."""
    _, program = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"current_user": lambda: None}
    exec(compile(program, "README.md", "exec"), names)  # noqa: S102 - our own page
    told = names["app"].openapi()
    assert set(told["components"]["schemas"]["UserOut"]["properties"]) == {
        "user_id", "email", "locale"
    }  # fmt: skip
    assert list(told["paths"]) == ["/users/{user_id}"]


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
