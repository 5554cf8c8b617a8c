"""What may come on a connection, in whatever pieces it comes."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.guard.transport import exchange
from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.exchange import LARGEST_FRAME, Connection
from hushtable.guard.transport.judge import LARGEST_BODY, Failure

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"X-Amz-Crc32:  5 \r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = OK + b"X-Amz-Crc32: 5\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"


class Wire(asyncio.Transport):
    """The way out, as a test looks at it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False
        self.unsent = 0

    def write(self, data: Any) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.closed = True


class Asked:
    """A connection that waits for an answer."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.wire = Wire()
        self.connection = Connection(self.loop)
        self.connection.connection_made(self.wire)
        self.ask()

    def ask(self) -> None:
        self.waiting = self.connection.ask(b"?", time.monotonic() + 60)

    def hear(self, pieces: Iterable[bytes], *, ended: bool = False) -> Reply | Failure | None:
        """Let pieces come, and then the end; give what came of it, None where nothing did yet."""
        for piece in pieces:
            if not self.wire.closed:
                self.connection.data_received(piece)
        if ended and not self.wire.closed:
            self.connection.eof_received()
            self.connection.connection_lost(None)
        if self.waiting.done():
            return self.connection.taken()
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.abort()
        self.loop.close()


def heard(*pieces: bytes, ended: bool = False) -> tuple[Reply | Failure | None, bool]:
    """Give what comes of an answer, and whether the connection is closed after it."""
    with Asked() as asked:
        return asked.hear(pieces, ended=ended), asked.wire.closed


def bytewise(answer: bytes) -> list[bytes]:
    """Cut an answer into bytes."""
    return [bytes([one]) for one in answer]


def body_of(outcome: Reply | Failure | None) -> bytes:
    """Give the body of an answer."""
    assert isinstance(outcome, Reply)
    return bytes(outcome.body)


@st.composite
def cut(draw: st.DrawFn) -> tuple[bytes, bytes, list[bytes]]:
    """Draw a body, an answer with it in either framing, and the answer in pieces."""
    body = draw(st.binary(max_size=300))
    if draw(st.booleans()):
        answer = OK + b"content-length: %d\r\nA: b\r\n\r\n" % len(body) + body
    else:
        ends = sorted({*draw(st.lists(st.integers(0, len(body)))), len(body)} - {0})
        parts = [body[a:b] for a, b in zip([0, *ends], ends, strict=False)]
        framed = b"".join(b"%X;e=1\r\n%b\r\n" % (len(part), part) for part in parts)
        answer = OK + b"A: b\r\ntransfer-encoding: chunked\r\n\r\n" + framed + b"0\r\nT: 1\r\n\r\n"
    cuts = sorted(draw(st.sets(st.integers(0, len(answer)))) | {0, len(answer)})
    return body, answer, [answer[a:b] for a, b in pairwise(cuts)]


@given(cut())
def test_an_answer_may_come_in_any_pieces(drawn: tuple[bytes, bytes, list[bytes]]) -> None:
    """However an answer is cut, its status, headers and body are the same."""
    body, answer, pieces = drawn
    outcome, closed = heard(*pieces)
    assert body_of(outcome) == body
    assert isinstance(outcome, Reply)
    assert (outcome.status, outcome.headers["a"], "t" in outcome.headers) == (200, "b", False)
    assert not closed
    assert heard(answer)[0] == outcome


def test_one_connection_carries_many_answers() -> None:
    """Nothing of one answer is left in the next."""
    with Asked() as asked:
        for answer in (WHOLE, CHUNKED, OK + b"content-length: 0\r\n\r\n", WHOLE) * 3:
            outcome = asked.hear([answer])
            assert isinstance(outcome, Reply)
            assert body_of(outcome) == (b"" if b": 0" in answer else b"{}")
            assert ("x-amz-crc32" in outcome.headers) == (b"Crc32" in answer)
            asked.ask()
        assert not asked.wire.closed


def test_headers_are_lower_case_and_bare() -> None:
    """Names of headers come in lower case, values without the space around them."""
    outcome, _ = heard(WHOLE)
    assert isinstance(outcome, Reply)
    assert outcome.headers == {"x-amz-crc32": "5", "content-length": "2"}


HOSTILE = {
    "no answer": b"garbage\r\n\r\n",
    "a request": b"GET / HTTP/1.1\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01",
    "a length twice": OK + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "a length and chunks": OK + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
    "chunks and a length": OK + b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}",
    "a negative length": OK + b"content-length: -2\r\n\r\n{}",
    "a length with a sign": OK + b"content-length: +2\r\n\r\n{}",
    "a list of lengths": OK + b"content-length: 2, 2\r\n\r\n{}",
    "an empty length": OK + b"content-length:\r\n\r\n{}",
    "a length beyond all numbers": OK + b"content-length: 99999999999999999999999\r\n\r\n{}",
    "a space before the colon": OK + b"content-length : 2\r\n\r\n{}",
    "a header with a null": OK + b"a: \x00\r\ncontent-length: 2\r\n\r\n{}",
    "a header with a return": OK + b"a: b\rc: d\r\ncontent-length: 2\r\n\r\n{}",
    "a header that is not text": OK + b"a: \xff\r\ncontent-length: 2\r\n\r\n{}",
    "a folded header": OK + b"a: b\r\n content-length: 9\r\ncontent-length: 2\r\n\r\n{}",
    "lines without returns": b"HTTP/1.1 200 OK\ncontent-length: 2\n\n{}",
    "a negative chunk": OK + b"transfer-encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "a chunk longer than it says": OK + b"transfer-encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "a chunk beyond all numbers": OK + b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}",
    "a status of nothing": b"HTTP/1.1 000 Odd\r\ncontent-length: 0\r\n\r\n",
    "a change of protocol": b"HTTP/1.1 101 Odd\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nabc",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_are_broken(name: str) -> None:
    """What is no answer, or could be read as two, is none, and its connection is closed."""
    answer = HOSTILE[name]
    assert heard(answer) == (Failure.BROKEN, True)
    assert heard(*bytewise(answer)) == (Failure.BROKEN, True)


@given(st.lists(st.binary(min_size=1, max_size=80), max_size=6), st.sampled_from([b"", OK, WHOLE]))
def test_garbage_is_no_crash(pieces: list[bytes], before: bytes) -> None:
    """Whatever comes, and then the end, something is said of it and the connection is closed."""
    outcome, closed = heard(*[before] * bool(before), *pieces, ended=True)
    assert isinstance(outcome, Reply | Failure)
    assert closed


@pytest.mark.parametrize("answer", [WHOLE, CHUNKED])
@pytest.mark.parametrize("more", [WHOLE, b"x", b"HTTP/1.1 200 O", b"\x00"])
def test_what_follows_an_answer_closes(answer: bytes, more: bytes) -> None:
    """Bytes after an answer are no part of it, and the connection is not used again."""
    for pieces in ([answer + more], [answer[:-1], answer[-1:] + more], [answer, more]):
        outcome, closed = heard(*pieces)
        assert (body_of(outcome), closed) == (b"{}", True)


def test_an_answer_to_nothing_closes() -> None:
    """What comes before anything was asked is no answer to what is asked next."""
    with Asked() as asked:
        asked.hear([WHOLE])
        asked.connection.data_received(WHOLE.replace(b"{}", b"[]"))
        assert asked.wire.closed
        assert not asked.connection.is_open()
        asked.ask()
        assert asked.hear([]) is Failure.NOT_SENT


@pytest.mark.parametrize(
    "answer",
    [
        WHOLE.replace(b"X-Amz", b"Connection: close\r\nX-Amz"),
        WHOLE.replace(b"HTTP/1.1", b"HTTP/1.0"),
        CHUNKED.replace(b"X-Amz", b"Connection: close\r\nX-Amz"),
    ],
)
def test_a_connection_that_says_so_is_not_used_again(answer: bytes) -> None:
    """`Connection: close`, and HTTP/1.0 without keep-alive, end with their answer."""
    outcome, closed = heard(answer)
    assert (body_of(outcome), closed) == (b"{}", True)


def test_what_comes_before_the_answer_is_skipped() -> None:
    """Informational answers (1xx) and their headers are passed over."""
    before = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: early\r\n\r\n"
    for pieces in ([before + WHOLE], bytewise(before + WHOLE)):
        outcome, closed = heard(*pieces)
        assert isinstance(outcome, Reply)
        assert (outcome.status, "a" in outcome.headers, closed) == (200, False, False)


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body(status: int) -> None:
    """A status that has no body waits for none."""
    outcome, closed = heard(b"HTTP/1.1 %d Odd\r\n\r\n" % status)
    assert (outcome, closed) == (Reply(status, {}, b""), False)


def test_an_answer_that_ends_with_its_connection() -> None:
    """An answer that states no length is whole at the end of the connection, and not before."""
    assert heard(OK + b"\r\n{", b"}") == (None, False)
    outcome, closed = heard(OK + b"\r\n{", b"}", ended=True)
    assert (body_of(outcome), closed) == (b"{}", True)


@pytest.mark.parametrize(
    "cut_off",
    [b"", b"HTTP/1.1 2", OK, WHOLE[:-1], CHUNKED[:-1], OK + b"transfer-encoding: gzip\r\n\r\n{}"],
)
def test_an_answer_that_was_cut_off(cut_off: bytes) -> None:
    """An answer whose end did not come is none."""
    assert heard(*[cut_off] * bool(cut_off), ended=True) == (Failure.BROKEN, True)


def test_a_body_too_large_is_refused_before_it_comes() -> None:
    """An answer that states more than is taken is refused by its headers."""
    most = OK + b"content-length: %d\r\n\r\n" % LARGEST_BODY
    assert heard(most) == (None, False)
    more = OK + b"content-length: %d\r\n\r\n" % (LARGEST_BODY + 1)
    assert heard(more) == (Failure.TOO_LARGE, True)


@pytest.mark.parametrize("head", [b"transfer-encoding: chunked\r\n\r\n", b"\r\n"])
def test_a_body_of_no_stated_length_has_a_bound(
    head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body in chunks, or up to the end of the connection, is refused where it grows too large."""
    monkeypatch.setattr(exchange, "LARGEST_BODY", 1000)
    chunk = b"64\r\n" + b"x" * 100 + b"\r\n" if b"chunked" in head else b"x" * 100
    assert heard(OK + head, *[chunk] * 10) == (None, False)
    assert heard(OK + head, *[chunk] * 11) == (Failure.TOO_LARGE, True)


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (OK, b"a: b\r\n"),
        (OK + b"a: ", b"bbbbbbbb"),
        (OK + b"a", b"aaaaaaaa"),
        (b"HTTP/1.1 200 O", b"kkkkkkk"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (OK + b"transfer-encoding: chunked\r\n\r\n1;", b"eeeeeeee"),
        (CHUNKED[:-2], b"t: trailer\r\n"),
        (CHUNKED[:-2] + b"t: ", b"rrrrrrrr"),
    ],
)
def test_what_is_no_body_has_a_bound(begin: bytes, piece: bytes) -> None:
    """Headers, chunk sizes, trailers and informational answers do not go on for ever."""
    pieces = [piece * 128] * (2 * LARGEST_FRAME // (128 * len(piece)))
    assert heard(begin + piece, *pieces) == (Failure.BROKEN, True)
    assert heard(begin + piece, *pieces[: len(pieces) // 4])[0] is None


def test_an_answer_before_the_request_was_sent() -> None:
    """An answer that comes while the request is still going out is the last of its connection."""
    with Asked() as asked:
        asked.wire.unsent = 1
        assert body_of(asked.hear([WHOLE])) == b"{}"
        assert asked.wire.closed


@pytest.mark.parametrize("framing", ["stated", "chunked"])
def test_a_large_body_is_held_once(framing: str) -> None:
    """A body that comes in many pieces needs little more memory than its own length."""
    size, piece = 8 * 1024 * 1024, b"x" * 65536
    head = OK + b"content-length: %d\r\n\r\n" % size
    if framing == "chunked":
        head = OK + b"transfer-encoding: chunked\r\n\r\n"
        piece = b"10000\r\n" + piece + b"\r\n"
    pieces = [head, *[piece] * (size // 65536), *[b"0\r\n\r\n"] * (framing == "chunked")]
    with Asked() as asked:
        tracemalloc.start()
        try:
            outcome = asked.hear(pieces)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(body_of(outcome)) == size
        assert peak < size * 1.2


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["ask", "answer", "more", "end", "late", "abort"]), max_size=12))
def test_a_connection_that_is_closed_stays_closed(course: list[str]) -> None:
    """Whatever happens in whatever order, who waits is told once, and closed is closed."""
    with Asked() as asked:
        was_closed = False
        for step in course:
            match step:
                case "ask" if asked.waiting.done():
                    asked.ask()
                case "answer" if not asked.wire.closed:
                    asked.connection.data_received(WHOLE)
                case "more" if not asked.wire.closed:
                    asked.connection.data_received(OK)
                case "end" if not asked.wire.closed:
                    asked.connection.eof_received()
                    asked.connection.connection_lost(None)
                case "late":
                    asked.connection._until = 0.0
                    asked.connection._ring()
                case "abort" if asked.waiting.done():
                    asked.connection.abort()
            assert not (was_closed and asked.connection.is_open())
            was_closed = not asked.connection.is_open()
            if was_closed and step in {"ask", "end", "late"}:
                assert asked.waiting.done()
