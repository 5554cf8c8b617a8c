"""What only writing shows, with `--writes`: POST, PUT and PATCH with made-up bodies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from hushtable.model.observation import Observation, Seen
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import of_people
from hushtable.model.service import ParameterSource
from hushtable.probe.accounts import entering, naming, registering
from hushtable.probe.ask import REFUSES_NOBODY
from hushtable.probe.checks.error_texts import error_text
from hushtable.probe.checks.faults import SIGNS
from hushtable.probe.checks.people import ROLES
from hushtable.probe.knowledge import key_of, noun_before
from hushtable.probe.openapi import Operation
from hushtable.probe.order import NOBODY, Identity
from hushtable.probe.session import Exchange, Session, attribute
from hushtable.probe.writing import (
    NOT_TAKEN,
    Sender,
    made,
    members,
    passwords,
    send,
    send_least,
    writing,
)

MADE_UP = "hushtable_probe"
"""A member that no service has: where it is taken, any would be. Its value is of this run alone."""

_MOST_NEAR = 4


async def write(session: Session) -> None:
    """Send every writing operation once; answers join the first look.

    An account of the probe's own is preferred to those of the user. An operation that would change
    a password is left to the checks that use such an account.
    """
    doors = _doors(session)
    for operation in writing(session):
        if str(operation) in doors:
            if session.accounts:
                continue
        elif passwords(members(session, operation)):
            continue
        for identity in _callers(session, operation):
            given = own(session, operation, identity)
            if given is None:
                continue
            kept = _kept(session, operation, identity)
            sender = Sender(identity, session.person, given, kept)
            exchange = await send_least(session, operation, sender)
            if exchange is None:
                break
            session.exchanges.append(exchange)
            if exchange.answer.status not in REFUSES_NOBODY:
                break


def _doors(session: Session) -> frozenset[str]:
    """Give the operations that register and sign in."""
    return frozenset(map(str, filter(None, (registering(session), entering(session)))))


def _callers(session: Session, operation: Operation) -> Iterator[Identity]:
    """Give who asks, one after the other until somebody is let in."""
    own = [account.identity for account in session.accounts[:1]]
    known = [*own, *session.identities[:1]]
    if not operation.secured or not known:
        yield NOBODY
    yield from known


def _kept(session: Session, operation: Operation, identity: Identity) -> Mapping[str, object]:
    """Give the roles that an account has, for a body that asks for one: a made-up one breaks it."""
    account = next((one for one in session.accounts if one.identity == identity), None)
    if account is None:
        return {}
    by_key = {key_of(name): value for name, value in account.shown.items()}
    asked = (one for one in members(session, operation) if key_of(one) in ROLES)
    return {one: by_key[key_of(one)] for one in asked if key_of(one) in by_key}


def own(session: Session, operation: Operation, identity: Identity) -> Mapping[str, str] | None:
    """Give what names a caller where an operation asks for somebody.

    None where an account of the probe's own would write to somebody else.
    """
    account = next((one for one in session.accounts if one.identity == identity), None)
    found: dict[str, str] = {}
    if account is None:
        return found
    for one in operation.of(ParameterSource.PATH):
        noun = noun_before(operation.path, one.name)
        value = naming(account, one, noun)
        if value is None and (of_people(noun) or of_people(one.name)):
            return None
        if value is not None:
            found[one.name] = value
    return found


async def _send(session: Session, operation: Operation, content: object) -> Exchange | None:
    """Send a body as whoever was let in when the operation was first sent."""
    tried = [one for one in session.exchanges if one.operation is operation]
    good = (one.identity for one in tried if one.answer.status not in REFUSES_NOBODY)
    identity = next(good, next(_callers(session, operation)))
    given = own(session, operation, identity)
    return None if given is None else await send(session, operation, content, identity, given)


async def assigned(session: Session) -> AsyncIterator[Observation]:
    """Send a member that nothing declares, and look whether it is taken."""
    doors = _doors(session)
    for operation in writing(session):
        exchange = None
        for whole in (False, True):
            body = made(session, operation, whole=whole)
            if str(operation) in doors or not isinstance(body, dict) or passwords(body):
                break
            exchange = await _send(session, operation, {**body, MADE_UP: session.person.name})
            if exchange is None or exchange.answer.status not in NOT_TAKEN:
                break
        if exchange is None or not exchange.answer.ok:
            continue
        kept = await _read_back(session, exchange)
        if kept is None and not _names(exchange):
            continue
        plain = Sensitivity(Category.INTERNAL, "undeclared", "no schema declares it", 0.5)
        shown = [session.transcript(exchange, "a member that nothing declares was not refused")]
        if kept is not None:
            shown.append(session.transcript(kept, "it is there afterwards"))
        yield session.observe(
            Seen.ASSIGNED,
            exchange,
            fields=((attribute((MADE_UP,)), plain),),
            transcripts=tuple(shown),
            # What an answer repeats was not stored for that.
            certain=kept is not None,
        )


def _names(exchange: Exchange) -> bool:
    """Whether an answer names the member that was made up."""
    return MADE_UP in exchange.answer.body.decode("utf-8", "replace")


async def _read_back(session: Session, written: Exchange) -> Exchange | None:
    """Ask the same caller again for what is near; None where nothing shows what was written."""
    near = {
        str(one.operation): one
        for one in session.exchanges
        if one.identity == written.identity
        and one.request.method == "GET"
        and one.answer.ok
        and _first(one.operation) == _first(written.operation)
    }
    same = written.operation.path
    for one in sorted(near.values(), key=lambda one: one.operation.path != same)[:_MOST_NEAR]:
        seen = await session.ask(one.operation, one.request, dict(one.values))
        if any(leaf.name == MADE_UP and leaf.value == session.person.name for leaf in seen.leaves):
            return seen
    return None


def _first(operation: Operation) -> str:
    """Give the first part of a path, which says what it is about."""
    return operation.path.strip("/").partition("/")[0]


async def faults(session: Session) -> AsyncIterator[Observation]:
    """Send a body of the wrong form, and one with odd texts, and look for texts of errors."""
    doors = _doors(session)
    for operation in writing(session):
        if operation.body is None:
            continue
        found: dict[Seen, Observation] = {}
        bodies = [["'\")(#:{$"], _odd(made(session, operation, whole=True))]
        # Nobody registers under such a name, and no password is changed to one.
        if str(operation) in doors or passwords(members(session, operation)):
            bodies.pop()
        for odd in bodies:
            exchange = await _send(session, operation, odd)
            if exchange is not None:
                for seen in _texts(session, exchange):
                    found.setdefault(seen.seen, seen)
        for kind in sorted(found):
            yield found[kind]


def _odd(body: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Put signs of expressions behind every text of a body."""
    match body:
        case dict():
            return {name: _odd(value) for name, value in body.items()}
        case list():
            return [_odd(value) for value in body]
        case str():
            return f"{body}{SIGNS}"
        case _:
            return body


def _texts(session: Session, exchange: Exchange) -> Iterator[Observation]:
    text = error_text(exchange.answer.body)
    if text is None:
        return
    shown = (session.transcript(exchange, f"the answer holds {text.what}"),)
    kind = Seen.DEBUG if text.debug else Seen.EXCEPTION
    yield session.observe(kind, exchange, details=(text.what,), transcripts=shown)
    if text.expression:
        details = ("the body",)
        yield session.observe(Seen.EXPRESSION, exchange, details=details, transcripts=shown)
