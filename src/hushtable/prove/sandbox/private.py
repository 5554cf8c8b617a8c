"""Files of the user's that hold credentials: an app that names them by their full path gets none.

The child's home is another one, so `~/.aws` is empty. The real home is still on the disk, and the
system tells anybody where it is.
"""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterable
from pathlib import Path

NAMES = (
    ".aws",
    ".azure",
    ".boto",
    ".config/gcloud",
    ".config/gh",
    ".docker",
    ".git-credentials",
    ".gnupg",
    ".kube",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".ssh",
)
"""What lies in a home and holds credentials: folders and files."""

_OF_A_POD = ("/var/run/secrets", "/run/secrets")
_ENVIRON = re.compile(r"/proc/(\d+)/(?:task/\d+/)?environ")


class Private:
    """Knows the user's private files."""

    def __init__(self, homes: Iterable[Path] | None = None) -> None:
        """Look in these homes; where none are given, in the one that the system names."""
        found = _homes() if homes is None else tuple(homes)
        held = [home / name for home in found for name in NAMES]
        self._places = tuple(
            dict.fromkeys(
                spelled
                for place in (*held, *map(Path, _OF_A_POD))
                for spelled in (str(place), os.path.realpath(place))
            )
        )

    def name_of(self, path: object) -> str:
        """Say what a private file is, to be told; empty for every other file."""
        text = _full(path)
        for place in self._places:
            if text == place or text.startswith(f"{place}{os.sep}"):
                return f"file:{Path(place).name}"
        other = _ENVIRON.fullmatch(text)
        return "file:environ" if other and int(other[1]) != os.getpid() else ""


def _homes() -> tuple[Path, ...]:
    try:
        return (Path(pwd.getpwuid(os.getuid()).pw_dir),)
    except KeyError:
        return ()


def _full(path: object) -> str:
    if not isinstance(path, str | bytes | os.PathLike):
        return ""
    text = os.fsdecode(path)
    try:
        return os.path.realpath(text)
    except (OSError, ValueError):
        return ""
