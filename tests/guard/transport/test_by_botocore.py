"""The botocore transport renews credentials that the service refuses before their time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from botocore.config import Config
from botocore.session import Session

from hushtable.guard.errors import UnavailableError
from hushtable.guard.transport.by_botocore import BotocoreTransport
from hushtable.guard.transport.call import Request
from hushtable.guard.transport.keys import Keys
from hushtable.guard.transport.session import new_session
from tests.guard.transport.canned import Canned, canned_server

PUT = Request("PutItem", b'{"TableName":"notes","Item":{"pk":{"S":"a"}}}', safe=False)


@pytest.fixture
def server() -> Iterator[Canned]:
    """Run the server for one test."""
    with canned_server() as canned:
        yield canned


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Have credentials as variables, and a way to put others in their place."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCOUNT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "number-1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-that-is-" + "not-shown")
    return monkeypatch


def to(server: Canned, session: Session | None = None) -> BotocoreTransport:
    """Give a botocore transport to the server, with retries of its own."""
    return BotocoreTransport(
        session or new_session(),
        region="us-east-1",
        endpoint=server.url,
        config=Config(retries={"total_max_attempts": 3, "mode": "standard"}),
    )


def used(server: Canned) -> list[str]:
    """Name the credentials of each request that arrived."""
    return [
        one.headers["authorization"].partition("Credential=")[2].split("/")[0]
        for one in server.seen
    ]


@pytest.mark.parametrize("way", ["waited", "now"])
def test_refused_credentials_are_renewed(
    server: Canned, credentials: pytest.MonkeyPatch, way: str
) -> None:
    """A write that is refused for its credentials goes out once more, with those of now."""
    transport = to(server)

    def send() -> int:
        if way == "now":
            return transport.send_now(PUT).status
        return asyncio.run(transport.send(PUT)).status

    server.tell("fine")
    assert send() == 200
    for number in ("number-2", "number-3"):
        credentials.setenv("AWS_ACCESS_KEY_ID", number)
        server.tell(f"expired unless {number}")
        assert (send(), send()) == (200, 200)
        assert used(server)[1:] == [number, number]
        assert len(server.seen) == 3
    transport.close_now()


def test_they_are_renewed_once_for_all(server: Canned, credentials: pytest.MonkeyPatch) -> None:
    """Calls that are refused at the same time are each sent once more and no write twice."""
    transport = to(server)

    async def run() -> list[int]:
        replies = await asyncio.gather(*(transport.send(PUT) for _ in range(16)))
        await transport.close()
        return [reply.status for reply in replies]

    credentials.setenv("AWS_ACCESS_KEY_ID", "number-2")
    server.tell("expired unless number-2")
    assert asyncio.run(run()) == [200] * 16
    assert used(server).count("number-2") == 16
    assert len(server.seen) <= 32


def test_renewed_credentials_are_renewed_in_time(
    server: Canned, credentials: pytest.MonkeyPatch
) -> None:
    """What was fetched anew is kept up as it says itself, without waiting to be refused."""
    transport = to(server)
    credentials.setenv("AWS_ACCESS_KEY_ID", "number-2")
    server.tell("expired unless number-2")
    assert transport.send_now(PUT).status == 200
    found = iter([Keys("number-3", "secret"), None, Keys("number-4", "secret")])
    now: list[Keys | None] = []

    def load(refused: Keys | None = None) -> None:
        assert refused is None
        now[:] = [next(found)]

    credentials.setattr(transport._keys, "current", lambda: now[0] if now else next(found))
    credentials.setattr(transport._keys, "load", load)
    server.tell("fine")
    assert [transport.send_now(PUT).status for _ in range(2)] == [200, 200]
    assert used(server) == ["number-3", "number-4"]
    transport.close_now()


def test_where_there_are_no_others_it_ends(server: Canned) -> None:
    """Credentials that were given, or that nobody can renew, are not replaced; nothing is shown."""
    server.tell("expired")
    given = new_session(keys=Keys("given", "secret"))
    for session in (given, None):
        transport = to(server, session)
        with pytest.raises(UnavailableError, match="the credentials have expired") as caught:
            transport.send_now(PUT)
        assert "not-show" not in str(caught.value)
        assert caught.value.__context__ is None
        transport.close_now()
    assert used(server) == ["given", "number-1"]
