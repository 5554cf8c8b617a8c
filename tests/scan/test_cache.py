"""What a scan keeps for the next one, and that it changes nothing but the time."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.facts import Facts
from hushtable.scan import cache
from hushtable.scan.run import scan

MAIN = """
from fastapi import FastAPI
import users, orders
app = FastAPI()
app.include_router(users.router)
app.include_router(orders.router)
"""
USERS = """
from fastapi import APIRouter
from repo import Repo
router = APIRouter()

@router.get("/users/{user_id}")
def one(user_id: str):
    return Repo().user(user_id)
"""
ORDERS = """
import boto3
from fastapi import APIRouter
router = APIRouter()

@router.get("/orders/{order_id}")
def one(order_id: str):
    item = boto3.resource("dynamodb").Table("orders").get_item(Key={"id": order_id})["Item"]
    return {"total": item["total"]}
"""
REPO = """
import boto3
class Repo:
    def user(self, user_id):
        item = boto3.resource("dynamodb").Table("users").get_item(Key={"id": user_id})["Item"]
        return {"email": item["email"]}
"""
RECORDS = """
from typing import Annotated
from hushtable.guard import Health, Internal, PartitionKey, Record

class User(Record, table="users"):
    id: Annotated[str, PartitionKey]
    email: Annotated[str, Internal]
"""
FAILING = """
from fastapi import FastAPI, APIRouter
from fastapi.responses import JSONResponse
import boto3

class Lost(Exception):
    def __init__(self, text):
        self.text = text

app = FastAPI()

@app.exception_handler(Lost)
def lost(request, error):
    return JSONResponse({"error": error.text})

@app.get("/x/{n}")
def one(n: str):
    item = boto3.resource("dynamodb").Table("notes").get_item(Key={"id": n})["Item"]
    raise Lost(item["body"])

def orphan(n):
    print(boto3.resource("dynamodb").Table("notes").get_item(Key={"id": n})["Item"])
"""
TREE = {
    "main.py": MAIN,
    "users.py": USERS,
    "orders.py": ORDERS,
    "repo.py": REPO,
    "records.py": RECORDS,
    "failing.py": FAILING,
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a small service of several files, with a cache folder of its own."""
    monkeypatch.setenv("HUSHTABLE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_engine", lambda: "one build")
    root = tmp_path / "service"
    root.mkdir()
    for name, text in TREE.items():
        (root / name).write_text(text, "utf-8")
    return root


def timeless(facts: Facts) -> Facts:
    """Take out of facts what differs from run to run by right."""
    return replace(facts, coverage=replace(facts.coverage, seconds=0.0, cached=False))


def cold(root: Path) -> Facts:
    """Scan without any cache."""
    return timeless(scan(root, ScanConfig(cache=False)))


def left(facts: Facts, path: str) -> list[str]:
    """Name what leaves through a route."""
    return [str(one) for route in facts.routes if route.path == path for one in route.leaves]


def played(monkeypatch: pytest.MonkeyPatch, root: Path) -> tuple[Facts, int]:
    """Scan with the cache; give the facts and how many jobs were played."""
    counts: list[cache.Remembered] = []

    class Counted(cache.Remembered):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)  # type: ignore[arg-type]
            counts.append(self)

    with monkeypatch.context() as patched:
        patched.setattr(cache, "Remembered", Counted)
        facts = scan(root, ScanConfig())
    return timeless(facts), counts[0].played if counts else 0


def test_nothing_changed_plays_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second scan of the same files plays no job and gives the same facts."""
    first, many = played(monkeypatch, tree)
    second, none = played(monkeypatch, tree)
    assert many > 0
    assert none == 0
    assert first == second == cold(tree)
    assert scan(tree, ScanConfig()).coverage.cached


def test_an_edit_is_seen_through_imports(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change in a file is seen by the routes that import it, and only these play again."""
    before, many = played(monkeypatch, tree)
    assert left(before, "/users/{user_id}") == ["users.email"]
    (tree / "repo.py").write_text(REPO.replace("email", "password_hash"), "utf-8")
    after, few = played(monkeypatch, tree)
    assert left(after, "/users/{user_id}") == ["users.password_hash"]
    assert 0 < few < many
    assert after == cold(tree)


EDITS: dict[str, dict[str, str | None]] = {
    "a file that nothing imports": {"other.py": "x = 1\n"},
    "a new route": {"orders.py": ORDERS + '\n@router.get("/all")\ndef every():\n    return []\n'},
    "a file that shadows another": {"repo/__init__.py": REPO.replace("email", "phone")},
    "a module that patches another": {
        "main.py": MAIN + "\nimport repo\nrepo.Repo.user = lambda self, key: {'id': 1}\n"
    },
    "a Record that nothing imports marks otherwise": {
        "records.py": RECORDS.replace(
            "email: Annotated[str, Internal]", "email: Annotated[str, Health]"
        )
    },
    "a removed file": {"repo.py": None},
    "a file that no longer parses": {"orders.py": "def (:\n"},
    "an exception that says more": {"failing.py": FAILING.replace('item["body"]', "item")},
    "an orphan that is called now": {
        "failing.py": FAILING.replace("    raise Lost", "    orphan(n)\n    raise Lost")
    },
}


@pytest.mark.parametrize("name", EDITS)
def test_after_an_edit_the_facts_are_those_of_a_cold_scan(
    tree: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Facts after an edit, an addition or a removal equal those of a scan without a cache."""
    played(monkeypatch, tree)
    for path, text in EDITS[name].items():
        if text is None:
            (tree / path).unlink()
        else:
            (tree / path).parent.mkdir(exist_ok=True)
            (tree / path).write_text(text, "utf-8")
    assert played(monkeypatch, tree)[0] == cold(tree)


def test_settings_are_part_of_the_key(tree: Path) -> None:
    """Another setting does not find the facts of the first."""
    scan(tree, ScanConfig())
    other = scan(tree, ScanConfig(exclude=("users.py",)))
    assert not other.coverage.cached
    assert not left(other, "/users/{user_id}")


@pytest.mark.parametrize("content", [b"", b"junk", b"k\n" + pickle.dumps([1]), b"\x80\x05"])
def test_a_damaged_cache_is_no_cache(tree: Path, content: bytes) -> None:
    """A cache file that was damaged is passed over."""
    expected = cold(tree)
    scan(tree, ScanConfig())
    (kept,) = cache.folder().iterdir()
    kept.write_bytes(content)
    assert timeless(scan(tree, ScanConfig())) == expected


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners need POSIX")
def test_a_cache_of_another_user_is_not_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another user put into the cache folder is not loaded."""
    scan(tree, ScanConfig())
    other = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: other)
    assert not scan(tree, ScanConfig()).coverage.cached


def test_one_process_and_two_give_the_same(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many processes play makes no difference, and neither does a second run."""
    monkeypatch.setattr("hushtable.scan.workers.SMALL", 1)
    runs = [timeless(scan(tree, ScanConfig(cache=False, jobs=jobs))) for jobs in (1, 2, 2, 3)]
    assert all(one == runs[0] for one in runs)
    assert any("notes" in str(c.attribute) for f in runs[0].outflows for c in f.carried)
