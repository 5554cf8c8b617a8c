"""Whose answers they are: another's objects, no credentials, functions of administrators.

Two answers are compared after three baselines: members that differ between three identical
requests (times, request ids) say nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace

from hushtable.model.observation import Observation, Seen
from hushtable.model.service import ANYONE, SIGNED_IN, ParameterSource
from hushtable.probe.ask import REFUSES_NOBODY, Request
from hushtable.probe.filling import path_of, query_of
from hushtable.probe.knowledge import key_of
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.order import NOBODY, Identity
from hushtable.probe.schema import Leaf
from hushtable.probe.session import NOTHING, Exchange, Session, excerpt, told

BASELINES = 3
_MOST_OBJECTS = 2
_ADMIN = frozenset(
    {"admin", "admins", "administration", "administrator", "backoffice", "internal", "management",
     "operator", "staff", "sudo", "superuser"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owns:
    """What is somebody's, as (key, value): given to them alone, and what names themselves."""

    alone: frozenset[tuple[str, str]]
    selves: frozenset[tuple[str, str]]


async def others_objects(session: Session) -> AsyncIterator[Observation]:
    """Ask for the first identity's objects as the second, and as nobody."""
    if len(session.identities) < 2:  # noqa: PLR2004 - an owner and another
        return
    for owner, other in ((0, 1), (1, 0)):
        mine, theirs = session.identities[owner], session.identities[other]
        owns = Owns(
            session.knowledge.owned(mine.name, theirs.name),
            session.knowledge.selves(mine.name, theirs.name),
        )
        for operation in session.reading:
            if str(operation) in session.told:
                continue
            async for seen in _objects(session, operation, mine, theirs, owns):
                session.told.add(str(operation))
                yield seen
                break


async def _objects(
    session: Session,
    operation: Operation,
    mine: Identity,
    theirs: Identity,
    owns: Owns,
) -> AsyncIterator[Observation]:
    tried = 0
    alone = {value for _, value in owns.alone - owns.selves}
    for values, names in _of_owner(session, operation, owns.alone | owns.selves):
        path = _path(session, operation, values)
        first = await session.ask(operation, _get(path, mine), values)
        if not first.answer.ok or first.value in (NOTHING, None, [], {}):
            continue
        tried += 1
        again = [
            await session.ask(operation, _get(path, mine), values) for _ in range(BASELINES - 1)
        ]
        steady = _steady([first, *again])
        foreign = await session.ask(operation, _get(path, theirs), values)
        # A person may show others a part of themselves; what is sensitive is no such part.
        if not (foreign.fields or alone & set(values.values())):
            continue
        if foreign.answer.ok and steady and _agrees(foreign, steady):
            nobody = await session.ask(operation, _get(path, NOBODY), values)
            if not (nobody.answer.ok and _agrees(nobody, steady)):
                sure = bool(foreign.fields) or _is_named(session, foreign, mine, theirs)
                yield _others(session, names, (first, foreign, nobody), certain=sure)
        if tried >= _MOST_OBJECTS:
            return


def _others(
    session: Session,
    names: tuple[str, ...],
    asked: tuple[Exchange, Exchange, Exchange],
    *,
    certain: bool,
) -> Observation:
    first, foreign, nobody = asked
    fields = foreign.fields
    shown = excerpt(fields) if fields else "the same members and values"
    return session.observe(
        Seen.OTHERS,
        foreign,
        audience=SIGNED_IN,
        fields=told(fields),
        details=names,
        transcripts=(
            session.transcript(first, "the owner's answer"),
            session.transcript(foreign, shown),
            session.transcript(nobody),
        ),
        certain=certain,
    )


def _is_named(session: Session, foreign: Exchange, mine: Identity, theirs: Identity) -> bool:
    """Whether an answer, or its request, names the owner: an id of a list may be anybody's."""
    selves = {value for _, value in session.knowledge.selves(mine.name, theirs.name)}
    names = selves | session.knowledge.namings(mine.name, theirs.name)
    said = {str(leaf.value) for leaf in foreign.leaves} | {value for _, value in foreign.values}
    return bool(names & said)


def _of_owner(
    session: Session, operation: Operation, owned: frozenset[tuple[str, str]]
) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    """Give fillings of which at least one value is the owner's alone, with the names of those."""
    inputs = [
        one
        for one in (*operation.of(ParameterSource.PATH), *operation.of(ParameterSource.QUERY))
        if one.required or key_of(one.name).endswith("_id")
    ]
    found: list[tuple[dict[str, str], tuple[str, ...]]] = []
    options: list[list[tuple[str, bool]]] = []
    for one in inputs:
        values = _valued(session, operation, one, owned)
        if not values:
            if one.required:
                return
            continue
        options.append(values[:3])
    names = [one.name for one in inputs if _valued(session, operation, one, owned)]
    for turn in range(max(map(len, options), default=0)):
        chosen = [one[min(turn, len(one) - 1)] for one in options]
        mine = tuple(name for name, (_, own) in zip(names, chosen, strict=True) if own)
        if mine:
            filled = {name: value for name, (value, _) in zip(names, chosen, strict=True)}
            found.append((filled, mine))
    yield from found


def _valued(
    session: Session, operation: Operation, wanted: Input, owned: frozenset[tuple[str, str]]
) -> list[tuple[str, bool]]:
    """Give values for an input, the owner's first, each with whether it is the owner's alone."""
    keys = session.knowledge.keys(operation, wanted)
    own = sorted({value for key, value in owned if key in keys})
    if own:
        return [(value, True) for value in own]
    known = session.knowledge.values(operation, wanted)
    return [(value, False) for value in known]


def _path(session: Session, operation: Operation, values: Mapping[str, str]) -> str:
    query = query_of(operation, values)
    return path_of(session.base, operation, values, query)


def _get(path: str, identity: Identity) -> Request:
    return Request("GET", path, identity)


def _steady(exchanges: list[Exchange]) -> dict[tuple[str, ...], tuple[object, ...]]:
    """Give the members whose values are the same in every baseline."""
    tables = [_table(exchange.leaves) for exchange in exchanges]
    return {
        path: values
        for path, values in tables[0].items()
        if all(other.get(path) == values for other in tables[1:])
    }


def _table(leaves: tuple[Leaf, ...]) -> dict[tuple[str, ...], tuple[object, ...]]:
    found: dict[tuple[str, ...], list[object]] = {}
    for leaf in leaves:
        found.setdefault(leaf.path, []).append(leaf.value)
    return {path: tuple(values) for path, values in found.items()}


def _agrees(exchange: Exchange, steady: Mapping[tuple[str, ...], tuple[object, ...]]) -> bool:
    """Whether an answer has every steady member with its value."""
    here = _table(exchange.leaves)
    return all(here.get(path) == values for path, values in steady.items())


def functions(session: Session) -> Iterator[Observation]:
    """Say which operations of administrators answered, and to whom."""
    told_of: set[str] = set()
    for exchange in sorted(session.exchanges, key=lambda one: one.audience != ANYONE):
        operation = exchange.operation
        words = set(key_of(operation.path).split("_"))
        if not exchange.answer.ok or not words & _ADMIN or str(operation) in told_of:
            continue
        if exchange.value in (NOTHING, None, [], {}):
            continue
        told_of.add(str(operation))
        yield session.observe(
            Seen.FUNCTION,
            exchange,
            fields=told(exchange.fields),
            details=tuple(sorted(words & _ADMIN)),
            transcripts=(session.transcript(exchange, excerpt(exchange.fields)),),
            certain=exchange.audience == ANYONE,
        )


def not_enforced(session: Session) -> Iterator[Observation]:
    """Say which operations declare security and answer nobody all the same."""
    done: set[str] = set()
    for exchange in session.exchanges:
        operation = exchange.operation
        if exchange.audience != ANYONE or not operation.secured or str(operation) in done:
            continue
        if exchange.answer.ok:
            done.add(str(operation))
            yield session.observe(Seen.NOT_ENFORCED, exchange, fields=told(exchange.fields))


async def other_methods(session: Session) -> AsyncIterator[Observation]:
    """Ask with HEAD, as nobody, for what GET refuses to nobody."""
    done: set[str] = set()
    for exchange in list(session.exchanges):
        operation = exchange.operation
        if exchange.audience != ANYONE or exchange.answer.status not in REFUSES_NOBODY:
            continue
        if str(operation) in done:
            continue
        done.add(str(operation))
        request = replace(exchange.request, method="HEAD")
        head = await session.ask(operation, request, dict(exchange.values))
        if head.answer.ok:
            yield session.observe(
                Seen.METHOD,
                head,
                details=("HEAD",),
                transcripts=(session.transcript(exchange), session.transcript(head)),
            )
