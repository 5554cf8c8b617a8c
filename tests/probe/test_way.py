"""How a service is reached: by HTTP/2, with a client certificate, past an authority of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from hushtable.probe.ask import Answer, Asker, Request, client
from hushtable.probe.order import Order, Way
from hushtable.probe.target import target
from tests.guard.transport.test_connections import certificate


async def speaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request by HTTP/2."""
    connection = H2Connection(H2Configuration(client_side=False))
    connection.initiate_connection()
    writer.write(connection.data_to_send())
    while data := await reader.read(65_536):
        for event in connection.receive_data(data):
            if isinstance(event, RequestReceived):
                assert event.stream_id is not None
                connection.send_headers(event.stream_id, [(":status", "200"), ("x-http", "2")])
                connection.send_data(event.stream_id, b"{}", end_stream=True)
        writer.write(connection.data_to_send())
    writer.close()


def asked(folder: Path, *, shows: bool) -> Answer:
    """Ask a server that wants a client certificate, perhaps without one."""
    names: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    context, trusted = certificate(names, folder)
    context.set_alpn_protocols(["h2"])
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(trusted)

    async def run() -> Answer:
        server = await asyncio.start_server(speaks, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        own = str(folder / "server.pem") if shows else ""
        order = Order(
            f"https://127.0.0.1:{port}", way=Way(trust=str(trusted), client_certificate=own)
        )
        checked = target(order.url)
        async with client(order, checked) as opened:
            asker = Asker(opened, checked, order)
            asker.begin()
            answer = await asker(Request("GET", "/x"))
        server.close()
        return answer

    return asyncio.run(run())


def test_a_client_certificate_opens_a_service_of_http_2(tmp_path: Path) -> None:
    """With the certificate that it wants, a service of HTTP/2 alone answers."""
    answer = asked(tmp_path, shows=True)
    assert (answer.status, answer.header("x-http"), answer.body) == (200, "2", b"{}")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_a_certificate_nothing_is_answered(tmp_path: Path) -> None:
    """A service that wants a certificate gives none an answer, and the run goes on."""
    assert asked(tmp_path, shows=False).status == 0
