"""A request for an identity provider's keys ends at their stand-in, whichever library sends it."""

import asyncio
import json
import urllib.request
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from hushtable.prove.clients import by_http
from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.wrapping import unwrap
from hushtable.prove.services.issuer import Issuer

pytest.importorskip("joserfc")
KEYS = "https://id.of-nobody.example/pool/.well-known/jwks.json"


def urllib_open() -> Any:
    """Ask with the standard library."""
    with urllib.request.urlopen(KEYS, timeout=10) as answer:
        return json.load(answer)


def requests_get() -> Any:
    """Ask with requests."""
    return import_module("requests").get(KEYS, timeout=10).json()


def httpx_get() -> Any:
    """Ask with httpx."""
    return import_module("httpx").get(KEYS, timeout=10).json()


def httpx_later() -> Any:
    """Ask with httpx's coroutines."""
    httpx = import_module("httpx")

    async def ask() -> Any:
        async with httpx.AsyncClient() as client:
            return (await client.get(KEYS)).json()

    return asyncio.run(ask())


def aiohttp_get() -> Any:
    """Ask with aiohttp."""
    aiohttp = import_module("aiohttp")

    async def ask() -> Any:
        async with aiohttp.ClientSession() as session, session.get(KEYS) as answer:
            return await answer.json()

    return asyncio.run(ask())


def pyjwt_client() -> Any:
    """Ask with PyJWT's own client of keys."""
    return import_module("jwt").PyJWKClient(KEYS).fetch_data()


HOOKS: tuple[tuple[str, Any], ...] = (
    ("urllib.request", by_http.urllib),
    ("urllib3.connectionpool", by_http.urllib3),
    ("httpx._transports.default", by_http.httpx),
    ("aiohttp.client", by_http.aiohttp),
)
ASKING = (urllib_open, requests_get, httpx_get, httpx_later, aiohttp_get, pyjwt_client)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """Redirect requests while a test runs."""
    made = Issuer()
    where = Destination("http://127.0.0.1:1", lambda _: "", document_url=made.url)
    for name, hook in HOOKS:
        hook(import_module(name), where)
    yield made
    unwrap()
    made.close()


@pytest.mark.parametrize("ask", ASKING, ids=lambda one: str(one.__name__))
def test_keys_are_those_of_the_stand_in(ask: Callable[[], Any], issuer: Issuer) -> None:
    """The keys that come are made here, from a host that is nobody's."""
    found = ask()["keys"]
    assert found == [*(issuer.document("/.well-known/jwks.json") or {})["keys"]]
    assert all("d" not in one for one in found)
    assert issuer.seen == 1
