"""HTTP libraries: a request that speaks to DynamoDB ends at the store, whoever signed it.

A program may sign requests itself, or use a client that is not known here. What such a request
is, its target header or its host says. A request for the keys of an identity provider ends at
their stand-in.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from hushtable.prove.clients.destination import Destination, without_host
from hushtable.prove.clients.wrapping import wrap


def urllib3(module: Any, where: Destination) -> None:
    """Redirect in `urllib3.connectionpool`, on which requests and botocore stand too."""
    kind = module.HTTPConnectionPool
    pool = kind(where.host, where.port)

    def document(args: Any, given: dict[str, Any], address: str) -> Any:
        parts = urlsplit(address)
        given |= {"url": parts.path, "headers": dict(without_host(given.get("headers")))}
        return kind(parts.hostname, parts.port).urlopen(*args[4:], **given)

    def urlopen(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        given = dict(zip(("method", "url", "body", "headers"), args, strict=False)) | kwargs
        named = urlsplit(given.get("url") or "")
        host, port = named.hostname or instance.host, named.port or instance.port
        headers = given.get("headers") or instance.headers
        if not where.takes(host, port, headers):
            whole = f"{named.scheme or instance.scheme}://{host}:{port}{named.path}"
            address = where.document_url(given.get("method") or "", whole)
            return document(args, given, address) if address else wrapped(*args, **kwargs)
        given |= {"url": "/", "headers": dict(without_host(headers))}
        # Without what a pool for another host was told about it.
        return pool.urlopen(*args[4:], **given)

    wrap(kind, "urlopen", urlopen)


def httpx(module: Any, where: Destination) -> None:
    """Redirect in httpx's own transports; one that an app wrote, or an ASGI one, is its own."""

    def send(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        request = args[0] if args else kwargs["request"]
        url = request.url
        if where.takes(url.host, url.port, request.headers.multi_items()):
            request.url = url.copy_with(
                scheme=urlsplit(where.store_url).scheme, host=where.host, port=where.port
            )
            request.headers["host"] = f"{where.host}:{where.port}"
        elif address := where.document_url(request.method, str(url)):
            request.url = type(url)(address)
            request.headers["host"] = urlsplit(address).netloc
        return wrapped(*args, **kwargs)

    wrap(module.HTTPTransport, "handle_request", send)
    wrap(module.AsyncHTTPTransport, "handle_async_request", send)


def aiohttp(module: Any, where: Destination) -> None:
    """Redirect in the sessions of `aiohttp.client`."""

    def request(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        method, address = args[0], args[1] if len(args) > 1 else kwargs["str_or_url"]
        url = instance._build_url(address)  # noqa: SLF001 -- with the session's own base
        asked = module.CIMultiDict(kwargs.get("headers") or {})
        both = [*instance.headers.items(), *asked.items()]
        instead = f"{where.store_url}/"
        if not where.takes(url.host, url.port, both):
            instead = where.document_url(method, str(url))
        if not instead:
            return wrapped(*args, **kwargs)
        ours = {**kwargs, "headers": module.CIMultiDict(without_host(asked))}
        for name in ("str_or_url", "proxy", "proxy_auth", "ssl", "ssl_context", "server_hostname"):
            ours.pop(name, None)
        return wrapped(method, module.URL(instead), *args[2:], **ours)

    wrap(module.ClientSession, "_request", request)


def urllib(module: Any, where: Destination) -> None:
    """Redirect requests for documents in the standard library's `urllib.request`."""

    def opened(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
        request = args[1]
        address = where.document_url(request.get_method(), request.full_url)
        if not address:
            return wrapped(*args, **kwargs)
        ours = module.Request(address, headers=dict(without_host(request.headers)))
        ours.timeout = request.timeout
        ours.add_unredirected_header("Host", urlsplit(address).netloc)
        # What is said of certificates is for a connection that is encrypted.
        return wrapped(module.http.client.HTTPConnection, ours)

    wrap(module.AbstractHTTPHandler, "do_open", opened)
