"""Finds and parses the files of a tree. Nothing it meets may stop the scan."""

from __future__ import annotations

import ast
import codecs
import io
import os
import re
import tokenize
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pathspec import PathSpec

from hushtable.scan.installed import installed
from hushtable.scan.newer_syntax import in_older_words

SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "env", ".env", "virtualenv",
        "site-packages", "dist-packages", "node_modules", "__pycache__", ".mypy_cache",
        ".ruff_cache", ".pytest_cache", ".eggs", ".terraform", ".aws-sam", "cdk.out",
        ".serverless", ".hushtable_cache", "bower_components", ".idea", ".vscode",
    }
)  # fmt: skip
READ = frozenset(
    {"py", "pyi", "env", "ini", "cfg", "conf", "toml", "yaml", "yml", "json", "properties", "tf",
     "tfvars", "hcl", "template"}
)  # fmt: skip
MAX_BYTES = 3_000_000
"""Larger Python files are generated data; one is told as unknown, not read."""

PYTHON = (".py", ".pyi")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the tree; `path` is relative, with `/`."""

    path: str
    full: str
    size: int
    modified: int


@dataclass(slots=True)
class Listing:
    """What lies in a tree: the files that may matter, and what could not be read."""

    python: list[SourceFile] = field(default_factory=list)
    other: list[SourceFile] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    skipped: int = 0


class Unreadable(Exception):  # noqa: N818 - the reason a file is unknown, not a fault of ours
    """A file that cannot be examined; the text says why and quotes nothing of it."""


def list_files(root: Path, exclude: tuple[str, ...] = ()) -> Listing:
    """List a folder, or the one file given. Links to folders are not followed."""
    listing = Listing()
    if root.is_file():
        listing.python.append(_file(root.name, os.fspath(root)))
        return listing
    ignored = _ignore_rules(root, exclude)
    _walk(os.fspath(root), "", ignored, listing)
    listing.python.sort(key=lambda file: file.path)
    listing.other.sort(key=lambda file: file.path)
    return listing


def _ignore_rules(root: Path, exclude: tuple[str, ...]) -> PathSpec[Any]:
    lines = list(exclude)
    with suppress(OSError):
        lines += (root / ".gitignore").read_text("utf-8", "replace").splitlines()
    good = []
    for line in lines:
        try:
            PathSpec.from_lines("gitwildmatch", [line])
        except (ValueError, re.error):
            continue
        good.append(line)
    return PathSpec.from_lines("gitwildmatch", good)


def _walk(folder: str, prefix: str, ignored: PathSpec[Any], listing: Listing) -> None:
    pending = [(folder, prefix)]
    while pending:
        here, relative = pending.pop()
        try:
            found = list(os.scandir(here))
        except OSError as error:
            listing.problems.append((relative or ".", f"folder cannot be read: {error.strerror}"))
            continue
        # Some keep their program beside what it needs: leave out what was installed.
        foreign = SKIPPED_FOLDERS | installed(here, [entry.name for entry in found])
        for entry in found:
            path = f"{relative}{entry.name}"
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name in foreign or ignored.match_file(f"{path}/"):
                        listing.skipped += 1
                    else:
                        pending.append((entry.path, f"{path}/"))
                elif entry.is_file(follow_symlinks=True):
                    name = entry.name
                    if name in foreign or not _may_matter(name) or ignored.match_file(path):
                        listing.skipped += 1
                    elif entry.name.endswith(PYTHON):
                        listing.python.append(_file(path, entry.path))
                    else:
                        listing.other.append(_file(path, entry.path))
            except OSError as error:
                listing.problems.append((path, f"cannot be read: {error.strerror}"))


def _may_matter(name: str) -> bool:
    """Whether any reader looks at files of this name; told before costlier questions are asked."""
    stem, dot, suffix = name.lower().rpartition(".")
    return (
        suffix in READ
        or not dot
        or stem.endswith("env")
        or name.lower().startswith((".env", "dockerfile", "docker-compose", "compose."))
    )


def _file(path: str, full: str) -> SourceFile:
    status = Path(full).stat()
    return SourceFile(path, full, status.st_size, status.st_mtime_ns)


def read(file: SourceFile) -> bytes:
    """Read a file's bytes.

    Raises:
        Unreadable: it is too large, the system does not let us, or it is in wide characters,
            in which no word that matters would be found.

    """
    if file.size > MAX_BYTES:
        reason = f"larger than {MAX_BYTES // 1_000_000} MB"
        raise Unreadable(reason)
    try:
        data = Path(file.full).read_bytes()
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise Unreadable(reason) from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        reason = "holds null bytes or UTF-16: not Python source"
        raise Unreadable(reason)
    return data


def decode(data: bytes) -> str:
    """Decode source as Python does: BOM, coding line, UTF-8.

    Raises:
        Unreadable: the bytes are no text in the encoding they declare.

    """
    if b"\0" in data:
        reason = "holds null bytes: not Python source"
        raise Unreadable(reason)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        reason = "bytes are not text in the encoding the file declares"
        raise Unreadable(reason) from error


def parse(data: bytes) -> ast.Module:
    """Parse Python source.

    Raises:
        Unreadable: it is not Python that the running interpreter can read.

    """
    text = decode(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _parsed(text)
    except SyntaxError as error:
        reason = f"does not parse at line {error.lineno or 1}: not the syntax of this Python"
        raise Unreadable(reason) from error
    except (ValueError, RecursionError, MemoryError) as error:
        reason = "nested too deeply to parse"
        raise Unreadable(reason) from error


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:
        older = in_older_words(text)
        if older == text:
            raise
        return ast.parse(older)
