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
from hushtable.prove.sketch import Sketch, TableSketch
from hushtable.prove.told import Learned, Opened, Told, Tried, Trying


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


def test_a_route_is_shown_again_on_the_items_that_it_was_asked_on(tmp_path: Path) -> None:
    """What is told of a route at the end, besides, leaves the items of its replay as they were."""

    def ended(
        _order: ChildOrder, _told: Callable[[Told], None], /, *, seconds: float, memory: int
    ) -> str:
        raise AssertionError(seconds, memory)

    at_first = (TableSketch("users", (("user_id", "S"),)),)
    at_last = (TableSketch("users", (("email", "S"),)),)
    heard = run._Run(ProveOrder("app:app", str(tmp_path)), silent, Sketch(at_first), ended)
    heard.hear(Trying("POST /login"))
    heard.hear(Tried("POST /login", reached=True, again=True))
    heard.hear(Learned(Sketch(at_last)))
    heard.hear(Trying("POST /login"))
    heard.hear(Tried("POST /login", reached=True))
    assert heard.known.stages(["POST /login"]).at("POST /login") == at_first
