"""Sends what writes, with `--writes`: which operations may be sent at all, and how a body goes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hushtable.model.sensitivity_names import classify
from hushtable.probe.ask import Request
from hushtable.probe.bodies import Making, body
from hushtable.probe.filling import path_of, query_of
from hushtable.probe.knowledge import key_of
from hushtable.probe.look import fillings
from hushtable.probe.openapi import Operation
from hushtable.probe.order import Identity
from hushtable.probe.person import Person
from hushtable.probe.session import Exchange, Session

_WRITES = frozenset({"POST", "PUT", "PATCH"})
NOT_TAKEN = frozenset({400, 422})
"""What a body that lacks something is answered with."""


def words_of(operation: Operation) -> frozenset[str]:
    """Give the words of an operation's path."""
    return frozenset(key_of(operation.path).split("_"))


def writing(session: Session) -> list[Operation]:
    """Give the operations that write and end nothing, by the words of their path."""
    if not session.asker.order.writes:
        return []
    return [
        one
        for one in session.description.operations
        if one.method in _WRITES and not one.left_alone
    ]


def members(session: Session, operation: Operation) -> Mapping[str, Any]:
    """Give the members that the body of an operation declares, with their schemas."""
    found: dict[str, Any] = {}
    for branch in session.description.document.branches(operation.body):
        properties = branch.get("properties")
        if isinstance(properties, Mapping):
            found |= properties
    return found


def passwords(names: Iterable[str]) -> list[str]:
    """Give the names that are those of a password."""
    return [name for name in names if classify(name).kind == "password"]


def made(
    session: Session, operation: Operation, person: Person | None = None, *, whole: bool = False
) -> Any:  # noqa: ANN401 - any JSON value
    """Make a body for an operation; None where it takes none."""
    if operation.body is None:
        return None
    making = Making(
        session.description.document, person or session.person, session.knowledge.id_of, whole
    )
    return body(making, operation.body)


async def send(
    session: Session,
    operation: Operation,
    content: object,
    identity: Identity,
    given: Mapping[str, str] | None = None,
) -> Exchange | None:
    """Send a body for an operation; None where a parameter could not be filled in.

    `given` are values for parameters that are to be sent rather than those that are known.
    """
    known: Mapping[str, str] | None = next(
        iter(fillings(session, operation, identity, guessing=True)), None
    )
    if known is None:
        return None
    values = {**known, **(given or {})}
    query = query_of(operation, values)
    headers, sent = _encoded(operation, content)
    path = path_of(session.base, operation, values, query)
    request = Request(operation.method, path, identity, headers=headers, body=sent)
    return await session.ask(operation, request, values)


def _encoded(
    operation: Operation, content: object
) -> tuple[tuple[tuple[str, str], ...], bytes | None]:
    if content is None:
        return (), None
    if operation.form and isinstance(content, Mapping):
        plain = {name: value for name, value in content.items() if value is not None}
        kind = "application/x-www-form-urlencoded"
        return (("content-type", kind),), urlencode(plain, doseq=True).encode()
    return (("content-type", "application/json"),), json.dumps(content).encode()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a body. `given` are values for parameters, `kept` for members of the body."""

    identity: Identity
    person: Person
    given: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, object] = field(default_factory=dict)


async def send_least(session: Session, operation: Operation, sender: Sender) -> Exchange | None:
    """Send the least that an operation asks for, and all that it declares where that is not taken.

    A document may require less than the service does.
    """
    least = _with(made(session, operation, sender.person), sender.kept)
    exchange = await send(session, operation, least, sender.identity, sender.given)
    if exchange is not None and exchange.answer.status in NOT_TAKEN:
        whole = _with(made(session, operation, sender.person, whole=True), sender.kept)
        if whole != least:
            return await send(session, operation, whole, sender.identity, sender.given)
    return exchange


def _with(content: Any, kept: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(content, dict):
        return content
    return {name: kept.get(name, value) for name, value in content.items()}
