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
    """Keep one embedded DynamoDB on loopback for all tests of this process.

    From the first test that asks for it until the session ends, every request to DynamoDB goes
    there, and none goes to AWS.
    """
    canaries = importlib.import_module("hushtable.testing.canaries")
    refusing = importlib.import_module("hushtable.testing.refusing")
    install = importlib.import_module("hushtable.prove.clients.install")
    refusing.refuse_native()
    with (
        pytest.MonkeyPatch.context() as environment,
        canaries.CanaryStore() as store,
        install.kept_here(store.url, refusing.HOOKS),
    ):
        for name, text in store.settings.items():
            environment.setenv(name, text)
        for name in store.unwanted:
            environment.delenv(name, raising=False)
        yield store


@pytest.fixture
def canaries(canary_store: Any) -> Any:  # noqa: ANN401 - a type that is loaded by name
    """Plant items, and say whether they come out: an empty store for each test.

    A client may have been made before, and with an endpoint of its own: its requests to DynamoDB
    end here as well. A request to another service of AWS is refused, unless something stands for
    that. A client that sends past Python (pydynox, hushtable's guard) must be made in the test, by
    `canaries.app("app.main:app")`; where one is there already, this raises.
    """
    canary_store.empty()
    return canary_store
