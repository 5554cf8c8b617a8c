"""An answer is read the same however it is cut, and what HTTP leaves open is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.incoming import Incoming
from hushtable.guard.transport.judge import LARGEST_BODY, Failure

LENGTH = b"HTTP/1.1 200 OK\r\nX-Amzn-RequestId:  R \r\nContent-Length: 11\r\n\r\nhello world"
CHUNKS = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nx-after: 1\r\n\r\n"
)
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\n" + LENGTH


def fed(parts: list[bytes]) -> tuple[Reply | Failure | None, Incoming]:
    """Feed an answer in parts, and give what came of it first."""
    incoming = Incoming()
    for part in parts:
        outcome = incoming.feed(part)
        if outcome is not None:
            return outcome, incoming
    return None, incoming


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut bytes at places."""
    places = [0, *sorted(min(one, len(data)) for one in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places) if start < end]


CUTS = st.lists(st.integers(0, 200), max_size=8)


@given(st.sampled_from([LENGTH, CHUNKS, EMPTY, CONTINUED]), CUTS)
def test_an_answer_is_whole_however_it_is_cut(data: bytes, cuts: list[int]) -> None:
    """Status, headers and body are the same for every cut, and not before the last byte."""
    parts = cut(data, cuts)
    assert fed(parts[:-1])[0] is None
    outcome, incoming = fed(parts)
    assert isinstance(outcome, Reply)
    assert (outcome.status, outcome.body) == (200, b"" if data is EMPTY else b"hello world")
    assert incoming.reusable
    if data in {LENGTH, CONTINUED}:
        assert outcome.headers == {"x-amzn-requestid": "R", "content-length": "11"}


@given(st.binary(max_size=400), CUTS)
def test_any_bytes_are_an_answer_or_none(data: bytes, cuts: list[int]) -> None:
    """Whatever comes is read, waited for or refused, and raises nothing."""
    outcome, _ = fed(cut(data, cuts))
    assert outcome is None or isinstance(outcome, Reply | Failure)


@given(st.sampled_from([LENGTH, CHUNKS]), st.integers(0, 120), st.integers(0, 255), CUTS)
def test_a_changed_byte_raises_nothing(data: bytes, at: int, byte: int, cuts: list[int]) -> None:
    """An answer with one other byte is read, waited for or refused."""
    at %= len(data)
    outcome, _ = fed(cut(data[:at] + bytes([byte]) + data[at + 1 :], cuts))
    assert outcome is None or isinstance(outcome, Reply | Failure)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/2 200\r\ncontent-length: 1",
        b"HTTP/1.1 OK\r\ncontent-length: 1",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1_0",
        b"HTTP/1.1 200 OK\r\ncontent-length: " + b"9" * 5000,
        b"HTTP/1.1 200 OK\r\ncontent-length : 1",
        b"HTTP/1.1 200 OK\r\nx-odd: 1\r\n  folded\r\ncontent-length: 1",
        b"HTTP/1.1 200 OK\r\nno colon\r\ncontent-length: 1",
        b"HTTP/1.1 200 OK\r\nx-odd: \xff\r\ncontent-length: 1",
        b"HTTP/1.1 200 OK\r\nx-odd: " + b"a" * 70_000,
    ],
)
def test_what_may_be_read_in_two_ways_is_refused(head: bytes) -> None:
    """A head without one plain length, folded, not text or endless is a broken answer."""
    assert fed([head[:20], head[20:], b"\r\n\r\nx"])[0] is Failure.BROKEN


@pytest.mark.parametrize("body", [b"x\r\nhello", b"5\r\nhelloo\r\n", b"-1\r\n", b"1\nx\n0\n\n"])
def test_wrong_chunks_are_refused(body: bytes) -> None:
    """A chunk without a size, or longer than it says, is a broken answer."""
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    assert fed([head + body])[0] is Failure.BROKEN


def test_a_body_has_a_bound() -> None:
    """A body that is too large is refused by its stated length, or once that much came."""
    stated = f"HTTP/1.1 200 OK\r\ncontent-length: {LARGEST_BODY + 1}\r\n\r\n".encode()
    assert fed([stated])[0] is Failure.TOO_LARGE
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    assert fed([head, *[chunk] * 18])[0] is Failure.TOO_LARGE


@pytest.mark.parametrize(
    ("data", "reusable"),
    [
        (LENGTH, True),
        (LENGTH + b"HTTP", False),
        (CHUNKS + b"HTTP", False),
        (LENGTH.replace(b"200 OK", b"200 OK\r\nConnection: Close"), False),
        (LENGTH.replace(b"HTTP/1.1", b"HTTP/1.0"), False),
    ],
)
def test_a_connection_is_used_again_only_when_all_is_clear(data: bytes, reusable: bool) -> None:  # noqa: FBT001
    """A connection that is to be closed, or on which more came than the answer, is not kept."""
    outcome, incoming = fed([data])
    assert isinstance(outcome, Reply)
    assert outcome.body == b"hello world"
    assert incoming.reusable is reusable


def test_a_large_body_is_whole() -> None:
    """A body that comes in many parts is put together in order, and no part of it is lost."""
    body = bytes(range(256)) * 4096
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    outcome, incoming = fed(cut(head + body, [*range(1000, len(body), 60_000)]))
    assert isinstance(outcome, Reply)
    assert outcome.body == body
    assert incoming.reusable
