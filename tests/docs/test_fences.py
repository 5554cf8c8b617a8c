"""What the documents tell people to write and to type runs, and prints what they show."""

from __future__ import annotations

import os
import re
import shlex
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from hushtable.cli.config import settings
from hushtable.cli.main import app
from tests.docs.fences import DOCS, Fence, fences, pages

EXIT = re.compile(r"\s+# exit (\d)$")
KNOWN = {"python", "sh", "text", "toml", "yaml", "json", "vim", "diff"}
CANARY = re.compile(r"hq[a-z2-7]{12}|[0-9a-f-]{12,}")
"""What is made up anew in each run."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give an empty folder, and forget afterwards what was imported from it."""
    place = tmp_path / "service"
    (place / ".git").mkdir(parents=True)  # no configuration is looked for above it
    monkeypatch.chdir(place)
    monkeypatch.syspath_prepend(str(place))
    # Nothing about AWS is configured, as for a reader: the guard answers from the embedded store.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HUSHTABLE_KEYS", raising=False)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("HUSHTABLE_CACHE_DIR", str(tmp_path / "cache"))
    yield place
    forget(place)


def forget(place: Path) -> None:
    """Forget what was imported from a folder, so that a file that changed is read anew."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "") or "").startswith(str(place)):
            del sys.modules[name]


@pytest.mark.parametrize("page", [path.relative_to(DOCS).as_posix() for path in pages()])
def test_a_page_can_be_followed(page: str, folder: Path) -> None:
    """Every file, program, command and configuration of a page is right, from top to bottom."""
    printed: str | None = ""
    for fence in fences((DOCS / page).read_text(encoding="utf-8")):
        where = f"{page}:{fence.line}"
        assert fence.language in KNOWN, where
        if fence.reason:
            printed = None if fence.language == "sh" else printed
        elif fence.title:
            write(fence, folder)
        elif fence.language == "python":
            run(fence, where)
        elif fence.language == "sh":
            printed = type_in(fence, where)
        elif fence.language == "text":
            assert printed != "", f"{where}: nothing was run in front of it"
            if printed is None:
                continue  # of commands that were not run
            assert shown(fence.text) - shown(printed) == set(), f"{where}: {printed}"
        elif fence.language == "toml":
            (folder / "tried.toml").write_text(fence.text, encoding="utf-8")
            settings(folder, folder / "tried.toml")
        else:
            assert page == "where-people-work.md", f"{where}: give it a title or a reason"


def write(fence: Fence, folder: Path) -> None:
    """Write a fence as the file that it is."""
    path = folder / fence.title
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(fence.text, encoding="utf-8")
    forget(folder)


def run(fence: Fence, where: str) -> None:
    """Run a fence as a program; what it asserts holds."""
    module = types.ModuleType("shown")
    module.__file__ = where
    sys.modules["shown"] = module  # where annotations that are texts are looked up
    try:
        exec(compile(fence.text, where, "exec"), vars(module))  # noqa: S102 - our own page
    finally:
        del sys.modules["shown"]


def type_in(fence: Fence, where: str) -> str:
    """Run the commands of a fence, and give what they print."""
    printed = []
    for line in fence.text.replace("\\\n", " ").splitlines():
        command = EXIT.sub("", line)
        expected = EXIT.search(line)
        words = shlex.split(command, comments=True)
        if not words:
            continue
        assert words[0] == "hushtable", f"{where}: {command}: say why it is not run"
        done = called(words[1:])
        assert done.exit_code == int(expected[1] if expected else 0), f"{where}: {done.output}"
        printed.append(done.output)
        forget(Path.cwd())
    return "".join(printed)


def called(words: list[str]) -> Result:
    """Call the command line in this process; progress is for a terminal."""
    return CliRunner().invoke(app, words)


def shown(text: str) -> set[str]:
    """Give the lines of an output, without what is another each time."""
    lines = (CANARY.sub("*", line.strip()) for line in text.splitlines())
    return {re.sub(r"\s+", " ", line) for line in lines} - {"", "..."}
