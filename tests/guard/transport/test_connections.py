"""Pools of connections against servers that do as they are told, on the loops that people run."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import ipaddress
import os
import random
import ssl
import threading
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hushtable.guard.transport import connections, exchange
from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.connections import Connections
from hushtable.guard.transport.judge import Failure

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]
Handler = Callable[["Server", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run[Any]:
    """Run coroutines on a loop of each kind."""
    factory = None
    if request.param == "uvloop":
        if find_spec("uvloop") is None:
            pytest.skip("uvloop is not installed")
        factory = import_module("uvloop").new_event_loop

    def in_a_loop(main: Coroutine[Any, Any, T]) -> T:
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(main)

    return in_a_loop


class Server:
    """A server, and what it has seen."""

    def __init__(self) -> None:
        self.port = 0
        self.host = "127.0.0.1"
        self.scheme = "http"
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.open = 0

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/"

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """Read one request, and give its body."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length: ")[2].split("\r\n")[0])
        body = await reader.readexactly(length)
        self.heads.append(head)
        self.bodies.append(body)
        return body

    async def until_open(self, count: int) -> None:
        """Wait for so many connections to be open."""
        await until(lambda: self.open == count)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 -- a socket has no event to wait for
            await asyncio.sleep(0.002)


def answer(body: bytes, more: bytes = b"") -> bytes:
    """Write an answer."""
    return b"HTTP/1.1 200 OK\r\n%bcontent-length: %d\r\n\r\n%b" % (more, len(body), body)


async def echo(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request with its own body."""
    while True:
        body = await server.read(reader)
        writer.write(answer(body))
        await writer.drain()


@contextlib.asynccontextmanager
async def serving(
    handler: Handler, host: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """Run a server in this loop."""
    server = Server()
    tasks: set[asyncio.Task[Any] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        server.open += 1
        tasks.add(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            await handler(server, reader, writer)
        server.open -= 1
        writer.transport.abort()

    listening = await asyncio.start_server(serve, host, 0, ssl=context)
    server.host, server.port = listening.sockets[0].getsockname()[:2]
    server.scheme = "https" if context else "http"
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.sleep(0.01)


def body_of(outcome: Reply | Failure) -> bytes:
    """Give the body of an answer."""
    assert isinstance(outcome, Reply), outcome
    return bytes(outcome.body)


def pool_of(own: Connections) -> Any:
    """Give the pool of this loop."""
    return own._pools[asyncio.get_running_loop()]


def test_connections_are_kept(run: Run[None]) -> None:
    """Calls one after another use one connection, calls at a time one each."""

    async def main() -> None:
        own = Connections(5)
        async with serving(echo) as server:
            for number in range(5):
                assert body_of(await own.post(server.url, {}, b"%d" % number, 5)) == b"%d" % number
            assert server.connections == 1
            posts = (own.post(server.url, {}, b"x", 5) for _ in range(6))
            assert [body_of(outcome) for outcome in await asyncio.gather(*posts)] == [b"x"] * 6
            assert 1 < server.connections <= 6
            await own.close()
            await server.until_open(0)

    run(main())


def test_a_request_is_written_as_it_was_made(
    run: Run[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request has the headers that were given and its length; no coding and no proxy is used."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    async def main() -> None:
        async with serving(echo) as server:
            own = Connections(5)
            await own.post(server.url, {"x-one": "1", "x-two": "2"}, b"{}", 5)
            assert server.heads[0].split("\r\n") == [
                "POST / HTTP/1.1", f"host: 127.0.0.1:{server.port}", "user-agent: hushtable-guard",
                "accept: */*", "x-one: 1", "x-two: 2", "content-length: 2", "", "",
            ]  # fmt: skip

    run(main())


@pytest.mark.parametrize("value", ["a\r\nx: y", "a\nb", "a\rb", "\u00e9", "\u4e2d"])
def test_a_header_that_is_no_line_is_not_sent(run: Run[None], value: str) -> None:
    """A value that would be read as another header, or not at all, is not sent."""

    async def main() -> None:
        async with serving(echo) as server:
            for headers in ({"a": value}, {value: "a"}):
                assert await Connections(5).post(server.url, headers, b"{}", 5) is Failure.UNKNOWN
            assert server.connections == 0

    run(main())


def test_a_redirect_is_an_answer(run: Run[None]) -> None:
    """Where an answer sends elsewhere, nobody goes."""

    async def moved(server: Server, reader: Any, writer: Any) -> None:
        await server.read(reader)
        writer.write(b"HTTP/1.1 307 Moved\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n")

    async def main() -> None:
        async with serving(moved) as server:
            outcome = await Connections(5).post(server.url, {}, b"{}", 5)
            assert isinstance(outcome, Reply)
            assert (outcome.status, len(server.bodies)) == (307, 1)

    run(main())


@pytest.mark.parametrize("answered", [0, 2])
@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 2", answer(b"{}")[:-1]])
def test_a_request_is_never_written_twice(run: Run[None], answered: int, before: bytes) -> None:
    """Where a connection ends without an answer, new or used before, that is broken."""

    async def ends(server: Server, reader: Any, writer: Any) -> None:
        for _ in range(answered):
            writer.write(answer(await server.read(reader)))
        await server.read(reader)
        writer.write(before)
        await writer.drain()
        await asyncio.sleep(0.01)

    async def main() -> None:
        async with serving(ends) as server:
            own = Connections(5)
            for _ in range(answered):
                await own.post(server.url, {}, b"{}", 5)
            assert await own.post(server.url, {}, b"write", 5) is Failure.BROKEN
            assert server.bodies.count(b"write") == 1
            assert server.connections == 1
            await own.close()

    run(main())


def test_nobody_listens(run: Run[None]) -> None:
    """Where no connection is made, nothing was sent; names that are none are no crash."""

    async def main() -> None:
        own = Connections(5)
        for url in ("http://127.0.0.1:1/", f"http://{'a' * 70}.invalid/", "http://a..b/"):
            assert await own.post(url, {}, b"{}", 5) is Failure.NOT_SENT

    run(main())


def test_a_try_has_its_time(run: Run[None]) -> None:
    """An answer that does not come in time is not waited for, and its connection is closed."""

    async def silent(server: Server, reader: Any, writer: Any) -> None:
        writer.write(answer(await server.read(reader)))
        await server.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await reader.read()

    async def main() -> None:
        async with serving(silent) as server:
            own = Connections(5)
            assert body_of(await own.post(server.url, {}, b"a", 60)) == b"a"
            assert await own.post(server.url, {}, b"b", 0.05) is Failure.TIMED_OUT
            await server.until_open(0)
            assert body_of(await own.post(server.url, {}, b"c", 60)) == b"c"
            assert server.connections == 2
            await own.close()

    run(main())


@pytest.mark.parametrize(("connect", "seconds"), [(0.05, 60.0), (60.0, 0.05)])
def test_connecting_has_its_time(run: Run[None], connect: float, seconds: float) -> None:
    """A connection that is not made in time, of connecting or of the try, carries nothing."""

    async def silent(_: Server, reader: Any, writer: Any) -> None:  # noqa: ARG001 -- a handler's
        await asyncio.sleep(60)

    async def main() -> None:
        async with serving(silent) as server:
            # No certificate is ever shown, so that the handshake does not end.
            url = server.url.replace("http:", "https:")
            assert await Connections(connect).post(url, {}, b"{}", seconds) is Failure.NOT_SENT

    run(main())


def test_what_the_server_closed_is_not_used(run: Run[None]) -> None:
    """A connection that was closed while nobody used it is not used, even by a loop that slept."""
    closing = threading.Event()

    async def closes(server: Server, reader: Any, writer: Any) -> None:
        writer.write(answer(await server.read(reader)))
        await writer.drain()
        await asyncio.to_thread(closing.wait, 10)
        closing.clear()

    def apart(ready: threading.Event, ended: threading.Event, found: list[Server]) -> None:
        async def serve() -> None:
            async with serving(closes) as server:
                found.append(server)
                ready.set()
                await asyncio.to_thread(ended.wait, 10)

        asyncio.run(serve())

    async def main(server: Server) -> None:
        own = Connections(5)
        assert body_of(await own.post(server.url, {}, b"a", 5)) == b"a"
        closing.set()
        patience = time.monotonic() + 10
        while server.open and time.monotonic() < patience:
            time.sleep(0.01)  # noqa: ASYNC251 -- the loop must not see it
        time.sleep(1.1)  # noqa: ASYNC251 -- so long that it is looked at first
        closing.set()
        assert body_of(await own.post(server.url, {}, b"b", 5)) == b"b"
        await own.close()

    ready, ended, found = threading.Event(), threading.Event(), list[Server]()
    thread = threading.Thread(target=apart, args=(ready, ended, found))
    thread.start()
    try:
        assert ready.wait(5)
        run(main(found[0]))
        assert found[0].bodies == [b"a", b"b"]
    finally:
        closing.set()
        ended.set()
        thread.join(10)


def test_idle_connections_are_closed(run: Run[None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that nobody used for a while is closed."""
    monkeypatch.setattr(exchange, "IDLE", 0.05)

    async def main() -> None:
        async with serving(echo) as server:
            own = Connections(5)
            for _ in range(2):
                await own.post(server.url, {}, b"{}", 0.02)
                await server.until_open(0)
            assert server.connections == 2

    run(main())


def test_a_loop_that_was_stopped_uses_no_old_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A connection that was idle too long while its loop did not run is not used."""
    monkeypatch.setattr(exchange, "IDLE", 0.1)
    own = Connections(5)
    with asyncio.Runner() as runner:

        async def begin() -> tuple[contextlib.AsyncExitStack, Server]:
            stack = contextlib.AsyncExitStack()
            return stack, await stack.enter_async_context(serving(echo))

        stack, server = runner.run(begin())
        runner.run(own.post(server.url, {}, b"a", 5))
        time.sleep(0.2)
        assert body_of(runner.run(own.post(server.url, {}, b"b", 5))) == b"b"
        assert server.connections == 2
        runner.run(stack.aclose())


@pytest.mark.parametrize("steps", range(14))
def test_a_cancelled_call_takes_its_connection_along(run: Run[None], steps: int) -> None:
    """Whenever a call is cancelled, its connection closes and nobody else gets its answer."""

    async def slow(server: Server, reader: Any, writer: Any) -> None:
        while True:
            written = answer(await server.read(reader))
            for at in range(0, len(written), 20):
                writer.write(written[at : at + 20])
                await asyncio.sleep(0)

    async def main() -> None:
        async with serving(slow) as server:
            own = Connections(5)
            for kept in (0, 1):
                if kept:
                    await own.post(server.url, {}, b"first", 5)
                calls = [
                    asyncio.create_task(own.post(server.url, {}, b"c%d" % number, 5))
                    for number in range(3)
                ]
                for _ in range(steps):
                    await asyncio.sleep(0)
                calls[1].cancel()
                later = own.post(server.url, {}, b"later", 5)
                ended = await asyncio.gather(*calls, later, return_exceptions=True)
                expected = [b"c0", b"c1", b"c2", b"later"]
                for outcome, right in zip(ended, expected, strict=True):
                    if not isinstance(outcome, asyncio.CancelledError):
                        assert body_of(outcome) == right  # type: ignore[arg-type]
                pool = pool_of(own)
                idle = [one for kept in pool.idle.values() for one in kept]
                assert all(one._waiting is None for one in idle)
                await server.until_open(len([one for one in idle if one.is_open()]))
                assert pool._room == connections.MOST
            await own.close()
            await server.until_open(0)

    run(main())


def test_every_caller_gets_his_own_answer(run: Run[None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Among many calls, some cancelled and some too late, each that ends has its own answer."""
    monkeypatch.setattr(connections, "MOST", 8)
    draw = random.Random(7)  # noqa: S311 -- no secret

    async def moody(server: Server, reader: Any, writer: Any) -> None:
        while True:
            body = await server.read(reader)
            await asyncio.sleep(draw.choice([0, 0, 0.002, 0.02]))
            if draw.random() < 0.1:
                return
            writer.write(answer(body, b"connection: close\r\n" * (draw.random() < 0.1)))

    async def main() -> None:
        async with serving(moody) as server:
            own = Connections(5)

            async def call(number: int) -> bool:
                body = b"%d" % number
                seconds = draw.choice([0.01, 5, 5])
                task = asyncio.create_task(own.post(server.url, {}, body, seconds))
                if draw.random() < 0.2:
                    await asyncio.sleep(draw.random() * 0.01)
                    task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    outcome = await task
                    if isinstance(outcome, Reply):
                        assert outcome.body == body
                        return True
                return False

            answered = sum(await asyncio.gather(*(call(number) for number in range(300))))
            assert answered > 60
            pool = pool_of(own)
            assert (pool._room, len(pool._queue)) == (8, 0)
            assert len([one for one in pool.open if one.is_open()]) <= 8
            await own.close()
            await server.until_open(0)

    run(main())


def test_there_are_so_many_connections_and_no_more(
    run: Run[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the most, calls wait in turn, and no longer than a try may take."""
    monkeypatch.setattr(connections, "MOST", 2)
    going = asyncio.Event()

    async def held(server: Server, reader: Any, writer: Any) -> None:
        while True:
            body = await server.read(reader)
            await going.wait()
            writer.write(answer(body))

    async def main() -> None:
        async with serving(held) as server:
            own = Connections(5)
            ended: list[int] = []

            async def call(number: int) -> None:
                assert isinstance(await own.post(server.url, {}, b"%d" % number, 30), Reply)
                ended.append(number)

            calls = [asyncio.create_task(call(number)) for number in range(6)]
            await until(lambda: len(server.bodies) == 2)
            assert await own.post(server.url, {}, b"late", 0.05) is Failure.NOT_SENT
            calls[3].cancel()
            going.set()
            await asyncio.gather(*calls, return_exceptions=True)
            assert sorted(ended) == [0, 1, 2, 4, 5]
            assert server.bodies[2:] == [b"2", b"4", b"5"]
            assert server.connections == 2
            assert pool_of(own)._room == 2
            await own.close()

    run(main())


def test_room_that_comes_too_late_goes_to_the_next(run: Run[None]) -> None:
    """Room that is given to one who has just given up is not lost."""

    async def main() -> None:
        pool = connections._Pool(asyncio.get_running_loop())
        pool._room = 0
        first = asyncio.create_task(pool.turn(time.monotonic() + 60))
        second = asyncio.create_task(pool.turn(time.monotonic() + 60))
        await asyncio.sleep(0)
        pool.leave()
        first.cancel()
        assert await second
        with pytest.raises(asyncio.CancelledError):
            await first
        pool.leave()
        assert pool._room == 1

    run(main())


def test_idle_connections_make_room_for_other_addresses(
    run: Run[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The most holds over all addresses: what is idle at one makes room for another."""
    monkeypatch.setattr(connections, "MOST", 3)

    async def main() -> None:
        async with serving(echo) as one, serving(echo) as other:
            own = Connections(5)
            for server in (one, other, one):
                posts = (own.post(server.url, {}, b"x", 5) for _ in range(3))
                assert [body_of(found) for found in await asyncio.gather(*posts)] == [b"x"] * 3
                assert len([one for one in pool_of(own).open if one.is_open()]) <= 3
            await own.close()

    run(main())


def test_closed_connections_are_opened_anew(run: Run[None]) -> None:
    """A close lets go of what is idle, lets what is busy end, and the next call opens anew."""

    async def main() -> None:
        async with serving(echo) as server:
            own = Connections(5)
            busy = asyncio.create_task(own.post(server.url, {}, b"busy", 5))
            await until(lambda: bool(server.bodies))
            await own.close()
            assert body_of(await busy) == b"busy"
            await server.until_open(0)
            assert body_of(await own.post(server.url, {}, b"more", 5)) == b"more"
            await asyncio.to_thread(own.close_now)
            await server.until_open(0)
            assert body_of(await own.post(server.url, {}, b"last", 5)) == b"last"

    run(main())


def open_files() -> int:
    """Count this process' open files, where the system tells (Linux)."""
    folder = Path("/proc/self/fd")
    return len([*folder.iterdir()]) if folder.is_dir() else 0


def test_loops_that_come_and_go_leave_nothing(run: Run[None]) -> None:
    """Connections end with their loop: no pool, no file and no warning stays behind."""
    own = Connections(5)

    async def main() -> None:
        async with serving(echo) as server:
            posts = (own.post(server.url, {}, b"x", 5) for _ in range(3))
            assert [body_of(found) for found in await asyncio.gather(*posts)] == [b"x"] * 3

    run(main())
    before = open_files()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(20):
            run(main())
        gc.collect()
    assert own._pools == {}
    assert [str(one.message) for one in warned] == []
    assert open_files() <= before


def test_a_loop_that_was_never_told_to_end_is_forgotten() -> None:
    """A loop that was closed without a word is let go of when another begins."""
    own = Connections(5)

    async def main() -> None:
        async with serving(echo) as server:
            await own.post(server.url, {}, b"x", 5)
            await own.close()

    for _ in range(5):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
        assert len(own._pools) == 1


def test_one_object_serves_many_loops(run: Run[None]) -> None:
    """Loops in several threads, and one after another in the same, use one object."""
    own = Connections(5)
    failed: list[BaseException] = []

    async def main() -> None:
        async with serving(echo) as server:
            for _ in range(5):
                posts = (own.post(server.url, {}, b"%d" % number, 20) for number in range(8))
                found = [body_of(outcome) for outcome in await asyncio.gather(*posts)]
                assert found == [b"%d" % number for number in range(8)]
                own.close_now()

    def work() -> None:
        try:
            for _ in range(3):
                run(main())
        except BaseException as error:  # noqa: BLE001 -- told by the test
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert own._pools == {}


def _usage(*, signs: bool) -> x509.KeyUsage:
    """Say what a key is for, as newer Pythons demand."""
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    unused = dict.fromkeys((*others, "crl_sign", "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=not signs, key_cert_sign=signs, **unused)


def certificate(names: list[x509.GeneralName], folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make an authority and a server's certificate, and give a server's context and the former."""
    now = dt.datetime.now(dt.UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
    identified = x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key())
    made = []
    for name, key in zip((authority, own), keys, strict=True):
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(name == authority, None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(identified, critical=False)
            .add_extension(_usage(signs=name == authority), critical=True)
        )
        if name == own:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()))
    trusted, chain = folder / "trusted.pem", folder / "server.pem"
    trusted.write_bytes(made[0].public_bytes(Encoding.PEM))
    chain.write_bytes(
        made[1].public_bytes(Encoding.PEM)
        + keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, trusted


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_secured_connection(
    run: Run[None], host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose certificate an authority of this system signed gets its requests."""
    context, trusted = certificate([x509.IPAddress(ipaddress.ip_address(host))], tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    large = os.urandom(300_000)

    async def main() -> None:
        async with serving(echo, host, context) as server:
            own = Connections(5)
            for body in (b"{}", large, b"[]"):
                assert body_of(await own.post(server.url, {}, body, 20)) == body
            assert server.connections == 1
            await own.close()
            await server.until_open(0)

    run(main())


@pytest.mark.parametrize("wrong", ["name", "authority"])
def test_a_server_that_is_somebody_else(
    run: Run[None], wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate for another name, or of an authority nobody trusts, gets no request."""
    name = "elsewhere.example" if wrong == "name" else "localhost"
    context, trusted = certificate([x509.DNSName(name)], tmp_path)
    if wrong == "name":
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    async def main() -> None:
        async with serving(echo, "127.0.0.1", context) as server:
            url = server.url.replace("127.0.0.1", "localhost")
            assert await Connections(5).post(url, {}, b"{}", 20) is Failure.NOT_SENT
            assert server.bodies == []

    run(main())


def test_an_answer_cut_off_under_encryption_is_broken(
    run: Run[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no length is stated, a secured connection that breaks is not taken for an end."""
    context, trusted = certificate([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))], tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    async def cut(server: Server, reader: Any, writer: Any) -> None:
        await server.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.05)

    async def main() -> None:
        async with serving(cut, "127.0.0.1", context) as server:
            assert await Connections(5).post(server.url, {}, b"{}", 20) is Failure.BROKEN

    run(main())


def test_an_address_of_version_six(run: Run[None]) -> None:
    """An address written in brackets is connected to, and named so in the request."""

    async def main() -> None:
        async with serving(echo, "::1") as server:
            own = Connections(5)
            assert body_of(await own.post(server.url, {}, b"{}", 5)) == b"{}"
            assert f"host: [::1]:{server.port}\r\n" in server.heads[0]
            await own.close()

    run(main())
