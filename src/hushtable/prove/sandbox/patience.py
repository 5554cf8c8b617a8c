"""How long to wait on a machine that has more to do than it has processors.

A limit of ten seconds is meant for an app that has the machine to itself. Where five programs share
a processor, what takes three seconds would be taken for something that hangs.
"""

from __future__ import annotations

import os

MOST = 5.0
"""Times as long as on a quiet machine, at most."""


def patience() -> float:
    """Give how many times as long as usual something may take here, and now."""
    try:
        load = os.getloadavg()[0]
    except OSError:
        return 1.0
    return min(MOST, max(1.0, load / (os.cpu_count() or 1)))
