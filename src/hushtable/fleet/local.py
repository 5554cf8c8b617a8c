"""The engine of one machine: so many services at a time, each in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from hushtable.fleet.apart import Running
from hushtable.fleet.job import examined
from hushtable.model.fleet import Order, Outcome


def carried_out(orders: Sequence[Order], at_once: int = 0) -> Generator[Outcome, None, None]:
    """Carry out orders, and give each outcome when it is there; 0 at once: one per core.

    Closed before its end, as by an interrupt, it ends what runs and begins nothing more.
    """
    running = Running()
    with ThreadPoolExecutor(at_once or _cores(), "fleet") as pool:
        futures = [pool.submit(examined, order, running) for order in orders]
        try:
            for future in as_completed(futures):
                # Outcomes hold whole results: none is kept here once it is given.
                futures.remove(future)
                yield future.result()
        finally:
            running.end_all()
            pool.shutdown(wait=True, cancel_futures=True)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
