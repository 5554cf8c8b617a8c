"""`hushtable scan` on files written to break it, through the command line as a user runs it."""

from __future__ import annotations

import ast
import errno
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.commands import command
from tests.scan import hostile_files
from tests.scan.hostile_files import BUILDERS, HEALTHY, HEALTHY_LINE, Builder

SECONDS = 20
QUIET, FINDINGS, UNEXAMINED = 0, 1, 3


def scan(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Scan a folder from outside it, and fail when that takes over 20 seconds."""
    done = command("scan", folder, *options, folder=folder.parent, seconds=SECONDS)
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    return done


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Read the JSON a scan printed."""
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def found(read: dict[str, Any]) -> set[str]:
    """Give the paths in which the whole item was found to be returned."""
    return {finding["path"] for finding in read["findings"] if finding["code"] == "HT101"}


def build(builder: Builder, folder: Path) -> hostile_files.Due:
    """Build what is hostile, where the machine can have it."""
    if builder is hostile_files.unreadable and getattr(os, "geteuid", lambda: 1)() == 0:
        pytest.skip("root may read every file")
    if builder is hostile_files.special_files and not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    try:
        return builder(folder)
    except OSError as error:
        if error.errno not in {errno.EILSEQ, errno.EINVAL, errno.EPERM, errno.ENOTSUP}:
            raise
        pytest.skip(f"this file system refuses it: {error.strerror}")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give an empty folder to scan, one below the folder the scan runs in."""
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("builder", BUILDERS, ids=lambda builder: builder.__name__)
def test_a_hostile_file_is_told_and_hurts_no_neighbour(builder: Builder, tree: Path) -> None:
    """A broken file is told as unknown, and everything else is still found."""
    due = build(builder, tree)
    hostile_files.healthy(tree)
    done = scan(tree, "--format", "json")
    read = document(done)
    unknown = {each["path"] for each in read["unknown"]}
    assert unknown >= set(due.broken)
    assert found(read) >= {HEALTHY, *due.leaking}
    lines = [f["line"] for f in read["findings"] if f["path"] == HEALTHY and f["code"] == "HT101"]
    assert lines == [HEALTHY_LINE]
    assert done.returncode == FINDINGS
    assert all(each["why"].strip() for each in read["unknown"])
    assert not [each for each in read["unknown"] if "internal error" in each["why"]]


BREAKING = [
    hostile_files.undecodable_bytes,
    hostile_files.null_bytes,
    hostile_files.deep_parentheses,
    hostile_files.python_2,
    hostile_files.newer_syntax,
]


@pytest.mark.parametrize("builder", BREAKING, ids=lambda builder: builder.__name__)
def test_a_broken_file_alone_gives_exit_code_3(builder: Builder, tree: Path) -> None:
    """Something that could not be examined is no clean result: the exit code is 3."""
    due = build(builder, tree)
    done = scan(tree, "--format", "json")
    assert [each["path"] for each in document(done)["unknown"]] == list(due.broken)
    assert done.returncode == UNEXAMINED


def test_many_broken_files_are_each_told(tree: Path) -> None:
    """Every broken file has an entry of its own, and says no text of the file."""
    for number in range(50):
        folder = tree / f"part_{number}"
        folder.mkdir()
        text = f"import boto3  # dynamodb fastapi\npassword = 'tellnobody{number}' print\n"
        (folder / "broken.py").write_text(text)
    hostile_files.healthy(tree)
    done = scan(tree, "--format", "json")
    read = document(done)
    assert {each["path"] for each in read["unknown"]} == {
        f"part_{number}/broken.py" for number in range(50)
    }
    assert found(read) == {HEALTHY}
    assert "tellnobody" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "builder",
    [hostile_files.terminal_escapes, hostile_files.strange_names, hostile_files.python_2],
    ids=lambda builder: builder.__name__,
)
def test_nothing_of_a_file_reaches_the_terminal_unescaped(builder: Builder, tree: Path) -> None:
    """Terminal output that is no terminal holds no control character but line breaks."""
    build(builder, tree)
    hostile_files.healthy(tree)
    done = scan(tree)
    shown = done.stdout + done.stderr
    assert not [char for char in shown if not (char.isprintable() or char in " \n")]
    assert "HT101" in shown
    assert done.returncode == FINDINGS


def test_no_code_of_a_scanned_file_runs(tree: Path) -> None:
    """A scan never imports or runs what it reads, YAML included."""
    build(hostile_files.infrastructure, tree)
    witness = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\n"
    for name in ("conftest.py", "setup.py", "sitecustomize.py", "__init__.py", "main.py"):
        (tree / name).write_text(witness + hostile_files.SERVICE)
    # A process that starts there: what it imports when it starts is of this folder, if anything is.
    words = [sys.executable, "-m", "hushtable.cli.main", "scan", str(tree), "--format", "json"]
    done = subprocess.run(words, capture_output=True, check=False, cwd=tree.parent, timeout=SECONDS)
    assert done.returncode == FINDINGS
    assert not list(tree.parent.rglob("ran"))
    assert not list(tree.parent.rglob("owned"))


def test_the_builders_keep_their_promises(tmp_path: Path) -> None:
    """What a builder calls broken, Python refuses to parse; what it calls leaking, it parses."""
    for number, builder in enumerate(BUILDERS):
        if builder in {hostile_files.unreadable, hostile_files.special_files}:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            due = builder(folder)
        except OSError:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in due.broken:
                with pytest.raises((SyntaxError, ValueError, RecursionError, MemoryError)):
                    ast.parse((folder / name).read_bytes())
            for name in due.leaking:
                ast.parse((folder / name).read_bytes())
