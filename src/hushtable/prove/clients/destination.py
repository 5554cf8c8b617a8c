"""Where requests end, and how a request to DynamoDB is told from others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

ATTEMPTS = 1
"""A fault of the store holds for a whole exchange, so a second try would only cost time."""

CONNECT_SECONDS = 2.0
READ_SECONDS = 8.0

_TARGET = "x-amz-target"
_API = "DynamoDB_"
_HOST = re.compile(
    r"(?:dynamodb(?:-fips)?\.[a-z0-9-]+|[0-9]{12}\.ddb\.[a-z0-9-]+)"
    r"\.(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)",
    re.IGNORECASE,
)
_ELSEWHERE = frozenset({"dynamodbstreams", "dax"})
"""Services beside DynamoDB that no store stands for: their own address is asked, and refused."""

Headers = Mapping[str, object] | Iterable[tuple[str, object]] | None


@dataclass(frozen=True, slots=True)
class Destination:
    """The store's address, and the addresses of other services, each empty where there is none."""

    store_url: str
    service_url: Callable[[str], str]
    undeclared: Callable[[str], str] = lambda _: ""
    """Gives the value that an item of a table has under a name that no code knows."""

    document_url: Callable[[str, str], str] = lambda _method, _url: ""
    """Gives the address that stands for that of a document of an identity provider."""

    @property
    def host(self) -> str:
        """The store's host."""
        return urlsplit(self.store_url).hostname or ""

    @property
    def port(self) -> int:
        """The store's port."""
        parts = urlsplit(self.store_url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    def of(self, service: str) -> str | None:
        """Give the address of a service, by botocore's name for it; None where there is none."""
        if service == "dynamodb":
            return self.store_url
        if service in _ELSEWHERE:
            return None
        return self.service_url(service) or None

    def takes(self, host: str | None, port: int | None, headers: Headers) -> bool:
        """Tell whether a request is one to DynamoDB that is about to go elsewhere."""
        if (host, port) == (self.host, self.port):
            return False
        if _HOST.fullmatch(host or ""):
            return True
        return any(
            _word(name).lower() == _TARGET and _word(value).startswith(_API)
            for name, value in pairs(headers)
        )


def pairs(headers: Headers) -> list[tuple[str | bytes, object]]:
    """Give headers as pairs, however a client holds them."""
    if headers is None:
        return []
    return list(headers.items() if isinstance(headers, Mapping) else headers)


def without_host(headers: Headers) -> list[tuple[str, str]]:
    """Give headers without the one that names the host that was meant."""
    named = [(_word(name), _word(value)) for name, value in pairs(headers)]
    return [(name, value) for name, value in named if name.lower() != "host"]


def _word(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
