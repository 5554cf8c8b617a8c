"""A child of a proof that is a fork: confined as others, and heard whatever becomes of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hushtable.model.event import silent
from hushtable.prove.order import ProveOrder
from hushtable.prove.run import Proven
from hushtable.testing.forked_child import ForkedEngine

APP = """
import os
import socket

from fastapi import FastAPI

app = FastAPI()


@app.get("/told")
def told():
    return {"home": os.environ["HOME"], "own": os.getcwd()}


@app.get("/wander")
def wander():
    socket.create_connection(("192.0.2.1", 80), timeout=1)


@app.get("/zz-leave")
def leave():
    os._exit(3)
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Proven:
    """Run a small app that does what it should not."""
    folder = tmp_path_factory.mktemp("app")
    Path(folder, "app.py").write_text(APP, encoding="utf-8")
    order = ProveOrder("app:app", str(folder), seed=1, replays=0)
    return ForkedEngine()(order, None, silent)


def test_it_is_held_as_a_process_of_its_own_is(ran: Proven) -> None:
    """A fork is refused what is outside, as a child that is a process is."""
    assert any("audit hook" in line for line in ran.reach.sandbox)
    why = {one.route: one.why for one in ran.reach.unreached}
    assert why["GET /wander"] == "ConnectionRefusedError left the app"


def test_what_it_told_before_it_ended_is_heard(ran: Proven) -> None:
    """A route that ends the fork is told as unknown; another fork tries the rest."""
    assert [one.why for one in ran.unknown] == ["GET /zz-leave: the fork ended with exit code 3"]
    assert ran.reach.runs == 2
    assert ran.reach.reached >= 1


def test_this_process_is_as_it_was(ran: Proven) -> None:
    """Nothing of a run stays in the process that asked for it."""
    assert ran.reach.routes
    assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
