"""What the documents tell people to write and to type runs, and prints what they show."""

from __future__ import annotations

import importlib
import io
import os
import re
import shlex
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from typer.main import get_command
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
            parse(fence, where)
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
            assert missing(fence.text, printed) == [], f"{where}: {printed}"
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


def parse(fence: Fence, where: str) -> None:
    """See that the commands of a fence that is not run are those that there are, and no more."""
    for words in (shlex.split(line, comments=True) for line in lines_of(fence)):
        if fence.language == "sh" and words[:1] == ["hushtable"]:
            command = get_command(importlib.import_module(f"hushtable.cli.{words[1]}").app)
            assert command.make_context(where, words[2:])


def lines_of(fence: Fence) -> list[str]:
    """Give what is typed in, a command a line."""
    return fence.text.replace("\\\n", " ").splitlines()


def type_in(fence: Fence, where: str) -> str:
    """Run the commands of a fence, and give what they print."""
    printed = []
    for line in lines_of(fence):
        command = EXIT.sub("", line)
        expected = EXIT.search(line)
        words = shlex.split(command, comments=True)
        if not words:
            continue
        assert words[0] in CALLED, f"{where}: {command}: say why it is not run"
        code, output = CALLED[words[0]](words[1:])
        assert code == int(expected[1] if expected else 0), f"{where}: {output}"
        printed.append(output)
        forget(Path.cwd())
    return "".join(printed)


def hushtable(words: list[str]) -> tuple[int, str]:
    """Call the command line in this process; progress is for a terminal."""
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.output


def python(words: list[str]) -> tuple[int, str]:
    """Run a file of the page, or a line of code, in this process. What it raises is raised."""
    line = words[0] == "-c"
    text = words[1] if line else Path(words[0]).read_text(encoding="utf-8")
    with redirect_stdout(io.StringIO()) as printed:
        run(Fence("python", "", text, 1), words[0])
    return 0, printed.getvalue()


CALLED: dict[str, Callable[[list[str]], tuple[int, str]]] = {
    "hushtable": hushtable,
    "python": python,
}
"""What a reader types, and who does it here."""


def missing(text: str, printed: str) -> list[str]:
    """List the lines of a text that are not printed, or not in this order."""
    left = iter(shown(printed))
    return [line for line in shown(text) if line not in left]


def shown(text: str) -> list[str]:
    """Give the lines of an output, without what is another each time."""
    lines = (CANARY.sub("*", line.strip()) for line in text.splitlines())
    return [line for one in lines if (line := re.sub(r"\s+", " ", one)) not in {"", "..."}]


def test_a_line_that_is_not_printed_is_missed() -> None:
    """A page that shows what is not printed, or in another order, is wrong."""
    assert missing("a\n...\nc hqaaaaaaaaaaaa\n", "a\nb\n  c hqbbbbbbbbbbbb\n") == []
    assert missing("a\nd\n", "a\nb\n") == ["d"]
    assert missing("b\na\n", "a\nb\n") == ["a"]
