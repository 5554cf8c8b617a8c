"""The small service that the tests of driving drive."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hushtable.prove.drive.door import Door
from hushtable.prove.drive.drive import Driver, Watched, drive
from hushtable.prove.drive.identity import Identities
from hushtable.prove.drive.inputs import Inputs
from hushtable.prove.drive.room import Step
from hushtable.prove.drive.surface import surface
from hushtable.prove.exchange import Exchange
from hushtable.prove.order import ProveOrder
from hushtable.prove.services.issuer import Issuer
from tests.prove.fakes import FakeMint, FakeStore, FakeWatch, run

APPS = Path(__file__).parent / "apps"


class Driven:
    """A service with everything needed to drive it."""

    def __init__(
        self,
        module: ModuleType,
        order: ProveOrder | None = None,
        issuer: Issuer | None = None,
        **more: Any,
    ) -> None:
        self.module = module
        self.store = FakeStore()
        module.store = self.store  # type: ignore[attr-defined]
        self.watch = FakeWatch(APPS)
        self.mint = FakeMint()
        self.doors = surface(module.app, APPS)
        self.inputs = Inputs(self.mint, self.store)
        order = order or ProveOrder("service:app", str(APPS))
        self.identities = Identities(order, self.mint, self.store, self.inputs, issuer)
        watched = Watched(
            calls=self.store.drain,
            complaints=self.watch.drain,
            provoke=self._provoke,
            calm=lambda: self._provoke(None),
            restore=self.store.restore,
        )
        self.driver = Driver(module.app, self.inputs, self.identities, watched, **more)

    def _provoke(self, step: Step | None) -> None:
        self.store.failing = step.fault if step is not None else ""

    def door(self, name: str) -> Door:
        """Give the door of `GET /me`."""
        return next(door for door in self.doors if str(door.route) == name)

    def drive(self, name: str) -> list[Exchange]:
        """Give every exchange at a door."""

        async def whole() -> list[Exchange]:
            found = []
            with self.watch.on():
                async for _, exchange in drive(self.driver, self.door(name)):
                    found.append(exchange)
            return found

        return run(whole())


@pytest.fixture(scope="module")
def module() -> Iterator[ModuleType]:
    """Import the service once."""
    spec = importlib.util.spec_from_file_location("service", APPS / "service.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["service"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["service"]


@pytest.fixture
def service(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Driven:
    """Give the service as if it was never asked before."""
    monkeypatch.setattr(module, "app", module.app)
    module.app.dependency_overrides.clear()
    module.requests_seen["count"] = 0
    return Driven(module)
