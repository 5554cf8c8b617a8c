"""One request and its answer."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, WebSocket
from fastapi.responses import StreamingResponse

from hushtable.prove.drive.asgi import CLOSE_HEADER, ask
from hushtable.prove.exchange import Answered, Asked
from tests.prove.fakes import run

app = FastAPI()
done: list[str] = []


@app.api_route("/echo/{name}", methods=["GET", "POST"])
async def echo(name: str, request: Request) -> dict[str, Any]:
    """Say what came."""
    body = (await request.body()).decode()
    return {"name": name, "q": request.query_params.get("q"), "body": body,
            "x": request.headers.get("x-a")}  # fmt: skip


@app.get("/broken")
def broken() -> None:
    """Raise."""
    raise LookupError("hunter2")  # noqa: EM101 - what an app does


@app.get("/leave")
def leave() -> None:
    """End the process."""
    sys.exit(3)


@app.get("/after")
async def after(tasks: BackgroundTasks) -> str:
    """Work on when it has answered."""

    async def stray() -> None:
        await asyncio.sleep(0.01)
        done.append("stray")

    tasks.add_task(done.append, "task")
    app.state.kept = asyncio.create_task(stray())
    return "ok"


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b"data: tick\n\n"
        await asyncio.sleep(0.01)


@app.get("/events")
async def events() -> StreamingResponse:
    """Send events without end."""
    return StreamingResponse(_endless(), media_type="text/event-stream")


@app.get("/large")
async def large() -> StreamingResponse:
    """Send without end, quickly."""
    return StreamingResponse(_endless(), media_type="text/plain")


@app.get("/midway")
async def midway() -> StreamingResponse:
    """Break off in the middle."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        raise KeyError("hunter2")  # noqa: EM101 - what an app does

    return StreamingResponse(parts())


@app.get("/stuck")
async def stuck() -> None:
    """Never answer."""
    await asyncio.sleep(60)


released = threading.Event()


@app.get("/stuck-thread")
def stuck_thread() -> None:
    """Never answer, where it cannot be stopped."""
    released.wait(20)


@app.websocket("/chat")
async def chat(socket: WebSocket) -> None:
    """Answer each frame."""
    await socket.accept()
    await socket.send_text("welcome")
    while True:
        await socket.send_text((await socket.receive_text()).upper())


@app.websocket("/ticks")
async def ticks(socket: WebSocket) -> None:
    """Send without end."""
    await socket.accept()
    while True:
        await socket.send_bytes(b"tick")
        await asyncio.sleep(0.01)


@app.websocket("/refused")
async def refused(_socket: WebSocket) -> None:
    """Refuse with an answer."""
    raise HTTPException(401, "no")


@app.websocket("/closed")
async def closed(socket: WebSocket) -> None:
    """Accept and close at once."""
    await socket.accept()
    await socket.close(code=1008)


def answer(method: str, path: str, body: bytes = b"", **more: Any) -> Answered:
    """Ask the app above."""
    headers = more.pop("headers", ())
    return run(ask(app, Asked(method, path, 0, headers, body), **more))


def test_a_request_arrives_whole() -> None:
    """Path, query, headers and body reach the handler, and its answer comes back."""
    got = answer("POST", "/echo/a%20b?q=1%262", b"text", headers=(("X-A", "v"),))
    assert got.status == 200
    assert got.body == b'{"name":"a b","q":"1&2","body":"text","x":"v"}'
    assert got.complete
    assert dict(got.headers)["content-type"] == "application/json"


@pytest.mark.parametrize(("path", "kind"), [("/broken", "LookupError"), ("/leave", "SystemExit")])
def test_what_leaves_the_app_is_told_by_its_kind(path: str, kind: str) -> None:
    """An exception that leaves the app is a 500 with its kind, and no text of it."""
    got = answer("GET", path)
    assert (got.status, got.raised) == (500, kind)
    assert "hunter2" not in repr(got)


def test_an_exception_after_the_start_keeps_the_status() -> None:
    """A stream that breaks off has the status that was sent, and is not complete."""
    got = answer("GET", "/midway")
    assert (got.status, got.raised, got.complete) == (200, "KeyError", False)
    assert got.body == b"first"


def test_background_work_is_done_when_the_answer_is_given() -> None:
    """Tasks in the background end before the exchange does, those without a name too."""
    done.clear()
    assert answer("GET", "/after").status == 200
    assert sorted(done) == ["stray", "task"]


def test_events_are_listened_to_for_a_while() -> None:
    """A stream of events is cut, with what came until then."""
    got = answer("GET", "/events", stream_seconds=0.1)
    assert got.body.startswith(b"data: tick")
    assert (got.status, got.complete, got.raised) == (200, False, "")


def test_a_large_answer_is_cut() -> None:
    """An answer is kept up to the limit."""
    got = answer("GET", "/large", longest=30)
    assert len(got.body) == 30
    assert not got.complete


def test_an_answer_that_never_comes_is_given_up() -> None:
    """A handler that hangs is cancelled, and is no answer."""
    got = answer("GET", "/stuck", seconds=0.1)
    assert (got.status, got.raised, got.complete) == (504, "TimeoutError", False)


def test_a_thread_that_hangs_is_left_behind() -> None:
    """A handler in a thread cannot be stopped: asking goes on without it."""

    async def whole() -> tuple[Answered, Answered]:
        first = await ask(app, Asked("GET", "/stuck-thread", 0), seconds=0.1)
        second = await ask(app, Asked("GET", "/echo/x", 0))
        released.set()
        return first, second

    first, second = run(whole())
    assert first.raised == "TimeoutError"
    assert second.status == 200


def test_a_cancelled_question_leaves_nothing_running() -> None:
    """When asking is cancelled, so is the app's work."""

    async def whole() -> list[str]:
        task = asyncio.create_task(ask(app, Asked("GET", "/stuck", 0)))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait({task})
        return [one.get_name() for one in asyncio.all_tasks() if one is not asyncio.current_task()]

    assert run(whole()) == []


def test_a_socket_is_spoken_with() -> None:
    """Frames are sent, what comes back is kept, and leaving is no error."""
    got = answer("WEBSOCKET", "/chat", b"one\ntwo")
    assert got.body == b"welcome\nONE\nTWO\n"
    assert (got.status, got.raised, got.complete) == (101, "", True)


def test_a_socket_without_end_is_cut() -> None:
    """A socket that never stops is left after a while."""
    got = answer("WEBSOCKET", "/ticks", stream_seconds=0.2)
    assert got.body.startswith(b"tick\n")
    assert (got.status, got.complete) == (101, False)


def test_a_refused_socket_has_its_answer() -> None:
    """A refusal before the socket is open has a status; one after has its close code."""
    assert answer("WEBSOCKET", "/refused").status >= 400
    got = answer("WEBSOCKET", "/closed")
    assert got.status == 101
    assert (CLOSE_HEADER, "1008") in got.headers


def test_no_limit_by_address_is_reached() -> None:
    """An app that counts the requests of an address lets every request in."""
    seen: dict[str, int] = {}
    limited = FastAPI()

    @limited.get("/")
    async def counted(request: Request) -> str:
        host = request.client.host if request.client else ""
        seen[host] = seen.get(host, 0) + 1
        if seen[host] > 1:
            raise HTTPException(429)
        return host

    answers = [run(ask(limited, Asked("GET", "/", 0))) for _ in range(5)]
    assert [one.status for one in answers] == [200] * 5
    assert all(ip_address(host).is_loopback for host in seen)


def test_a_limit_by_address_is_reached_from_one_address() -> None:
    """Requests that are given an address come from there."""
    seen: list[str] = []
    counting = FastAPI()

    @counting.get("/")
    async def counted(request: Request) -> None:
        seen.append(request.client.host if request.client else "")

    for _ in range(2):
        run(ask(counting, Asked("GET", "/", 0), address="127.1.2.3"))
    assert seen == ["127.1.2.3"] * 2
