"""Ways in that are looked after last: deprecated ones, and older ones of which nothing tells."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from hushtable.model.observation import Observation, Seen
from hushtable.probe.ask import Request
from hushtable.probe.filling import path_of
from hushtable.probe.session import Exchange, Session

_VERSION = re.compile(r"/v(?P<number>\d{1,2})(?=/|$)")
_MOST = 6
"""So many paths that no document has are tried."""


def outdated(session: Session) -> Iterator[Observation]:
    """Say which operations answer although the document calls them deprecated."""
    done: set[str] = set()
    for exchange in session.exchanges:
        operation = exchange.operation
        if operation.deprecated and exchange.answer.ok and str(operation) not in done:
            done.add(str(operation))
            yield session.observe(Seen.OUTDATED, exchange)


async def older(session: Session) -> AsyncIterator[Observation]:
    """Ask for what answered at `/v2/...` at `/v1/...` too, and without a version.

    Told is what no document has and what answers with the same members all the same.
    """
    known = {one.path for one in session.description.operations}
    tried: set[str] = set()
    for exchange in list(session.exchanges):
        operation = exchange.operation
        if not exchange.answer.ok or not exchange.leaves or exchange.request.method != "GET":
            continue
        for place in _before(operation.path):
            if place in known or place in tried or len(tried) >= _MOST:
                continue
            tried.add(place)
            way = replace(operation, path=place, described=False, answer=None)
            path = path_of(session.base, way, dict(exchange.values))
            request = Request("GET", path, exchange.identity)
            seen = await session.ask(way, request, dict(exchange.values))
            if seen.answer.ok and _members(seen) & _members(exchange):
                shown = (session.transcript(seen, f"it answers as {operation.path} does"),)
                details = (operation.path,)
                yield session.observe(Seen.UNLISTED, seen, details=details, transcripts=shown)


def _before(path: str) -> Iterator[str]:
    """Give the path at the version before, and without one."""
    version = _VERSION.search(path)
    if version is None:
        return
    head, tail = path[: version.start()], path[version.end() :]
    if int(version["number"]) > 1:
        yield f"{head}/v{int(version['number']) - 1}{tail}"
    if head + tail:
        yield head + tail


def _members(exchange: Exchange) -> frozenset[tuple[str, ...]]:
    return frozenset(leaf.path for leaf in exchange.leaves if leaf.name)
