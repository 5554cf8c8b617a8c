"""The one that asks is polite, and bounded by nobody's good will."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hushtable.probe.ask import (
    MAX_BODY,
    STORM,
    USER_AGENT,
    Answer,
    Asker,
    EndedError,
    Request,
    client,
)
from hushtable.probe.order import Bounds, Identity, Order, Way
from hushtable.probe.target import target
from tests.probe.serving import (
    Log,
    Manner,
    breaks_first,
    circles,
    floods,
    hangs,
    plain,
    says,
    served,
    trickles,
)

GET = Request("GET", "/x")


def asked(
    manner: Manner, *requests: Request, writes: bool = False, **bounds: Any
) -> tuple[list[Answer], Log, list[float]]:
    """Send requests to a server of a manner, on a clock that waits for nobody."""

    async def run() -> tuple[list[Answer], Log, list[float]]:
        now, waits = [0.0], list[float]()

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            now[0] += seconds

        async with served(manner) as (url, log):
            limits = Bounds(**({"timeout": 0.3, "rate": 10.0} | bounds))
            order = Order(url, writes=writes, bounds=limits)
            checked = target(order.url)
            async with client(order, checked) as opened:
                asker = Asker(opened, checked, order, clock=lambda: now[0], sleep=sleep)
                asker.begin()
                return [await asker(one) for one in requests], log, waits

    return asyncio.run(run())


def test_the_rate_is_kept() -> None:
    """Between two requests lies at least what the rate says."""
    _, log, waits = asked(says(b"{}"), *[GET] * 5)
    assert len(log.lines) == 5
    assert waits == pytest.approx([0.1] * 4)


def test_it_says_who_it_is() -> None:
    """Every request names hushtable, and carries the headers of its identity alone."""
    who = Identity("A", (("x-user", "u1"),))
    _, log, _ = asked(says(b"{}"), GET, Request("GET", "/", who))
    assert all(USER_AGENT in headers for headers in log.headers)
    assert ["x-user: u1" in headers for headers in log.headers] == [False, True]


@pytest.mark.parametrize("manner", [hangs, trickles])
def test_a_server_that_does_not_end_is_left(manner: Manner) -> None:
    """A server that hangs, or sends a letter now and then, costs one timeout and no more."""
    (answer,), _, _ = asked(manner, GET)
    assert (answer.status, answer.failure) == (0, "no answer in time")


def test_a_flood_is_cut() -> None:
    """Of a gigabyte two megabytes are read, and the answer says that it was cut."""
    (answer,), _, _ = asked(floods, GET, timeout=20.0)
    assert (answer.status, answer.cut, len(answer.body)) == (200, True, MAX_BODY)


def test_redirects_end() -> None:
    """A circle of redirects is followed three times."""
    (answer,), log, _ = asked(circles, GET)
    assert answer.status == 307
    assert [line.split()[1] for line in log.lines] == ["/x", "/xx", "/xxx", "/xxxx"]


def test_another_host_is_not_asked() -> None:
    """A redirect to another host, port or scheme is not followed."""
    for where in ("http://127.0.0.1:1/x", "https://127.0.0.1/x", "//localhost/x", "ftp://x/"):
        (answer,), log, _ = asked(says(b"", "302 Found", f"location: {where}"), GET)
        assert (answer.status, len(log.lines)) == (302, 1)


def test_no_write_without_consent() -> None:
    """A method that may write is not sent, whatever a check asks for."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with pytest.raises(EndedError, match="--writes"):
            asked(says(b"{}"), Request(method, "/x"))
    answers, log, _ = asked(says(b"{}"), Request("POST", "/x"), writes=True)
    assert (answers[0].status, log.methods) == (200, {"POST"})


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_storm_of_refusals_ends_the_run(status: str) -> None:
    """Refusals in a row are waited for, longer each time, and at last end the run."""
    answers, _, waits = asked(says(b"", status), *[GET] * (STORM - 1))
    assert len(answers) == STORM - 1
    assert waits == sorted(waits)
    with pytest.raises(EndedError, match="in a row"):
        asked(says(b"", status), *[GET] * STORM)


def test_the_server_says_how_long_to_wait() -> None:
    """Retry-After is kept, up to a few seconds."""
    for told, waited in (("2", 2.0), ("3600", 5.0), ("soon", 0.5)):
        _, _, waits = asked(says(b"", "429 Too Many Requests", f"retry-after: {told}"), GET, GET)
        assert waits == [waited]


def test_no_answer_at_all_ends_the_run() -> None:
    """A server that breaks off every time is not asked for ever."""

    async def breaks(_writer: asyncio.StreamWriter, _path: str) -> None:
        """Close at once."""

    with pytest.raises(EndedError, match="had no answer"):
        asked(breaks, *[GET] * STORM)


def test_a_read_on_a_closed_connection_is_sent_again() -> None:
    """A read whose connection breaks is sent once more, at the rate; a write never is."""
    (answer,), log, waits = asked(breaks_first(), GET)
    assert (answer.status, len(log.lines), waits) == (200, 2, pytest.approx([0.1]))
    (answer,), log, _ = asked(breaks_first(), Request("POST", "/x"), writes=True)
    assert (answer.status, len(log.lines)) == (0, 1)


def test_time_ends_the_run() -> None:
    """When the seconds of the whole run are over nothing more is sent."""
    with pytest.raises(EndedError, match="time is up"):
        asked(says(b"{}"), *[GET] * 20, within=1.0)


def test_no_cookie_is_kept() -> None:
    """A cookie that was set for one request is not sent with the next."""
    _, log, _ = asked(says(b"{}", "200 OK", "set-cookie: session=x; Path=/"), GET, GET)
    assert not any("cookie" in headers.lower() for headers in log.headers)


def test_a_name_goes_to_the_address_that_was_checked() -> None:
    """A request by name connects to the checked address and names the host it was made for."""

    async def run() -> tuple[str, Log]:
        async with served(says(b"{}")) as (url, log):
            port = url.rpartition(":")[2]
            order = Order(f"http://shop.internal:{port}")
            checked = target(order.url, resolving=lambda _: ("127.0.0.1",))
            async with client(order, checked) as opened:
                asker = Asker(opened, checked, order)
                asker.begin()
                await asker(GET)
            return port, log

    port, log = asyncio.run(run())
    assert f"host: shop.internal:{port}" in log.headers[0].lower()


def test_a_proxy_is_asked_in_place_of_the_service() -> None:
    """A request goes to the proxy that was named, which is told the whole URL."""

    async def run() -> Log:
        async with served(says(b"{}")) as (url, log):
            order = Order("http://shop.internal", way=Way(proxy=url))
            checked = target(order.url, resolving=lambda _: ("10.0.0.9",))
            async with client(order, checked) as opened:
                asker = Asker(opened, checked, order)
                asker.begin()
                await asker(GET)
            return log

    assert asyncio.run(run()).lines == ["GET http://shop.internal/x HTTP/1.1"]


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment is not used: the checked address is."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    (answer,), _, _ = asked(says(b"{}"), GET)
    assert answer.status == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx",
        plain(b"x", "200 OK", "content-encoding: gzip"),
    ],
)
def test_nonsense_is_an_answer_or_none(raw: bytes) -> None:
    """Bytes that are no HTTP become an answer without a status, never an error."""

    async def manner(writer: asyncio.StreamWriter, _path: str) -> None:
        writer.write(raw)
        await writer.drain()

    (answer,), _, _ = asked(manner, GET)
    assert answer.status in {0, 200}
