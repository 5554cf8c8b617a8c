"""The trees that are scanned: copies in a work folder, and several copies side by side."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = (".git", "node_modules", ".venv", "venv", "__pycache__", ".hushtable_cache")
SEMGREP_IGNORE = ".semgrepignore"


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder ready to be scanned, with the size of its Python."""

    name: str
    folder: Path
    files: int
    lines: int


def link_or_copy(source: str, target: str) -> str:
    """Hard-link a file, or copy it where the file system cannot link."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def stage(source: Path, target: Path, copies: int = 1) -> Tree:
    """Lay `copies` of `source` into `target`, replacing what is there.

    Repositories, environments and caches are left out, and an empty ignore file makes every
    scanner read the tests too. Nothing a scanner does to the copy changes the source.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for number in range(copies):
        shutil.copytree(
            source,
            target / f"copy_{number}" if copies > 1 else target,
            copy_function=link_or_copy,
            ignore=shutil.ignore_patterns(*LEFT_OUT),
            ignore_dangling_symlinks=True,
            dirs_exist_ok=True,
        )
    (target / SEMGREP_IGNORE).unlink(missing_ok=True)
    (target / SEMGREP_IGNORE).touch()
    sources = [path for path in target.rglob("*.py") if path.is_file()]
    lines = sum(path.read_bytes().count(b"\n") for path in sources)
    return Tree(source.name, target, len(sources), lines)
