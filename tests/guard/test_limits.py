"""Requests are counted per caller and per route, and refused when there were too many."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from limits.aio.storage import MemoryStorage

from hushtable.guard.errors import AnswerError, DeclarationError
from hushtable.guard.limits import RateLimit, client_host, open_storage


def user(request: Request) -> str | None:
    """Give the caller as a test names it."""
    return request.headers.get("x-user")


async def slow_user(request: Request) -> str | None:
    """Give the caller, after a look elsewhere."""
    await asyncio.sleep(0)
    return user(request)


def app_with(limit: RateLimit) -> FastAPI:
    """Make an app with two routes behind one limit, and its errors as plain answers."""
    app = FastAPI()
    router = APIRouter(dependencies=[Depends(limit)])

    @router.get("/a/{item_id}")
    def first(item_id: str) -> str:
        return item_id

    @router.get("/b")
    def second() -> str:
        return "b"

    @app.exception_handler(AnswerError)
    def tell(_request: Request, error: AnswerError) -> JSONResponse:
        return JSONResponse({"retry_after": error.retry_after}, error.status)

    app.include_router(router, prefix="/v1")
    return app


async def ask(app: FastAPI, *calls: tuple[str, str]) -> list[httpx.Response]:
    """Ask one after the other: (user, path)."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [await client.get(path, headers={"x-user": who}) for who, path in calls]


def statuses(app: FastAPI, *calls: tuple[str, str]) -> list[int]:
    """Give the statuses of calls made one after the other."""
    return [answer.status_code for answer in asyncio.run(ask(app, *calls))]


SERVERS = ("redis-server", "valkey-server")
"""Programs that speak Redis. One that is not installed is skipped, and pytest names it."""

UNHURRIED = 30.0
"""Seconds that a store may take here: a busy machine is no store that is lost."""


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[[str], str]]:
    """Start servers on free loopback ports when they are asked for, each once, and stop them."""
    started: dict[str, str] = {}
    with ExitStack() as stack:

        def uri(program: str) -> str:
            if program not in started:
                started[program] = stack.enter_context(running(program))
            return started[program]

        yield uri


@contextmanager
def running(program: str) -> Iterator[str]:
    """Run a server that speaks Redis, or skip the test where it is not installed."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"no {program} on this machine")
    pytest.importorskip("coredis", reason="limits counts in Redis through coredis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([path, *options], stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(params=SERVERS)
def redis(request: pytest.FixtureRequest, start: Callable[[str], str]) -> str:
    """Give each server in turn."""
    return start(request.param)


@pytest.fixture(params=["memory", *SERVERS])
def storage(request: pytest.FixtureRequest, start: Callable[[str], str]) -> str:
    """Give each store in turn."""
    return "async+memory://" if request.param == "memory" else start(request.param)


@pytest.mark.parametrize("strategy", ["moving-window", "fixed-window"])
def test_a_caller_has_one_count_for_each_route(storage: str, strategy: Any) -> None:
    """Too many requests of one caller on one route are refused, whatever its path parameters."""
    limit = RateLimit("2/minute", by=user, storage=storage, strategy=strategy, timeout=UNHURRIED)
    calls = [("ann", "/v1/a/1"), ("ann", "/v1/a/2"), ("ann", "/v1/a/3"), ("bob", "/v1/a/1")]
    answers = asyncio.run(ask(app_with(limit), *calls, ("ann", "/v1/b"), ("ann", "/v1/a/4")))
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 200, 429]
    assert 1 <= answers[2].json()["retry_after"] <= 60


def test_a_window_opens_again(storage: str) -> None:
    """After `retry_after` seconds there is room again."""
    limit = RateLimit("1/second", by=slow_user, storage=storage, name="opens", timeout=UNHURRIED)

    async def run() -> int:
        app = app_with(limit)
        # On a busy machine a second may pass between two requests: then both are let through.
        for _ in range(100):
            answer = (await ask(app, ("ann", "/v1/b")))[0]
            if answer.status_code != 200:
                break
        assert answer.status_code == 429
        await asyncio.sleep(answer.json()["retry_after"] + 0.2)
        return (await ask(app, ("ann", "/v1/b")))[0].status_code

    assert asyncio.run(run()) == 200


def test_limits_of_one_name_count_together(redis: str) -> None:
    """Two processes, and two routes, share a count through the store and a name."""
    calls = [("ann", "/v1/b"), ("ann", "/v1/a/1")]
    one, two = (
        RateLimit("3/hour", by=user, storage=redis, name="shared", timeout=UNHURRIED)
        for _ in range(2)
    )
    assert statuses(app_with(one), *calls) == [200, 200]
    assert statuses(app_with(two), *calls) == [200, 429]


def test_every_rate_holds() -> None:
    """Of several rates the tightest refuses."""
    limit = RateLimit("10/second; 2/hour", by=user)
    assert statuses(app_with(limit), *[("ann", "/v1/b")] * 3) == [200, 200, 429]


def test_many_at_once_are_counted_each(storage: str) -> None:
    """Of a hundred requests at once, as many pass as the rate allows."""
    limit = RateLimit("7/hour", by=user, storage=storage, name="burst", timeout=UNHURRIED)

    async def run() -> Counter[int]:
        app = app_with(limit)
        answers = await asyncio.gather(*(ask(app, ("ann", "/v1/b")) for _ in range(100)))
        return Counter(answer[0].status_code for answer in answers)

    assert asyncio.run(run()) == {200: 7, 429: 93}


def test_a_count_outlives_the_event_loop(storage: str) -> None:
    """One limit counts on in a new event loop, as a function on AWS Lambda or a test has."""
    limit = RateLimit("3/hour", by=user, storage=storage, name="loops", timeout=UNHURRIED)
    app = app_with(limit)
    found = []
    for _ in range(4):
        loop = asyncio.new_event_loop()
        found += [one.status_code for one in loop.run_until_complete(ask(app, ("ann", "/v1/b")))]
        # As it is: what the store was in the middle of stays undone.
        loop.close()
    assert found == [200, 200, 200, 429]


def test_the_caller_is_the_peer_unless_told() -> None:
    """By default the peer's address counts; without one, callers share a count."""
    scope = {"type": "http", "headers": [], "client": ("192.0.2.1", 5)}
    assert client_host(Request(scope)) == "192.0.2.1"
    assert client_host(Request({"type": "http", "headers": []})) is None
    limit = RateLimit("1/minute", by=lambda _request: None)
    assert statuses(app_with(limit), ("ann", "/v1/b"), ("bob", "/v1/b")) == [200, 429]


def test_the_store_holds_no_caller() -> None:
    """Keys in the store hold neither the caller nor the route in clear."""
    kept = MemoryStorage()
    limit = RateLimit("5/minute", by=user, storage=kept)
    statuses(app_with(limit), ("ann@b.example", "/v1/b"))
    assert kept.events
    assert not [key for key in kept.events if "ann" in key or "/v1" in key]


class Hanging(MemoryStorage):
    """A store that never answers."""

    async def acquire_entry(self, *_: Any, **__: Any) -> bool:
        await asyncio.sleep(60)
        return True


def test_without_its_store_a_limit_refuses(caplog: pytest.LogCaptureFixture) -> None:
    """A store that is gone or hangs gives 503 by default, or lets through where that is asked."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"redis://:canary-password@127.0.0.1:{free.getsockname()[1]}"
        pytest.importorskip("coredis")
        calls = [("ann", "/v1/b")] * 2
        assert statuses(app_with(RateLimit("5/minute", by=user, storage=gone)), *calls) == [503] * 2
    hanging = RateLimit("5/minute", by=user, storage=Hanging(), timeout=0.05)
    assert statuses(app_with(hanging), *calls) == [503] * 2
    open_ = RateLimit("5/minute", by=user, storage=Hanging(), timeout=0.05, when_down="allow")
    assert statuses(app_with(open_), *calls) == [200] * 2
    assert caplog.text.count("is lost") == 3
    assert "canary-password" not in caplog.text


def test_a_store_that_comes_back_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """When the store answers again, counting goes on and the log says so."""
    limit = RateLimit("1/minute", by=user, storage=Hanging(), timeout=0.05)
    app = app_with(limit)
    assert statuses(app, ("ann", "/v1/b")) == [503]
    limit._counter = type(limit._counter)(MemoryStorage())
    assert statuses(app, ("ann", "/v1/b"), ("ann", "/v1/b")) == [200, 429]
    assert "is back" in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": "many"},
        {"rate": "1/minute", "strategy": "none"},
        {"rate": "1/minute", "when_down": "maybe"},
        {"rate": "1/minute", "storage": "nowhere://user:canary@x"},
    ],
)
def test_a_wrong_limit_is_refused_where_it_is_made(wrong: dict[str, Any]) -> None:
    """A rate, strategy or store that does not exist is refused, without the store's address."""
    with pytest.raises(DeclarationError) as caught:
        RateLimit(**wrong)
    assert "canary" not in str(caught.value)


def test_a_scheme_needs_no_prefix(tmp_path: Path) -> None:
    """`memory://` is opened as `async+memory://`."""
    assert isinstance(open_storage("memory://"), MemoryStorage)
    assert not list(tmp_path.iterdir())
