"""What the transports' tests share."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader, create_loader

LOADER = create_loader()


@pytest.fixture(autouse=True)
def models_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read botocore's models once for all sessions: that takes longer than any test."""

    def shared(search_path_string: str | None = None) -> Loader:
        return create_loader(search_path_string) if search_path_string else LOADER

    monkeypatch.setattr("botocore.session.create_loader", shared)
