"""A large app is run in the memory of a small one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.proving_scale import TABLES, app
from hushtable.model.event import silent
from hushtable.prove import run as running
from hushtable.prove.order import ProveOrder
from hushtable.prove.run import prove

ROUTES = 30
ATTRIBUTES = 50
MEMORY = 250 * 2**20


def test_many_routes_stay_within_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty routes, tables of fifty attributes: no child is ended, each plain route is reached."""
    monkeypatch.setenv("PYTHONPATH", str(Path(running.__file__).resolve().parents[2]))
    (tmp_path / "large.py").write_text(app(ROUTES, ATTRIBUTES), encoding="utf-8")
    order = ProveOrder("large:app", str(tmp_path), seconds=900, memory=MEMORY, seed=3, replays=0)
    proven = prove(order, None, silent)
    assert proven.unknown == ()
    assert proven.reach.runs == 1
    assert proven.reach.reached >= ROUTES - TABLES
    assert proven.reach.requests < ROUTES * 50
