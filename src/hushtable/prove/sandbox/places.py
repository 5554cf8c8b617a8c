"""Temporary folders that do not outlive their run, even where the run itself is killed.

Each says whose it is. A run that was killed cannot remove its folders; the next one does.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

PREFIX = "hushtable-"
OWNER = ".owner"
_LARGEST = 4096
_SAME_SECONDS = 60.0


@contextlib.contextmanager
def place() -> Iterator[Path]:
    """Make a temporary folder and remove it at the end; first remove those of runs that died."""
    sweep()
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        pid = os.getpid()
        mine = {"pid": pid, "started": _started(pid), "where": _where()}
        (made / OWNER).write_text(json.dumps(mine), encoding="utf-8")
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of this user's runs of which no process is left."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and _is_left(entry):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_left(entry: os.DirEntry[str]) -> bool:
    """Whether a folder is ours, and of a run that is known to be over."""
    try:
        if not entry.is_dir(follow_symlinks=False):
            return False
        if entry.stat(follow_symlinks=False).st_uid != os.getuid():
            return False
        with Path(entry.path, OWNER).open(encoding="utf-8") as file:
            said = json.loads(file.read(_LARGEST))
    except (OSError, ValueError):
        # It has no owner yet, or is something else.
        return False
    match said:
        case {"pid": int(pid), "started": float(started), "where": str(where)}:
            # When the clock is set, every process seems to have started at another time.
            alive = abs(_started(pid) - started) < _SAME_SECONDS
            return where == _where() and not alive
        case _:
            return False


def _started(pid: int) -> float:
    """Say when a process was started, in seconds; 0 where there is none of this number."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def _where() -> str:
    """Name what process numbers are counted in: a container counts its own."""
    space = ""
    with contextlib.suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()} {space}"
