"""Installs what is known of each client, now or when the app imports it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import wrapt

from hushtable.prove.clients import aiodynamo, botocore, by_http, guard, pydynox
from hushtable.prove.clients.destination import Destination

Hook = Callable[[Any, Destination], None]

_HOOKS: tuple[tuple[str, Hook], ...] = (
    ("botocore.client", botocore.creators),
    ("botocore.session", botocore.sessions),
    ("aiobotocore.client", botocore.aio_creators),
    ("aiobotocore.session", botocore.aio_sessions),
    ("aiodynamo.client", aiodynamo.clients),
    ("pydynox.client", pydynox.clients),
    ("pydynox.attributes.s3", pydynox.objects),
    (guard.MODULE, guard.transports),
    ("urllib3.connectionpool", by_http.urllib3),
    ("httpx._transports.default", by_http.httpx),
    ("aiohttp.client", by_http.aiohttp),
)
"""Modules, and what changes them. A module may be there already or come later."""


def redirect(store_url: str, service_url: Callable[[str], str]) -> None:
    """Have every AWS client of this process end at the store, for good.

    To be called once, before the app is imported. `service_url` gives the address that stands for
    another service (`s3`), by botocore's name for it; empty where none does, and then the
    service's own address is asked, which is refused and so named.
    """
    where = Destination(store_url.rstrip("/"), service_url)
    os.environ["AWS_ENDPOINT_URL"] = os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = where.store_url
    for module, hook in _HOOKS:
        wrapt.register_post_import_hook(partial(_change, hook, where), module)


def _change(hook: Hook, where: Destination, module: Any) -> None:
    # Another release may have other names: then the variables and the HTTP libraries are left.
    with contextlib.suppress(AttributeError):
        hook(module, where)
