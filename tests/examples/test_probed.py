"""The example shops, asked from outside as nobody and as two customers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.finding import Result
from hushtable.model.rule import Severity
from hushtable.probe.order import Bounds, Identity, Order
from hushtable.probe.run import probe
from hushtable.rules.judge import judge
from tests.examples.opened import OpenShop


def asked(shop: OpenShop) -> Result:
    """Probe a shop, with writes."""
    app: Any = shop.client.app
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    identities = tuple(
        Identity(name, (("authorization", f"Bearer {shop.tokens[handle]}"),))
        for name, handle in (("A", "maren"), ("B", "jonas"))
    )
    order = Order(
        "http://127.0.0.1", identities=identities, bounds=Bounds(rate=10_000.0), writes=True
    )
    return judge(probe(order, transport=transport), ScanConfig(), "shop")


EXPECTED = {
    ("HT101", "GET /admin/users"),
    ("HT101", "GET /users/{user_id}"),
    ("HT101", "GET /customers/{customer_id}"),
    ("HT102", "GET /users"),
    ("HT102", "GET /users/{user_id}"),
    ("HT103", "GET /admin/users"),
    ("HT103", "GET /users"),
    ("HT103", "GET /users/directory"),
    ("HT103", "GET /customers/{customer_id}"),
    ("HT104", "GET /users"),
    ("HT105", "GET /profiles/me"),
    ("HT106", "PUT /profiles/me"),
    ("HT106", "GET /products/{product_id}"),
    ("HT201", "GET /admin/users"),
    ("HT202", "GET /orders"),
    ("HT203", "GET /orders"),
    ("HT301", "GET /search/orders"),
    ("HT304", "PATCH /users/me"),
    ("HT401", "GET /admin/users"),
    ("HT401", "GET /users/directory"),
    ("HT402", "GET /users/{user_id}"),
    ("HT402", "GET /customers/{customer_id}"),
    ("HT402", "GET /customers/{owner_id}/orders/{order_id}"),
    ("HT403", "POST /auth/login"),
    ("HT501", "GET /search/orders"),
    ("HT502", "GET /orders"),
    ("HT606", "GET /orders/{order_id}/invoice"),
}
"""What is planted in examples/shop and can be seen from outside, without an account of staff."""


def test_the_leaky_shop_is_seen_through(leaky: OpenShop) -> None:
    """What is planted and visible is found at its operation."""
    result = asked(leaky)
    found = {(one.code, str(route)) for one in result.findings for route in one.routes}
    assert EXPECTED - found == set()
    assert all(one.transcripts for one in result.findings if one.verdict == "proven")


@pytest.mark.parametrize("name", ["quiet", "hushed"])
def test_the_others_are_quiet(name: str, request: pytest.FixtureRequest) -> None:
    """The shop without leaks, and the one on the guard, give notes alone."""
    result = asked(request.getfixturevalue(name))
    grave = [one for one in result.findings if one.severity is not Severity.NOTE]
    assert [f"{one.code} {one.place}: {one.message}" for one in grave] == []
    assert result.asked is not None
    assert result.asked.answered > 15
