"""The folders that the modules of a project count from."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.prove.drive.layout import holder, standing


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a project with two services, each in a folder of its own."""
    texts = {
        "app/main.py": "import app.users\n",
        "app/users.py": "",
        "admin/backend/main.py": "from api import keys\nfrom .x import y\n",
        "admin/backend/api/keys.py": "",
        "backend/app/main.py": "from app.db import table\nimport boto3\n",
        "backend/app/db.py": "",
        "plain/tool.py": "def broken(\n",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "base", "told"),
    [
        ("app.main", "", "app.main"),
        ("backend.app.main", "backend", "app.main"),
        ("plain.tool", "", "plain.tool"),
        ("tool", "plain", "tool"),
        ("missing.main", "", "missing.main"),
    ],
)
def test_a_module_is_told_as_its_imports_count(root: Path, name: str, base: str, told: str) -> None:
    """A module is imported by the name that its own imports would give it."""
    assert standing(name, root) == (root / base, told)


def test_a_relative_import_keeps_its_package(root: Path) -> None:
    """A module that imports from its package is not taken out of it."""
    assert standing("admin.backend.main", root) == (root, "admin.backend.main")


def test_what_is_near_comes_first(root: Path) -> None:
    """A top-level module is looked for around the app before the rest of the project."""
    near = root / "backend" / "app"
    assert next(holder("app", root, near)) == root / "backend"
    assert next(holder("app", root, root / "app")) == root
    assert list(holder("", root, near)) == []
