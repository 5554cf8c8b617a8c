"""Keeps the tests of a service from AWS: what no embedded store can take is refused, by name."""

from __future__ import annotations

import gc
import sys
from typing import Any
from urllib.parse import urlsplit

from hushtable.prove.clients.destination import Destination
from hushtable.prove.clients.wrapping import wrap

_DOMAINS = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".api.amazonwebservices.com.cn",
    ".amazonaws.eu",
)
_METADATA = frozenset({"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254"})

_NATIVE = (
    ("pydynox.client", "DynamoDBClient"),
    ("hushtable.guard.transport.lean", "LeanTransport"),
    ("hushtable.guard.transport.local", "LocalTransport"),
)
"""Clients whose requests no hook sees: these are led elsewhere only when they are made."""


class ReachedForAwsError(Exception):
    """A request of a test was about to leave for AWS. It holds the host alone."""


def urllib3(module: Any, _where: Destination) -> None:  # noqa: ANN401 - a module
    """Refuse in `urllib3.connectionpool`, on which requests and botocore stand too."""

    def urlopen(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:  # noqa: ANN401 - any
        url = args[1] if len(args) > 1 else kwargs.get("url")
        refuse(urlsplit(str(url or "")).hostname or instance.host)
        return wrapped(*args, **kwargs)

    wrap(module.HTTPConnectionPool, "urlopen", urlopen)


def httpx(module: Any, _where: Destination) -> None:  # noqa: ANN401 - a module
    """Refuse in httpx's own transports."""

    def send(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:  # noqa: ANN401 - any
        request = args[0] if args else kwargs["request"]
        refuse(request.url.host)
        return wrapped(*args, **kwargs)

    wrap(module.HTTPTransport, "handle_request", send)
    wrap(module.AsyncHTTPTransport, "handle_async_request", send)


def aiohttp(module: Any, _where: Destination) -> None:  # noqa: ANN401 - a module
    """Refuse in the sessions of `aiohttp.client`."""

    def request(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:  # noqa: ANN401 - any
        address = args[1] if len(args) > 1 else kwargs["str_or_url"]
        refuse(instance._build_url(address).host)  # noqa: SLF001 - with the session's own base
        return wrapped(*args, **kwargs)

    wrap(module.ClientSession, "_request", request)


HOOKS = (
    ("urllib3.connectionpool", urllib3),
    ("httpx._transports.default", httpx),
    ("aiohttp.client", aiohttp),
)


def refuse(host: str | None) -> None:
    """Raise ReachedForAwsError for a host of AWS, or one that gives credentials on its machines."""
    name = (host or "").lower().strip("[].")
    if name in _METADATA or name.endswith(_DOMAINS):
        text = f"a test with the fixture `canaries` reaches nothing of AWS; asked for was {name}"
        raise ReachedForAwsError(text)


def refuse_native() -> None:
    """Raise RuntimeError where a client is there already whose requests nobody can change."""
    kinds = {
        f"{module}.{name}": getattr(sys.modules[module], name)
        for module, name in _NATIVE
        if hasattr(sys.modules.get(module), name)
    }
    if not kinds:
        return
    for one in gc.get_objects():
        made = next((name for name, kind in kinds.items() if type(one) is kind), "")
        if made:
            text = (
                f"a client ({made}) was made before the fixture `canaries` and may reach AWS: "
                'import the app in the test, by canaries.app("app.main:app")'
            )
            raise RuntimeError(text)
