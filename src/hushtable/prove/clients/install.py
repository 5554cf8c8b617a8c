"""Installs what is known of each client, now or when the app imports it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import wrapt

from hushtable.prove.clients import (
    aiodynamo,
    botocore,
    by_http,
    guard,
    loading,
    pydynox,
    pynamodb,
)
from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.wrapping import unwrap

Hook = Callable[[Any, Destination], None]

_NATIVE: tuple[tuple[str, Hook], ...] = (
    ("pydynox.client", pydynox.clients),
    (guard.MODULE, guard.transports),
)
_SENDING: tuple[tuple[str, Hook], ...] = (
    ("urllib3.connectionpool", by_http.urllib3),
    ("httpx._transports.default", by_http.httpx),
    ("aiohttp.client", by_http.aiohttp),
    ("urllib.request", by_http.urllib),
)
_HOOKS: tuple[tuple[str, Hook], ...] = (
    ("botocore.client", botocore.creators),
    ("botocore.session", botocore.sessions),
    ("botocore.loaders", loading.loaders),
    ("aiobotocore.client", botocore.aio_creators),
    ("aiobotocore.session", botocore.aio_sessions),
    ("aiodynamo.client", aiodynamo.clients),
    ("pynamodb.models", pynamodb.models),
    ("pydynox.attributes.s3", pydynox.objects),
    *_NATIVE,
    *_SENDING,
)
"""Modules, and what changes them. A module may be there already or come later."""


def redirect(
    store_url: str,
    service_url: Callable[[str], str],
    undeclared: Callable[[str], str] = lambda _: "",
    beside: Iterable[tuple[str, Hook]] = (),
    document_url: Callable[[str, str], str] = lambda _method, _url: "",
) -> None:
    """Have every AWS client of this process end at the store, for good.

    To be called once, before the app is imported. `service_url` gives the address that stands for
    another service (`s3`), by botocore's name for it; empty where none does, and then the
    service's own address is asked, which is refused and so named. `undeclared` gives the value that
    a new item of a table has under a name that no code knows, for clients that know names alone.
    `beside` are more hooks, which come first: nothing that is led to the store passes them as it
    was sent.
    `document_url` gives, by method and address, what stands for a document of an identity provider;
    empty for every other request.
    """
    where = Destination(store_url.rstrip("/"), service_url, undeclared, document_url)
    os.environ["AWS_ENDPOINT_URL"] = os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = where.store_url
    _install((*beside, *_HOOKS), where, [True])


@contextlib.contextmanager
def kept_here(store_url: str, beside: Iterable[tuple[str, Hook]] = ()) -> Iterator[None]:
    """Have every request to DynamoDB of this process end at the store, within a block.

    Requests are changed where they are sent, so it does not matter when a client was made or what
    it was given. Those that are sent by native code are changed where the client is made. Requests
    to other services are left alone. `beside` are more hooks, which come first.
    """
    where = Destination(store_url.rstrip("/"), lambda _service: "")
    on = [True]
    try:
        _install((*beside, *_SENDING, *_NATIVE), where, on)
        yield
    finally:
        on.clear()
        unwrap()


def _install(hooks: Iterable[tuple[str, Hook]], where: Destination, on: list[bool]) -> None:
    for module, hook in hooks:
        wrapt.register_post_import_hook(partial(_change, hook, where, on), module)


def _change(hook: Hook, where: Destination, on: list[bool], module: Any) -> None:
    # Another release may have other names: then the variables and the HTTP libraries are left.
    with contextlib.suppress(AttributeError):
        if on:
            hook(module, where)
