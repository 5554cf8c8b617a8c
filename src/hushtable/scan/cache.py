"""Keeps what a scan found, so that the next one on the same files costs next to nothing.

The cache lies in the user's own cache folder and never in the scanned tree: a tree may be hostile,
and what is loaded from here is trusted.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hushtable import __version__
from hushtable.model.config import ScanConfig
from hushtable.model.facts import Facts, Unknown
from hushtable.scan.dependencies import Dependencies
from hushtable.scan.playing import Before
from hushtable.scan.source import Listing


def folder() -> Path:
    """Give the cache folder: HUSHTABLE_CACHE_DIR, else the system's cache folder for the user."""
    own = os.environ.get("HUSHTABLE_CACHE_DIR")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "hushtable"


def base_of(config: ScanConfig) -> str:
    """Name what every result depends on besides the files: the engine and the settings."""
    parts = [
        __version__,
        _engine(),
        platform.python_version(),
        repr(config.exclude),
        repr(sorted(config.attributes.items())),
        repr(config.taught),
    ]
    return "\0".join(parts)


def key_of(root: Path, config: ScanConfig, listing: Listing) -> str:
    """Name a run by everything that its facts depend on."""
    parts = [base_of(config), str(root.resolve())]
    parts += [f"{f.path}:{f.size}:{f.modified}" for f in (*listing.python, *listing.other)]
    parts += [f"{path}:{why}" for path, why in listing.problems]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _engine() -> str:
    """Tell one build of the engine from another, for those who work on it."""
    here = Path(__file__).parent
    newest = max(
        (one.stat().st_mtime_ns for one in (*here.rglob("*.py"), *here.rglob("*.toml"))), default=0
    )
    return str(newest)


def _place(root: Path) -> Path:
    name = hashlib.sha256(str(root.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return folder() / f"{name}.facts"


def load(root: Path, key: str) -> Facts | None:
    """Give the facts of an earlier run with the same key; None when there are none to trust."""
    return _Kept(root).facts(key)


def results(root: Path) -> Results:
    """Give the results of an earlier run's jobs, whatever its key was."""
    return _Kept(root).results()


def save(root: Path, key: str, facts: Facts, kept: Results) -> None:
    """Keep the facts of a run and the results of its jobs; failing to is no error."""
    place = _place(root)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            file.write(key.encode("ascii") + b"\n")
            pickle.dump(facts, file, protocol=pickle.HIGHEST_PROTOCOL)
            pickle.dump(kept, file, protocol=pickle.HIGHEST_PROTOCOL)
        Path(file.name).replace(place)
    except OSError:
        return


Results = dict[str, tuple[bytes, tuple[tuple[str, str], ...]]]
"""Pickled results of jobs by key, with the marks of further files that each job turned out to use.
"""
BROKEN = (
    OSError,
    pickle.PickleError,
    EOFError,
    AttributeError,
    ImportError,
    IndexError,
    ValueError,
    TypeError,
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The file of a tree: a line with the key, the facts, the results of jobs."""

    root: Path

    def facts(self, key: str) -> Facts | None:
        found = self._read(key, 1)
        return found if isinstance(found, Facts) else None

    def results(self) -> Results:
        found = self._read(None, 2)
        return found if isinstance(found, dict) else {}

    def _read(self, key: str | None, part: int) -> Any:
        place = _place(self.root)
        try:
            if hasattr(os, "getuid") and place.stat().st_uid != os.getuid():
                return None
            with place.open("rb") as file:
                first = file.readline().strip().decode("ascii", "replace")
                if key is not None and first != key:
                    return None
                found = None
                for _ in range(part):
                    found = pickle.load(file)  # noqa: S301 - the user's own folder, owner checked
                return found
        except BROKEN:
            return None


class Remembered:
    """The results of an earlier run's jobs, for this one, and those of this run."""

    def __init__(self, dependencies: Dependencies, before: Results) -> None:
        self._dependencies = dependencies
        self._before = before
        self.results: Results = {}
        self.played = 0
        """Jobs that were played and not remembered."""

    def recall(self, number: int, before: Before) -> bytes | None:
        """Give the result of a job whose files are as they were."""
        key = self._dependencies.key(number, before)
        if key is None or key not in self._before:
            return None
        result, marks = self._before[key]
        if any(self._dependencies.mark(path) != mark for path, mark in marks):
            return None
        self.results[key] = self._before[key]
        return result

    def keep(self, number: int, before: Before, result: bytes, used: set[str]) -> None:
        """Keep the result of a job that was played."""
        self.played += 1
        key = self._dependencies.key(number, before)
        if key is not None:
            marks = tuple((path, self._dependencies.mark(path)) for path in sorted(used))
            self.results[key] = (result, marks)


class Forgetful:
    """No cache: every job is played."""

    def recall(self, number: int, before: Before) -> bytes | None:
        """Know nothing."""
        del number, before
        return None

    def keep(self, number: int, before: Before, result: bytes, used: set[str]) -> None:
        """Keep nothing."""
        del number, before, result, used


def refreshed(facts: Facts, seconds: float) -> Facts:
    """Mark facts as coming from the cache."""
    return replace(facts, coverage=replace(facts.coverage, seconds=seconds, cached=True))


def with_unknown(facts: Facts, unknown: tuple[Unknown, ...]) -> Facts:
    """Give facts with what could not be examined."""
    return replace(facts, unknown=tuple(dict.fromkeys(unknown)))


def packed(result: object) -> bytes:
    """Pack a result for a pipe between our own processes, or for the cache."""
    return pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)


def unpacked(data: bytes) -> Any:
    """Unpack what `packed` made here, or what the user's own cache held."""
    return pickle.loads(data)  # noqa: S301 - from our own process or the owner-checked cache
