"""Waiting for work that an app began when it started."""

from __future__ import annotations

import asyncio

from hushtable.prove.drive.settling import Before, settled
from tests.prove.fakes import run


def settle(calls: list[int], *, busy: bool, longest: float = 60.0) -> bool:
    """Wait for work that calls the store so often between two looks."""

    async def whole() -> bool:
        before = Before()
        task = asyncio.create_task(asyncio.sleep(60)) if busy else None
        try:
            called = lambda: bool(calls.pop(0))  # noqa: E731 - what is asked of a store
            return await settled(before, called, quiet=0.001, longest=longest)
        finally:
            if task is not None:
                task.cancel()

    return run(whole())


def test_work_that_calls_the_store_is_waited_for() -> None:
    """It goes on until the store was not called between two looks."""
    calls = [3, 1, 0, 5]
    assert settle(calls, busy=True)
    assert calls == [5]


def test_an_app_that_began_nothing_is_not_waited_for() -> None:
    """Without a task or a thread of its own the store is not even looked at."""
    assert settle([], busy=False)


def test_work_without_an_end_is_not_waited_for_for_ever() -> None:
    """What never rests is left to go on."""
    assert not settle([1] * 5, busy=True, longest=0.0)
