"""What a user asks the probe to do: whom to ask, as whom, how often, and for how long."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import httpx

from hushtable.model.errors import UsageError
from hushtable.model.service import ANYONE

Login = Callable[[str, httpx.AsyncClient], Awaitable[Mapping[str, str]]]
"""Given the name of an identity and a client of the service, gives the headers it sends."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. The headers are secrets: no text that is printed ever holds one."""

    name: str
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Give the name alone."""
        return f"Identity({self.name!r})"


NOBODY = Identity(ANYONE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is asked: `rate` requests a second, `timeout` seconds for one, `within` for all."""

    rate: float = 20.0
    timeout: float = 5.0
    within: float = 300.0

    def __post_init__(self) -> None:
        """Raise UsageError for a bound that bounds nothing: zero, less, or no finite number."""
        if not all(
            math.isfinite(one) and one > 0 for one in (self.rate, self.timeout, self.within)
        ):
            text = "--rate, --timeout and --within want numbers above zero"
            raise UsageError(text)


@dataclass(frozen=True, slots=True)
class Way:
    """How the service is reached. Files are PEM; `trust` adds certificate authorities."""

    proxy: str = ""
    client_certificate: str = ""
    trust: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What to ask. `openapi` is a URL or a file; empty looks at the usual places.

    `identities` come first to last as given: the first two are the A and B of comparisons. One
    without headers is signed in by `login`. `known` are values for parameters by name. `consented`
    are hosts that may be asked although they are neither loopback nor private.
    """

    url: str
    openapi: str = ""
    identities: tuple[Identity, ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    writes: bool = False
    consented: frozenset[str] = frozenset()
    bounds: Bounds = Bounds()
    way: Way = Way()
    login: Login | None = None
