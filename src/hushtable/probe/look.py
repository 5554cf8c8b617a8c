"""The first look: every operation that only reads, as everybody, with values that are known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from hushtable.model.service import ParameterSource
from hushtable.probe.ask import Request
from hushtable.probe.filling import path_of, query_of, samples
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.order import Identity
from hushtable.probe.session import Exchange, Session

ROUNDS = 3
"""What one round teaches, the next may ask for."""

_TRIES = 4
"""Different fillings of one operation, until one is answered."""

_GUESSES = 6


async def look(session: Session) -> None:
    """Ask every reading operation as everybody; exchanges and knowledge grow in the session."""
    waiting = list(session.reading)
    for turn in range(ROUNDS):
        last = turn == ROUNDS - 1
        waiting = [
            operation for operation in waiting if not await _ask(session, operation, guessing=last)
        ]


async def _ask(session: Session, operation: Operation, *, guessing: bool) -> bool:
    """Ask one operation as everybody; tell whether somebody got an answer."""
    answered = False
    for identity in (*session.identities, *session.everybody[:1]):
        tried = 0
        for values in fillings(session, operation, identity, guessing=guessing):
            exchange = await session.ask(
                operation, _request(session, operation, values, identity), values
            )
            tried += 1
            _remember(session, exchange)
            if exchange.answer.ok:
                answered = True
                # An empty list says nothing of what stands in one.
                if not _is_empty(exchange.value):
                    break
            if tried >= (_GUESSES if guessing else _TRIES):
                break
        if tried == 0:
            return False
    return answered


def _is_empty(value: object) -> bool:
    if isinstance(value, dict):
        return any(one == [] for one in value.values())
    return value == []


def _remember(session: Session, exchange: Exchange) -> None:
    session.exchanges.append(exchange)
    if exchange.answer.ok:
        session.knowledge.learn(
            exchange.operation, exchange.request.path, exchange.identity.name, exchange.leaves
        )


def _request(
    session: Session, operation: Operation, values: dict[str, str], identity: Identity
) -> Request:
    query = query_of(operation, values)
    return Request("GET", path_of(session.base, operation, values, query), identity)


def fillings(
    session: Session, operation: Operation, identity: Identity, *, guessing: bool = False
) -> Iterator[dict[str, str]]:
    """Give the ways to fill in what an operation needs, the identity's own values first.

    Nothing, as long as something needed is not known and must not be guessed.
    """
    needed = [
        one
        for one in (*operation.of(ParameterSource.PATH), *operation.of(ParameterSource.QUERY))
        if one.required
    ]
    options = [_options(session, operation, one, identity, guessing=guessing) for one in needed]
    if not all(options):
        return
    names = [one.name for one in needed]
    seen: set[tuple[str, ...]] = set()
    # In step first (the first of each, the second of each), then every combination.
    width = max(map(len, options), default=1)
    in_step = [tuple(one[min(n, len(one) - 1)] for one in options) for n in range(width)]
    for chosen in (*in_step, *islice(product(*options), 16)):
        if chosen not in seen:
            seen.add(chosen)
            yield dict(zip(names, chosen, strict=True))


def _options(
    session: Session, operation: Operation, wanted: Input, identity: Identity, *, guessing: bool
) -> list[str]:
    known = list(session.knowledge.values(operation, wanted))
    mine = _own(session, operation, wanted, identity)
    known.sort(key=lambda value: value not in mine)
    is_id = wanted.source is ParameterSource.PATH
    likely = list(samples(wanted)) if _says_enough(wanted) or not is_id or guessing else []
    guesses = session.knowledge.guesses(operation, wanted) if guessing and is_id else ()
    form = wanted.schema.get("type")
    found = dict.fromkeys([*known[:_TRIES], *likely[:2], *guesses, *likely[2:]])
    if form in {"integer", "number"}:
        found = dict.fromkeys(one for one in found if one.lstrip("-").isdigit())
    return list(found)[: _GUESSES + 2]


def _says_enough(wanted: Input) -> bool:
    """Whether the schema itself names a value that is likely to be taken."""
    schema = wanted.schema
    return wanted.example is not None or any(
        word in schema for word in ("enum", "default", "const")
    )


def _own(
    session: Session, operation: Operation, wanted: Input, identity: Identity
) -> frozenset[str]:
    keys = set(session.knowledge.keys(operation, wanted))
    others = [one for one in session.identities if one.name != identity.name]
    found: set[str] = set()
    for other in others[:1]:
        owned = session.knowledge.owned(identity.name, other.name)
        found |= {value for key, value in owned if key in keys}
    return frozenset(found)
