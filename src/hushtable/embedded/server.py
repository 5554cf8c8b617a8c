"""The emulator on loopback, for clients that can only speak HTTP (boto3, aioboto3, a browser not).

It binds 127.0.0.1 and nothing else: what it holds is often a copy of something private. A page
open in a developer's browser can reach loopback too, so a request must name this host and carry
DynamoDB's own target header, which a page of another origin cannot set.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from hushtable.embedded.emulator import API, Answer, Emulator, refusal_answer
from hushtable.embedded.strictness import Refusal
from hushtable.model.errors import HushtableError

HOST = "127.0.0.1"

MAX_REQUEST = 16 * 1024 * 1024
"""Bytes of one request: DynamoDB's own ceiling (BatchWriteItem, TransactGetItems: 16 MB)."""

IDLE_SECONDS = 60.0
"""How long a kept-alive connection may say nothing, and how long one request may dribble in."""

_LENGTH_DIGITS = 12
_LOCAL_NAMES = frozenset({HOST, "localhost"})


class LoopbackServer:
    """Serves an emulator on 127.0.0.1 from a thread of its own, as a context manager.

    `port` 0 takes any free port. The emulator outlives the server, so a stopped server can be
    started again, on the same port, with the same tables.
    """

    def __init__(self, emulator: Emulator | None = None, *, port: int = 0) -> None:
        """Prepare, without listening yet."""
        self.emulator = emulator or Emulator()
        self._port = port
        self._http: _Http | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port listened on; 0 when none was asked for and the server never ran."""
        return self._port

    @property
    def url(self) -> str:
        """The `endpoint_url` to give to a client. Raises HushtableError before a start."""
        if not self._port:
            message = "the server has no port before it is started"
            raise HushtableError(message)
        return f"http://{HOST}:{self._port}"

    def start(self) -> Self:
        """Listen, and return when connections are taken. Raises OSError when the port is in use."""
        if self._http is not None:
            message = "the server is already started"
            raise HushtableError(message)
        self._http = _Http(self.emulator, self._port)
        self._port = int(self._http.server_address[1])
        self._thread = threading.Thread(
            target=self._http.serve_forever,
            kwargs={"poll_interval": 0.05},
            name=f"dynamodb-{self._port}",
            daemon=True,
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and cut every open connection. Does nothing when not started."""
        if self._http is None or self._thread is None:
            return
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self._http.cut()
        self._http = None
        self._thread = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


class _Http(ThreadingHTTPServer):
    """A thread per connection, and the list of connections, to be able to end them."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, emulator: Emulator, port: int) -> None:
        self.emulator = emulator
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Stay silent: a client that hung up is no news, and a traceback may quote an item."""

    def cut(self) -> None:
        """End the connections that clients keep alive."""
        with self._guard:
            left = tuple(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "DynamoDB"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def do_POST(self) -> None:
        """Answer one DynamoDB request."""
        refusal = self._foreign() or self._unsized()
        if refusal is not None:
            # The body was not read, so the connection cannot be used again.
            self.close_connection = True
            self._send(refusal_answer(refusal))
            return
        length = int(self.headers["Content-Length"])
        if length > MAX_REQUEST:
            self.close_connection = True
            too_large = Refusal("RequestEntityTooLargeException", "Request size exceeds 16 MB")
            self._send(refusal_answer(too_large, 413))
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        api, _, operation = self.headers["X-Amz-Target"].partition(".")
        if api != API or not operation:
            unknown = Refusal("UnknownOperationException", "The target is not of this service")
            self._send(refusal_answer(unknown))
            return
        self._send(self.server.emulator.handle(operation, body))

    def do_GET(self) -> None:
        """Answer a health check, with the words the real service uses."""
        self.close_connection = True
        healthy = self.path == "/" and self._host_is_local()
        body = f"healthy: dynamodb.{self.server.emulator.region}.amazonaws.com ".encode()
        self._send(Answer(200 if healthy else 404, {"content-type": "text/plain"}, body))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401
        """Log nothing: a request line is the client's text."""

    def _foreign(self) -> Refusal | None:
        if not self._host_is_local():
            return Refusal("AccessDeniedException", "The Host header names another host")
        if not self.headers.get("X-Amz-Target"):
            return Refusal("MissingAuthenticationTokenException", "Missing X-Amz-Target")
        return None

    def _host_is_local(self) -> bool:
        host = self.headers.get("Host", "")
        return host.rpartition(":")[0] in _LOCAL_NAMES or host in _LOCAL_NAMES

    def _unsized(self) -> Refusal | None:
        length = self.headers.get("Content-Length", "")
        sized = length.isascii() and length.isdigit() and len(length) <= _LENGTH_DIGITS
        if self.headers.get("Transfer-Encoding") or not sized:
            return Refusal("SerializationException", "A Content-Length is required")
        return None

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()
