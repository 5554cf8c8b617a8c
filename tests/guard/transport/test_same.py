"""One embedded DynamoDB, reached all three ways."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import Table, load
from hushtable.embedded.server import LoopbackServer
from hushtable.guard.transport.by_botocore import BotocoreTransport
from hushtable.guard.transport.call import Reply, Request, Transport
from hushtable.guard.transport.endpoint import FixedEndpoint, endpoint_at
from hushtable.guard.transport.keys import FixedKeys, Keys
from hushtable.guard.transport.lean import LeanTransport
from hushtable.guard.transport.local import LocalTransport

KEYS = Keys("access", "secret")
ITEMS = tuple({"pk": "a", "sk": f"{n:03}", "text": "é" * n, "n": n} for n in range(40))
NOTES = Table("notes", ("pk", "sk"), items=ITEMS)


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    """Give an emulator with a table of items."""
    fresh = Emulator()
    load(fresh, [NOTES])
    return fresh


@pytest.fixture(scope="module")
def url(emulator: Emulator) -> Iterator[str]:
    """Serve it on loopback."""
    with LoopbackServer(emulator) as server:
        yield server.url


@pytest.fixture(params=["lean", "botocore"])
def wired(request: pytest.FixtureRequest, url: str) -> Iterator[Transport]:
    """Give each of the transports that speak HTTP."""
    endpoint = endpoint_at(url, "us-east-1")
    assert endpoint is not None
    session = Session()
    session.set_credentials(KEYS.access_key, KEYS.secret_key)
    made: Transport = (
        LeanTransport(FixedKeys(KEYS), FixedEndpoint(endpoint))
        if request.param == "lean"
        else BotocoreTransport(session, region="us-east-1", endpoint=url)
    )
    yield made
    made.close_now()


KEY = {"pk": {"S": "a"}, "sk": {"S": "003"}}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("GetItem", {"TableName": "notes", "Key": KEY}),
    ("GetItem", {"TableName": "nowhere", "Key": KEY}),
    ("GetItem", {"TableName": "notes"}),
    ("Query", {"TableName": "notes", "Limit": 7, "KeyConditionExpression": "pk = :a",
               "ExpressionAttributeValues": {":a": {"S": "a"}}}),
    ("BatchGetItem", {"RequestItems": {"notes": {"Keys": [KEY]}}}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "notes", "Key": KEY}}]}),
    ("PutItem", {"TableName": "notes", "Item": {**KEY, "n": {"N": "3"}, "b": {"B": "AAE="}}}),
    ("PutItem", {"TableName": "notes", "Item": KEY,
                 "ConditionExpression": "attribute_not_exists(pk)",
                 "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
    ("BatchWriteItem", {"RequestItems": {"notes": [{"PutRequest": {"Item": KEY}}]}}),
    ("TransactWriteItems", {"TransactItems": [
        {"Delete": {"TableName": "notes", "Key": KEY, "ConditionExpression": "n = :n",
                    "ExpressionAttributeValues": {":n": {"N": "99"}}}}]}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "parameters"), CALLS)
def test_every_way_answers_the_same(
    wired: Transport, emulator: Emulator, operation: str, parameters: dict[str, Any]
) -> None:
    """An answer has the same status and body over HTTP as in process, errors too."""
    request = Request(operation, json.dumps(parameters).encode())
    direct = LocalTransport(emulator).send_now(request)
    for reply in (wired.send_now(request), waited(wired, request)):
        assert (reply.status, reply.body) == (direct.status, direct.body)
        assert reply.headers["x-amz-crc32"] == direct.headers["x-amz-crc32"]


def waited(transport: Transport, request: Request) -> Reply:
    """Send from a coroutine."""
    return asyncio.run(transport.send(request))
