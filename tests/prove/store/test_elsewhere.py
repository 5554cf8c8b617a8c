"""A store that is elsewhere."""

import json

import pytest

from hushtable.embedded.fixtures import Table, load
from hushtable.embedded.server import LoopbackServer
from hushtable.model.errors import UsageError
from hushtable.prove.store.elsewhere import Elsewhere

GET = json.dumps({"TableName": "notes", "Key": {"pk": {"S": "a"}}}).encode()


def test_requests_are_passed_on() -> None:
    """A request is answered by the DynamoDB at the address."""
    with LoopbackServer() as server:
        load(server.emulator, [Table("notes", ("pk",), items=({"pk": "a"},))])
        elsewhere = Elsewhere(server.url)
        answer = elsewhere.handle("GetItem", GET)
        assert json.loads(answer.body) == {"Item": {"pk": {"S": "a"}}}
        assert elsewhere.handle("GetItem", b"[").status == 400


def test_it_is_as_strict_as_the_service() -> None:
    """What DynamoDB refuses is refused before it is passed on, with the table's own schema."""
    with LoopbackServer() as server:
        server.emulator.strict = False
        load(server.emulator, [Table("notes", ("pk",))])
        elsewhere = Elsewhere(server.url)
        scan = {"TableName": "notes", "ProjectionExpression": "status"}
        assert elsewhere.handle("Scan", json.dumps(scan).encode()).status == 400
        start = {"TableName": "notes", "ExclusiveStartKey": {"other": {"S": "x"}}}
        assert elsewhere.handle("Scan", json.dumps(start).encode()).status == 400


def test_a_store_that_is_gone_is_an_error_that_clients_know() -> None:
    """An address where nobody answers gives a 500, and what is no address is refused."""
    assert Elsewhere("http://127.0.0.1:9").handle("GetItem", GET).status == 500
    for url in ("127.0.0.1:8000", "ftp://x", "http://", "http://x:y"):
        with pytest.raises(UsageError):
            Elsewhere(url)
