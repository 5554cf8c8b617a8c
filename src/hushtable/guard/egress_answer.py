"""One answer on its way out, message by message."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from enum import Enum
from typing import Any

import msgspec

from hushtable.guard.egress_body import Looked, look_at_json, look_at_text
from hushtable.guard.egress_inspection import Inspection, Place
from hushtable.guard.egress_lines import Lines
from hushtable.guard.egress_policy import Policy, Scope
from hushtable.guard.errors import RefusedError
from hushtable.guard.shapes import Leak

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

_LINES = frozenset(
    {
        "application/jsonl",
        "application/x-jsonlines",
        "application/jsonlines",
        "application/json-lines",
        "application/x-ndjson",
        "application/ndjson",
    }
)
_EVENTS = "text/event-stream"
_TEXT = "text/plain"
_BODILESS = frozenset({204, 205, 304})
_OF_THE_OLD_BODY = frozenset(
    {b"content-length", b"etag", b"content-md5", b"digest", b"content-digest", b"repr-digest"}
)


class _Way(Enum):
    """How the body of an answer is treated."""

    PASS = "as it is"  # noqa: S105 - no password
    WHOLE = "as one document"
    LINES = "line by line"
    OVER = "replaced, or broken off"


class Answer:
    """Stands between the app and the server for one request.

    `replaced`: the client got a 500 in place of the answer, and the app may be left alone.
    """

    def __init__(self, policy: Policy, scope: Scope, send: Send) -> None:
        self._policy = policy
        self._settings = policy.settings
        self._scope = scope
        self._out = send
        self._way = _Way.PASS
        self._kind = ""
        self._status = 0
        self._held: Message | None = None
        self._body = bytearray()
        self._inspection: Inspection | None = None
        self._lines: Lines | None = None
        self._sized = False
        self._told = 0
        self._told_why: set[str] = set()
        self.replaced = False

    async def send(self, message: Message) -> None:
        """Take one message of the app."""
        match message["type"]:
            case "http.response.start":
                await self._begin(message)
            case _ if self._way is _Way.PASS:
                await self._out(message)
            case _ if self._way is _Way.OVER:
                self._refuse()
            case "http.response.body":
                await self._take(message)
            case "http.response.pathsend" | "http.response.zerocopysend":
                await self._unseen("the body is sent from a file")
                await self._out(message)
            case _:
                await self._out(message)

    async def end(self) -> None:
        """Let out what is held when the app ends without ending its answer."""
        why = "the app did not finish the body"
        if self._way is _Way.WHOLE and self._body:
            await self._unseen(why)
        elif self._way is _Way.LINES and self._lines is not None and self._lines.unfinished:
            # The last line was never completed, and does not leave unseen.
            self._tell(why)

    def broken(self) -> None:
        """Tell of the part of a body that left before the app failed."""
        if self._way is _Way.WHOLE and self._body and self._held is None:
            self._tell("the app broke the body off")

    async def _begin(self, start: Message) -> None:
        headers = {bytes(name).lower(): bytes(value) for name, value in start.get("headers", ())}
        self._status = int(start["status"])
        self._kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0]
        self._kind = self._kind.strip().lower()
        if not self._is_looked_at():
            await self._out(start)
            return
        if self._scope.get("method") == "HEAD":
            # Its length and tag are those of a body that may not leave as it is.
            changed = self._settings.mode == "redact"
            await self._out(_without(start, _OF_THE_OLD_BODY) if changed else start)
            return
        self._inspection = self._policy.inspection(self._scope)
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            await self._unseen("the body is compressed", start)
        elif self._kind in _LINES or self._kind == _EVENTS:
            await self._begin_lines(start)
        elif _length(headers) > self._settings.body_limit:
            await self._unseen(self._too_large(), start)
        else:
            self._way = _Way.WHOLE
            self._sized = b"content-length" in headers
            if self._settings.mode == "report":
                await self._out(start)
            else:
                self._held = start

    def _is_looked_at(self) -> bool:
        if self._status in _BODILESS or self._status < 200:  # noqa: PLR2004 - informational answers
            return False
        app = self._scope.get("app")
        if app is not None and self._scope.get("path") == getattr(app, "openapi_url", None):
            # The app's own description names members and gives examples, and holds no item.
            return False
        kind = self._kind
        return (
            kind in {"application/json", "text/json", _EVENTS, _TEXT}
            or kind.endswith("+json")
            or kind in _LINES
        )

    async def _take(self, message: Message) -> None:
        chunk = bytes(message.get("body", b""))
        last = not message.get("more_body", False)
        if self._way is _Way.LINES:
            await self._pass_lines(message, chunk, last=last)
            return
        if not last and not self._sized and not self._body:
            await self._unseen("the body is streamed", after=message)
            return
        self._body += chunk
        if len(self._body) > self._settings.body_limit:
            await self._unseen(self._too_large(), after=message)
            return
        if self._settings.mode == "report":
            await self._out(message)
        if last:
            await self._look()

    async def _look(self) -> None:
        """Look at the whole body, and send what may leave of it."""
        body = bytes(self._body)
        looked = self._looked(body)
        if self._settings.mode == "report":
            self._way = _Way.PASS
            self._tell(looked.why)
            return
        if (looked.why and self._settings.strict) or (
            looked.found and self._settings.mode == "block"
        ):
            await self._replace(looked.why)
            return
        self._tell(looked.why)
        await self._release(looked.body, changed=looked.body != body, last=True)

    def _looked(self, body: bytes) -> Looked:
        inspection = self._inspection
        if inspection is None or not body:
            return Looked(body)
        redact = self._settings.mode == "redact"
        if self._kind == _TEXT:
            return look_at_text(body, inspection, redact=redact)
        shape = self._policy.shape(self._scope, self._status)
        return look_at_json(body, inspection, shape, redact=redact)

    async def _begin_lines(self, start: Message) -> None:
        shape = self._policy.shape(self._scope, self._status)
        if shape is not None and shape.items is not None:
            shape = shape.items
        self._lines = Lines(
            self._inspection or Inspection(self._settings.rules),
            shape,
            self._settings.body_limit,
            events=self._kind == _EVENTS,
            redact=self._settings.mode == "redact",
        )
        self._way = _Way.LINES
        if self._settings.mode == "block":
            self._held = start
        elif self._settings.mode == "redact":
            await self._out(_without(start, _OF_THE_OLD_BODY))
        else:
            await self._out(start)

    async def _pass_lines(self, message: Message, chunk: bytes, *, last: bool) -> None:
        report = self._settings.mode == "report"
        if report:
            await self._out(message)
        leaving = bytearray()
        for line in self._lines.feed(chunk, last=last) if self._lines else ():
            looked = line.looked
            bad = (looked.found and self._settings.mode == "block") or (
                bool(looked.why) and self._settings.strict
            )
            if bad:
                await self._replace(looked.why, leaving=bytes(leaving))
                self._refuse()
            self._tell(looked.why)
            leaving += looked.body
        if last:
            self._way = _Way.PASS
        if report:
            return
        if self._held is not None and (leaving or last):
            held, self._held = self._held, None
            await self._out(held)
        if leaving or last:
            await self._out(
                {"type": "http.response.body", "body": bytes(leaving), "more_body": not last}
            )

    async def _unseen(
        self, why: str, start: Message | None = None, after: Message | None = None
    ) -> None:
        """Tell that the body is not looked into, and let it out, or a 500 in its place."""
        if start is not None:
            self._held = start
        if self._settings.strict and self._held is not None:
            await self._replace(why)
            self._refuse()
        self._tell(why)
        self._way = _Way.PASS
        held, self._held = self._held, None
        if held is not None:
            await self._out(held)
            if after is not None:
                body = bytes(self._body) or bytes(after.get("body", b""))
                await self._out({**after, "body": body})
            elif self._body:
                await self._out(
                    {"type": "http.response.body", "body": bytes(self._body), "more_body": True}
                )
        elif after is not None:
            await self._out(after)
        self._body = bytearray()

    async def _release(self, body: bytes, *, changed: bool, last: bool) -> None:
        held, self._held = self._held, None
        self._way = _Way.PASS
        if held is not None:
            if changed:
                held = _without(held, _OF_THE_OLD_BODY)
                length = str(len(body)).encode()
                held["headers"] = [*held["headers"], (b"content-length", length)]
            await self._out(held)
        await self._out({"type": "http.response.body", "body": body, "more_body": not last})

    async def _replace(self, why: str, leaving: bytes = b"") -> None:
        """Answer 500 where nothing left yet; else let out what was clean and break off."""
        error_id = uuid.uuid4().hex
        self._tell(why, error_id)
        self._way = _Way.OVER
        held, self._held = self._held, None
        if held is None:
            if leaving:
                await self._out({"type": "http.response.body", "body": leaving, "more_body": True})
            return
        body = msgspec.json.encode(
            {
                "type": "about:blank",
                "title": "Internal Server Error",
                "status": 500,
                "error_id": error_id,
            }
        )
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await self._out({"type": "http.response.start", "status": 500, "headers": headers})
        await self._out({"type": "http.response.body", "body": body, "more_body": False})
        self.replaced = True

    def _refuse(self) -> None:
        message = "the answer holds what must not leave; it was stopped"
        raise RefusedError(message)

    def _tell(self, why: str, error_id: str = "") -> None:
        """Tell what is new since the last time."""
        inspection = self._inspection
        if inspection is None:
            return
        places = inspection.places[self._told :]
        self._told += len(places)
        if places:
            self._policy.tell(self._scope, places, more=inspection.more, error_id=error_id)
        if why and why not in self._told_why:
            self._told_why.add(why)
            path = inspection.too_deep or "$"
            place = Place(Leak.NOT_INSPECTED, path)
            self._policy.tell(self._scope, [place], why=why, error_id=error_id)

    def _too_large(self) -> str:
        return f"the body is larger than {self._settings.body_limit} bytes"


def _length(headers: dict[bytes, bytes]) -> int:
    told = headers.get(b"content-length", b"")
    return int(told) if told.isdigit() else 0


def _without(start: Message, names: frozenset[bytes]) -> Message:
    headers = [pair for pair in start.get("headers", ()) if bytes(pair[0]).lower() not in names]
    return {**start, "headers": headers}
