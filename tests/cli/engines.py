"""Engines that stand in for the one that runs an app: what they show is known before."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pytest

from hushtable.cli.proving import ENGINE
from hushtable.model.event import Listener
from hushtable.model.facts import Cargo, Carried, Facts, Outflow, Unknown
from hushtable.model.place import Place
from hushtable.model.proof import Proof, ProofRequest, Reach, Shows
from hushtable.model.service import Attribute, Channel, Route
from hushtable.prove.order import ProveOrder

ROUTE = Route("GET", "/users/{user_id}", Place("app.py", 8), "app.read_user")
WHOLE = Attribute("users", ("*",))
LEAKY = Facts(
    routes=(ROUTE,),
    outflows=(Outflow(Channel.RESPONSE, ROUTE.place, (Carried(Cargo.ITEM, WHOLE),), ROUTE),),
)
PROOF = Proof(
    ProofRequest("GET", "/users/1", identity="anyone"),
    Channel.RESPONSE,
    "$.undeclared",
    (WHOLE,),
    curl="curl -i http://127.0.0.1:8000/users/1",
    shows=Shows.ITEM,
    route=str(ROUTE),
)
SWITCHED = """from fastapi import FastAPI

app = FastAPI(debug=True)


@app.get("/")
def read():
    return {"a": 1}
"""
SEEN = Proof(
    ProofRequest("GET", "/"),
    Channel.ERROR,
    "the answer to an error",
    curl="curl -i http://127.0.0.1:8000/",
    shows=Shows.DEBUG,
)


@dataclass
class Engine:
    """Shows a whole item, whatever is run."""

    facts: Facts = LEAKY
    proofs: tuple[Proof, ...] = (PROOF,)
    reach: Reach = field(default_factory=lambda: Reach(1, 1, tried=((str(ROUTE), 34),)))
    unknown: tuple[Unknown, ...] = ()
    asked: list[tuple[ProveOrder, Facts | None]] = field(default_factory=list)

    def prove(self, order: ProveOrder, facts: Facts | None, _listen: Listener) -> Engine:
        """Take the order and give what was prepared."""
        self.asked.append((order, facts))
        return self


class DebugEngine:
    """Shows the debug switch of `SWITCHED` while the source has it."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.asked: list[tuple[ProveOrder, str]] = []
        self.shows = lambda text: "debug=True" in text
        self.starts = True
        self._first: Facts | None = None

    def prove(self, order: ProveOrder, facts: Facts, _listen: Listener) -> DebugEngine:
        """Look at the folder that is to be run."""
        text = (Path(order.root) / "app.py").read_text(encoding="utf-8")
        self.asked.append((order, text))
        self._first = self._first or facts
        seen = self.shows(text)
        self.facts = Facts(debug=self._first.debug if seen else (), routes=facts.routes)
        self.proofs = (SEEN,) if seen else ()
        self.reach = Reach(1, int(self.starts))
        self.unknown = () if self.starts else (Unknown(Place("app", 1), "it needs a module"),)
        return self


Made = TypeVar("Made", Engine, DebugEngine)


def stand_in(monkeypatch: pytest.MonkeyPatch, engine: Made) -> Made:
    """Put an engine where the command line loads one from."""
    module = ModuleType(ENGINE)
    module.prove = engine.prove  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, ENGINE, module)
    return engine
