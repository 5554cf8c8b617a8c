"""Files that the app writes: noted when they are opened, read when an exchange has ended."""

from __future__ import annotations

import logging
import os
import stat
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hushtable.model.service import Channel
from hushtable.prove.capturing.place import Line, Places
from hushtable.prove.exchange import Said
from hushtable.prove.sandbox import audit

LONGEST = 1024 * 1024
"""Bytes of one file that are read."""

MOST = 10_000
"""Files that are watched."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_GZIP = b"\x1f\x8b"
_GZIP_BITS = 31
_LEFT_OUT = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache"})
_LOG_WRITERS = (logging.__file__, f"{os.sep}loguru{os.sep}")
"""What opens a file to log into it: that is a log, and no file of the app's."""


@dataclass(slots=True)
class _Written:
    """A file that was opened to be written: by which line, and how far it was read."""

    line: Line
    log: bool
    read: int = 0
    stamp: tuple[int, int, int] = (0, 0, 0)
    anew: bool = True


class Files:
    """Notes what is written below some folders from `start` to `stop`."""

    def __init__(self, places: Places, folders: tuple[Path, ...], base: Path) -> None:
        """Watch `folders`; names are told relative to the first of them, or to `base`."""
        self._places = places
        self._folders = tuple(dict.fromkeys(folder.resolve() for folder in (base, *folders)))
        self._base = base.resolve()
        self._lock = threading.RLock()
        self._files: dict[str, _Written] = {}
        self._watchers: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "open": self._opened,
            "os.rename": self._renamed,
            "sqlite3.connect": self._database,
        }

    def start(self) -> None:
        """Note from now on."""
        audit.watch(self._watchers)

    def stop(self) -> None:
        """Note no longer."""
        audit.ignore(self._watchers)

    def drain(self) -> Iterator[Said]:
        """Give what is new in each file."""
        with self._lock:
            files = tuple(self._files.items())
        for path, written in files:
            text = _news(Path(path), written)
            if not text:
                continue
            name = self._name(Path(path))
            line = written.line
            channel = Channel.LOG if written.log else Channel.FILE
            where = f"log file {name}" if written.log else f"file {name}"
            yield Said(channel, text, where, line.file, line.line, line.function)

    def _opened(self, arguments: tuple[Any, ...]) -> None:
        path, mode, flags = arguments
        writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else False
        if writes or (not isinstance(mode, str) and flags & _WRITES):
            fresh = isinstance(mode, str) and "a" not in mode and "r" not in mode
            self._note(path, anew=fresh or bool(flags & os.O_TRUNC))

    def _database(self, arguments: tuple[Any, ...]) -> None:
        self._note(arguments[0], anew=False)

    def _renamed(self, arguments: tuple[Any, ...]) -> None:
        old, new = _text(arguments[0]), _text(arguments[1])
        with self._lock:
            written = self._files.pop(old, None)
        if written is not None and self._is_watched(new):
            written.anew = True
            with self._lock:
                self._files[new] = written

    def _note(self, path: Any, *, anew: bool) -> None:
        """Remember a file and the app's line that opens it."""
        name = _text(path)
        if not name or not self._is_watched(name):
            return
        passed: list[str] = []
        line = self._places.walk(passed.append)
        log = any(writer in file for file in passed for writer in _LOG_WRITERS)
        with self._lock:
            known = self._files.get(name)
            if known is not None:
                known.anew = known.anew or anew
                known.line, known.log = (line, log) if line.file else (known.line, known.log)
            elif len(self._files) < MOST:
                self._files[name] = _Written(line, log)

    def _is_watched(self, path: str) -> bool:
        if not any(path.startswith(f"{folder}{os.sep}") for folder in self._folders):
            return False
        return _LEFT_OUT.isdisjoint(Path(path).parts)

    def _name(self, path: Path) -> str:
        """Name a file for a report: relative, and never by a temporary folder."""
        for folder in self._folders:
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        return path.name


def _text(path: Any) -> str:
    if not isinstance(path, str | bytes | os.PathLike):
        return ""
    try:
        return os.path.realpath(os.fsdecode(path))
    except (OSError, ValueError):
        return ""


def _news(path: Path, written: _Written) -> str:
    """Read what was added since the last time, or all of a file that was written anew."""
    try:
        now = path.lstat()
        if not stat.S_ISREG(now.st_mode):
            return ""
        stamp = (now.st_mtime_ns, now.st_size, now.st_ino)
        if stamp == written.stamp and not written.anew:
            return ""
        start = 0 if written.anew or now.st_size < written.read else written.read
        written.stamp, written.read, written.anew = stamp, now.st_size, False
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(LONGEST)
    except OSError:
        return ""
    return _unpacked(data).decode("utf-8", "replace")


def _unpacked(data: bytes) -> bytes:
    """Unpack what is packed by gzip, up to a bound; a part of one as far as it goes."""
    if not data.startswith(_GZIP):
        return data
    try:
        return zlib.decompressobj(_GZIP_BITS).decompress(data, LONGEST)
    except zlib.error:
        return data
