"""Work that an app began when it started, as a loop that tidies up.

It is nobody's request. Where it is still going on while the first door is asked, what it says and
reads is taken for that door's, in one run and not in the next: so it is let come to rest first.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hushtable.prove.sandbox.patience import patience

QUIET_SECONDS = 0.25
"""After so long without a call to the store, work of the app's own rests."""
LONGEST_SECONDS = 3.0
"""What calls the store all the time is not waited for."""


@dataclass(frozen=True, slots=True)
class Before:
    """What ran before an app was started. To be made where no request is running."""

    tasks: frozenset[object] = field(default_factory=lambda: frozenset(asyncio.all_tasks()))
    threads: frozenset[object] = field(default_factory=lambda: frozenset(threading.enumerate()))

    def left(self, own: int = 0) -> bool:
        """Whether anything else runs now; `own` of the tasks are not the app's."""
        tasks = len(frozenset(asyncio.all_tasks()) - self.tasks)
        return tasks > own or bool(frozenset(threading.enumerate()) - self.threads)


async def settled(
    before: Before,
    called: Callable[[], bool],
    *,
    own: int = 0,
    quiet: float = QUIET_SECONDS,
    longest: float = LONGEST_SECONDS,
) -> bool:
    """Wait until the store is `called` no more. False where that took too long."""
    until = time.monotonic() + longest * patience()
    while before.left(own):
        if time.monotonic() >= until:
            return False
        await asyncio.sleep(quiet * patience())
        if not called():
            break
    return True
