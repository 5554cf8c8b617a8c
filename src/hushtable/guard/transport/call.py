"""The one call every transport is: an operation and its body in, status, headers and bytes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

Body = bytes | bytearray
"""A body that came in many pieces is left where they were put together."""


@dataclass(frozen=True, slots=True)
class Request:
    """One DynamoDB request. `body` is the JSON that goes out, byte for byte."""

    operation: str
    """As in the API Reference: `GetItem`."""
    body: bytes = field(repr=False)
    safe: bool = True
    """Whether sending it twice does what sending it once does: reads, puts without a condition
    on what was there, writes with an idempotency token. A request that is not safe is sent again
    only where the service is known not to have acted on it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What DynamoDB answered: any status, header names in lower case, the body as it came."""

    status: int
    headers: Mapping[str, str]
    body: Body = field(repr=False)


class Transport(Protocol):
    """Sends requests. One object serves every task and thread of a process.

    Both methods retry what is worth it and give any answer of the service, errors too. They raise
    UnavailableError when none came: throttled to the end, out of time, no connection, no
    credentials, a body that is truncated or fails its checksum.
    """

    async def send(self, request: Request) -> Reply:
        """Send from a coroutine."""

    def send_now(self, request: Request) -> Reply:
        """Send and wait, from plain code."""

    async def close(self) -> None:
        """Let go of connections. A closed transport may be used again, and opens new ones."""

    def close_now(self) -> None:
        """Let go of connections, from plain code."""
