"""A FastAPI app on the guard answers what its Views declare, and its errors tell nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
from fastapi.testclient import TestClient

from hushtable.guard.caller import Caller, System, current
from hushtable.guard.errors import RefusedError, StoreError, TooManyRequestsError
from hushtable.guard.fastapi import Cursor, Limit, as_system, caller_of, protect, tables_of
from hushtable.guard.pages import Page
from hushtable.guard.routes import allow_scan
from tests.guard.shop import BasketOut, Order, OrderOut, OrderRow, Shop, User, UserOut, ann, shop

pytestmark = pytest.mark.usefixtures("under_iam")


async def known(x_user: Annotated[str | None, Header()] = None) -> Caller:
    """Authenticate, as a service would."""
    if x_user is None:
        raise HTTPException(401, "who are you?", {"WWW-Authenticate": "Bearer"})
    return Caller(x_user)


Principal = Annotated[Caller, Depends(caller_of(known))]
UserId = User.key.user_id


def served() -> tuple[FastAPI, Shop]:  # noqa: C901 - a route each
    """Make an app on a shop with one user and five orders."""
    made = shop()
    made.users.put(ann()).now()
    for number in range(5):
        order = Order(user_id="ann", order_id=f"2026-{number}", status="open", total=number)
        made.orders.put(order, by=Caller("ann")).now()
    app = FastAPI()
    protect(app, made.users, made.orders)
    router = APIRouter(prefix="/v1")

    @app.get("/users/{user_id}")
    async def read_user(user_id: UserId, me: Principal) -> UserOut:  # noqa: ARG001 - a gate
        return await made.users.get(UserOut, user_id)

    @router.get("/orders")
    async def read_orders(
        me: Principal, limit: Limit = 25, cursor: Cursor = None
    ) -> Page[OrderRow]:
        return await made.orders.query(OrderRow, user_id=me.id, limit=limit, cursor=cursor)

    @router.get("/others")
    async def read_others(
        me: Principal, limit: Limit = 25, cursor: Cursor = None
    ) -> Page[OrderRow]:
        return await made.orders.query(OrderRow, user_id=me.id, limit=limit, cursor=cursor)

    @app.get("/forgotten")
    async def forgotten() -> OrderOut:
        return await made.orders.get(OrderOut, "ann", "2026-1")

    @app.get("/who")
    async def who() -> str:
        return type(current()).__name__

    @app.get("/plain/{order_id}")
    def plain(order_id: str, me: Principal) -> OrderOut:
        return made.orders.get(OrderOut, me.id, order_id).now()

    @app.get("/all")
    async def every() -> list[UserOut]:
        return [one async for one in made.users.scan(UserOut, reason="all", at_most=9)]

    @app.get("/export", dependencies=[Depends(as_system("export"))])
    @allow_scan("export for the books")
    async def export() -> list[OrderRow]:
        return [one async for one in made.orders.scan(OrderRow, at_most=9)]

    @app.get("/export/page", dependencies=[Depends(as_system("export"))])
    @allow_scan("export for the books")
    async def export_page() -> Page[OrderRow]:
        return await made.orders.scan_page(OrderRow, limit=2)

    @app.get("/baskets")
    async def read_baskets(me: Principal) -> BasketOut:
        return await made.baskets.get(BasketOut, me.id, "now")

    @app.get("/baskets/all", dependencies=[Depends(as_system("export"))])
    @allow_scan("export for the books")
    async def every_basket() -> list[BasketOut]:
        return [one async for one in made.baskets.scan(BasketOut, at_most=9)]

    @app.get("/fail/{kind}")
    async def fail(kind: str) -> None:
        kinds: dict[str, Exception] = {
            "http": HTTPException(418, "teapot"),
            "store": StoreError("GetItem", "ValidationException"),
            "busy": TooManyRequestsError(retry_after=2.4),
            "any": ValueError("canary"),
        }
        raise kinds[kind]

    app.include_router(router)
    return app, made


def ask(use: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
    """Run some requests on a fresh app."""
    app, _ = served()

    async def run() -> Any:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await use(client)

    return asyncio.run(run())


ANN = {"x-user": "ann"}


def get(path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """Get one answer."""

    async def use(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(path, headers=headers or {})

    found: httpx.Response = ask(use)
    return found


def test_a_route_answers_its_view() -> None:
    """The answer holds what the View declares and nothing else."""
    answer = get("/users/ann", ANN)
    assert answer.status_code == 200
    assert answer.json() == {
        "user_id": "ann", "email": "ann@example.org", "status": "active", "locale": "de",
        "visits": 0, "nick": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "headers", "status", "title"),
    [
        ("/users/nobody", ANN, 404, "Not Found"),
        ("/plain/none", ANN, 404, "Not Found"),
        ("/v1/orders?cursor=abc", ANN, 400, "Bad Request"),
        ("/forgotten", None, 500, "Internal Server Error"),
        ("/all", None, 500, "Internal Server Error"),
        ("/fail/store", None, 500, "Internal Server Error"),
        ("/fail/any", None, 500, "Internal Server Error"),
        ("/fail/busy", None, 429, "Too Many Requests"),
    ],
)
def test_errors_are_problems_that_tell_nothing(
    path: str, headers: dict[str, str] | None, status: int, title: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """An error is answered as problem+json with an id, and the log carries the id and no value."""
    caplog.set_level(logging.INFO, "hushtable.guard")
    answer = get(path, headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["title"], body["status"]) == (title, status)
    assert set(body) == {"type", "title", "status", "error_id"}
    assert body["error_id"] in {getattr(one, "error_id", "") for one in caplog.records}
    assert "canary" not in answer.text + "".join(one.getMessage() for one in caplog.records
                                                 if one.name == "hushtable.guard")  # fmt: skip
    if status == 429:
        assert answer.headers["retry-after"] == "2"


def test_http_exceptions_pass_unchanged() -> None:
    """An HTTPException of the service is answered as FastAPI does, headers too."""
    answer = get("/fail/http")
    assert (answer.status_code, answer.json()) == (418, {"detail": "teapot"})
    answer = get("/users/ann")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_key_is_checked_by_the_route() -> None:
    """A path parameter of a key's type is refused by its form, before any handler."""
    assert get("/users/a%20b", ANN).status_code == 422


def test_a_cursor_is_good_for_its_route_alone() -> None:
    """A page's cursor leads on where it was given, and is a 400 elsewhere and for others."""

    async def use(client: httpx.AsyncClient) -> list[httpx.Response]:
        first = await client.get("/v1/orders?limit=2", headers=ANN)
        cursor = first.json()["next"]
        query = f"?limit=2&cursor={cursor}"
        return [
            first,
            await client.get(f"/v1/orders{query}", headers=ANN),
            await client.get(f"/v1/others{query}", headers=ANN),
            await client.get(f"/v1/orders{query}", headers={"x-user": "bob"}),
        ]

    first, second, elsewhere, other = ask(use)
    assert [one["total"] for one in first.json()["items"]] == [0, 1]
    assert [one["total"] for one in second.json()["items"]] == [2, 3]
    assert (elsewhere.status_code, other.status_code) == (400, 400)
    assert get("/v1/orders?limit=101", ANN).status_code == 422


def test_who_asks_is_forgotten_when_a_request_ends() -> None:
    """A route without a caller never answers for the caller before it, in one task too."""

    async def use(client: httpx.AsyncClient) -> list[httpx.Response]:
        await client.get("/users/ann", headers=ANN)
        return [await client.get("/who"), await client.get("/forgotten")]

    who, forgotten = ask(use)
    assert who.json() == "NoneType"
    assert forgotten.status_code == 500


def test_a_handler_without_async_works() -> None:
    """A plain function knows its caller in its thread."""
    assert get("/plain/2026-3", ANN).json() == {"order_id": "2026-3", "total": 3, "note": None}


def test_a_scan_is_allowed_by_its_route() -> None:
    """A scan is refused on a route unless the handler allows it, and says why for it."""
    assert get("/all").status_code == 500
    assert [one["total"] for one in get("/export/page").json()["items"]] == [0, 1]
    assert [one["total"] for one in get("/export").json()] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("path", ["/baskets", "/baskets/all"])
def test_a_table_that_the_app_was_not_given_is_refused(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A route that uses a Record whose Table was not given to protect answers 500, sending nothing.

    The log names the Record and the route.
    """
    app, made = served()
    before = len(made.wire.sent)
    caplog.set_level(logging.INFO, "hushtable.guard")
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get(path, headers=ANN).status_code == 500
    assert len(made.wire.sent) == before
    told = " ".join(one.getMessage() for one in caplog.records)
    assert f"Basket is used on {path}, and its Table was not given to protect" in told
    # Outside of a route there is no app to be given it.
    assert made.baskets.find(BasketOut, "ann", "now", by=Caller("ann")).now() is None


def test_protect_is_called_once() -> None:
    """A second call is refused, since the tables of the first would be in no policy."""
    app, made = served()
    with pytest.raises(RefusedError, match="once"):
        protect(app, made.baskets)
    assert tables_of(app) == (made.users, made.orders)


def test_openapi_tells_the_fields_of_pages() -> None:
    """The document shows a page's items and cursor, the View's fields, and the key's pattern."""
    document = get("/openapi.json").json()
    page = document["components"]["schemas"]["Page_OrderRow_"]
    assert page["properties"]["items"]["items"] == {"$ref": "#/components/schemas/OrderRow"}
    assert set(page["properties"]) == {"items", "next"}
    assert set(document["components"]["schemas"]["UserOut"]["properties"]) == {
        "user_id", "email", "status", "locale", "visits", "nick"
    }  # fmt: skip
    note = document["components"]["schemas"]["OrderOut"]["properties"]["note"]
    assert note["x-visible-to"] == ["staff"]
    assert note["description"] == "Shown to staff alone."
    parameters = document["paths"]["/users/{user_id}"]["get"]["parameters"]
    assert parameters[0]["schema"]["pattern"] == "^(?:[A-Za-z0-9_-]{1,64})$"


def test_connections_end_with_the_app() -> None:
    """The lifespan of the app closes each store once, and runs the app's own."""
    app, made = served()
    closed: list[str] = []

    async def close() -> None:
        closed.append("closed")

    made.wire.close = close  # type: ignore[method-assign]

    async def run() -> None:
        async with app.router.lifespan_context(app):
            assert closed == []

    asyncio.run(run())
    assert closed == ["closed"]


def test_system_says_why() -> None:
    """A dependency that reads past owners names its reason."""
    with pytest.raises(Exception, match="reason"):
        as_system("")
    assert System("export").reason == "export"
