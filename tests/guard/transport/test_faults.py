"""Every fault of the wire, over both transports, from coroutines and from plain code."""

from __future__ import annotations

import asyncio
import functools
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Literal, NamedTuple

import pytest
from botocore.config import Config
from botocore.session import Session

from hushtable.guard.errors import UnavailableError
from hushtable.guard.transport.by_botocore import BotocoreTransport
from hushtable.guard.transport.call import Reply, Request, Transport
from hushtable.guard.transport.endpoint import FixedEndpoint, endpoint_at
from hushtable.guard.transport.keys import FixedKeys, Keys
from hushtable.guard.transport.lean import LeanTransport
from hushtable.guard.transport.retry import Timing
from tests.guard.transport.canned import ITEM, Canned

PATIENT = Timing(connect=5, attempt=10, total=20, attempts=3)
HURRIED = {
    "silence": Timing(connect=5, attempt=0.6, total=20, attempts=3),
    "trickle": Timing(connect=5, attempt=0.5, total=0.8, attempts=3),
}
"""Where the server does not answer in time: all else may be as slow as the machine is."""
KEYS = Keys("access", "secret-that-is-" + "not-shown", "token-that-is-" + "not-shown")
GET = b'{"TableName":"notes","Key":{"pk":{"S":"a"}}}'

End = Literal["right", "unavailable", "answer"]


class Case(NamedTuple):
    """What the server answers, what comes of it, and how often the request arrives."""

    script: str
    end: End
    arrivals: int


READS = [
    Case("fine", "right", 1),
    Case("no-checksum", "right", 1),
    Case("throttled fine", "right", 2),
    Case("throttled-by-api fine", "right", 2),
    Case("failed fine", "right", 2),
    Case("gone fine", "right", 2),
    Case("reset fine", "right", 2),
    Case("reset-mid-body fine", "right", 2),
    Case("truncated fine", "right", 2),
    Case("corrupt fine", "right", 2),
    Case("corrupt-error fine", "right", 2),
    Case("silence fine", "right", 2),
    Case("throttled", "unavailable", 3),
    Case("failed", "unavailable", 3),
    Case("reset", "unavailable", 3),
    Case("corrupt", "unavailable", 3),
    Case("too-large", "unavailable", 1),
    Case("invalid", "answer", 1),
    Case("moved", "answer", 1),
]
WRITES = [
    Case("fine", "right", 1),
    Case("throttled fine", "right", 2),
    Case("throttled-by-api fine", "right", 2),
    Case("conflict fine", "right", 2),
    Case("throttled failed fine", "unavailable", 2),
    Case("failed fine", "unavailable", 1),
    Case("gone fine", "unavailable", 1),
    Case("reset fine", "unavailable", 1),
    Case("reset-mid-body fine", "unavailable", 1),
    Case("truncated fine", "unavailable", 1),
    Case("corrupt fine", "unavailable", 1),
    Case("corrupt-error fine", "unavailable", 1),
    Case("silence fine", "unavailable", 1),
    Case("invalid", "answer", 1),
]


@pytest.fixture(autouse=True)
def botocore_at_once(monkeypatch: pytest.MonkeyPatch, at_once: None) -> None:  # noqa: ARG001
    """Let no transport wait longer than it must between tries, botocore's no more than ours."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


def timing(server: Canned) -> Timing:
    """Say how long to wait for what the server was told to answer."""
    return HURRIED.get(server.script[0], PATIENT) if server.script else PATIENT


def lean(server: Canned) -> Transport:
    """Give a lean transport to the server, in a hurry where it is told to be slow."""
    endpoint = endpoint_at(server.url, "local")
    assert endpoint is not None
    return LeanTransport(FixedKeys(KEYS), FixedEndpoint(endpoint), timing(server))


def by_botocore(server: Canned, mode: str = "legacy") -> Transport:
    """Give the botocore transport to the server."""
    return botocore_to(server.url, mode, timing(server))


@functools.cache
def botocore_to(url: str, mode: str, timing: Timing) -> Transport:
    """Make a botocore transport once: it takes longer than a test."""
    session = Session()
    session.set_credentials(KEYS.access_key, KEYS.secret_key, KEYS.token)
    config = Config(retries={"total_max_attempts": 3, "mode": mode})
    return BotocoreTransport(
        session, region="us-east-1", endpoint=url, config=config, timing=timing
    )


def now(transport: Transport, request: Request) -> Reply:
    """Send from plain code, and let go of everything."""
    try:
        return transport.send_now(request)
    finally:
        transport.close_now()


def waited(transport: Transport, request: Request) -> Reply:
    """Send from a coroutine, and let go of everything."""

    async def run() -> Reply:
        try:
            return await transport.send(request)
        finally:
            await transport.close()

    return asyncio.run(run())


Make = Callable[[Canned], Transport]
Send = Callable[[Transport, Request], Reply]
EVERY_WAY = pytest.mark.parametrize(
    ("make", "send"),
    [(lean, waited), (lean, now), (by_botocore, waited), (by_botocore, now)],
    ids=["lean", "lean-now", "botocore", "botocore-now"],
)


def outcome(send: Callable[[], Reply]) -> End:
    """Send, and say what came of it. What is raised must be ours and hold nothing of the wire."""
    raised: UnavailableError
    try:
        reply = send()
    except UnavailableError as unavailable:
        raised = unavailable
    else:
        return "right" if (reply.status, reply.body) == (200, ITEM) else "answer"
    shown = "".join(traceback.format_exception(raised)) + repr(vars(raised))
    for hidden in ("not-show", "127.0.0.1", "botocore.exceptions", "pyreqwest.exceptions"):
        assert hidden not in shown
    assert raised.__cause__ is None
    assert raised.__context__ is None
    return "unavailable"


@EVERY_WAY
@pytest.mark.parametrize("case", READS, ids=lambda case: case.script)
def test_reads(server: Canned, make: Make, send: Send, case: Case) -> None:
    """A read that meets a fault is sent again, and ends with the right answer or none."""
    server.tell(*case.script.split())
    request = Request("GetItem", GET)
    assert outcome(lambda: send(make(server), request)) == case.end
    assert len(server.seen) == case.arrivals
    assert {(seen.operation, seen.body) for seen in server.seen} == {("GetItem", GET)}


@EVERY_WAY
@pytest.mark.parametrize("case", WRITES, ids=lambda case: case.script)
def test_writes(server: Canned, make: Make, send: Send, case: Case) -> None:
    """A write that is not safe to send twice arrives again only after a refusal."""
    server.tell(*case.script.split())
    request = Request("PutItem", b'{"TableName":"notes","Item":{}}', safe=False)
    assert outcome(lambda: send(make(server), request)) == case.end
    assert len(server.seen) == case.arrivals


@EVERY_WAY
def test_a_trickle_ends(server: Canned, make: Make, send: Send) -> None:
    """An answer that comes a byte at a time does not hold the caller for longer than allowed."""
    server.tell("trickle")
    request = Request("GetItem", GET)
    assert outcome(lambda: send(make(server), request)) == "unavailable"


@EVERY_WAY
def test_nobody_listens(make: Make, send: Send) -> None:
    """Where nobody listens, a write is tried again and then given up, in words of our own."""
    request = Request("PutItem", GET, safe=False)
    assert outcome(lambda: send(make(Canned(port=1)), request)) == "unavailable"


@EVERY_WAY
def test_refusals_come_as_they_are(server: Canned, make: Make, send: Send) -> None:
    """A refusal is given on with its status, its headers in lower case and its whole body."""
    server.tell("invalid")
    reply = send(make(server), Request("GetItem", GET))
    assert reply.status == 400
    assert reply.headers["x-amzn-requestid"] == "REQUEST"
    assert b"ValidationException" in reply.body


@EVERY_WAY
def test_it_asks_for_no_compression(server: Canned, make: Make, send: Send) -> None:
    """No compressed answer is asked for, so that the checksum is over what is decoded."""
    server.tell("fine")
    send(make(server), Request("GetItem", GET))
    asked = server.seen[0].headers
    assert asked.get("accept-encoding", "identity") == "identity"
    assert asked["x-amz-target"] == "DynamoDB_20120810.GetItem"


@EVERY_WAY
def test_credentials_expire_during_a_run(server: Canned, make: Make, send: Send) -> None:
    """Calls whose credentials have expired end without an answer, and the calls before did not."""
    server.tell("fine", "expired")
    request = Request("PutItem", GET, safe=False)
    transport = make(server)
    assert outcome(lambda: send(transport, request)) == "right"
    assert outcome(lambda: send(transport, request)) == "unavailable"


@pytest.mark.parametrize("script", ["failed", "corrupt", "throttled-by-api"])
@pytest.mark.parametrize("safe", [True, False])
def test_botocores_standard_mode(
    server: Canned,
    script: str,
    safe: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    """The same holds in botocore's standard retry mode."""
    server.tell(script, "fine")
    again = safe or script == "throttled-by-api"
    transport = by_botocore(server, "standard")
    ended = outcome(lambda: now(transport, Request("PutItem", GET, safe=safe)))
    assert (ended, len(server.seen)) == (("right", 2) if again else ("unavailable", 1))
