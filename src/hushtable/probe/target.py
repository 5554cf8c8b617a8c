"""Whom the probe may ask: loopback and private networks, or a host that the user owns.

A name is resolved once and every request goes to the address that was checked, so that a name
that changes its address in between leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from hushtable.model.errors import UsageError

_PORTS = {"http": 80, "https": 443}

Resolve = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Target:
    """A checked target. `address` is where requests go; empty leaves it to a proxy.

    `near` says that every address is loopback or private.
    """

    scheme: str
    host: str
    port: int
    base: str
    address: str
    near: bool

    @property
    def origin(self) -> str:
        """`http://host:port`, without the port where the scheme implies it."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if _PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{shown}{port}"

    @property
    def in_clear(self) -> str:
        """The same host by plain HTTP; empty where its port is not known."""
        implied = self.scheme == "https" and self.port == _PORTS["https"]
        return self.origin.replace("https:", "http:", 1) if implied else ""

    def same_origin(self, url: str) -> bool:
        """Whether an absolute URL leads to this very scheme, host and port."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            return False
        return (parts.scheme, parts.hostname, port) == (self.scheme, self.host, self.port)


def resolve(host: str) -> tuple[str, ...]:
    """Ask the system for a host's addresses; empty when it has none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def target(
    url: str, consented: frozenset[str] = frozenset(), resolving: Resolve = resolve
) -> Target:
    """Check a URL. Raises UsageError for one that is none, unknown, or may not be asked."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _wrong(url, "is not a URL") from error
    if parts.scheme not in _PORTS or not host:
        raise _wrong(url, "is not an http or https URL")
    if parts.username or parts.password:
        raise _wrong(host, "must come without a password; give it with --as NAME=HEADER")
    addresses = resolving(host)
    if not addresses:
        raise _wrong(host, "has no address")
    near = all(map(is_near, addresses))
    if not near and host not in {one.lower() for one in consented}:
        text = (
            f"{host} is neither loopback nor private. Probing sends odd requests: if the service "
            f"is yours to test, say so with --i-own {host}"
        )
        raise UsageError(text)
    base = parts.path.rstrip("/")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], base, addresses[0], near)


def is_near(address: str) -> bool:
    """Whether an address is loopback or in a private network. Link-local ones hold metadata."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    ip = mapped or parsed
    if ip.is_loopback:
        return True
    if ip.is_link_local or ip.is_unspecified or ip.is_multicast or ip.is_reserved:
        return False
    return bool(ip.is_private)


def _wrong(what: str, why: str) -> UsageError:
    text = f"{what} {why}"
    return UsageError(text)
