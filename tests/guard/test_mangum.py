"""A FastAPI app on the guard answers API Gateway through Mangum, cold, warm and in any loop."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import pytest
from fastapi import Depends, FastAPI, Header, HTTPException
from mangum import Mangum

from hushtable.embedded.server import LoopbackServer
from hushtable.guard.caller import Caller, asking
from hushtable.guard.cipher import LocalCipher
from hushtable.guard.fastapi import Cursor, Limit, caller_of, protect
from hushtable.guard.keyring import KeyRing
from hushtable.guard.limits import RateLimit
from hushtable.guard.pages import Page
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from hushtable.guard.transport.choose import Settings
from hushtable.guard.transport.keys import Keys
from hushtable.guard.transport.local import LocalTransport
from tests.guard.shop import Order, OrderRow, User, UserOut, UserSecret, ann, shop

Lifespan = Literal["auto", "on", "off"]
ANN = {"x-user": "ann"}


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[LoopbackServer]:
    """Serve a DynamoDB with one user and three orders on loopback."""
    made = shop()
    inner = made.wire.inner
    assert isinstance(inner, LocalTransport)
    made.users.put(ann(national_id="ID-1")).now()
    for number in range(3):
        order = Order(user_id="ann", order_id=f"2026-{number}", status="open", total=number)
        made.orders.put(order, by=Caller("ann")).now()
    with LoopbackServer(inner.emulator) as server:
        yield server


@pytest.fixture(autouse=True)
def renew_loop() -> Iterator[Callable[[], None]]:
    """Give each test an event loop of its own, and a way to put a new one in its place."""
    loops = [asyncio.new_event_loop()]
    asyncio.set_event_loop(loops[0])

    def renew() -> None:
        loops.pop().close()
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[0])

    yield renew
    loops.pop().close()
    asyncio.set_event_loop(None)


async def known(x_user: Annotated[str | None, Header()] = None) -> Caller:
    """Authenticate, as a service would."""
    if x_user is None:
        raise HTTPException(401, "who are you?")
    return Caller(x_user)


Principal = Annotated[Caller, Depends(caller_of(known))]
UserId = User.key.user_id


def store_at(server: LoopbackServer) -> Store:
    """Make a store over HTTP, with the keys that every container of a function has."""
    ring = KeyRing({"k1": bytes(range(32))}, active="k1")
    settings = Settings(region="us-east-1", endpoint=server.url, keys=Keys("k", "s"))
    return Store(settings, keys=ring, cipher=LocalCipher(ring))


def cold(server: LoopbackServer, lifespan: Lifespan) -> Mangum:
    """Start a container: a module that is imported, with its app and its tables."""
    store = store_at(server)
    users, orders = Table(User, store), Table(Order, store)
    app = FastAPI()
    protect(app, users, orders)

    @app.get("/users/{user_id}")
    async def read_user(user_id: UserId, me: Principal) -> UserOut:  # noqa: ARG001 - a gate
        return await users.get(UserOut, user_id)

    @app.get("/secrets/{user_id}")
    def read_secret(user_id: UserId, me: Principal) -> UserSecret:  # noqa: ARG001 - a gate
        return users.get(UserSecret, user_id).now()

    @app.get("/orders", dependencies=[Depends(RateLimit("100/minute"))])
    async def read_orders(
        me: Principal, limit: Limit = 25, cursor: Cursor = None
    ) -> Page[OrderRow]:
        return await orders.query(OrderRow, user_id=me.id, limit=limit, cursor=cursor)

    return Mangum(app, lifespan=lifespan)


def event(path: str, headers: dict[str, str] | None = None, **query: str) -> dict[str, Any]:
    """Make what API Gateway's HTTP API sends a function, in the payload's version 2.0."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query),
        "headers": {"host": "api.example.org", **(headers or {})},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.org",
            "http": {
                "method": "GET",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }


def told(
    function: Mangum, path: str, headers: dict[str, str] | None = None, **query: str
) -> tuple[int, Any, str]:
    """Invoke a function; give the status, the body and the type of the answer."""
    answer = function(event(path, headers, **query), object())  # type: ignore[arg-type]
    body = answer["body"]
    text = base64.b64decode(body).decode() if answer["isBase64Encoded"] else body
    return answer["statusCode"], json.loads(text), answer["headers"]["content-type"]


@pytest.mark.parametrize("own_loops", [False, True])
@pytest.mark.parametrize("lifespan", ["auto", "on", "off"])
def test_a_function_answers_cold_and_warm(
    dynamodb: LoopbackServer,
    renew_loop: Callable[[], None],
    lifespan: Lifespan,
    own_loops: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Every invocation is answered, whatever the lifespan does and whichever loop it runs in."""
    function = cold(dynamodb, lifespan)
    for _ in range(4):
        if own_loops:
            renew_loop()
        status, body, _kind = told(function, "/users/ann", ANN)
        assert (status, body["email"]) == (200, "ann@example.org")
        assert set(body) == {"user_id", "email", "status", "locale", "visits", "nick"}
        status, body, _kind = told(function, "/secrets/ann", ANN)
        assert (status, body["national_id"]) == (200, "ID-1")
        status, body, _kind = told(function, "/orders", ANN)
        assert (status, len(body["items"])) == (200, 3)


@pytest.mark.parametrize("lifespan", ["auto", "off"])
def test_a_cursor_leads_on_in_another_container(
    dynamodb: LoopbackServer, lifespan: Lifespan
) -> None:
    """A page's cursor is opened by any container with the same keys, and for its caller alone."""
    first = told(cold(dynamodb, lifespan), "/orders", ANN, limit="2")[1]
    other = cold(dynamodb, lifespan)
    rest = told(other, "/orders", ANN, limit="2", cursor=first["next"])[1]
    assert [one["total"] for one in (*first["items"], *rest["items"])] == [0, 1, 2]
    refused = told(other, "/orders", {"x-user": "bob"}, limit="2", cursor=first["next"])
    assert (refused[0], refused[2]) == (400, "application/problem+json")


@pytest.mark.parametrize("lifespan", ["auto", "off"])
def test_errors_are_problems_through_a_function(
    dynamodb: LoopbackServer, lifespan: Lifespan
) -> None:
    """A missing item is a problem with an id, and nobody is who asked before."""
    function = cold(dynamodb, lifespan)
    for _ in range(2):
        status, body, kind = told(function, "/users/nobody", ANN)
        assert (status, kind) == (404, "application/problem+json")
        assert set(body) == {"type", "title", "status", "error_id"}
        assert told(function, "/orders")[0] == 401


def test_plain_code_in_a_handler_needs_no_framework(dynamodb: LoopbackServer) -> None:
    """A handler without FastAPI reads and writes with `now()`, one invocation after another."""
    store = store_at(dynamodb)
    orders = Table(Order, store)

    def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
        claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
        with asking(Caller(claims["sub"])):
            page = orders.query(OrderRow, user_id=claims["sub"], limit=2).now()
        return {"statusCode": 200, "body": page.json_bytes().decode()}

    asked = event("/orders")
    asked["requestContext"]["authorizer"] = {"jwt": {"claims": {"sub": "ann"}}}
    for _ in range(3):
        answer = handler(asked, None)
        assert [one["total"] for one in json.loads(answer["body"])["items"]] == [0, 1]
    store.close_now()
    assert handler(asked, None)["statusCode"] == 200
