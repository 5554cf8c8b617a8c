"""The canned server of the guard's benchmark, and how its figures become goals."""

from __future__ import annotations

import asyncio
import json
import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.guard.__main__ import Sheet, goals
from benchmarks.guard.canned import PAGE, SHOWN, Answers, shown
from benchmarks.guard.contenders import CONTENDERS, GOALS, GUARD
from benchmarks.guard.driver import fits
from benchmarks.guard.server import Connection

ANSWERS = Answers()


class Wire(asyncio.Transport):
    """Keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""

    def write(self, data: Any) -> None:
        self.sent += data


def request(operation: str, body: dict[str, Any]) -> bytes:
    """Write a request."""
    text = json.dumps(body).encode()
    head = f"POST / HTTP/1.1\r\nX-Amz-Target: DynamoDB_20120810.{operation}\r\n"
    return head.encode() + f"Content-Length: {len(text)}\r\n\r\n".encode() + text


@given(st.lists(st.integers(0, 700), max_size=6))
@settings(max_examples=50)
def test_a_request_is_answered_however_it_is_cut(cuts: list[int]) -> None:
    """Two requests on one connection get the answers of their operations, whole or in pieces."""
    sent = request("GetItem", {"TableName": "orders", "ProjectionExpression": "#a"})
    sent += request("Query", {"TableName": "orders"})
    connection, wire = Connection(ANSWERS), Wire()
    connection.connection_made(wire)
    for start, end in pairwise([0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]):
        connection.data_received(sent[start:end])
    expected = [ANSWERS.to(b"GetItem", b'"ProjectionExpression"'), ANSWERS.to(b"Query", b"")]
    assert wire.sent == b"".join(expected)


@pytest.mark.parametrize("operation", ["GetItem", "Query", "DescribeTable"])
def test_answers_carry_their_checksum(operation: str) -> None:
    """The checksum and the length in the head are those of the body."""
    head, _, body = ANSWERS.to(operation.encode(), b"").partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert int(lines["x-amz-crc32"]) == zlib.crc32(body)
    assert int(lines["Content-Length"]) == len(body)


def test_a_call_fits_when_it_shows_what_the_endpoint_shows() -> None:
    """Fewer items, other values and more attributes do not fit."""
    page = [shown(number) for number in range(1, PAGE + 1)]
    assert fits("get narrow", json.dumps(shown(1)).encode())
    assert fits("page whole", json.dumps(page).encode())
    assert fits("page narrow", json.dumps({"items": page, "next": None}).encode())
    assert not fits("page narrow", json.dumps(page[1:]).encode())
    assert not fits("get narrow", json.dumps({**shown(1), "email": "x"}).encode())
    assert set(shown(1)) == set(SHOWN)


def test_goals_name_contenders_and_say_whether_they_are_met() -> None:
    """A goal is a share of what a peer costs; one that was not measured is left out."""
    assert {goal.peer for goal in GOALS} <= {one.name for one in CONTENDERS}
    sheets = {name: Sheet() for name in (GUARD, "aiobotocore", "aiodynamo")}
    for name, cost in ((GUARD, 1.0), ("aiobotocore", 9.0), ("aiodynamo", 2.0)):
        sheets[name].cpu["get narrow"].append(cost)
    rates = {"GetItem": {GUARD: (0.0, 1.0), "naive boto3": (0.0, 6.0)}}
    rates["100 items"] = rates["GetItem"]
    peaks = {"peak": {GUARD: 1.0, "boto3 client": 9.0}, "decoding": {GUARD: 1.0}}
    found = list(goals(sheets, peaks, rates))
    assert [line[1:] for line in found] == [
        ("1/8", "1/9", "yes"), ("1/2.5", "1/2", "no"), ("1/10", "1/9", "no"),
        ("5x", "6.0x", "yes"), ("20x", "6.0x", "no"),
    ]  # fmt: skip
