"""What the parent makes of children: here they are doubles, and tell what a test lets them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hushtable.model.event import silent
from hushtable.model.proof import Unreached
from hushtable.prove import run
from hushtable.prove.order import ChildOrder, ProveOrder
from hushtable.prove.run import OUT_OF_TIME, prove
from hushtable.prove.told import Opened, Told, Tried, Trying


def test_time_that_runs_out_is_the_fault_of_no_route(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found stays, and every other route is told as not reached, since time ran out."""
    clock = [0.0]
    monkeypatch.setattr(run.time, "monotonic", lambda: clock[0])

    def slow(
        _order: ChildOrder, told: Callable[[Told], None], /, *, seconds: float, memory: int
    ) -> str:
        del memory
        told(Opened(("GET /a", "GET /b", "GET /c")))
        told(Tried("GET /a", reached=True))
        told(Trying("GET /b"))
        clock[0] += seconds
        return "it took more than that"

    proven = prove(ProveOrder("app:app", str(tmp_path), seed=3), None, silent, slow)
    assert [one.why for one in proven.unknown] == [f"{OUT_OF_TIME} after 1 of 3 routes"]
    assert (proven.reach.reached, proven.reach.routes, proven.reach.runs) == (1, 3, 1)
    assert proven.reach.unreached == (
        Unreached("GET /b", OUT_OF_TIME),
        Unreached("GET /c", OUT_OF_TIME),
    )
