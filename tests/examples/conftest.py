"""The example shops, each open while the tests of one file run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.examples.opened import EXAMPLES, OpenShop, opened


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenShop]:
    """Open examples/shop."""
    with opened(EXAMPLES / "shop", tmp_path_factory.mktemp("exports")) as shop:
        yield shop


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenShop]:
    """Open examples/shop_quiet."""
    with opened(EXAMPLES / "shop_quiet", tmp_path_factory.mktemp("exports")) as shop:
        yield shop


@pytest.fixture(scope="module")
def hushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenShop]:
    """Open examples/shop_hushed."""
    with opened(EXAMPLES / "shop_hushed", tmp_path_factory.mktemp("exports")) as shop:
        yield shop
