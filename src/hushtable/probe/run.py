"""Asks a live service: finds out what there is, looks, compares, provokes, and sums up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import httpx

from hushtable.model.event import Advanced, Began, Ended, Listener, silent
from hushtable.model.facts import Facts, Unknown
from hushtable.model.observation import Asked, Observation, Refused, Seen
from hushtable.model.place import Place
from hushtable.model.service import ANYONE, SIGNED_IN, Route
from hushtable.probe.accounts import enrol, was_limited
from hushtable.probe.ask import MAX_BODY, Asker, EndedError, client
from hushtable.probe.checks.accounts import elevated, others_written
from hushtable.probe.checks.exposure import exposures
from hushtable.probe.checks.faults import provoked, texts_seen
from hushtable.probe.checks.forged import forged
from hushtable.probe.checks.identities import (
    functions,
    not_enforced,
    other_methods,
    others_objects,
)
from hushtable.probe.checks.pages import pages
from hushtable.probe.checks.people import by_counting, roles, same_for_both
from hushtable.probe.checks.service import cached, in_urls, service
from hushtable.probe.checks.signing_in import doors
from hushtable.probe.checks.versions import older, outdated
from hushtable.probe.checks.writes import assigned, faults, write
from hushtable.probe.finding_out import describe
from hushtable.probe.knowledge import Knowledge, key_of
from hushtable.probe.login import signed_in
from hushtable.probe.look import look
from hushtable.probe.openapi import Description
from hushtable.probe.order import Order
from hushtable.probe.session import Session
from hushtable.probe.target import Target, target
from hushtable.probe.writing import members, passwords

Passive = Callable[[Session], Iterator[Observation]]
Active = Callable[[Session], AsyncIterator[Observation]]


async def alike(session: Session) -> AsyncIterator[Observation]:
    """Judge what two callers were both given, when it is known what was told of already."""
    for observation in same_for_both(session):
        yield observation


PASSIVE: tuple[Passive, ...] = (
    exposures, functions, not_enforced, roles, texts_seen, cached, outdated, in_urls,
)  # fmt: skip
"""Checks that judge what is there and send nothing."""

ACTIVE: tuple[Active, ...] = (
    others_objects, alike, by_counting, other_methods, forged, pages, provoked, service, older,
    assigned, others_written, doors, elevated, faults,
)  # fmt: skip
"""Checks that ask more, the weightiest first: time may end before the last."""


@dataclass(slots=True)
class _Run:
    """What came of a run so far, kept when it must end early."""

    description: Description | None = None
    document: str = ""
    observations: list[Observation] = field(default_factory=list)
    ended: str = ""
    unknown: list[Unknown] = field(default_factory=list)


def probe(
    order: Order,
    listen: Listener = silent,
    *,
    sensitivities: Mapping[str, str] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Facts:
    """Ask the service that an order names, and give what it showed.

    `sensitivities` are the user's own words for attributes. `transport` replaces the network.
    Raises UsageError for a target that may not be asked, before anything is sent, and for a login
    that gives nothing.
    """
    checked = target(order.url, order.consented)
    return asyncio.run(_probe(order, checked, listen, sensitivities or {}, transport))


async def _probe(
    order: Order,
    checked: Target,
    listen: Listener,
    sensitivities: Mapping[str, str],
    transport: httpx.AsyncBaseTransport | None,
) -> Facts:
    began = time.perf_counter()
    run = _Run()
    async with client(order, checked, transport) as opened:
        asker = Asker(opened, checked, order)
        identities = await signed_in(order, opened)
        asker.begin()
        session = Session(asker, checked, identities, sensitivities=sensitivities)
        try:
            await _everything(session, order, run, listen)
        except EndedError as error:
            run.ended = str(error)
            run.unknown.append(Unknown(Place("service", 0), f"the run ended early: {error}"))
    seconds = time.perf_counter() - began
    return _facts(session, run, seconds)


async def _everything(session: Session, order: Order, run: _Run, listen: Listener) -> None:
    listen(Began("find out"))
    run.description, run.document = await describe(session, order)
    prepare(session, order, run.description)
    listen(Began("look", len(run.description.operations)))
    if order.writes:
        await enrol(session)
        if was_limited(session):
            why = "a limit on registering or signing in was met: what accounts show is not known"
            run.unknown.append(Unknown(Place("service", 0), why))
        if not session.identities:
            session.identities = tuple(one.identity for one in session.accounts)
    await look(session)
    if order.writes:
        await write(session)
        if not order.identities and session.identities:
            # What its own accounts made is theirs alone: now it can be asked for.
            await look(session)
    for passive in PASSIVE:
        run.observations.extend(passive(session))
    listen(Began("ask", len(ACTIVE)))
    for active in ACTIVE:
        async for observation in active(session):
            run.observations.append(observation)
        listen(Advanced("ask"))
    listen(Ended("ask", 0.0))


def prepare(session: Session, order: Order, description: Description) -> None:
    """Put a description to use: its operations, its base path, and the names worth learning."""
    session.description = description
    session.base = session.target.base or description.base
    if session.target.base and description.base.startswith(session.target.base):
        session.base = description.base
    wanted = {key_of(one.name) for each in description.operations for one in each.inputs}
    session.knowledge = Knowledge(frozenset(wanted))
    for name, value in order.known:
        session.knowledge.say(name, value)


def _facts(session: Session, run: _Run, seconds: float) -> Facts:
    operations = session.description.operations
    sent = {str(one.operation) for one in session.exchanges}
    answered = {str(one.operation) for one in session.exchanges if one.answer.ok}
    refused = tuple(
        Refused(name, _why(session, name))
        for name in sorted(map(str, operations))
        if name not in answered
    )
    asked = Asked(
        operations=len(operations),
        sent=len(sent),
        answered=len(answered),
        requests=session.asker.count,
        refused=refused,
        seconds=seconds,
        ended=run.ended,
        document=run.document,
    )
    unknown = [*run.unknown, *_cut(session)]
    if not answered and not run.ended:
        why = "no operation gave an answer: nothing was examined"
        unknown.append(Unknown(Place("service", 0), why))
    return Facts(
        routes=tuple(_route(session, run, str(one), one.route) for one in operations),
        observations=tuple(run.observations),
        unknown=tuple(unknown),
        asked=asked,
    )


def _cut(session: Session) -> Iterator[Unknown]:
    """Say which answers were too long to be read whole."""
    cut = sorted({str(one.operation) for one in session.exchanges if one.answer.cut})
    for name in cut:
        why = f"an answer of more than {MAX_BODY // 1024 // 1024} MB was not read to its end"
        yield Unknown(Place(name, 0), why)


def _why(session: Session, name: str) -> str:
    """Say why an operation gave no answer."""
    known = next(one for one in session.description.operations if str(one) == name)
    tried = [one for one in session.exchanges if str(one.operation) == name]
    if tried:
        said = sorted({str(one.answer.status or one.answer.failure) for one in tried})
        return f"answered {', '.join(said)}"
    if known.method == "DELETE":
        return "DELETE is never sent"
    if known.left_alone:
        return "its path says that it ends or changes something: it is left alone"
    if known.reads and known.method != "GET":
        return f"{known.method} is sent only where GET is refused"
    if known.reads:
        return "no value is known for a parameter; give one with --know NAME=VALUE"
    if not session.asker.order.writes:
        return "writes are not sent without --writes"
    if passwords(members(session, known)):
        return "it takes a password, and no account of the probe's own was there to try it on"
    return "nothing that it takes could be made up"


def _route(session: Session, run: _Run, name: str, route: Route) -> Route:
    """Give a route with who was answered, and what was seen to leave."""
    audiences = {
        one.audience for one in session.exchanges if str(one.operation) == name and one.answer.ok
    }
    audience = SIGNED_IN if audiences == {SIGNED_IN} else ANYONE
    if not audiences and route.gate.name:
        audience = SIGNED_IN
    leaves = {
        attribute
        for seen in run.observations
        if seen.route is not None and str(seen.route) == name and seen.seen is not Seen.CACHED
        for attribute, _ in seen.fields
    }
    return replace(route, audience=audience, leaves=tuple(sorted(leaves)))
