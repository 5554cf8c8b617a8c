"""The lean transport beyond the matrix of faults: clocks, credentials, pools, patience."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hushtable.guard.errors import UnavailableError
from hushtable.guard.transport.call import Reply, Request
from hushtable.guard.transport.endpoint import Endpoint, FixedEndpoint, endpoint_at
from hushtable.guard.transport.http import Http
from hushtable.guard.transport.judge import Failure
from hushtable.guard.transport.keys import FixedKeys, Keys, KeySource
from hushtable.guard.transport.lean import LeanTransport
from hushtable.guard.transport.retry import Timing
from tests.guard.transport.canned import Canned

pytestmark = pytest.mark.usefixtures("at_once")

TIMING = Timing(connect=5, attempt=10, total=20, attempts=3)
GET = Request("GetItem", b'{"TableName":"notes","Key":{"pk":{"S":"a"}}}')
PUT = Request("PutItem", b"{}", safe=False)
FIXED = FixedKeys(Keys("first", "secret"))


def at(url: str) -> Endpoint:
    """Give the endpoint at a URL."""
    endpoint = endpoint_at(url, "local")
    assert endpoint is not None
    return endpoint


def lean(server: Canned, keys: KeySource = FIXED, timing: Timing = TIMING) -> LeanTransport:
    """Give a lean transport to the server."""
    return LeanTransport(keys, FixedEndpoint(at(server.url)), timing)


class Renewed:
    """Credentials that are replaced when they are refused."""

    def __init__(self) -> None:
        self.keys: Keys | None = None
        self.loads = 0
        self.lock = threading.Lock()

    def current(self) -> Keys | None:
        return self.keys

    def load(self, refused: Keys | None = None) -> None:
        with self.lock:
            if self.keys is not None and self.keys != refused:
                return
            time.sleep(0.02)
            self.loads += 1
            self.keys = Keys(f"number-{self.loads}", "secret")


class Nobody:
    """No credentials."""

    def current(self) -> Keys | None:
        return None

    def load(self, refused: Keys | None = None) -> None:
        pass


def test_expired_credentials_are_renewed_once(server: Canned) -> None:
    """Credentials that expire during a run are renewed once for all, and every write goes out."""
    keys = Renewed()
    transport = lean(server, keys)

    async def run() -> None:
        await transport.send(GET)
        server.tell("expired unless number-2")
        replies = await asyncio.gather(*(transport.send(PUT) for _ in range(16)))
        assert [reply.status for reply in replies] == [200] * 16
        await transport.close()

    server.tell("fine")
    asyncio.run(run())
    assert keys.loads == 2
    used = [seen.headers["authorization"].split("/")[0].split("=")[1] for seen in server.seen]
    assert used.count("number-2") == 16


def test_credentials_that_stay_expired(server: Canned) -> None:
    """Where renewing does not help, there is one more try and no more."""
    server.tell("expired")
    with pytest.raises(UnavailableError, match="the credentials have expired"):
        lean(server).send_now(GET)
    assert len(server.seen) == 2


@pytest.mark.parametrize("way", ["waited", "now"])
def test_no_credentials(server: Canned, way: str) -> None:
    """Without credentials nothing is sent."""
    server.tell("fine")
    transport = lean(server, Nobody())
    with pytest.raises(UnavailableError, match="no credentials"):
        asyncio.run(transport.send(GET)) if way == "waited" else transport.send_now(GET)
    assert server.seen == []


def test_a_wrong_clock_is_corrected(server: Canned) -> None:
    """A signature refused because our clock is off is made anew by the service's clock."""
    server.tell("skewed", "fine")
    transport = lean(server)
    assert transport.send_now(PUT).status == 200
    assert transport.send_now(GET).status == 200
    years = [seen.headers["x-amz-date"][:4] for seen in server.seen]
    assert years[0] < "2029"
    assert years[1:] == ["2029", "2029"]
    transport.close_now()


def test_a_correction_ends_with_its_reason(server: Canned) -> None:
    """When our clock has been set right after a correction, requests are signed by it again."""
    transport = lean(server)
    transport._clock = 86400 * 300
    server.tell(f"late unless {time.strftime('%Y%m%dT', time.gmtime())}")
    assert [transport.send_now(PUT).status for _ in range(2)] == [200, 200]
    assert len(server.seen) == 3
    transport.close_now()


def test_many_calls_meet_a_wrong_clock(server: Canned) -> None:
    """Calls that were all signed by the wrong clock are all made anew."""
    server.tell("skewed unless 2029")
    transport = lean(server)

    async def run() -> None:
        replies = await asyncio.gather(*(transport.send(PUT) for _ in range(8)))
        assert [reply.status for reply in replies] == [200] * 8
        await transport.close()

    asyncio.run(run())


def test_a_signature_that_is_refused_for_good(server: Canned) -> None:
    """Where the clock was corrected and the signature is still refused, that is the answer."""
    server.tell("skewed")
    assert lean(server).send_now(GET).status == 400
    assert len(server.seen) == 2


def test_a_write_that_was_not_sent_is_sent_again(server: Canned) -> None:
    """A write that met no connection goes out once there is one."""

    class FirstNowhere:
        """The endpoint of a request: at first where nobody listens."""

        places = [at("http://127.0.0.1:1"), at(server.url)]

        def known(self, request: Request, account_id: str | None) -> Endpoint | None:  # noqa: ARG002
            return self.places.pop(0)

        def find(self, request: Request, account_id: str | None) -> None:
            pass

    server.tell("fine")
    assert LeanTransport(FIXED, FirstNowhere(), TIMING).send_now(PUT).status == 200
    assert len(server.seen) == 1


def test_a_pause_too_long_is_not_waited_for(server: Canned) -> None:
    """A service that asks for more time than is left gets no second try; the caller is told."""
    server.tell("patience")
    began = time.monotonic()
    with pytest.raises(UnavailableError) as told:
        lean(server, timing=Timing(total=4)).send_now(GET)
    assert time.monotonic() - began < 4
    assert told.value.retry_after == 30
    assert len(server.seen) == 1


def test_the_quota_ends_retries(server: Canned) -> None:
    """A service that fails all the time is not asked three times by every call for ever."""
    server.tell("failed")
    transport = lean(server)
    for _ in range(40):
        with pytest.raises(UnavailableError):
            transport.send_now(GET)
    assert len(server.seen) == 40 + 500 // 14
    transport.close_now()


def test_a_cancelled_call_leaves_the_pool_sane(server: Canned) -> None:
    """After calls that were cancelled on the way, the next ones are answered."""
    transport = lean(server)

    async def run() -> None:
        server.tell("silence")
        calls = [asyncio.create_task(transport.send(GET)) for _ in range(20)]
        await asyncio.sleep(0.1)
        for call in calls:
            call.cancel()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(end) for end in ended} == {asyncio.CancelledError}
        server.tell("fine")
        replies = await asyncio.gather(*(transport.send(GET) for _ in range(50)))
        assert {reply.status for reply in replies} == {200}
        await transport.close()

    asyncio.run(run())


def test_one_transport_serves_every_loop_and_thread(server: Canned) -> None:
    """One object answers several event loops and plain threads at once, and after a close."""
    server.tell("fine")
    transport = lean(server)

    async def many() -> set[int]:
        replies = await asyncio.gather(*(transport.send(GET) for _ in range(10)))
        return {reply.status for reply in replies}

    def loop() -> set[int]:
        return asyncio.run(many())

    def plain() -> set[int]:
        return {transport.send_now(GET).status for _ in range(10)}

    for _ in range(2):
        with ThreadPoolExecutor(8) as threads:
            futures = [threads.submit(work) for work in [loop, plain] * 8]
            assert {status for future in futures for status in future.result()} == {200}
        transport.close_now()
        asyncio.run(transport.close())


def test_connections_are_kept(server: Canned) -> None:
    """Calls one after another use one connection."""
    server.tell("fine")
    transport = lean(server)
    before = server.connections
    for _ in range(5):
        transport.send_now(GET)
    assert server.connections == before + 1
    transport.close_now()


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        ("chunked", 0x100000),
        ("chunked-too-large", Failure.TOO_LARGE),
        ("too-large", Failure.TOO_LARGE),
        ("not-text", Failure.BROKEN),
    ],
)
def test_bodies_have_a_bound(server: Canned, answer: str, came: int | Failure) -> None:
    """An answer over 17 MB is not taken, whether it says its length or not."""
    http = Http(1)

    async def run() -> None:
        server.tell(answer)
        waited = await http.post(server.url, {}, b"{}", 5)
        now = await asyncio.to_thread(http.post_now, server.url, {}, b"{}", 5)
        await http.close()
        for outcome in (waited, now):
            assert came == (outcome if isinstance(outcome, Failure) else len(outcome.body))

    asyncio.run(run())


def test_a_connection_that_is_never_made() -> None:
    """Where connecting takes too long, the request is known not to have been sent."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):  # fills the queue of those that wait to be accepted
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 -- positional only
            waiting.connect_ex(listening.getsockname())
        http = Http(0.2)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        assert http.post_now(url, {}, b"{}", 5) is Failure.NOT_SENT


def test_a_forked_process_is_refused(server: Canned) -> None:
    """A process forked after the first call is told so, and does not hang."""
    server.tell("fine")
    look = (
        "import asyncio, os, sys\n"
        "from hushtable.guard.errors import RefusedError\n"
        "from tests.guard.transport.test_lean import GET, lean\n"
        "class Server: url = sys.argv[1]\n"
        "transport = lean(Server)\n"
        "assert transport.send_now(GET).status == 200\n"
        "assert asyncio.run(transport.send(GET)).status == 200\n"
        "child = os.fork()\n"
        "if child: sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "told = 0\n"
        "for send in (transport.send_now, lambda get: asyncio.run(transport.send(get)),"
        " lean(Server).send_now):\n"
        "    try: send(GET)\n"
        "    except RefusedError: told += 1\n"
        "os._exit(told)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(Path.cwd())])}
    run = subprocess.run([sys.executable, "-c", look, server.url], env=env, timeout=60, check=False)
    assert run.returncode == 3


def test_a_server_that_nobody_vouches_for(tmp_path: Path) -> None:
    """A server whose certificate no authority of this system signed gets no request."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    asked = []

    async def run() -> Reply | Failure:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append(await reader.read(100))
            writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = listening.sockets[0].getsockname()[1]
        http = Http(5)
        outcome = await http.post(f"https://localhost:{port}/", {}, b"{}", 5)
        await http.close()
        listening.close()
        return outcome

    assert asyncio.run(run()) is Failure.NOT_SENT
    assert asked == []


def test_nothing_is_shown(server: Canned) -> None:
    """A transport shows neither credentials nor derived keys."""
    server.tell("fine")
    transport = lean(server, FixedKeys(Keys("access" + "-1", "secret" + "-1", "token" + "-1")))
    transport.send_now(GET)
    assert "-1" not in repr(transport) + repr(vars(transport))
    transport.close_now()
