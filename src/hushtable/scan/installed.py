"""Tells what an installer put into a folder: no part of the program, however it lies there.

Programs are packed for a function service by installing what they need beside them. The installer
leaves a `NAME.dist-info` folder for each distribution, with a RECORD of the files it wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

ENVIRONMENT = frozenset(
    {"lib", "lib64", "Lib", "bin", "Scripts", "include", "Include", "share"}
)  # fmt: skip
"""What a virtual environment keeps beside its `pyvenv.cfg`."""
INFO = ".dist-info"
MAX_RECORD = 4_000_000
"""Bytes of one RECORD that are read; a name that only a later line holds is scanned."""


def installed(folder: str, names: Iterable[str]) -> frozenset[str]:
    """Give which of the names in a folder an installer wrote."""
    listed = list(names)
    found: set[str] = set(ENVIRONMENT) if "pyvenv.cfg" in listed else set()
    for name in listed:
        if name.endswith(INFO):
            found |= {name, *_recorded(Path(folder, name, "RECORD"))}
    return frozenset(found)


def _recorded(record: Path) -> set[str]:
    """Give the first part of each path in a RECORD: a package, or a module that is one file."""
    try:
        with record.open("rb") as file:
            text = file.read(MAX_RECORD).decode("utf-8", "replace")
    except OSError:
        return set()
    paths = (line.partition(",")[0].strip('"') for line in text.splitlines())
    return {path.partition("/")[0] for path in paths} - {"", "..", "."}
