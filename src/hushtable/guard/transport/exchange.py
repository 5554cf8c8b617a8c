"""One HTTP/1.1 connection on an event loop: a request out, its answer in, one at a time.

httptools reads the answers (llhttp, the parser of Node.js): here is only what may be expected of
one. It comes after a request, has one body of at most `LARGEST_BODY` bytes, and ends the exchange;
anything else closes the connection.

A timer is dear beside what a small answer costs, so a connection has one for all its requests: it
rings at the moment it was set for, and is set again where that has moved on since.
"""

from __future__ import annotations

import asyncio
import functools
import time

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.judge import LARGEST_BODY, Failure

IDLE = 20.0
"""Seconds; less than a server keeps an idle connection: a write must not meet one that closes."""

LARGEST_FRAME = 128 * 1024
"""Bytes of an answer that are not its body: status, headers, the sizes of chunks, trailers."""

_FIRST, _FINAL = 100, 200
"""Statuses begin at the one; below the other they are no answers yet."""


class _RefusedError(Exception):
    """Ends the parsing of an answer that is not taken."""


class Connection(asyncio.Protocol):
    """One connection. Whoever asks waits for the answer before the next request."""

    __slots__ = (
        "_again", "_body", "_came", "_failure", "_filled", "_headers", "_lines", "_loop",
        "_outcome", "_parser", "_rings", "_stated", "_status", "_timer", "_transport", "_until",
        "_waiting", "on_header",
    )  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait to be connected."""
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser: HttpResponseParser | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._outcome: Reply | Failure = Failure.BROKEN
        self._timer: asyncio.TimerHandle | None = None
        self._rings = 0.0
        self._until = 0.0
        self._lines: dict[bytes, bytes] = {}
        self.on_header = self._lines.__setitem__
        """What the parser calls for each header: no call of ours, since there are many."""
        self._expect()

    def _expect(self) -> None:
        """Expect an answer, of which nothing came yet."""
        self._headers: dict[str, str] = {}
        self._status = 0
        self._stated: int | None = None
        self._body: bytes | bytearray = b""
        self._filled = 0
        self._came = 0
        self._again = False
        self._failure = Failure.BROKEN
        self._lines.clear()

    # What the connections do.

    def ask(self, sent: bytes, until: float) -> asyncio.Future[None]:
        """Send a request. When the future is done, `taken` gives what came of it.

        `until` is when to give up, by the monotonic clock.
        """
        self._until = until
        if self._timer is None or until < self._rings:
            self._set_timer()
        waiting = self._waiting = self._loop.create_future()
        if self._transport is None:
            self._settle(Failure.NOT_SENT)
        else:
            self._transport.write(sent)
        return waiting

    def taken(self) -> Reply | Failure:
        """Give what came, and keep nothing of it.

        It is no result of the future, which the event loop holds until the task waits again: a
        large body would stay that long.
        """
        outcome, self._outcome = self._outcome, Failure.BROKEN
        return outcome

    def is_open(self) -> bool:
        """Tell whether it may carry another request.

        The time counts too: a loop that was stopped meanwhile, as between two calls of a function
        in the cloud, could not ring.
        """
        transport = self._transport
        alive = transport is not None and not transport.is_closing()
        return alive and time.monotonic() < self._until

    def is_unsure(self) -> bool:
        """Tell whether nothing was heard of it for so long that the loop should look first."""
        return self._until - time.monotonic() < IDLE - 1.0

    def abort(self) -> None:
        """Close at once."""
        transport, self._transport, self._parser = self._transport, None, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if transport is not None and not self._loop.is_closed():
            transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = transport  # type: ignore[assignment]
        self._parser = HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        parser = self._parser
        if self._waiting is None or parser is None:
            self.abort()  # nothing was asked
            return
        self._came += len(data)
        try:
            parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            # Where it is the answer's own end that is followed by something, it is an answer.
            self._again = False
            self._settle(self._answer() if self._status else self._failure)
            return
        if self._status:
            self._settle(self._answer())
        elif self._came - self._filled > LARGEST_FRAME:
            self._settle(Failure.BROKEN)

    def eof_received(self) -> None:
        """Take an answer that states no length for whole: its end is the connection's.

        Not on a secured connection, whose end anybody on the way can make. DynamoDB states it.
        """
        headers = self._headers
        unstated = "content-length" not in headers and "transfer-encoding" not in headers
        transport = self._transport
        plain = transport is not None and transport.get_extra_info("ssl_object") is None
        if self._stated is not None and unstated and plain:
            self._status = self._status_code()
            self._settle(self._answer())
        self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the protocol's
        """Let go, and tell who waits."""
        self.abort()
        self._settle(Failure.BROKEN)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Refuse a second answer."""
        if self._status:
            raise _RefusedError

    def on_headers_complete(self) -> None:
        """Take the headers; refuse a body that is too large before it comes."""
        status = self._status_code()
        if status < _FINAL:
            return
        headers = self._headers = {
            _name(name): value.decode("ascii").strip() for name, value in self._lines.items()
        }
        self._stated = int(headers.get("content-length", "0"))
        if self._stated > LARGEST_BODY:
            self._failure = Failure.TOO_LARGE
            raise _RefusedError

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body: as it is where it is all, else in one place for all of it."""
        filled = self._filled
        self._filled += len(part)
        if self._filled > LARGEST_BODY:
            self._failure = Failure.TOO_LARGE
            raise _RefusedError
        if not filled and len(part) == self._stated:
            self._body = part
            return
        if isinstance(self._body, bytes):
            self._body = bytearray(self._stated or 0)
        self._body[filled : self._filled] = part

    def on_message_complete(self) -> None:
        """Note that the answer is whole. Those before the last word (1xx) are none."""
        status = self._status_code()
        self._lines.clear()  # of trailers, too: they are nobody's
        if status >= _FINAL and self._parser is not None:
            self._status = status
            self._again = self._parser.should_keep_alive()

    def _status_code(self) -> int:
        """Give the status that is being read."""
        status = self._parser.get_status_code() if self._parser is not None else 0
        if status < _FIRST:
            raise _RefusedError
        return status

    def _answer(self) -> Reply:
        return Reply(self._status, self._headers, self._body)

    def _settle(self, outcome: Reply | Failure) -> None:
        """End the exchange."""
        waiting, self._waiting = self._waiting, None
        transport = self._transport
        # An answer may come before the whole request was sent, of which the rest is then no use.
        if not self._again or (transport is not None and transport.get_write_buffer_size()):
            self.abort()
        self._expect()
        self._until = time.monotonic() + IDLE
        if waiting is not None and not waiting.done():
            self._outcome = outcome
            waiting.set_result(None)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings = self._until
        self._timer = self._loop.call_later(self._rings - time.monotonic(), self._ring)

    def _ring(self) -> None:
        """Give up what lasted too long: an exchange, or the wait for the next."""
        self._timer = None
        if time.monotonic() < self._until:
            self._set_timer()
        elif self._waiting is None:
            self.abort()
        else:
            self._again = False
            self._settle(Failure.TIMED_OUT)


@functools.lru_cache(256)
def _name(raw: bytes) -> str:
    """Write a header's name in lower case. Servers send the same few."""
    return raw.decode("ascii").lower()
