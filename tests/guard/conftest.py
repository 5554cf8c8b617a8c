"""Watches what the guard's own tests send, as IAM would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hushtable.guard.iam import Account, policy
from hushtable.guard.operations import EVERYTHING
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from hushtable.guard.transport.call import Reply, Request
from tests.guard.iam_simulator import Iam
from tests.guard.shop import Basket, Listening, Order, Person, User


@pytest.fixture
def under_iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that sends what the policy of the shop's tables does not allow."""
    store = Store()
    tables = [Table(one, store, operations=EVERYTHING) for one in (User, Order, Basket, Person)]
    partitions = {one.name: one.record.schema_.keys.partition.attribute for one in tables}
    denied: list[Request] = []

    def listen(self: Listening, request: Request) -> Reply:
        # Tests declare Views of their own as they go, so the policy is written anew each time.
        made = policy(tables, Account("123456789012", "eu-central-1"))
        if not Iam(made.document, partitions, {}).allows(request):
            denied.append(request)
        return send_now(self, request)

    send_now = Listening.send_now
    monkeypatch.setattr(Listening, "send_now", listen)
    yield
    assert denied == []
