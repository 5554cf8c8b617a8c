"""Several children at once, each listened to by a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[threading.Event], T]]) -> list[T]:
    """Make calls at the same time, and give what each gives, in their order.

    Each is given an event. When whoever waits here is interrupted, or one of the calls fails, the
    event is set, and nothing is given back before every call has ended.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max(len(calls), 1)) as pool:
        running = [pool.submit(call, stop) for call in calls]
        try:
            return [one.result() for one in running]
        except BaseException:
            stop.set()
            raise
