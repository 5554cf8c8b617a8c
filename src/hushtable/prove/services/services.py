"""The other AWS services an app calls: moto's, on loopback, each from its first use.

DynamoDB is never among them: moto returns whole items where a projection was asked for, and would
show leaks that are not there.
"""

from __future__ import annotations

import contextlib
import io
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Self

from hushtable.prove.services.answering import Answer, Maker, Mint, Request
from hushtable.prove.services.denying import Denial, denied
from hushtable.prove.services.issuer import Issuer

KNOWN = frozenset(
    {
        "cloudwatch",
        "cognito-identity",
        "cognito-idp",
        "events",
        "firehose",
        "iam",
        "iot",
        "iot-data",
        "kinesis",
        "kms",
        "logs",
        "s3",
        "scheduler",
        "secretsmanager",
        "ses",
        "sesv2",
        "sns",
        "sqs",
        "ssm",
        "sts",
    }
)
"""What moto stands for here, by botocore's names."""

_BACKENDS = {"iot-data": "iotdata"}
"""What moto calls a service that botocore calls otherwise."""

NEEDED = ("moto", "flask", "flask_cors", "werkzeug")

_HOST = "127.0.0.1"
_LARGEST = 32 * 1024 * 1024
_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/([a-z0-9-]+)/")

_SPENT = ("werkzeug.", "wsgi.input_terminated", "HTTP_TRANSFER_ENCODING")
"""What speaks of a body that was read."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Served:
    """One service that listens."""

    server: Any
    thread: threading.Thread

    @property
    def port(self) -> int:
        return int(self.server.server_port)


class Services:
    """Starts services as they are asked for. Safe between threads; ends with `close`."""

    def __init__(self, mint: Mint) -> None:
        """Start nothing yet."""
        self.mint = mint
        self.issuer = Issuer()
        self._lock = threading.Lock()
        self.failing: frozenset[str] = frozenset()
        """The services that deny whatever is asked."""
        self._used: dict[str, None] = {}
        self._served: dict[str, _Served | None] = {}

    def url(self, service: str) -> str:
        """Give the address that stands for a service; empty where none can."""
        if service not in KNOWN:
            return ""
        with self._lock:
            if service not in self._served:
                self._served[service] = _serve(service, self)
            served = self._served[service]
        return f"http://{_HOST}:{served.port}" if served else ""

    def denial(self, request: Request) -> Denial | None:
        """Note that a service is asked. Give what it says where it denies what is asked."""
        with self._lock:
            self._used[request.service] = None
        return denied(self.mint, request) if request.service in self.failing else None

    def drain(self) -> tuple[str, ...]:
        """Give the services that were asked since the last drain, each once."""
        with self._lock:
            used, self._used = self._used, {}
        return tuple(used)

    def ports(self) -> frozenset[int]:
        """Give the ports that are listened on."""
        served = frozenset(one.port for one in self._served.values() if one)
        return served | self.issuer.ports()

    def close(self) -> None:
        """Stop all of them."""
        self.issuer.close()
        with self._lock:
            served, self._served = self._served, {}
        for one in served.values():
            if one is not None:
                one.server.shutdown()
                one.server.server_close()
                one.thread.join()

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop all of them."""
        self.close()


def _serve(service: str, services: Services) -> _Served | None:
    """Serve one service of moto, if all that it needs is installed."""
    if any(find_spec(name) is None for name in NEEDED):
        return None
    try:
        moto = import_module("moto.moto_server.werkzeug_app")
        app = moto.create_backend_app(_BACKENDS.get(service, service))
    except ImportError:
        # A service may need a package that the others do not.
        return None
    serving = import_module("werkzeug.serving")

    kind: Any = getattr(moto, "MotoRequestHandler", serving.WSGIRequestHandler)

    class Handler(kind):  # type: ignore[misc]
        """Says nothing: a line of its log would be taken for the app's."""

        def log(self, kind: str, message: str, *args: Any) -> None:
            """Keep silent."""

    answering = _Answering(service, app, services, str(moto.DEFAULT_ACCOUNT_ID))
    server = serving.make_server(_HOST, 0, answering, threaded=True, request_handler=Handler)
    thread = threading.Thread(
        target=server.serve_forever,
        kwargs={"poll_interval": 0.05},
        name=f"{service}-{server.server_port}",
        daemon=True,
    )
    thread.start()
    return _Served(server, thread)


class _Answering:
    """Moto's application for one service, with what is missing made on the fly."""

    def __init__(self, service: str, app: Any, services: Services, account: str) -> None:
        self._service = service
        self._app = app
        self._services = services
        self._mint = services.mint
        self._account = account
        self._response = import_module("werkzeug.wrappers").Response
        self._renamed: dict[tuple[str, str], str] = {}

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        request = self._read(environ)
        if str(environ.get("HTTP_X_AMZ_TARGET", "")).startswith("DynamoDB"):
            refused = self._response(status=400, response=b"{}")
            return list(refused(environ, start))
        denial = self._services.denial(request)
        if denial is not None:
            said = self._response(
                status=denial.status, response=denial.body, content_type=denial.media
            )
            return list(said(environ, start))
        response = self._send(environ, request)
        maker = Maker(
            self._mint, lambda asked: self._ask(environ, asked), self._account, self._renamed
        )
        again = maker.supply(request, self._answer(response))
        if again is not None:
            response = self._send(environ, again)
        return list(response(environ, start))

    def _read(self, environ: Environ) -> Request:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        chunked = environ.get("wsgi.input_terminated")
        body = environ["wsgi.input"].read(_LARGEST if chunked else min(length, _LARGEST))
        found = _SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", "")))
        return Request(
            self._service,
            environ["REQUEST_METHOD"],
            environ.get("PATH_INFO", "/"),
            str(environ.get("HTTP_X_AMZ_TARGET", "")),
            body,
            found[1] if found else "us-east-1",
        )

    def _ask(self, environ: Environ, request: Request) -> Answer:
        """Send a request of our own, in the caller's name."""
        bare = {
            name: value
            for name, value in environ.items()
            if not name.startswith(("HTTP_X_AMZ_DECODED", "HTTP_CONTENT_ENCODING"))
        }
        return self._answer(self._send(bare | {"QUERY_STRING": ""}, request))

    def _send(self, environ: Environ, request: Request) -> Any:
        said = {
            "REQUEST_METHOD": request.method,
            "CONTENT_LENGTH": str(len(request.body)),
            "wsgi.input": io.BytesIO(request.body),
        }
        if request.target:
            said["HTTP_X_AMZ_TARGET"] = request.target
        if request.path != environ.get("PATH_INFO"):
            paths = ("PATH_INFO", "RAW_URI", "REQUEST_URI")
            said |= dict.fromkeys(paths, request.path)
        kept = {name: value for name, value in environ.items() if not name.startswith(_SPENT)}
        return self._response.from_app(self._app, kept | said, buffered=True)

    def _answer(self, response: Any) -> Answer:
        with contextlib.suppress(RuntimeError):
            return Answer(int(response.status_code), response.get_data())
        return Answer(int(response.status_code), b"")
