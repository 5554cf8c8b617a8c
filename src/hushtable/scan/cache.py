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
from dataclasses import replace
from pathlib import Path

from hushtable import __version__
from hushtable.model.config import ScanConfig
from hushtable.model.facts import Facts, Unknown
from hushtable.scan.source import Listing


def folder() -> Path:
    """Give the cache folder: HUSHTABLE_CACHE_DIR, else the system's cache folder for the user."""
    own = os.environ.get("HUSHTABLE_CACHE_DIR")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "hushtable"


def key_of(root: Path, config: ScanConfig, listing: Listing) -> str:
    """Name a run by everything that its facts depend on."""
    parts = [
        __version__, _engine(), platform.python_version(), str(root.resolve()),
        repr(config.exclude), repr(sorted(config.attributes.items())), repr(config.taught),
    ]
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
    place = _place(root)
    try:
        if hasattr(os, "getuid") and place.stat().st_uid != os.getuid():
            return None
        with place.open("rb") as file:
            if file.readline().strip().decode("ascii", "replace") != key:
                return None
            facts = pickle.load(file)  # noqa: S301 - the user's own cache folder, owner checked
    except (OSError, pickle.PickleError, EOFError, AttributeError, ImportError, IndexError):
        return None
    return facts if isinstance(facts, Facts) else None


def save(root: Path, key: str, facts: Facts) -> None:
    """Keep the facts of a run; a cache that cannot be written is no error."""
    place = _place(root)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            file.write(key.encode("ascii") + b"\n")
            pickle.dump(facts, file, protocol=pickle.HIGHEST_PROTOCOL)
        Path(file.name).replace(place)
    except OSError:
        return


def refreshed(facts: Facts, seconds: float) -> Facts:
    """Mark facts as coming from the cache."""
    return replace(facts, coverage=replace(facts.coverage, seconds=seconds, cached=True))


def with_unknown(facts: Facts, unknown: tuple[Unknown, ...]) -> Facts:
    """Give facts with what could not be examined."""
    return replace(facts, unknown=tuple(dict.fromkeys(unknown)))
