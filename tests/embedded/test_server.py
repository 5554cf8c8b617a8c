"""The emulator on loopback, as boto3 and strangers meet it."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aioboto3
import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import Table, load
from hushtable.embedded.server import HOST, MAX_REQUEST, LoopbackServer
from hushtable.model.errors import HushtableError

NOTES = Table("notes", ("pk",), items=({"pk": "a", "text": "hello"},))
TARGET = {"X-Amz-Target": "DynamoDB_20120810.GetItem"}
GET = json.dumps({"TableName": "notes", "Key": {"pk": {"S": "a"}}}).encode()


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """Start a server with one table and one item."""
    with LoopbackServer() as started:
        load(started.emulator, [NOTES])
        yield started


def arguments(server: LoopbackServer) -> dict[str, Any]:
    """Give what a boto3 client of the server takes."""
    return {
        "endpoint_url": server.url,
        "region_name": "eu-central-1",
        "aws_access_key_id": "any",
        "aws_secret_access_key": "any",
        "config": Config(retries={"max_attempts": 1}, max_pool_connections=32),
    }


def ask(
    server: LoopbackServer, headers: dict[str, str], body: bytes = GET, method: str = "POST"
) -> tuple[int, bytes]:
    """Make one request by hand."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=10)
    try:
        connection.request(method, "/", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def said(server: LoopbackServer, data: bytes) -> bytes:
    """Send raw bytes and read until the server hangs up or says nothing more."""
    with socket.create_connection((HOST, server.port), timeout=2) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def listening(port: int) -> set[str]:
    """Give the local addresses that listen on a port, from the kernel's own tables, in hex."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            local, state = row.split()[1], row.split()[3]
            if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                found.add(local.rpartition(":")[0])
    return found


def test_it_binds_loopback_and_nothing_else(server: LoopbackServer) -> None:
    """The only listening address of the port is 127.0.0.1."""
    assert server.url == f"http://127.0.0.1:{server.port}"
    if Path("/proc/net/tcp").exists():
        assert listening(server.port) == {"0100007F"}
    for other in ("127.0.0.2", "::1"):
        with pytest.raises(OSError, match=r".+"):
            socket.create_connection((other, server.port), timeout=1)


def test_boto3_reads_and_writes(server: LoopbackServer) -> None:
    """The resource and the client work, and errors come as the exceptions of the client."""
    table = boto3.resource("dynamodb", **arguments(server)).Table("notes")
    table.put_item(Item={"pk": "b", "n": 7, "raw": b"\x00"})
    item = table.get_item(Key={"pk": "b"})["Item"]
    assert (item["n"], item["raw"].value) == (7, b"\x00")
    client = boto3.client("dynamodb", **arguments(server))
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_item(TableName="nowhere", Key={"pk": {"S": "a"}})
    with pytest.raises(ClientError, match="reserved keyword: status"):
        client.get_item(TableName="notes", Key={"pk": {"S": "a"}}, ProjectionExpression="a.status")


def test_aioboto3_reads(server: LoopbackServer) -> None:
    """An asynchronous client works too."""

    async def read() -> Any:
        async with aioboto3.Session().resource("dynamodb", **arguments(server)) as dynamodb:
            table = await dynamodb.Table("notes")
            return await table.get_item(Key={"pk": "a"})

    assert asyncio.run(read())["Item"] == {"pk": "a", "text": "hello"}


def test_many_clients_at_once_lose_nothing(server: LoopbackServer) -> None:
    """Sixteen threads with 160 optimistic writes: each counter value is taken once."""
    client = boto3.client("dynamodb", **arguments(server))

    def add(_: int) -> int:
        answer = client.update_item(
            TableName="notes",
            Key={"pk": {"S": "counter"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["n"]["N"])

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(add, range(160))) == list(range(1, 161))


def test_big_items_and_pages_pass(server: LoopbackServer) -> None:
    """Items of nearly 400 KB go both ways, and a page of them stops at 1 MB."""
    table = boto3.resource("dynamodb", **arguments(server)).Table("notes")
    big = "ü" * 200_000
    for number in range(4):
        table.put_item(Item={"pk": f"big-{number}", "text": big})
    assert table.get_item(Key={"pk": "big-0"})["Item"]["text"] == big
    assert "LastEvaluatedKey" in table.scan()
    with pytest.raises(ClientError, match="ValidationException"):
        table.put_item(Item={"pk": "big-9", "text": big + big})


def test_it_stops_and_starts_again_on_its_port(server: LoopbackServer) -> None:
    """A stopped server refuses connections; started again it has the same port and tables."""
    port = server.port
    kept_alive = http.client.HTTPConnection(HOST, port, timeout=5)
    kept_alive.request("POST", "/", GET, TARGET)
    assert kept_alive.getresponse().read()
    server.stop()
    with pytest.raises(OSError, match=r".*"):
        ask(server, TARGET)
    assert kept_alive.sock is not None
    assert kept_alive.sock.recv(1) == b""
    kept_alive.close()
    server.start()
    assert server.port == port
    status, body = ask(server, TARGET)
    assert (status, json.loads(body)["Item"]["text"]) == (200, {"S": "hello"})


def test_it_leaves_no_thread(server: LoopbackServer) -> None:
    """Stopping twice is as good as once, and the serving thread is gone."""
    name = f"dynamodb-{server.port}"
    assert name in {thread.name for thread in threading.enumerate()}
    server.stop()
    server.stop()
    assert name not in {thread.name for thread in threading.enumerate()}


def test_wrong_use_is_told(server: LoopbackServer) -> None:
    """A second start, a taken port and a URL before the start are errors."""
    with pytest.raises(HushtableError, match="already started"):
        server.start()
    with pytest.raises(OSError, match="in use"):
        LoopbackServer(port=server.port).start()
    with pytest.raises(HushtableError, match="before it is started"):
        _ = LoopbackServer(Emulator()).url


def test_another_name_for_this_host_is_refused(server: LoopbackServer) -> None:
    """A page that had its own name point at loopback gets nothing: the Host header tells."""
    for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1.evil.example", ""):
        status, body = ask(server, {**TARGET, "Host": host})
        assert status == 400
        assert b"hello" not in body
    status, _ = ask(server, {**TARGET, "Host": f"localhost:{server.port}"})
    assert status == 200


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, b"MissingAuthenticationToken"),
        ({"X-Amz-Target": "GetItem"}, b"UnknownOperation"),
        ({"X-Amz-Target": "DynamoDB_20120810."}, b"UnknownOperation"),
        ({"X-Amz-Target": "DynamoDBStreams_20120810.ListStreams"}, b"UnknownOperation"),
        ({**TARGET, "Transfer-Encoding": "chunked"}, b"SerializationException"),
        ({**TARGET, "Content-Length": "-1"}, b"SerializationException"),
        ({**TARGET, "Content-Length": "9" * 5000}, b"SerializationException"),
        ({**TARGET, "Content-Length": "²"}, b"SerializationException"),
    ],
)
def test_requests_of_another_kind_are_refused(
    server: LoopbackServer, headers: dict[str, str], code: bytes
) -> None:
    """Without DynamoDB's target or a usable length a request is a client error."""
    status, body = ask(server, headers)
    assert status == 400
    assert code in body


def test_a_request_of_more_than_16_mb_is_refused_unread(server: LoopbackServer) -> None:
    """The announced length decides, before a byte of the body is kept."""
    head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n"
    answer = said(server, f"{head}Content-Length: {MAX_REQUEST + 1}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_half_a_request_changes_nothing(server: LoopbackServer) -> None:
    """A body that ends early is not acted on."""
    body = json.dumps({"TableName": "notes", "Item": {"pk": {"S": "half"}}}).encode()
    head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nX-Amz-Target: DynamoDB_20120810.PutItem\r\n"
    said(server, f"{head}Content-Length: {len(body) + 1}\r\n\r\n".encode() + body)
    assert server.emulator.ask("Scan", {"TableName": "notes"})["Count"] == 1


def test_a_health_check_is_answered(server: LoopbackServer) -> None:
    """GET / says that the service is there; other paths and methods say nothing."""
    status, body = ask(server, {}, b"", "GET")
    assert (status, body[:17]) == (200, b"healthy: dynamodb")
    assert ask(server, {"Host": "evil.example"}, b"", "GET")[0] == 404
    assert ask(server, {}, b"", "DELETE")[0] == 501


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200), st.booleans())
def test_garbage_on_the_wire_hurts_nobody(data: bytes, framed: bool) -> None:  # noqa: FBT001
    """Whatever bytes are sent, the next request is answered."""
    server = garbage_target()
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: DynamoDB_20120810.Query\r\n"
    length = f"Content-Length: {len(data)}\r\n\r\n".encode()
    said(server, head + length + data if framed else data)
    assert ask(server, TARGET)[0] == 200


_SHARED: list[LoopbackServer] = []


def garbage_target() -> LoopbackServer:
    """Give one server for all examples of a property; its thread ends with the process."""
    if not _SHARED:
        server = LoopbackServer().start()
        load(server.emulator, [NOTES])
        _SHARED.append(server)
    return _SHARED[0]
