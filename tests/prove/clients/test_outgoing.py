"""What is kept of requests to others, before they are refused."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import smtplib
import socket
import urllib.request
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from importlib import import_module
from typing import Any

import aiohttp
import httpx
import pytest
import requests

from hushtable.prove.clients import mail, outgoing
from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.wrapping import unwrap
from hushtable.prove.exchange import Sent

BODY = {"name": "canary"}


@pytest.fixture(scope="module")
def nobody() -> str:
    """Give an address of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{found.getsockname()[1]}"


@pytest.fixture
def kept() -> Iterator[list[Sent]]:
    """Give what is kept while a test runs."""
    found: list[Sent] = []
    nowhere = Destination("http://127.0.0.1:1", lambda _service: "")
    for name, hook in (*outgoing.hooks(found.append), *mail.hooks(found.append)):
        hook(import_module(name), nowhere)
    yield found
    unwrap()


def by_requests(url: str) -> None:
    """Send with requests, on urllib3."""
    requests.post(url, params={"q": "1"}, json=BODY, headers={"X-Of": "app"}, timeout=5)


def by_urllib(url: str) -> None:
    """Send with the standard library."""
    data = json.dumps(BODY).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}?q=1", data, {"X-Of": "app"}))  # noqa: S310 - a test's own address


def by_http_client(url: str) -> None:
    """Send with a connection of the standard library."""
    connection = http.client.HTTPConnection(url.split("/")[2])
    connection.request("POST", "/to?q=1", json.dumps(BODY), {"X-Of": "app"})


def by_httpx(url: str) -> None:
    """Send with httpx."""
    httpx.post(url, params={"q": "1"}, json=BODY, headers={"X-Of": "app"})


def by_async_httpx(url: str) -> None:
    """Send with httpx, on an event loop."""

    async def send() -> None:
        async with httpx.AsyncClient(headers={"X-Of": "app"}) as client:
            await client.post(url, params={"q": "1"}, json=BODY)

    asyncio.run(send())


def by_aiohttp(url: str) -> None:
    """Send with aiohttp."""

    async def send() -> None:
        async with aiohttp.ClientSession(headers={"X-Of": "app"}) as session:
            await session.post(url, params={"q": "1"}, json=BODY)

    asyncio.run(send())


WAYS = (by_requests, by_urllib, by_http_client, by_httpx, by_async_httpx, by_aiohttp)


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
def test_a_request_is_kept_before_it_is_refused(
    way: Callable[[str], None], kept: list[Sent], nobody: str
) -> None:
    """Method, address, headers and body of a request are kept once, though nobody answers."""
    with contextlib.suppress(OSError, httpx.HTTPError, aiohttp.ClientError):
        way(f"http://{nobody}/to")
    (one,) = dict.fromkeys(kept)
    assert (one.method, one.url) == ("POST", f"http://{nobody}/to?q=1")
    assert json.loads(one.body) == BODY
    assert ("x-of", "app") in {(name.lower(), value) for name, value in one.headers}


def test_mail_is_kept_and_taken(kept: list[Sent], nobody: str) -> None:
    """A mail for a server that is refused is kept, and the program goes on."""
    message = EmailMessage()
    message["To"] = "a@canary.example"
    message.set_content("canary")
    host, _, port = nobody.partition(":")
    with smtplib.SMTP(host, int(port)) as server:
        server.starttls()
        server.login("somebody", "secret")
        assert server.send_message(message) == {}
    (one,) = kept
    assert (one.url, one.headers) == (f"smtp://{nobody}", (("to", "a@canary.example"),))
    assert b"canary" in one.body
    assert b"secret" not in one.body


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"abc", b"abc"),
        ("abc", b"abc"),
        ({"a": ["1", "2"]}, b"a=1&a=2"),
        (iter([b"abc"]), b""),
        (None, b""),
        (b"x" * (outgoing.LONGEST + 1), b"x" * outgoing.LONGEST),
    ],
)
def test_what_a_body_may_be(body: Any, data: bytes) -> None:
    """Text, bytes and fields are kept up to a bound; what can be read once only is left alone."""
    assert outgoing.sent("POST", "http://a/", None, body).body == data
