"""The local transport."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import zlib

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import Table, load
from hushtable.guard.transport.call import Request, Transport
from hushtable.guard.transport.local import LocalTransport

KEY = {"pk": {"S": "a"}}
GET = Request("GetItem", json.dumps({"TableName": "notes", "Key": KEY}).encode())


def notes() -> LocalTransport:
    """Give a transport with one table and one item."""
    emulator = Emulator()
    load(emulator, [Table("notes", ("pk",), items=({"pk": "a", "text": "hello"},))])
    return LocalTransport(emulator)


def test_both_ways_answer_the_same() -> None:
    """A coroutine and plain code get the same answer, with the service's headers."""
    transport: Transport = notes()
    waited = asyncio.run(transport.send(GET))
    at_once = transport.send_now(GET)
    assert waited.status == at_once.status == 200
    assert waited.body == at_once.body
    assert json.loads(waited.body) == {"Item": {**KEY, "text": {"S": "hello"}}}
    assert int(waited.headers["x-amz-crc32"]) == zlib.crc32(waited.body)


def test_a_refusal_is_an_answer() -> None:
    """What the service refuses is given back as it answered it, not raised."""
    reply = LocalTransport().send_now(GET)
    assert reply.status == 400
    assert json.loads(reply.body)["__type"].endswith("#ResourceNotFoundException")


def test_a_closed_transport_may_be_used_again() -> None:
    """Closing loses no table."""
    transport = notes()
    transport.close_now()
    asyncio.run(transport.close())
    assert transport.send_now(GET).status == 200


def test_nobody_imports_the_emulator_unasked() -> None:
    """The guard does not import the embedded DynamoDB until the local transport is asked for."""
    look = (
        "import sys, hushtable.guard, hushtable.guard.transport, hushtable.guard.transport.call; "
        "print([name for name in sys.modules if 'ministack' in name or 'embedded' in name])"
    )
    run = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
