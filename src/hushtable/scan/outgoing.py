"""Requests that the program itself sends: a credential in their URL ends up in others' logs."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from hushtable.scan.frame import Call, Machine
from hushtable.scan.iterate import pairs
from hushtable.scan.operators import text_parts
from hushtable.scan.values import Const, Dict, Instance, Opaque, options

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
CLIENTS = (
    "httpx.Client",
    "httpx.AsyncClient",
    "requests.Session",
    "requests.sessions.Session",
    "requests.session",
    "aiohttp.ClientSession",
)
METHOD_FIRST = frozenset({"request", "stream"})
"""Calls that take the method before the URL."""
NAMED = re.compile(r"[?&]([\w.-]+)=$")
"""A piece of a URL that ends where the value of a query parameter begins."""


def query_names(url: Any) -> list[str]:
    """Name the query parameters of a URL whose values are not constant."""
    found: list[str] = []
    for option in options(url):
        parts = text_parts(option)
        for before, part in pairwise(parts):
            name = NAMED.search(before) if part is None and before is not None else None
            if name is not None:
                found.append(name[1])
    return found


def parameter_names(params: Any) -> list[str]:
    """Name the entries of a `params` mapping whose values are not constant."""
    return [
        key.value
        for option in options(params)
        if isinstance(option, Dict)
        for key, held in pairs(option)[0]
        if isinstance(key, Const) and isinstance(key.value, str) and not isinstance(held, Const)
    ]


def _send(m: Machine, call: Call) -> Any:
    """Send a request: what its URL carries is noted, what comes back is not known."""
    verb = call.name.rpartition(".")[2]
    url = call.argument(1 if verb in METHOD_FIRST else 0, "url")
    names = query_names(url) if url is not None else []
    params = call.kwargs.get("params")
    names += parameter_names(params) if params is not None else []
    m.observer.notes.sent(m, names, call)
    m.may_raise(call.name)
    return Opaque(of=f"{call.name}()", deep=True)


def _client(_m: Machine, call: Call) -> Any:
    return Instance(native=call.name)


def _itself(_m: Machine, call: Call) -> Any:
    return call.receiver


NATIVES: dict[str, Any] = {
    **{f"{sender}.{verb}": _send for sender in ("httpx", "requests", *CLIENTS) for verb in VERBS},
    **dict.fromkeys(CLIENTS, _client),
    **{f"{client}.{name}": _itself for client in CLIENTS for name in ("__enter__", "__aenter__")},
    "urllib.request.urlopen": _send,
}
