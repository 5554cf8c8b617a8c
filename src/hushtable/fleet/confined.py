"""What holds the process that scans one service: its memory, and that it ends with its parent."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

MEBIBYTE = 2**20


def confine(megabytes: int) -> None:
    """Hold this process in bounds. Standard input is the parent's, who never writes to it."""
    with suppress(OSError):
        # Where memory is short the kernel ends this process, and not the one that counts it.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    _bound(megabytes * MEBIBYTE)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _bound(size: int) -> None:
    """Bound the address space, where the system can."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - Windows has none

    with suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = size if most == resource.RLIM_INFINITY else min(size, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def _end_with_parent() -> None:
    """End when standard input does: then nobody waits for what this process finds."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    if sys.platform == "win32":
        os._exit(1)
    os.killpg(os.getpgrp(), signal.SIGKILL)
