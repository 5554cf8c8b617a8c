"""A whole run, in process: what is seen, how much was asked, and the same twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException, Request

from hushtable.model.errors import UsageError
from hushtable.model.facts import Facts
from hushtable.model.observation import Seen
from hushtable.probe.order import Bounds, Identity, Order
from hushtable.probe.plan import plan
from hushtable.probe.run import probe
from tests.probe.apps import CALLERS, leaky
from tests.probe.serving import circles, dawdles, floods, hangs, says, served, trickles

IDENTITIES = tuple(Identity(name.upper(), (("x-token", token),)) for token, name in CALLERS.items())
ORDER = Order("http://127.0.0.1", identities=IDENTITIES, bounds=Bounds(rate=10_000.0))


def transport(app: Any) -> httpx.ASGITransport:
    """Ask an app without a socket."""
    return httpx.ASGITransport(app=app, raise_app_exceptions=False)


def facts_of(app: Any, order: Order = ORDER) -> Facts:
    """Probe an app."""
    return probe(order, transport=transport(app))


def test_a_leaky_service_is_seen_through() -> None:
    """What leaks is seen at the operation where it does, as the caller who got it."""
    seen = {(one.seen, str(one.route), one.audience) for one in facts_of(leaky()).observations}
    assert {
        (Seen.CREDENTIAL, "GET /people", "anyone"),
        (Seen.PERSONAL, "GET /people", "anyone"),
        (Seen.WHOLE_LIST, "GET /people", "anyone"),
        (Seen.OTHERS, "GET /orders/{order_id}", "signed-in"),
        (Seen.UNDECLARED, "GET /orders/{order_id}", "signed-in"),
        (Seen.EXCEPTION, "GET /echo", "anyone"),
    } <= seen


def test_the_same_answers_give_the_same_facts() -> None:
    """Two runs on the same answers differ in their duration alone."""
    one, two = facts_of(leaky()), facts_of(leaky())
    assert one.asked is not None
    assert two.asked is not None
    assert one.observations == two.observations
    assert one.routes == two.routes
    assert replace(one.asked, seconds=0) == replace(two.asked, seconds=0)


def test_what_was_not_asked_is_told() -> None:
    """Coverage counts operations, and says of each silent one why nothing is known of it."""
    app = FastAPI()

    @app.get("/ok")
    def ok() -> dict[str, int]:
        return {"count": 1}

    @app.get("/closed")
    def closed() -> None:
        raise HTTPException(403)

    @app.post("/orders")
    def order() -> None:
        """Take an order."""

    asked = facts_of(app).asked
    assert asked is not None
    assert (asked.operations, asked.sent, asked.answered) == (3, 2, 1)
    assert {one.route: one.why for one in asked.refused} == {
        "GET /closed": "answered 403",
        "POST /orders": "writes are not sent without --writes",
    }


def test_nothing_answered_is_not_examined() -> None:
    """A service that answers nothing leaves an unknown behind, never a clean result."""
    app = FastAPI()

    @app.get("/closed")
    def closed() -> None:
        raise HTTPException(403)

    (unknown,) = facts_of(app).unknown
    assert "nothing was examined" in unknown.why


def test_only_reads_are_sent() -> None:
    """Without consent to writes, no method but GET, HEAD and OPTIONS reaches the service."""
    methods = set()
    inner = leaky()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        methods.add(scope["method"])
        await inner(scope, receive, send)

    facts_of(app)
    assert methods <= {"GET", "HEAD", "OPTIONS"}
    assert "GET" in methods


def test_writes_are_made_up_and_destroy_nothing() -> None:
    """With consent POST, PUT and PATCH are sent with made-up bodies, and DELETE never is."""
    app = FastAPI()
    taken: list[dict[str, Any]] = []
    deleted: list[str] = []

    @app.patch("/me")
    def change(body: dict[str, Any]) -> dict[str, Any]:
        taken.append(body)
        return {"updated": sorted(body)}

    @app.delete("/me")
    def delete() -> None:
        deleted.append("me")

    @app.post("/me/delete")
    def delete_too() -> None:
        deleted.append("me")

    seen = facts_of(app, replace(ORDER, writes=True)).observations
    assert Seen.ASSIGNED in {one.seen for one in seen}
    assert {key for body in taken for key in body} <= {"hushtable_probe"}
    assert deleted == []


def test_a_service_without_a_document_is_crawled() -> None:
    """Without a document, links in pages and paths in JSON are followed, on one origin."""
    app = FastAPI(openapi_url=None)

    @app.get("/")
    def root() -> dict[str, Any]:
        return {"links": ["/contacts", "http://elsewhere.test/x", "/broken", "/logout"]}

    @app.get("/contacts")
    def contacts() -> list[dict[str, str]]:
        return [{"email": "maren@shop.example"}]

    facts = facts_of(app)
    assert {str(route) for route in facts.routes} >= {"GET /", "GET /contacts", "GET /broken"}
    assert not any("elsewhere" in route.path or "out" in route.path for route in facts.routes)
    assert (Seen.PERSONAL, "GET /contacts") in {
        (one.seen, str(one.route)) for one in facts.observations
    }


def test_a_page_for_developers_tells_where_the_document_is() -> None:
    """A document at a place of its own is found by the page that shows it."""
    app = FastAPI(openapi_url="/internal/schema-7.json")

    @app.get("/ok")
    def ok() -> dict[str, int]:
        return {"count": 1}

    asked = facts_of(app).asked
    assert asked is not None
    assert (asked.document, asked.operations) == ("/internal/schema-7.json", 1)


@pytest.mark.parametrize("path", ["/logout", "/createdb", "/users/{user_id}/delete"])
def test_what_says_that_it_changes_something_is_left_alone(path: str) -> None:
    """A GET whose path begins with a verb that ends or makes something is never sent."""
    app = FastAPI()
    called = []

    @app.get(path)
    def change() -> None:
        called.append(path)

    @app.get("/orders/created")
    def created() -> list[int]:
        return [1]

    asked = facts_of(app, replace(ORDER, writes=True)).asked
    assert asked is not None
    assert called == []
    assert [(one.route, "left alone" in one.why) for one in asked.refused] == [
        (f"GET {path}", True)
    ]
    assert f"GET {path}  (not sent)" in str(plan(ORDER, transport=transport(app)))


def test_a_document_of_another_host_is_not_fetched() -> None:
    """An OpenAPI document elsewhere is refused, and one that is none is an error."""
    with pytest.raises(UsageError, match="another host"):
        facts_of(leaky(), replace(ORDER, openapi="http://elsewhere.test/openapi.json"))
    with pytest.raises(UsageError, match="is no OpenAPI document"):
        facts_of(leaky(), replace(ORDER, openapi="/people"))


@pytest.mark.parametrize(
    ("manner", "timeout", "unknown"),
    [
        (hangs, 0.2, "the run ended early"),
        (trickles, 0.2, "the run ended early"),
        (floods, 30.0, "was not read to its end"),
        (circles, 30.0, "nothing was examined"),
        (says(b"[" * 100_000), 30.0, ""),
    ],
)
def test_a_hostile_service_ends_the_run(manner: Any, timeout: float, unknown: str) -> None:
    """A run against a server that never ends does, and says what it could not examine."""

    async def run() -> Facts:
        async with served(manner) as (url, _):
            order = Order(url, bounds=Bounds(1000.0, timeout, 300.0))
            return await asyncio.to_thread(probe, order)

    facts = asyncio.run(run())
    assert [unknown in one.why for one in facts.unknown] == ([True] if unknown else [])
    assert not any(one.fields for one in facts.observations)


def test_a_whole_run_is_polite() -> None:
    """In no tenth of a second arrive more requests than the rate allows, and only reads do."""

    async def run() -> tuple[list[float], set[str]]:
        async with served(says(b"{}")) as (url, log):
            await asyncio.to_thread(probe, Order(url, bounds=Bounds(rate=100.0)))
            return log.times, log.methods

    times, methods = asyncio.run(run())
    assert len(times) > 20
    # One more for what stood in the kernel's queue.
    assert all(late - early > 0.09 for early, late in zip(times, times[11:], strict=False))
    assert methods <= {"GET", "HEAD", "OPTIONS"}


def test_a_whole_run_ends_in_time() -> None:
    """A service that answers slowly ends the run at the seconds that it was given."""

    async def run() -> Facts:
        async with served(dawdles) as (url, _):
            return await asyncio.to_thread(probe, Order(url, bounds=Bounds(1000.0, 5.0, 0.5)))

    facts = asyncio.run(run())
    assert facts.asked is not None
    assert "time is up" in facts.asked.ended
    assert facts.asked.seconds < 2.0


def test_a_plan_sends_nothing_but_for_the_document() -> None:
    """The plan names every operation, and only the description is read for it."""
    paths = []
    inner = leaky()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        paths.append(scope["path"])
        await inner(scope, receive, send)

    told = str(plan(ORDER, transport=transport(app)))
    assert set(paths) == {"/openapi.json"}
    assert "GET /orders/{order_id}" in told
    assert "as anyone, A, B" in told
    assert not any(token in told for token in CALLERS)


def test_what_a_caller_sent_is_no_leak() -> None:
    """A value that comes back from where it was sent is not told as somebody's."""
    app = FastAPI()

    @app.post("/register")
    def register(body: dict[str, str]) -> dict[str, str]:
        return body | {"email": body.get("email", "probe@hushtable.example")}

    @app.get("/by/{email}")
    def by_email(email: str) -> dict[str, str]:
        return {"email": email}

    order = replace(ORDER, writes=True, known=(("email", "maren@shop.example"),))
    seen = {(one.seen, str(one.route)) for one in facts_of(app, order).observations}
    assert (Seen.PERSONAL, "GET /by/{email}") not in seen


def test_a_plan_and_a_run_leave_the_same_alone() -> None:
    """What a plan with writes marks as not sent is what a run says it left alone, and no more."""
    app = FastAPI()
    called = []

    @app.post("/orders/mine/cancel")
    @app.post("/close/accounts")
    @app.post("/orders")
    def change(request: Request) -> None:
        called.append(request.url.path)

    order = replace(ORDER, writes=True)
    told = str(plan(order, transport=transport(app))).splitlines()
    marked = {one.split("  ")[1] for one in told if one.endswith("(not sent)")}
    asked = facts_of(app, order).asked
    assert asked is not None
    assert {one.route for one in asked.refused if "left alone" in one.why} == marked
    assert len(marked) == 2
    assert set(called) == {"/orders"}
