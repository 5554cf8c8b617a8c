"""One HTTP/1.1 answer as it arrives, from bytes cut anywhere to a Reply.

It takes what DynamoDB and what stands in for it send: a body whose length is stated, or chunks.
It refuses the rest of HTTP, since an answer read in two ways is worse than none: lines folded over,
two lengths, a body that ends where the connection does.
"""

from __future__ import annotations

import re

from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.judge import LARGEST_BODY, Failure

_STATUS = re.compile(r"HTTP/1\.([01]) ([1-5]\d\d)(?: |$)")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_HEAD_BYTES = 64 * 1024
_DIGITS = 12
_LINE_END = 2
_ONCE = frozenset({"content-length", "transfer-encoding"})
_FIRST_FINAL = 200
_BODYLESS = frozenset({204, 304})


class Incoming:
    """Takes the bytes of one answer, and says when it is whole."""

    __slots__ = (
        "_body",
        "_chunks",
        "_filled",
        "_head",
        "_headers",
        "_length",
        "_status",
        "reusable",
    )

    def __init__(self) -> None:
        """Wait for the first byte."""
        self.reusable = True
        """Whether another request may follow on the connection, once the answer is whole."""
        self._head = b""
        """What came of a head that is not whole."""
        self._status = 0
        self._headers: dict[str, str] = {}
        self._length = 0
        self._body: bytearray | None = None
        """A body that came in several parts, in a place of its size."""
        self._filled = 0
        self._chunks: _Chunks | None = None

    def feed(self, data: bytes) -> Reply | Failure | None:
        """Take bytes, and give the answer when it is whole, or why it is none."""
        try:
            if not self._status:
                rest = self._headed(data)
                if rest is None:
                    return None
                data = rest
                if self._length > LARGEST_BODY:
                    return Failure.TOO_LARGE
            if self._chunks is not None:
                return self._chunked(self._chunks, data)
        except ValueError:
            return Failure.BROKEN
        return self._filled_up(data)

    def _filled_up(self, data: bytes) -> Reply | None:
        """Take a part of a body whose length is stated."""
        length = self._length
        if self._body is None:
            if len(data) == length:
                return Reply(self._status, self._headers, data)
            self._body = bytearray(length)
        end = self._filled + len(data)
        if end > length:
            self.reusable = False  # more came than was stated
            data, end = data[: length - self._filled], length
        self._body[self._filled : end] = data
        self._filled = end
        if end < length:
            return None
        # Handed on as it is: a copy would hold the body twice, and nobody else keeps it.
        return Reply(self._status, self._headers, self._body)  # type: ignore[arg-type]

    def _chunked(self, chunks: _Chunks, data: bytes) -> Reply | Failure | None:
        whole = chunks.take(data)
        if len(chunks.body) > LARGEST_BODY:
            return Failure.TOO_LARGE
        if not whole:
            return None
        self.reusable = self.reusable and not chunks.left_over()
        return Reply(self._status, self._headers, bytes(chunks.body))

    def _headed(self, data: bytes) -> bytes | None:
        """Read the head once it is whole, and give what came behind it. Raises ValueError."""
        start = max(len(self._head) - 3, 0)
        if self._head:
            data = self._head + data
        while (end := data.find(b"\r\n\r\n", start)) >= 0:
            self._read_head(data[:end].decode("ascii"))
            data, start = data[end + 4 :], 0
            if self._status >= _FIRST_FINAL:
                return data
            self._status = 0  # "100 Continue" and its like come before the answer
        if len(data) > _HEAD_BYTES:
            raise ValueError
        self._head = data
        return None

    def _read_head(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        status = _STATUS.match(first)
        if status is None:
            raise ValueError
        headers: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            name = name.lower()
            if not colon or not name or name != name.strip() or (name in headers and name in _ONCE):
                raise ValueError
            headers[name] = value.strip()
        self._status, self._headers = int(status[2]), headers
        self.reusable = status[1] == "1" and headers.get("connection", "").lower() != "close"
        length, coding = headers.get("content-length"), headers.get("transfer-encoding")
        if self._status < _FIRST_FINAL or self._status in _BODYLESS:
            return
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                raise ValueError
            self._chunks = _Chunks()
        elif length is None or not length.isdecimal() or len(length) > _DIGITS:
            raise ValueError
        else:
            self._length = int(length)


class _Chunks:
    """The chunks of a body."""

    __slots__ = ("_came", "_left", "_trailing", "body")

    def __init__(self) -> None:
        self.body = bytearray()
        self._came = bytearray()
        """What is not taken apart yet."""
        self._left = 0
        """Bytes of the present chunk that are still to come, with the line end behind them."""
        self._trailing = False

    def left_over(self) -> bool:
        """Tell whether more came than the body."""
        return bool(self._came)

    def take(self, data: bytes) -> bool:
        """Take bytes. Tells whether the body is whole. Raises ValueError."""
        came = self._came
        came += data
        while len(self.body) <= LARGEST_BODY:
            if self._trailing:
                return self._ended()
            if not self._filled():
                return False
            size = _SIZE.match(came)
            if size is None:
                if len(came) > _HEAD_BYTES or b"\n" in came:
                    raise ValueError
                return False
            end, length = size.end(), int(size[1], 16)
            del came[:end]
            self._trailing, self._left = length == 0, length and length + 2
        return False

    def _filled(self) -> bool:
        """Take what came of the present chunk. Tells whether the next one begins."""
        came = self._came
        if self._left > _LINE_END:
            count = min(self._left - _LINE_END, len(came))
            self.body += came[:count]
            del came[:count]
            self._left -= count
        if not self._left:
            return True
        if self._left > _LINE_END or len(came) < _LINE_END:
            return False
        if came[:_LINE_END] != b"\r\n":
            raise ValueError
        del came[:_LINE_END]
        self._left = 0
        return True

    def _ended(self) -> bool:
        """Pass over the trailer, up to its empty line."""
        came = self._came
        while (end := came.find(b"\r\n")) >= 0:
            del came[: end + 2]
            if end == 0:
                return True
        if len(came) > _HEAD_BYTES:
            raise ValueError
        return False
