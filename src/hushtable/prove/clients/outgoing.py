"""Requests that an app sends to others: kept where a library sends them, and refused after that.

The sandbox refuses a connection and knows no more than its host. What was to be sent over it is
known where `urllib3` (and `requests` on it), `http.client`, `httpx` and `aiohttp` are given it.
What a program writes to a socket of its own is refused before it is written, and stays a host's
name alone.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from hushtable.prove.clients.destination import Destination, Headers, pairs
from hushtable.prove.clients.wrapping import wrap
from hushtable.prove.exchange import Sent

Note = Callable[[Sent], None]
Hook = Callable[[Any, Destination], None]

LONGEST = 256 * 1024
"""Bytes of a body that are kept."""


def hooks(note: Note) -> tuple[tuple[str, Hook], ...]:
    """Give modules with what has each of them tell `note` of a request before it is sent.

    To be installed before what leads requests to the store: those are none that leave.
    """
    return (
        ("urllib3.connectionpool", lambda module, _where: _urllib3(module, note)),
        ("http.client", lambda module, _where: _http_client(module, note)),
        ("httpx._transports.default", lambda module, _where: _httpx(module, note)),
        ("aiohttp.client", lambda module, _where: _aiohttp(module, note)),
    )


def _urllib3(module: Any, note: Note) -> None:
    def urlopen(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        given = dict(zip(("method", "url", "body", "headers"), args, strict=False)) | kwargs
        address = _address(instance.scheme, instance.host, instance.port, given.get("url"))
        headers = given.get("headers") or instance.headers
        note(sent(given.get("method"), address, headers, given.get("body")))
        return wrapped(*args, **kwargs)

    wrap(module.HTTPConnectionPool, "urlopen", urlopen)


def _http_client(module: Any, note: Note) -> None:
    """Hear `urllib.request` and programs that make a connection by themselves."""
    secure = getattr(module, "HTTPSConnection", ())

    def request(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        given = dict(zip(("method", "url", "body", "headers"), args, strict=False)) | kwargs
        scheme = "https" if isinstance(instance, secure) else "http"
        address = _address(scheme, instance.host, instance.port, given.get("url"))
        note(sent(given.get("method"), address, given.get("headers"), given.get("body")))
        return wrapped(*args, **kwargs)

    wrap(module.HTTPConnection, "request", request)


def _httpx(module: Any, note: Note) -> None:
    """Hear httpx's own transports; one that an app wrote, or an ASGI one, sends nothing away."""

    def send(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        request = args[0] if args else kwargs["request"]
        body = None
        # A body that is made while it is sent has not been read, and is not to be read here.
        with contextlib.suppress(Exception):
            body = request.content
        note(sent(request.method, str(request.url), request.headers.multi_items(), body))
        return wrapped(*args, **kwargs)

    wrap(module.HTTPTransport, "handle_request", send)
    wrap(module.AsyncHTTPTransport, "handle_async_request", send)


def _aiohttp(module: Any, note: Note) -> None:
    def request(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        method, address = args[0], args[1] if len(args) > 1 else kwargs["str_or_url"]
        url = instance._build_url(address)  # noqa: SLF001 -- with the session's own base
        if kwargs.get("params"):
            url = url.update_query(kwargs["params"])
        headers = [*instance.headers.items(), *pairs(kwargs.get("headers"))]
        body = kwargs.get("data")
        if kwargs.get("json") is not None:
            body = json.dumps(kwargs["json"], default=str)
        note(sent(method, str(url), headers, body))
        return wrapped(*args, **kwargs)

    wrap(module.ClientSession, "_request", request)


def sent(method: object, url: str, headers: Headers, body: object) -> Sent:
    """Give a request in plain parts. A body of another kind than text, bytes or fields is none."""
    match body:
        case bytes() | bytearray() | memoryview():
            data = bytes(body[:LONGEST])
        case str():
            data = body[:LONGEST].encode("utf-8", "surrogatepass")
        case Mapping():
            data = urlencode(list(body.items()), doseq=True).encode()[:LONGEST]
        case _:
            data = b""
    plain = tuple((_word(name), _word(value)) for name, value in pairs(headers))
    return Sent(str(method or "GET"), url, plain, data)


def _address(scheme: str, host: str, port: int | None, path: object) -> str:
    return f"{scheme}://{host}{f':{port}' if port else ''}{path or '/'}"


def _word(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
