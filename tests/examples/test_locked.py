"""The shop under a lock: one attribute more is found, and nothing else."""

from __future__ import annotations

import difflib
import re
import shutil
from pathlib import Path

import pytest

from hushtable.cli.agreeing import look, looking
from hushtable.model.config import ScanConfig
from hushtable.model.contract import Change, Contract, Kind, compare
from hushtable.report.lockfile import NAME, read, text, write
from tests.examples.opened import EXAMPLES

README = EXAMPLES.parent / "README.md"
MODEL = '''    """An account, as its owner sees it."""

    user_id: str
'''
MORE = f"{MODEL}    date_of_birth: str | None = None\n"


def leaves(root: Path) -> Contract:
    """Scan a tree and give what leaves."""
    return look(looking(root, ScanConfig(cache=False), None, (), 1.0)).leaving.contract


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Copy the shop and lock it."""
    root = tmp_path / "shop"
    shutil.copytree(EXAMPLES / "shop", root)
    write(leaves(root), root / NAME)
    return root


def wider(root: Path) -> tuple[Change, ...]:
    """Compare the tree with its lock."""
    return compare(read(root / NAME), leaves(root)).wider


def differing(before: str, after: str) -> list[str]:
    """Give the lines of a difference that a reviewer sees."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in found if line.startswith(("-  ", "+  "))]


def shown() -> list[str]:
    """Give the difference that the README shows."""
    (block,) = re.findall(
        r"^```diff\n(.*?)^```", README.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return str(block).splitlines()


def test_a_leak_more_is_named_until_it_is_closed(shop: Path) -> None:
    """Locked, one attribute more is named, as the README shows; taken back, the lock holds."""
    models = shop / "app/models.py"
    before = models.read_text(encoding="utf-8")
    assert before.count(MODEL) == 1
    models.write_text(before.replace(MODEL, MORE), encoding="utf-8")
    (change,) = wider(shop)
    assert (change.kind, change.route, change.audience) == (
        Kind.ATTRIBUTE,
        "GET /users/me",
        "owner",
    )
    assert [str(part) for part in change.parts] == ["date_of_birth"]
    assert shown() == differing(text(read(shop / NAME)), text(leaves(shop)))
    models.write_text(before, encoding="utf-8")
    assert not wider(shop)
