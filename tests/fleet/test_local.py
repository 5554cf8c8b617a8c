"""The engine of one machine, through the command line: begun, interrupted, and gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from hushtable.fleet.local import carried_out
from hushtable.fleet.results import JOURNAL
from hushtable.model.fleet import State
from tests.fleet.conftest import PROGRAM, Fleet, order

# A shell that starts this in the background has SIGINT ignored from the start.
START = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from hushtable.cli import fleet_scanning; from hushtable.cli.main import app; "
    f"fleet_scanning.PROGRAM = {PROGRAM!r}; app()"
)
NAMES = ("a", "b", "c", "d", "e", "f")


def command(fleet: Fleet) -> subprocess.Popen[str]:
    """Start a scan of all services, two at a time."""
    (fleet.folder / "list").write_text("\n".join(NAMES), encoding="utf-8")
    words = ["scan", "--repos", "list", "--jobs", "2", "--format", "json"]
    return subprocess.Popen(
        [sys.executable, "-c", START, *words],
        cwd=fleet.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(fleet: Fleet) -> list[str]:
    """Give the services that the journal says are done, as often as it says so."""
    journal = fleet.folder / "hushtable-fleet" / JOURNAL
    lines = journal.read_text("ascii").split("\n")[:-1] if journal.exists() else []
    ids = {fleet.listed(name).id: name for name in NAMES}
    return [ids[json.loads(line)["id"]] for line in lines]


def test_each_order_has_an_outcome(fleet: Fleet) -> None:
    """A service that crashes beside others costs its own outcome alone."""
    services = [fleet.service("a"), fleet.service("b", "crash"), fleet.service("c")]
    found = {one.id: one.state for one in carried_out([order(one) for one in services], 2)}
    assert [found[one.id] for one in services] == [State.EXAMINED, State.UNKNOWN, State.EXAMINED]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_is_gone_on_with(fleet: Fleet, how: signal.Signals) -> None:
    """Interrupted or killed midway, nothing is lost, nothing twice, and no process stays."""
    for name in NAMES:
        fleet.service(name, "hang at first" if name in "cd" else "quiet")
    run = command(fleet)
    until = time.monotonic() + 60
    while not {"c", "d"} <= set(fleet.began) or len(done(fleet)) < 2:
        assert time.monotonic() < until, run.communicate()
        time.sleep(0.02)
    run.send_signal(how)
    _, said = run.communicate(timeout=60)
    assert done(fleet) == ["a", "b"] or done(fleet) == ["b", "a"]
    if how == signal.SIGINT:
        assert run.returncode == 3
        assert "interrupted: 2 of 6 services are done; the same command goes on" in said
    while fleet.left:
        assert time.monotonic() < until
        time.sleep(0.02)

    run = command(fleet)
    out, said = run.communicate(timeout=60)
    assert run.returncode == 0, said
    states = Counter(one["state"] for one in json.loads(out)["services"])
    assert states == {"unchanged": 2, "examined": 4}
    assert sorted(done(fleet)) == list(NAMES)
    assert Counter(fleet.began) == Counter({**dict.fromkeys(NAMES, 1), "c": 2, "d": 2})
    assert len(list((fleet.folder / "hushtable-fleet").glob("*.json"))) == len(NAMES)
    assert not [one for one in os.listdir(fleet.folder / "hushtable-fleet") if "part" in one]  # noqa: PTH208
