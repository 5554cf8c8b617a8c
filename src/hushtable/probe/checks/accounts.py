"""What one account may write to another, and what role it may give itself.

All of it happens to accounts that the probe registered, and is claimed only where the account that
was written to shows it afterwards.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hushtable.model.observation import Observation, Seen
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import SIGNED_IN, ParameterSource
from hushtable.probe.accounts import (
    credentials,
    entering,
    looked,
    naming,
    object_of,
    registered,
    registering,
    shown,
    sign_in,
    sound,
    was_limited,
)
from hushtable.probe.checks.people import A_ROLE, ROLE_WORDS, ROLES
from hushtable.probe.knowledge import key_of, noun_before
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.person import Person
from hushtable.probe.session import Account, Exchange, Session, attribute
from hushtable.probe.writing import made, members, passwords, send, writing

_TRIED = ("admin", "employee", "manager", "staff")
_MOST_ROLES = 4


@dataclass(frozen=True, slots=True)
class Target:
    """How an operation names whom it writes to: in its path, or by a member of its body."""

    path: Mapping[str, str]
    body: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters and members that name somebody."""
        return (*self.path, *self.body)


async def others_written(session: Session) -> AsyncIterator[Observation]:
    """Write to one account as another, and look whether the first one shows what was written."""
    if len(await sound(session)) < 2:  # noqa: PLR2004 - an owner and another
        return
    for operation in _changing(session):
        target = _target(session, operation, session.accounts[0])
        if target is None:
            continue
        seen = await _written(session, operation, target)
        if seen is not None:
            yield seen


def _changing(session: Session) -> Iterator[Operation]:
    doors = {str(one) for one in (registering(session), entering(session)) if one is not None}
    yield from (one for one in writing(session) if str(one) not in doors)


def _target(session: Session, operation: Operation, account: Account) -> Target | None:
    """Say how an operation names an account; None where it names nobody."""
    path = {}
    for one in operation.of(ParameterSource.PATH):
        value = naming(account, one, noun_before(operation.path, one.name))
        if value is not None:
            path[one.name] = value
    if path:
        return Target(path, {})
    # What a POST makes may name somebody, as a gift does, and be no change of theirs.
    for name, schema in members(session, operation).items() if operation.method != "POST" else ():
        wanted = Input(name, ParameterSource.BODY, session.description.document.at(schema))
        value = naming(account, wanted, "")
        if value is not None and classify(name).kind not in {"email", "phone"}:
            return Target({}, {name: value})
    return None


async def _written(session: Session, operation: Operation, target: Target) -> Observation | None:
    owner, other = session.accounts[:2]
    stranger = session.somebody()
    before = await shown(session, owner)
    content = _changes(session, operation, stranger, owner, before)
    if content is not None:
        content |= target.body
    exchange = await send(session, operation, content, other.identity, target.path)
    if exchange is None or not exchange.answer.ok:
        return None
    secret = passwords(content or {})
    if secret:
        entered = await sign_in(session, owner.person, stranger.password)
        if entered is not None and credentials(session, entered):
            changed = replace(owner.person, password=stranger.password)
            session.accounts[0] = replace(owner, person=changed)
            return _others(session, exchange, target, secret, entered)
        return None
    after = await shown(session, owner)
    names = [
        name
        for name, value in after.items()
        if isinstance(value, str | int)
        and value != before.get(name)
        and value in (content or {}).values()
    ]
    return _others(session, exchange, target, names, None) if names else None


def _changes(
    session: Session,
    operation: Operation,
    stranger: Person,
    owner: Account,
    before: Mapping[str, object],
) -> dict[str, Any] | None:
    """Give a body of which every text differs from what the owner shows now."""
    body = made(session, operation, stranger, whole=True)
    if not isinstance(body, dict):
        return None if operation.body is None else {}
    by_email = owner.person.name not in before.values()
    for name, value in body.items():
        if by_email and value == stranger.email:
            # Without its address the owner would not be found again.
            body[name] = owner.person.email
        elif isinstance(value, str) and value == before.get(name):
            body[name] = stranger.name
    return body


def _others(
    session: Session,
    exchange: Exchange,
    target: Target,
    names: list[str],
    entered: Exchange | None,
) -> Observation:
    proof = "the other account shows it" if entered is None else "and the other signs in with it"
    transcripts = [session.transcript(exchange, f"{', '.join(names)} of another account: {proof}")]
    if entered is not None:
        transcripts.append(session.transcript(entered, "signed in with what was written"))
    return session.observe(
        Seen.WRITTEN,
        exchange,
        audience=SIGNED_IN,
        fields=tuple((attribute((name,)), classify(name)) for name in names),
        details=target.names,
        transcripts=tuple(transcripts),
    )


async def elevated(session: Session) -> AsyncIterator[Observation]:
    """Try to get a role above the ordinary, at registration and by what an account may change."""
    if not await sound(session):
        return
    first = session.accounts[0]
    roles = {name: value for name, value in first.shown.items() if key_of(name) in ROLES}
    declared = members(session, first.made.operation)
    for name, value in roles.items():
        for wanted in _above(session, name, value):
            account = await _registered(session, {name: wanted})
            if account is None and was_limited(session):
                return
            if account is not None and account.shown.get(name) == wanted:
                yield await _role(
                    session, account.made, account, (name, wanted), declared=name in declared
                )
                break
    account = await _registered(session) if roles else None
    if account is None:
        return
    for operation in _changing(session):
        for name, value in roles.items():
            seen = await _raised(session, operation, account, name, value)
            if seen is not None:
                yield seen
                account = await _registered(session) or account


async def _registered(session: Session, more: Mapping[str, object] | None = None) -> Account | None:
    account = await registered(session, session.somebody(), "own account 3", more)
    if account is None:
        return None
    return replace(account, shown=await shown(session, account))


async def _raised(
    session: Session, operation: Operation, account: Account, name: str, value: object
) -> Observation | None:
    """Give an account a role by one operation; None where it does not get it."""
    target = _target(session, operation, account)
    if target is None and (operation.method == "POST" or operation.of(ParameterSource.PATH)):
        return None
    least = made(session, operation, account.person)
    if not isinstance(least, dict) or passwords(least):
        return None
    declared = [one for one in members(session, operation) if key_of(one) == key_of(name)]
    own = {one: account.shown[one] for one in least if account.shown.get(one) is not None}
    for wanted in _above(session, name, value):
        member = declared[0] if declared else name
        content = {**least, **own, **(target.body if target else {}), member: wanted}
        path = target.path if target else {}
        exchange = await send(session, operation, content, account.identity, path)
        if exchange is None or not exchange.answer.ok:
            continue
        now = await shown(session, account)
        if now.get(name) == wanted != account.shown.get(name):
            return await _role(session, exchange, account, (name, wanted), declared=bool(declared))
    return None


def _above(session: Session, name: str, value: object) -> list[object]:
    """Give values of a role that are above one: those that were seen first, then the usual."""
    if isinstance(value, bool):
        return [True] if not value else []
    if not isinstance(value, str) or not value:
        return []
    seen = [
        str(leaf.value)
        for exchange in session.exchanges
        for leaf in exchange.leaves
        if key_of(leaf.name) == key_of(name) and str(leaf.value).lower() in ROLE_WORDS
    ]
    change = str.upper if value.isupper() else str.capitalize if value[:1].isupper() else str.lower
    found = dict.fromkeys([*seen, *map(change, _TRIED)])
    above: list[object] = [one for one in found if one.lower() != value.lower()]
    return above[:_MOST_ROLES]


async def _role(
    session: Session,
    exchange: Exchange,
    account: Account,
    names: tuple[str, object],
    *,
    declared: bool,
) -> Observation:
    """Say that a role was got by an exchange, with the answer that shows it."""
    name, wanted = names
    transcripts = [session.transcript(exchange, f"`{name}` was sent, and taken")]
    for seen in await looked(session, account):
        if (object_of(seen.value, account.person) or {}).get(name) == wanted:
            transcripts.append(session.transcript(seen, f"`{name}` is what was sent"))
            break
    return session.observe(
        Seen.ELEVATED if declared else Seen.ASSIGNED,
        exchange,
        fields=((attribute((name,)), A_ROLE),),
        details=(name,),
        transcripts=tuple(transcripts),
    )
