"""Takes a file for this process alone, so that two runs never write into one place."""

from __future__ import annotations

import sys


def taken(descriptor: int) -> bool:
    """Lock an open file, until it is closed or the process ends; False where another has it.

    Windows has no such lock: there it is always True.
    """
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415 - Windows has none

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
