"""`hushtable lock` and `hushtable check`: agree, compare, and how each ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import Result as Run

from hushtable.cli.agreeing import tied
from hushtable.cli.outcome import FINDINGS, QUIET, UNEXAMINED, USAGE
from hushtable.model.contract import Basis
from hushtable.model.facts import Unknown
from hushtable.model.place import Place
from hushtable.model.proof import Reach
from hushtable.report.lockfile import NAME, read
from tests.cli.engines import Engine, stand_in

SOURCE = """
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    item = table.get_item(Key={"user_id": user_id})["Item"]
    return {"handle": item["handle"]}
"""
WIDER = SOURCE.replace('item["handle"]}', 'item["handle"], "email": item["email"]}')
NARROWER = SOURCE.replace('{"handle": item["handle"]}', "{}")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Put a stand-in, which shows a whole item, where the engine is loaded from."""
    return stand_in(monkeypatch, Engine())


@pytest.fixture
def locked(run: Callable[..., Run]) -> Callable[..., Run]:
    """Lock a service that shows one attribute, and give what runs commands there."""
    Path("app.py").write_text(SOURCE)
    assert run("lock", "--no-cache").exit_code == QUIET
    return run


def changes(run: Run) -> list[tuple[str, list[str]]]:
    """Give what is wider: what is more, and the attributes."""
    return [(one["more"], one["attributes"]) for one in json.loads(run.stdout)["wider"]]


def test_what_was_locked_agrees(locked: Callable[..., Run]) -> None:
    """A lock is written, the check passes, and another lock of the same writes the same bytes."""
    before = Path(NAME).read_bytes()
    done = locked("check", "--no-cache")
    assert done.exit_code == QUIET, done.output
    assert "Nothing is wider than agreed" in done.stdout
    again = locked("lock", "--no-cache")
    assert "1 line in hushtable.lock, made from a scan alone" in again.stdout
    assert Path(NAME).read_bytes() == before


def test_one_attribute_more_fails(locked: Callable[..., Run]) -> None:
    """An attribute that is not agreed ends with 1, named with its line; locked, it passes."""
    Path("app.py").write_text(WIDER)
    done = locked("check", "--no-cache", "--format", "json")
    assert (done.exit_code, changes(done)) == (FINDINGS, [("attribute", ["email"])])
    (one,) = json.loads(done.stdout)["wider"]
    assert (one["path"], one["line"]) == ("app.py", 12)
    told = locked("lock", "--no-cache")
    assert "Agreed now (1)" in told.stdout
    assert locked("check", "--no-cache").exit_code == QUIET


def test_what_is_narrower_fails_if_strict(locked: Callable[..., Run]) -> None:
    """What does not leave any more is told, and fails with --strict alone."""
    Path("app.py").write_text(NARROWER)
    done = locked("check", "--no-cache")
    assert done.exit_code == QUIET
    assert "Narrower than agreed (1)" in done.stdout
    assert locked("check", "--no-cache", "--strict").exit_code == FINDINGS
    assert "Agreed no longer (1)" in locked("lock", "--no-cache").stdout
    assert locked("check", "--no-cache", "--strict").exit_code == QUIET


def test_a_lock_that_is_missing_or_broken(locked: Callable[..., Run]) -> None:
    """Without a lock, or with a broken one, the exit code is 2 and the place is told."""
    done = locked("check", "--lock", "other.lock")
    assert (done.exit_code, done.stdout) == (USAGE, "")
    assert "other.lock does not exist; write it with `hushtable lock`" in done.stderr
    Path(NAME).write_text("<<<<<<< HEAD\n")
    done = locked("check")
    assert done.exit_code == USAGE
    assert "line 1" in done.stderr
    done = locked("lock", "--no-cache")
    assert done.exit_code == QUIET
    assert "it is written anew" in done.stderr
    assert locked("check", "--no-cache").exit_code == QUIET


def test_what_was_not_examined(locked: Callable[..., Run]) -> None:
    """A file that does not parse ends with 3, unless something is wider."""
    Path("more.py").write_text("from fastapi import FastAPI\ndef (:\n")
    done = locked("check", "--no-cache")
    assert done.exit_code == UNEXAMINED
    assert "Not examined: more.py" in done.stdout
    assert locked("lock", "--no-cache", "-o", "other.lock").exit_code == UNEXAMINED
    Path("app.py").write_text(WIDER)
    assert locked("check", "--no-cache").exit_code == FINDINGS


def test_formats_go_where_they_are_sent(locked: Callable[..., Run]) -> None:
    """Annotations and files are written at once; what a difference has no format for is refused."""
    Path("app.py").write_text(WIDER)
    done = locked("check", "--no-cache", "--format", "github", "-o", "out.md", "-o", "out.json")
    assert done.stdout.startswith("::error file=app.py,line=12,")
    assert "`email`" in Path("out.md").read_text()
    assert json.loads(Path("out.json").read_text())["fails"] is True
    assert locked("check", "--format", "sarif").exit_code == USAGE
    assert locked("check", "-o", "out.xml").exit_code == USAGE


def test_a_folder_elsewhere(locked: Callable[..., Run]) -> None:
    """PATH is scanned and its lock taken; an annotation's file counts from where it runs."""
    Path("api").mkdir()
    Path("api/app.py").write_text(SOURCE)
    assert locked("lock", "api", "--no-cache").exit_code == QUIET
    Path("api/app.py").write_text(WIDER)
    done = locked("check", "api", "--no-cache", "--format", "github")
    assert done.stdout.startswith("::error file=api/app.py,line=12,")
    assert locked("lock", "api", "--no-cache", "-o", "nowhere/x.lock").exit_code == USAGE


def test_with_an_app_that_is_run(locked: Callable[..., Run], engine: Engine) -> None:
    """With --prove what a run shows counts as well, and the lock says that something was run."""
    done = locked("check", "--prove", "--no-cache", "--format", "json")
    assert (done.exit_code, changes(done)) == (FINDINGS, [("attribute", ["*"])])
    order, facts = engine.asked[0]
    assert (order.app, order.root) == ("app:app", ".")
    assert facts is not None
    assert locked("lock", "--prove", "app:app", "--no-cache", "--role", "admin").exit_code == QUIET
    assert engine.asked[1][0].roles == ("admin",)
    assert read(Path(NAME)).basis is Basis.BOTH
    assert locked("check", "--prove", "--no-cache").exit_code == QUIET
    # A scan alone sees less than was shown, and does not call that narrower.
    alone = locked("check", "--no-cache", "--strict")
    assert alone.exit_code == QUIET
    assert "nothing was run now" in alone.stdout


def test_an_app_that_shows_nothing_of_itself(locked: Callable[..., Run], engine: Engine) -> None:
    """Where no route was reached nothing is agreed to, and nothing is called quiet."""
    engine.reach = Reach(routes=1)
    before = Path(NAME).read_bytes()
    assert locked("check", "--prove", "--no-cache").exit_code == UNEXAMINED
    done = locked("lock", "--prove", "--no-cache")
    assert done.exit_code == UNEXAMINED
    assert "no route was reached" in done.stderr
    assert Path(NAME).read_bytes() == before


def test_a_run_that_was_cut_short(locked: Callable[..., Run], engine: Engine) -> None:
    """What a run could not examine ends with 3 where nothing is wider."""
    engine.proofs = ()
    engine.unknown = (Unknown(Place("app", 1), "GET /crash: it was killed"),)
    done = locked("check", "--prove", "--no-cache")
    assert done.exit_code == UNEXAMINED
    assert "it was killed" in done.stdout


def test_a_proof_that_did_not_come_again(locked: Callable[..., Run], engine: Engine) -> None:
    """What replays did not show again is not held against anybody."""
    engine.proofs = tuple(replace(one, replayed=2, reproduced=1) for one in engine.proofs)
    assert locked("check", "--prove", "--no-cache").exit_code == QUIET


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        (["--prove"], ["--prove="]),
        (["--prove", "app.main:app", "api"], ["--prove=app.main:app", "api"]),
        (["--prove", "app.main"], ["--prove=app.main"]),
        (["--prove", "folder"], ["--prove=", "folder"]),
        (["--prove", "../api"], ["--prove=", "../api"]),
        (["--prove", "--strict"], ["--prove=", "--strict"]),
        (["--prove=a:b", "x"], ["--prove=a:b", "x"]),
        (["--", "--prove"], ["--", "--prove"]),
    ],
)
@pytest.mark.usefixtures("run")
def test_an_app_may_follow_the_option(given: list[str], read_as: list[str]) -> None:
    """What follows --prove is its app, unless it is a folder, a path or another option."""
    Path("folder").mkdir()
    assert list(tied(given)) == read_as


def test_what_is_no_app_is_told(locked: Callable[..., Run]) -> None:
    """An app that cannot be one is a usage error, before anything takes long."""
    done = locked("check", "--prove=../app")
    assert done.exit_code == USAGE
    assert "is no app" in done.stderr
