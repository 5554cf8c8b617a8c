"""What only writing shows, with `--writes`: POST, PUT and PATCH with made-up bodies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from hushtable.model.observation import Observation, Seen
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import ParameterSource
from hushtable.probe.ask import Request
from hushtable.probe.bodies import body
from hushtable.probe.checks.error_texts import error_text
from hushtable.probe.filling import path_of
from hushtable.probe.knowledge import key_of
from hushtable.probe.look import fillings
from hushtable.probe.openapi import Operation
from hushtable.probe.order import NOBODY, Identity
from hushtable.probe.session import Exchange, Session, attribute

MADE_UP = "hushtable_probe"
"""A member that no service has: where it is taken, any would be."""

ATTEMPTS = 12

_WRONG = "hushtable-wrong-1"

_WRITES = frozenset({"POST", "PUT", "PATCH"})
_SIGN_IN = frozenset({"login", "signin", "authenticate", "token"})
_ENDS = frozenset(
    {"cancel", "close", "deactivate", "delete", "logout", "purge", "remove", "reset", "signout"}
)  # fmt: skip
"""Words of operations that end something, which are left alone, as DELETE is."""
_LIMITED = frozenset({429, 423})


async def write(session: Session) -> None:
    """Send every writing operation once, as the first identity; answers join the first look."""
    for operation in _writing(session):
        exchange = await _send(session, operation, _body(session, operation))
        if exchange is not None:
            session.exchanges.append(exchange)


def _writing(session: Session) -> list[Operation]:
    """Give the operations that write and end nothing, by the words of their path."""
    return [
        one
        for one in session.description.operations
        if one.method in _WRITES and not set(key_of(one.path).split("_")) & _ENDS
    ]


def _body(session: Session, operation: Operation) -> Any:  # noqa: ANN401 - any JSON value
    if operation.body is None:
        return None
    return body(session.description.document, operation.body)


def _identity(session: Session, operation: Operation) -> Identity:
    return session.identities[0] if session.identities and operation.secured else NOBODY


async def _send(
    session: Session, operation: Operation, content: object, identity: Identity | None = None
) -> Exchange | None:
    """Send a body for an operation; None where a parameter could not be filled in."""
    who = identity or _identity(session, operation)
    values: Mapping[str, str] | None = next(
        iter(fillings(session, operation, who, guessing=True)), None
    )
    if values is None:
        return None
    query = {
        one.name: values[one.name]
        for one in operation.of(ParameterSource.QUERY)
        if one.name in values
    }
    request = Request(
        operation.method,
        path_of(session.base, operation, values, query),
        who,
        headers=(("content-type", "application/json"),) if content is not None else (),
        body=None if content is None else json.dumps(content).encode(),
    )
    return await session.ask(operation, request, values)


async def assigned(session: Session) -> AsyncIterator[Observation]:
    """Send a member that nothing declares, and look whether it is taken."""
    for operation in _writing(session):
        made = _body(session, operation)
        if not session.asker.order.writes or not isinstance(made, dict):
            continue
        exchange = await _send(session, operation, {**made, MADE_UP: MADE_UP})
        if exchange is None or not exchange.answer.ok:
            continue
        if MADE_UP in exchange.answer.body.decode("utf-8", "replace"):
            plain = Sensitivity(Category.INTERNAL, "undeclared", "no schema declares it", 0.5)
            shown = "a member that nothing declares was taken"
            yield session.observe(
                Seen.ASSIGNED,
                exchange,
                fields=((attribute((MADE_UP,)), plain),),
                transcripts=(session.transcript(exchange, shown),),
            )


async def faults(session: Session) -> AsyncIterator[Observation]:
    """Send a body that is no JSON, and one of the wrong form, and look for texts of errors."""
    if not session.asker.order.writes:
        return
    for operation in _writing(session):
        if operation.body is None:
            continue
        exchange = await _send(session, operation, ["'\")(#:{$"])
        text = error_text(exchange.answer.body) if exchange is not None else None
        if exchange is not None and text is not None:
            shown = (session.transcript(exchange, f"the answer holds {text.what}"),)
            kind = Seen.DEBUG if text.debug else Seen.EXCEPTION
            yield session.observe(kind, exchange, details=(text.what,), transcripts=shown)


async def unlimited(session: Session) -> AsyncIterator[Observation]:
    """Try to sign in a dozen times with what is nobody's, and look whether that is ever refused."""
    if not session.asker.order.writes:
        return
    for operation in session.description.operations:
        words = set(key_of(operation.path).split("_"))
        made = _body(session, operation)
        if operation.method != "POST" or not words & _SIGN_IN or not isinstance(made, dict):
            continue
        made |= {name: _WRONG for name in made if classify(name).kind == "password"}
        last = None
        for _ in range(ATTEMPTS):
            last = await _send(session, operation, made, NOBODY)
            if last is None or last.answer.status in _LIMITED or last.answer.ok:
                break
        else:
            if last is not None and last.answer.status in {400, 401, 403}:
                shown = (session.transcript(last, f"the answer to attempt {ATTEMPTS}"),)
                yield session.observe(
                    Seen.UNLIMITED, last, details=(f"{ATTEMPTS} times",), transcripts=shown
                )
