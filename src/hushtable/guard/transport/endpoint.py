"""Where requests go: one address for each account and set of tables named by ARN."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from hushtable.guard.transport.call import Request

_PORTS = {"http": 80, "https": 443}

_USUAL_REGION = re.compile(r"(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+")
"""Regions of the partition `aws`, whose endpoints all have the usual name."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of DynamoDB: `url` to post to, `host` and `region` to sign with."""

    url: str
    host: str
    region: str


class Endpoints(Protocol):
    """Knows the endpoint of a request. Shared by every task and thread."""

    def known(self, request: Request, account_id: str | None) -> Endpoint | None:
        """Give the endpoint without waiting; None where `find` must be called first."""

    def find(self, request: Request, account_id: str | None) -> None:
        """Find the endpoint of such a request, which may take a while. Never raises."""


class FixedEndpoint:
    """The same endpoint for every request."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Give `endpoint` each time."""
        self._endpoint = endpoint

    def known(self, request: Request, account_id: str | None) -> Endpoint | None:  # noqa: ARG002 -- the protocol's
        """Give the endpoint."""
        return self._endpoint

    def find(self, request: Request, account_id: str | None) -> None:
        """Do nothing: it is known."""


def endpoint_at(url: str, region: str) -> Endpoint | None:
    """Read the endpoint at `url`; None where it has a path, a query or a user, or is no URL.

    The host is written as it is signed: in lower case, without the scheme's own port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in _PORTS or not parts.hostname or not bare:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is not None and port != _PORTS[parts.scheme]:
        host = f"{host}:{port}"
    return Endpoint(f"{parts.scheme}://{host}/", host, region)


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def usual_endpoint(region: str) -> Endpoint | None:
    """Give the endpoint of a region of the partition `aws`; None for any other partition."""
    if not _USUAL_REGION.fullmatch(region):
        return None
    return endpoint_at(f"https://dynamodb.{region}.amazonaws.com", region)


def tables_by_arn(request: Request) -> str:
    """Write down the tables of a request, where one is named by its ARN; else nothing.

    Two requests with the same note go to the same place.
    """
    if b"arn:" not in request.body:
        return ""
    named = json.dumps(outline(request), sort_keys=True)
    return f"{request.operation} {named}" if "arn:" in named else ""


def outline(request: Request) -> dict[str, Any]:
    """Reduce a request to the parameters that decide where it goes: the tables it names.

    It is what botocore is given in place of the whole request, in the operation's own shape.
    """
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(body, dict):
        return {}
    kept: dict[str, Any] = {
        name: value
        for name, value in body.items()
        if isinstance(value, str) and name.endswith(("TableName", "Arn"))
    }
    if isinstance(tables := body.get("RequestItems"), dict):
        empty: Any = [] if request.operation == "BatchWriteItem" else {"Keys": []}
        kept["RequestItems"] = dict.fromkeys(tables, empty)
    if isinstance(actions := body.get("TransactItems"), list):
        kept["TransactItems"] = [_action(action) for action in actions if isinstance(action, dict)]
    return kept


def _action(action: Mapping[str, Any]) -> dict[str, Any]:
    return {
        verb: {"TableName": what["TableName"]}
        for verb, what in action.items()
        if isinstance(what, dict) and isinstance(what.get("TableName"), str)
    }
