"""One request to an app in this process, and its answer: plain ASGI, bounded in time and size."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from hushtable.prove.drive.app import AsgiApp, Message, Receive, Scope, Send
from hushtable.prove.exchange import Answered, Asked
from hushtable.prove.sandbox.patience import patience

WEBSOCKET = "WEBSOCKET"
HOST = "testserver"
LONGEST = 10 * 1024 * 1024
STREAM_SECONDS = 1.5
"""How long events are listened to: such a stream ends when nobody listens any more."""
QUIET_SECONDS = 0.3
"""After so long without a frame a socket is closed: it has said what it had to say."""
STRAY_SECONDS = 0.25
CANCEL_SECONDS = 1.0
ACCEPTED = 101
REFUSED = 403
FAILED = 500
NO_ANSWER = 504
CLOSE_HEADER = "websocket-close"
"""Where the code stands that a socket was closed with."""


_ASKING = itertools.count(1)


@dataclass(slots=True)
class _Talk:
    """What an app has said so far. `cut` ends it, `gone` tells it that nobody listens."""

    longest: int
    stream_seconds: float
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    complete: bool = False
    raised: str = ""
    heard: float = 0.0
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, part: bytes) -> None:
        """Keep a part of the answer; past the limit the app is never heard again."""
        room = self.longest - self.size
        self.parts.append(part[:room])
        self.size += min(len(part), room)
        self.heard = time.monotonic()
        if len(part) > room:
            self.cut.set()
            await asyncio.Event().wait()


async def ask(  # noqa: PLR0913 - what bounds an answer, and who asks
    app: AsgiApp,
    asked: Asked,
    *,
    seconds: float = 10.0,
    longest: int = LONGEST,
    stream_seconds: float = STREAM_SECONDS,
    address: str = "",
) -> Answered:
    """Send one request and give the answer, when the app is done with it, background work too.

    A method `WEBSOCKET` opens a socket and sends the lines of the body as frames. An answer that
    did not end within the limits is not complete. `seconds` are those of a quiet machine. `address`
    is the caller's; without one it is another each time.
    """
    started = time.monotonic()
    talk = _Talk(longest, min(stream_seconds, seconds))
    scope = _scope(asked, address or another_address())
    run = _socket if asked.method == WEBSOCKET else _http
    before = asyncio.all_tasks()
    task = asyncio.create_task(run(app, scope, asked, talk))
    timer = asyncio.get_running_loop().call_later(seconds * patience(), talk.cut.set)
    cutter = asyncio.create_task(talk.cut.wait())
    try:
        await asyncio.wait({task, cutter}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
        cutter.cancel()
        talk.gone.set()
        cut = not task.done()
        if cut:
            task.cancel()
            # A handler in a thread cannot be stopped: it is left behind, and its answer too.
            await asyncio.wait({task}, timeout=CANCEL_SECONDS)
    await _settled(asyncio.all_tasks() - before - {task, cutter})
    return _answered(talk, cut=cut, seconds=time.monotonic() - started)


async def _settled(strays: Iterable[asyncio.Task[Any]]) -> None:
    """Wait for tasks that the request has left behind, for a short while."""
    if strays := set(strays):
        await asyncio.wait(strays, timeout=STRAY_SECONDS)


def _answered(talk: _Talk, *, cut: bool, seconds: float) -> Answered:
    raised, status = talk.raised, talk.status
    if cut and not status:
        raised, status = raised or "TimeoutError", NO_ANSWER
    elif not status:
        status = FAILED
    return Answered(
        status=status,
        headers=tuple(talk.headers),
        body=b"".join(talk.parts),
        raised=raised,
        complete=talk.complete and not cut,
        seconds=seconds,
    )


def _scope(asked: Asked, address: str) -> Scope:
    path, _, query = asked.path.partition("?")
    headers = [
        (name.lower().encode("latin-1", "replace"), value.encode("utf-8", "surrogateescape"))
        for name, value in asked.headers
    ]
    names = {name for name, _ in headers}
    if b"host" not in names:
        headers.insert(0, (b"host", HOST.encode()))
    if asked.body and asked.method != WEBSOCKET and b"content-length" not in names:
        headers.append((b"content-length", str(len(asked.body)).encode()))
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "https",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode("utf-8"),
        "query_string": query.encode("utf-8"),
        "root_path": "",
        "headers": headers,
        "client": (address, 50000),
        "server": (HOST, 443),
        "extensions": {},
    }
    if asked.method == WEBSOCKET:
        del scope["method"]
        # With this extension a refusal has an answer of its own.
        scope.update(type="websocket", scheme="wss", subprotocols=[])
        scope["extensions"] = {"websocket.http.response": {}}
    return scope


def another_address() -> str:
    """Give another address of this machine each time: who counts requests counts by addresses."""
    number = next(_ASKING) % (1 << 24)
    return f"127.{number >> 16}.{number >> 8 & 255}.{number & 255}"


async def _run(app: AsgiApp, scope: Scope, receive: Receive, send: Send, talk: _Talk) -> None:
    """Call the app. What leaves it is kept by its kind alone."""
    try:
        await app(scope, receive, send)
    except asyncio.CancelledError:
        raise
    # An app may end the process from a handler; that is an answer like any other here.
    except BaseException as error:  # noqa: BLE001 - every kind is told
        talk.raised = _kind_of(error)


def _kind_of(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


async def _http(app: AsgiApp, scope: Scope, asked: Asked, talk: _Talk) -> None:
    body: list[bytes] = [asked.body]

    async def receive() -> Message:
        if body:
            return {"type": "http.request", "body": body.pop(), "more_body": False}
        await talk.gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        match message["type"]:
            case "http.response.start":
                talk.status = int(message["status"])
                talk.headers = _texts(message.get("headers", ()))
                if dict(talk.headers).get("content-type", "").startswith("text/event-stream"):
                    loop = asyncio.get_running_loop()
                    loop.call_later(talk.stream_seconds, talk.cut.set)
            case "http.response.body":
                await talk.keep(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    talk.complete = True
                    talk.gone.set()

    await _run(app, scope, receive, send, talk)


async def _socket(app: AsgiApp, scope: Scope, asked: Asked, talk: _Talk) -> None:
    frames = asked.body.split(b"\n") if asked.body else []
    asyncio.get_running_loop().call_later(
        talk.stream_seconds + len(frames) * QUIET_SECONDS, talk.cut.set
    )
    waiting: list[Message] = [{"type": "websocket.connect"}]
    waiting += [{"type": "websocket.receive", "text": one.decode()} for one in frames]
    left = False

    async def receive() -> Message:
        nonlocal left
        if waiting:
            talk.heard = time.monotonic()
            return waiting.pop(0)
        await _quiet(talk)
        left = True
        return {"type": "websocket.disconnect", "code": 1000, "reason": ""}

    async def send(message: Message) -> None:
        await _hear(message, talk)

    await _run(app, scope, receive, send, talk)
    if left and talk.raised in {"WebSocketDisconnect", "ClientDisconnected"}:
        # That is how an app notices that the other side is done.
        talk.raised = ""
    talk.complete = True


async def _quiet(talk: _Talk) -> None:
    """Wait until nothing was heard for a while."""
    while (rest := talk.heard + QUIET_SECONDS - time.monotonic()) > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(talk.gone.wait(), rest)
            return


async def _hear(message: Message, talk: _Talk) -> None:
    match message["type"]:
        case "websocket.accept":
            talk.status = ACCEPTED
            talk.headers = _texts(message.get("headers", ()))
        case "websocket.send":
            text = message.get("text")
            part = text.encode() if text is not None else bytes(message.get("bytes") or b"")
            await talk.keep(part + b"\n")
        case "websocket.close":
            talk.status = talk.status or REFUSED
            talk.headers.append((CLOSE_HEADER, str(message.get("code", 1000))))
        case "websocket.http.response.start":
            talk.status = int(message["status"])
            talk.headers = _texts(message.get("headers", ()))
        case "websocket.http.response.body":
            await talk.keep(bytes(message.get("body", b"")))
