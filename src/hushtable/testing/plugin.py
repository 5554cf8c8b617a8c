"""The pytest plugin: fixtures `prove` and `canaries`, for the tests of a service.

Loaded in every pytest run where hushtable is installed, so it imports nothing but pytest. What a
fixture needs is loaded when a test asks for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def prove(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - a type that is loaded by name
    """Run an app on made-up data: `prove("app.main:app").shows_nothing()`.

    The project is pytest's root folder; its copy is run, in a process of its own.
    """
    running = importlib.import_module("hushtable.testing.running")
    return running.Prover(request.config.rootpath)


@pytest.fixture(scope="session")
def canary_store() -> Iterator[Any]:
    """Keep one embedded DynamoDB on loopback for all tests of this process, and its settings."""
    canaries = importlib.import_module("hushtable.testing.canaries")
    with pytest.MonkeyPatch.context() as environment, canaries.CanaryStore() as store:
        for name, text in store.settings.items():
            environment.setenv(name, text)
        for name in store.unwanted:
            environment.delenv(name, raising=False)
        yield store


@pytest.fixture
def canaries(canary_store: Any) -> Any:  # noqa: ANN401 - a type that is loaded by name
    """Plant items, and say whether they come out: an empty store for each test.

    Import the app in the test, or by `canaries.app("app.main:app")`: a client that is made before
    this fixture is asked for does not know the store.
    """
    canary_store.empty()
    return canary_store
