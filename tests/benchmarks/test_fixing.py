"""What fixes come to on trees: counted, imported, and told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import fixing

APP = """import boto3
from fastapi import FastAPI

app = FastAPI(debug=True)
table = boto3.resource("dynamodb", region_name="eu-central-1").Table("users")


@app.get("/users")
def users():
    return table.scan()["Items"]
"""


def test_a_fixed_tree_is_counted_and_imported(tmp_path: Path) -> None:
    """A tree is fixed in a copy, and its changed modules are imported before and after."""
    tree = tmp_path / "service"
    tree.mkdir()
    (tree / "app.py").write_text(APP)
    made = fixing.outcome(tree, tmp_path / "copy", Path(sys.executable))
    assert (made.fixed["HT502"], made.found["HT502"]) == (1, 1)
    assert (made.changed, made.imported, made.broken, made.failed) == (1, 1, [], False)
    assert (tree / "app.py").read_text() == APP
    assert "debug" not in (tmp_path / "copy/app.py").read_text()
    assert made.found.total() - made.fixed.total() == made.why.total() > 0


def test_a_module_that_breaks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that was imported before a fix and is not after makes the tree a broken one."""
    tree = tmp_path / "service"
    tree.mkdir()
    (tree / "app.py").write_text(APP)
    answers = iter([True, False])
    monkeypatch.setattr(fixing, "_imports", lambda *_: next(answers))
    made = fixing.outcome(tree, tmp_path / "copy", Path(sys.executable))
    assert made.broken == ["app.py: not imported any more"]
    assert made.failed


def test_no_tree_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is none is told, and the exit code is 2."""
    assert fixing.main([str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().out
