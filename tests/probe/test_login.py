"""Identities that sign in by a function of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Cookie, FastAPI, HTTPException, Response

from hushtable.model.errors import UsageError
from hushtable.model.observation import Seen
from hushtable.probe.order import Bounds, Identity, Login, Order
from hushtable.probe.run import probe

SESSIONS = {"A": "session-of-a-11c0ffee", "B": "session-of-b-22c0ffee"}
ORDER = Order(
    "http://127.0.0.1", identities=(Identity("A"), Identity("B")), bounds=Bounds(rate=10_000.0)
)


def cookies() -> FastAPI:
    """Make a service that signs in by a form and a cookie."""
    app = FastAPI()

    @app.post("/login/{name}")
    def login(name: str, answer: Response) -> None:
        answer.set_cookie("sid", SESSIONS[name], httponly=True, samesite="strict")

    @app.get("/account")
    def account(sid: Annotated[str, Cookie()] = "") -> dict[str, Any]:
        if sid not in SESSIONS.values():
            raise HTTPException(401, "Not signed in")
        return {"email": "zebedee@shop.example", "sid": sid}

    return app


async def by_form(name: str, client: httpx.AsyncClient) -> Mapping[str, str]:
    """Sign in, and give the cookie back as a header."""
    answer = await client.post(f"/login/{name}")
    return {"cookie": f"sid={answer.cookies['sid']}"}


def asked(login: Login | None, order: Order = ORDER) -> Any:
    """Probe the service with a login."""
    transport = httpx.ASGITransport(app=cookies())
    return probe(replace(order, login=login), transport=transport)


def test_what_a_login_gives_is_sent() -> None:
    """Behind the login both callers are answered, and no cookie stands in any transcript."""
    facts = asked(by_form)
    assert facts.asked.answered == 1
    assert Seen.PERSONAL not in {one.seen for one in facts.observations if one.route is None}
    assert not any(session in repr(facts) for session in SESSIONS.values())


async def raises(_name: str, _client: httpx.AsyncClient) -> Mapping[str, str]:
    """Fail with a text that nobody should read."""
    raise ValueError(SESSIONS["A"])


async def nothing(_name: str, _client: httpx.AsyncClient) -> Mapping[str, str]:
    """Give no header."""
    return {}


async def broken(_name: str, _client: httpx.AsyncClient) -> Mapping[str, str]:
    """Give a header that would be two."""
    return {"cookie": f"{SESSIONS['A']}\r\nx-other: y"}


@pytest.mark.parametrize("login", [raises, nothing, broken, None])
def test_a_login_that_fails_ends_the_run(login: Login | None) -> None:
    """A login that raises, gives nothing or no header is an error that shows no value."""
    with pytest.raises(UsageError) as told:
        asked(login)
    assert "A" in str(told.value)
    assert SESSIONS["A"] not in str(told.value)
