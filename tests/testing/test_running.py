"""`prove(...).agrees_with(lock)`: what a run showed, held against what was agreed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.model.contract import Basis, Exposure, Part, contract
from hushtable.model.errors import ConfigError
from hushtable.model.facts import Facts
from hushtable.model.proof import Reach
from hushtable.model.service import ANYONE, SIGNED_IN, Channel
from hushtable.report.lockfile import NAME, write
from hushtable.testing.running import Prover
from tests.testing.test_proving import FACTS, Engine

(ROUTE,) = FACTS.routes


def agreed(folder: Path, *names: str, audience: str = ANYONE) -> None:
    """Write a lock for the route that the stand-in shows."""
    made = contract(
        (
            Exposure(str(ROUTE), Channel.RESPONSE, audience, "users", Part(tuple(name.split("."))))
            for name in names
        ),
        Basis.BOTH,
    )
    write(made, folder / NAME)


def test_what_is_agreed_passes(tmp_path: Path) -> None:
    """A run that shows what the lock holds passes, whatever the lock is called."""
    agreed(tmp_path, "*", "email")
    Prover(tmp_path, Engine())("app:app").agrees_with("hushtable.lock")
    Prover(tmp_path, Engine())("app:app").agrees_with(tmp_path / NAME)
    Prover(tmp_path, Engine(Facts(), ()))("app:app").agrees_with()


def test_what_is_wider_is_listed(tmp_path: Path) -> None:
    """What the lock does not hold is an AssertionError that names it, and what was agreed."""
    agreed(tmp_path, "email")
    with pytest.raises(AssertionError) as raised:
        Prover(tmp_path, Engine())("app:app").agrees_with("hushtable.lock")
    lines = str(raised.value).splitlines()
    assert lines[0] == "more leaves than is agreed in hushtable.lock:"
    assert lines[1].strip() == (f"{ROUTE}, response to anyone, users: * (attribute; agreed: email)")
    assert "hushtable lock --prove" in lines[-1]
    agreed(tmp_path, "*", audience=SIGNED_IN)
    with pytest.raises(AssertionError, match="audience; agreed: to signed-in"):
        Prover(tmp_path, Engine())("app:app").agrees_with("hushtable.lock")


def test_a_missing_lock_is_no_agreement(tmp_path: Path) -> None:
    """Without a lock, or with a broken one, the error says so; it is none of the app's."""
    showed = Prover(tmp_path, Engine())("app:app")
    with pytest.raises(ConfigError, match="does not exist; write it with `hushtable lock`"):
        showed.agrees_with("hushtable.lock")
    (tmp_path / NAME).write_text("version = 9\n")
    with pytest.raises(ConfigError, match="version 9"):
        showed.agrees_with("hushtable.lock")


def test_what_was_not_tried_agrees_with_nothing(tmp_path: Path) -> None:
    """An app of which no route was reached fails, whatever was agreed."""
    agreed(tmp_path, "*")
    with pytest.raises(AssertionError, match="not examined"):
        Prover(tmp_path, Engine(Facts(), (), Reach(routes=2)))("app:app").agrees_with()
