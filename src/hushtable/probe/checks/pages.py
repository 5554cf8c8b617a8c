"""Pages: whether a client chooses their size, and what a cursor gives away or opens."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from hushtable.model.dynamodb.signs import is_typed
from hushtable.model.observation import Observation, Seen
from hushtable.model.service import ANYONE, ParameterSource
from hushtable.probe.ask import Request
from hushtable.probe.filling import path_of, query_of
from hushtable.probe.knowledge import key_of
from hushtable.probe.masking import member, named
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.session import NOTHING, Exchange, Session

HUGE = "100000"
NO_CURSOR = "hushtable_probe"
_LARGE = 100
_SIZES = frozenset(
    {"count", "limit", "max", "max_items", "max_results", "page_limit", "page_size", "per_page",
     "results", "size", "take", "top"}
)  # fmt: skip
_CURSORS = frozenset(
    {"continuation", "continuation_token", "cursor", "exclusive_start_key", "last_evaluated_key",
     "last_key", "marker", "next", "next_cursor", "next_key", "next_page", "next_page_token",
     "next_token", "page_token", "start_key"}
)  # fmt: skip
_TAKES = _CURSORS | {"after", "from", "start", "starting_after"}
_LONGEST = 8_192


@dataclass(frozen=True, slots=True)
class Cursor:
    """A cursor that could be read: where it stood, its text, and the key that it is."""

    path: tuple[str, ...]
    text: str
    key: Mapping[str, object]


async def pages(session: Session) -> AsyncIterator[Observation]:
    """Look at every list that was answered: its size, then its cursor."""
    done: set[str] = set()
    for exchange in sorted(session.exchanges, key=lambda one: one.audience != ANYONE):
        operation = exchange.operation
        if not exchange.answer.ok or str(operation) in done or exchange.value is NOTHING:
            continue
        done.add(str(operation))
        size = _input(operation, _SIZES)
        if size is not None:
            async for seen in _sizes(session, exchange, size):
                yield seen
        async for seen in _cursors(session, exchange, size):
            yield seen


def _input(operation: Operation, names: frozenset[str]) -> Input | None:
    inputs = operation.of(ParameterSource.QUERY)
    return next((one for one in inputs if key_of(one.name) in names), None)


async def _again(session: Session, exchange: Exchange, **changed: str) -> Exchange:
    """Send a request once more with some values changed."""
    values = {**dict(exchange.values), **changed}
    operation = exchange.operation
    query = query_of(operation, values)
    path = path_of(session.base, operation, values, query)
    return await session.ask(operation, Request("GET", path, exchange.identity), values)


async def _sizes(session: Session, exchange: Exchange, size: Input) -> AsyncIterator[Observation]:
    huge = await _again(session, exchange, **{size.name: HUGE})
    if not huge.answer.ok:
        return
    rows, usual = len(rows_of(huge.value)), len(rows_of(exchange.value))
    shown = (
        session.transcript(exchange, _counted(usual)),
        session.transcript(huge, _counted(rows)),
    )
    yield session.observe(
        Seen.PAGE,
        huge,
        details=(f"{size.name}={HUGE}",),
        transcripts=shown,
        certain=rows > max(usual, _LARGE),
    )


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def rows_of(value: object) -> list[object]:
    """Give the first list of an answer, empty where there is none."""
    match value:
        case list() as rows:
            return rows
        case dict() as members:
            return next((one for one in members.values() if isinstance(one, list)), [])
        case _:
            return []


async def _cursors(
    session: Session, exchange: Exchange, size: Input | None
) -> AsyncIterator[Observation]:
    seen = exchange
    cursor = readable(seen.value)
    if cursor is None and size is not None:
        seen = await _again(session, exchange, **{size.name: "1"})
        cursor = readable(seen.value) if seen.answer.ok else None
    if cursor is None:
        return
    members = tuple(sorted(map(named, cursor.key)))
    shown = f"{member(cursor.path)} can be read: {', '.join(members)}"
    details, transcripts = list(members), [session.transcript(seen, shown)]
    taken = _input(exchange.operation, _TAKES)
    if taken is not None and cursor.text:
        forged = await _again(session, exchange, **{taken.name: forge(cursor)})
        if forged.answer.ok and await _is_read(session, exchange, taken, forged):
            details.append("a changed one is taken")
            transcripts.append(session.transcript(forged, "a cursor that was changed is taken"))
        async for foreign in _foreign(session, exchange, taken, cursor):
            yield foreign
    yield session.observe(Seen.CURSOR, seen, details=tuple(details), transcripts=tuple(transcripts))


async def _is_read(session: Session, exchange: Exchange, taken: Input, forged: Exchange) -> bool:
    """Whether a cursor makes a difference: many a service answers any with its first page."""
    none = await _again(session, exchange, **{taken.name: NO_CURSOR})
    return not none.answer.ok or none.value != forged.value


async def _foreign(
    session: Session, exchange: Exchange, taken: Input, cursor: Cursor
) -> AsyncIterator[Observation]:
    """Use one identity's cursor as another, and look for what is the first one's alone."""
    for other in session.identities:
        if exchange.identity.name in {other.name, ANYONE}:
            continue
        mine = {value for _, value in session.knowledge.owned(exchange.identity.name, other.name)}
        values = {**dict(exchange.values), taken.name: cursor.text}
        query = query_of(exchange.operation, values)
        path = path_of(session.base, exchange.operation, values, query)
        answer = await session.ask(exchange.operation, Request("GET", path, other), values)
        got = {str(leaf.value) for leaf in answer.leaves} if answer.answer.ok else set()
        if got & mine:
            shown = "it holds ids that were given to the owner of the cursor alone"
            yield session.observe(
                Seen.FOREIGN_PAGE, answer, transcripts=(session.transcript(answer, shown),)
            )
        return


def readable(value: object, path: tuple[str, ...] = ()) -> Cursor | None:
    """Find a cursor that is a key as DynamoDB gives it: as JSON, or as base64 of JSON."""
    match value:
        case dict() if len(path) < 4:  # noqa: PLR2004 - an envelope or two
            for name, inner in value.items():
                where = (*path, str(name))
                if key_of(str(name)) in _CURSORS:
                    found = _read(inner, where)
                    if found is not None:
                        return found
                found = readable(inner, where) if isinstance(inner, dict) else None
                if found is not None:
                    return found
    return None


def _read(value: object, path: tuple[str, ...]) -> Cursor | None:
    match value:
        case dict() if is_key(value):
            return Cursor(path, "", value)
        case str() if 0 < len(value) <= _LONGEST:
            key = decode(value)
            return Cursor(path, value, key) if key is not None else None
        case _:
            return None


def decode(text: str) -> Mapping[str, object] | None:
    """Read a cursor's text as a key of DynamoDB; None when it is none."""
    plain = text.encode() if text.startswith("{") else _from_base64(text)
    try:
        value = json.loads(plain) if plain else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and is_key(value) else None


def _from_base64(text: str) -> bytes:
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def is_key(value: Mapping[str, object]) -> bool:
    """Tell whether an object is one to four attributes, typed, or plain with a text among them."""
    if not 0 < len(value) <= 4:  # noqa: PLR2004 - a key has two attributes, an index up to two more
        return False
    members = list(value.values())
    if all(isinstance(one, dict) and is_typed(one) for one in members):
        return True
    plain = all(isinstance(one, str | int | float) for one in members)
    return plain and any(isinstance(one, str) for one in members)


def forge(cursor: Cursor) -> str:
    """Give the cursor with its last text changed, in the form it had."""
    key = json.loads(json.dumps(cursor.key))
    for name in reversed(list(key)):
        if isinstance(key[name], str):
            key[name] = _changed(key[name])
            break
        if isinstance(key[name], dict) and isinstance(key[name].get("S"), str):
            key[name]["S"] = _changed(key[name]["S"])
            break
    made = json.dumps(key)
    if cursor.text.startswith("{"):
        return made
    return base64.urlsafe_b64encode(made.encode()).decode()


def _changed(text: str) -> str:
    return f"{text[:-1]}{'0' if text[-1:] != '0' else '1'}"
