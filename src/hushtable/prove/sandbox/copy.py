"""The working copy: an app writes where it likes, and the user's files stay as they are."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        ".aws",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        "__pycache__",
        "node_modules",
        "cdk.out",
        ".aws-sam",
        ".terraform",
        ".serverless",
    }
)
"""Folders that no app runs from, large or private."""

OF_AN_ENVIRONMENT = frozenset({"lib", "lib64", "bin", "include", "share", "scripts"})
"""Folders of a virtual environment. Some keep their own sources beside these."""

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is still copied."""

MOST_FILES = 100_000


def work_copy(root: Path, into: Path) -> Path:
    """Copy a project below `into`, and give the copy's folder.

    Left out are version control, environments, caches, what is no regular file, very large files,
    and links that lead out of the project. `.env` files are left out too: settings are learned,
    and what stands in them is the user's.
    """
    base = root.resolve()
    copy = into.resolve() / (base.name or "project")
    copy.mkdir(parents=True)
    count = 0
    for folder, below, files in os.walk(base):
        here = Path(folder)
        below[:] = [name for name in below if not _is_left_out(here / name, copy)]
        there = copy / here.relative_to(base)
        there.mkdir(exist_ok=True)
        for name in below:
            if (here / name).is_symlink():
                _link(here / name, there / name, base)
        for name in files:
            if count >= MOST_FILES:
                return copy
            count += _copy(here / name, there / name, base)
    return copy


def _is_left_out(folder: Path, copy: Path) -> bool:
    inside = folder.name.lower() in OF_AN_ENVIRONMENT and _is_environment(folder.parent)
    empty = _is_environment(folder) and not any(folder.glob("*.py"))
    return (
        folder.name in LEFT_OUT or inside or empty or folder == copy or copy.is_relative_to(folder)
    )


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file()


def _copy(source: Path, target: Path, base: Path) -> int:
    """Copy one file, and say how many that were."""
    if _holds_settings(source.name):
        return 0
    try:
        real = source.resolve(strict=True)
        inside = real.is_relative_to(base) and not _holds_settings(real.name)
        if not inside or not real.is_file() or real.stat().st_size > LARGEST:
            return 0
        shutil.copyfile(real, target)
        shutil.copymode(real, target)
    except OSError:
        return 0
    return 1


def _link(source: Path, target: Path, base: Path) -> None:
    """Make a link to a folder of the project again, where it leads there without naming `/`."""
    leads = source.readlink()
    if not leads.is_absolute() and source.resolve().is_relative_to(base):
        target.symlink_to(leads, target_is_directory=True)


def _holds_settings(name: str) -> bool:
    shown = (".example", ".sample", ".template", ".dist")
    return (name == ".env" or name.startswith(".env.")) and not name.endswith(shown)
