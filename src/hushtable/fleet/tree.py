"""The state of a folder, told by what its files hold: the same on every machine and at any time.

Git is not asked: what it would run is named by the folder's own configuration.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from hushtable.fleet.apart import NotExaminedError

SKIPPED = frozenset(
    {
        *(".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hushtable_cache"),
    }
)
"""Folders that a scan skips too, whatever is configured."""
ABOVE = ("hushtable.toml", "pyproject.toml", "hushtable.lock")
"""Files that speak for the folders below them, up to the root of the repository."""
MAX_BYTES = 3_000_000
"""Of a larger file the size and the time of its last change stand for what it holds."""


def state(root: Path, aside: Collection[str] = (), check: Callable[[], None] = lambda: None) -> str:
    """Give the state of a folder, without what is `aside`.

    `check` is called before each file, and raises when there is no more time. Raises
    NotExaminedError where there is no folder.
    """
    if not root.is_dir():
        text = "is no folder" if root.exists() else "does not exist"
        raise NotExaminedError(text)
    digest = hashlib.sha256()
    for path in _above(root):
        _add(digest, f"../{path.name}", path)
    for path in _files(root, frozenset(aside)):
        check()
        _add(digest, path.relative_to(root).as_posix(), path)
    return digest.hexdigest()


def _files(root: Path, aside: frozenset[str]) -> Iterator[Path]:
    for here, folders, names in os.walk(root):
        # In place: this is what `os.walk` goes into.
        folders[:] = sorted(
            one for one in folders if one not in SKIPPED and not _aside(here, one, aside)
        )
        yield from (Path(here, name) for name in sorted(names) if not _aside(here, name, aside))


def _aside(here: str, name: str, aside: frozenset[str]) -> bool:
    return bool(aside) and os.path.realpath(Path(here, name)) in aside


def _above(root: Path) -> Iterator[Path]:
    here = root.resolve()
    while not (here / ".git").exists() and here != here.parent:
        here = here.parent
        yield from (here / name for name in ABOVE if (here / name).is_file())


def _add(digest: hashlib._Hash, name: str, path: Path) -> None:
    """Add one file: its name, and what it holds."""
    digest.update(f"{name}\0{held(path)}\0".encode("utf-8", "surrogateescape"))


def held(path: Path) -> str:
    """Stand for what a file holds. A device, a pipe and what is very large is never read."""
    try:
        status = path.stat()
        if path.is_file() and status.st_size <= MAX_BYTES:
            return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f"unreadable: {error.errno}"
    return f"{status.st_size}:{status.st_mtime_ns}"
