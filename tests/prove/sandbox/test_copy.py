"""The working copy holds what an app needs, and nothing that is the user's own."""

from pathlib import Path

import pytest

from hushtable.prove.sandbox.copy import work_copy


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a project with what projects have."""
    root = tmp_path / "shop"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("private", encoding="utf-8")
    for name in (
        "app/main.py",
        "app/templates/page.html",
        ".env.example",
        ".env",
        ".env.local",
        "app/.env.production",
        ".git/config",
        "node_modules/a/b.js",
        ".aws/credentials",
        "env311/pyvenv.cfg",
        "env311/lib/a.py",
        "app/__pycache__/main.cpython-311.pyc",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    (root / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (root / "run.sh").chmod(0o755)
    (root / "inside.py").symlink_to("app/main.py")
    (root / "linked").symlink_to("app", target_is_directory=True)
    (root / "hidden.txt").symlink_to(".env")
    (root / "leads-out.txt").symlink_to(outside / "secret.txt")
    (root / "leads-away").symlink_to(outside, target_is_directory=True)
    return root


def names(folder: Path) -> set[str]:
    """Give the files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_an_app_needs_is_copied(root: Path, tmp_path: Path) -> None:
    """Sources, templates, examples of settings and links within the project are there."""
    copy = work_copy(root, tmp_path / "work")
    assert copy == tmp_path / "work" / "shop"
    assert names(copy) == {
        "app/main.py",
        "app/templates/page.html",
        ".env.example",
        "run.sh",
        "inside.py",
    }
    assert (copy / "inside.py").read_text(encoding="utf-8") == "app/main.py"
    assert (copy / "linked" / "main.py").is_file()
    assert (copy / "run.sh").stat().st_mode & 0o100
    assert not (copy / "leads-away").exists()


def test_the_project_stays_as_it_is(root: Path, tmp_path: Path) -> None:
    """A change in the copy changes nothing in the project."""
    before = names(root)
    copy = work_copy(root, tmp_path / "work")
    (copy / "inside.py").write_text("changed", encoding="utf-8")
    (copy / "app" / "main.py").unlink()
    assert names(root) == before
    assert (root / "app" / "main.py").read_text(encoding="utf-8") == "app/main.py"


def test_a_copy_within_the_project_is_not_copied(root: Path) -> None:
    """A temporary folder below the project does not contain itself."""
    copy = work_copy(root, root / "build" / "tmp")
    assert (copy / "app" / "main.py").is_file()
    assert not (copy / "build").exists()


def test_sources_within_an_environment_are_copied(tmp_path: Path) -> None:
    """An environment that holds sources of its own is copied without its packages."""
    root = tmp_path / "shop"
    for name in ("env/pyvenv.cfg", "env/main.py", "env/Lib/site-packages/x.py", "env/bin/python",
                 "other/pyvenv.cfg", "other/lib/x.py"):  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    assert names(work_copy(root, tmp_path / "work")) == {"env/pyvenv.cfg", "env/main.py"}
