"""The smallest request that still shows the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from hushtable.prove.exchange import Asked, Sighting

Resend = Callable[[Asked], tuple[Sighting, ...]]
"""Sends a request again, to planted items as they were, and gives what came out of it."""

TRIES = 8


def shrunk(asked: Asked, wanted: frozenset[tuple[str, str, str]], resend: Resend) -> Asked:
    """Leave out optional parts while all that is wanted still comes out, in at most eight tries.

    `wanted` are (token, channel, where) as `marks` gives them.
    """
    tries = 0
    tried: set[Asked] = set()
    while tries < TRIES:
        for smaller in _smaller(asked):
            if smaller in tried or tries >= TRIES:
                continue
            tried.add(smaller)
            tries += 1
            if wanted <= marks(resend(smaller)):
                asked = smaller
                break
        else:
            return asked
    return asked


def marks(sightings: tuple[Sighting, ...]) -> frozenset[tuple[str, str, str]]:
    """Give what makes two sightings the same in two exchanges."""
    return frozenset((one.canary.token, str(one.channel), one.where) for one in sightings)


def _smaller(asked: Asked) -> Iterator[Asked]:
    """Give the request without all of its query, headers or body, then without each part."""
    address = urlsplit(asked.path)
    query = parse_qsl(address.query, keep_blank_values=True)
    if query:
        yield replace(asked, path=urlunsplit(address._replace(query="")))
    kept = tuple(one for one in asked.headers if _needed(one[0]))
    if len(kept) < len(asked.headers):
        yield replace(asked, headers=kept)
    if asked.body and asked.method in {"GET", "HEAD", "DELETE"}:
        yield replace(asked, body=b"")
    for nth in range(len(query) if len(query) > 1 else 0):
        rest = urlencode(query[:nth] + query[nth + 1 :])
        yield replace(asked, path=urlunsplit(address._replace(query=rest)))
    yield from _smaller_body(asked)


def _smaller_body(asked: Asked) -> Iterator[Asked]:
    try:
        body = json.loads(asked.body) if asked.body else None
    except (ValueError, RecursionError):
        return
    if not isinstance(body, dict):
        return
    for name in body:
        rest = {key: value for key, value in body.items() if key != name}
        yield replace(asked, body=json.dumps(rest).encode())


def _needed(name: str) -> bool:
    """Whether a header says who asks or what is sent, and so stays."""
    return name.lower() in {"authorization", "cookie", "content-type"} or "key" in name.lower()
