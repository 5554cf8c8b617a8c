"""What the transports' tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.loaders import Loader, create_loader

from tests.guard.transport.canned import Canned, canned_server

LOADER = create_loader()


@pytest.fixture(autouse=True)
def models_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read botocore's models once for all sessions: that takes longer than any test."""

    def shared(search_path_string: str | None = None) -> Loader:
        return create_loader(search_path_string) if search_path_string else LOADER

    monkeypatch.setattr("botocore.session.create_loader", shared)


@pytest.fixture(scope="module")
def server() -> Iterator[Canned]:
    """Run the server for all of a module."""
    with canned_server() as canned:
        yield canned


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait no longer than must be between tries."""
    monkeypatch.setattr("hushtable.guard.transport.retry.random.random", lambda: 0.0)
