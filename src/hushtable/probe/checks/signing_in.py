"""Doors: whether they tell who has an account, take guesses for ever, or let in whoever comes.

Guesses are made at an account that the probe registered, else at one that nobody has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from hushtable.model.observation import Observation, Seen
from hushtable.model.service import ANYONE
from hushtable.probe.accounts import credentials, entering, sign_in, signing, sound
from hushtable.probe.ask import REFUSES_NOBODY
from hushtable.probe.openapi import Operation
from hushtable.probe.order import NOBODY, Identity
from hushtable.probe.person import Person, made_up
from hushtable.probe.session import Exchange, Session
from hushtable.probe.writing import members, passwords, send, words_of, writing

ATTEMPTS = 12
_MOST_OPENED = 3

_LIMITED = frozenset({423, 429})
_WRONG = frozenset({400, 401, 403, 404})
_FORGOTTEN = frozenset({"forgot", "forgotten", "recover", "recovery"})


async def doors(session: Session) -> AsyncIterator[Observation]:
    """Look at the operation that signs in, and at those that help who forgot a password."""
    if not session.asker.order.writes:
        return
    operation = entering(session)
    stranger = session.somebody()
    if operation is not None:
        entered = await sign_in(session, stranger)
        let_in = await _lets_in(session, entered) if entered is not None else None
        if let_in is not None:
            yield let_in
            return
    async for seen in _tells(session):
        yield seen
    if operation is not None:
        unlimited = await _unlimited(session, stranger)
        if unlimited is not None:
            yield unlimited


async def _lets_in(session: Session, entered: Exchange) -> Observation | None:
    """Say that somebody who does not exist was given a token.

    It is certain where the token opens what is refused to nobody. Many a service gives a cookie to
    everybody, so one that opens nothing says nothing.
    """
    headers = credentials(session, entered)
    if not headers:
        return None
    shown = [session.transcript(entered, "signed in, with a name and a password that nobody has")]
    opened = await _opened(session, Identity("somebody made up", headers))
    if opened is not None:
        shown.append(session.transcript(opened, "which refuses anyone without it"))
    elif headers[0][0] == "cookie":
        return None
    return session.observe(
        Seen.LETS_IN, entered, transcripts=tuple(shown), certain=opened is not None
    )


async def _opened(session: Session, somebody: Identity) -> Exchange | None:
    """Ask as somebody for a few things that were refused to nobody; None where all are refused."""
    refused = [
        one
        for one in session.exchanges
        if one.audience == ANYONE
        and one.request.method == "GET"
        and one.answer.status in REFUSES_NOBODY
    ]
    for one in refused[:_MOST_OPENED]:
        request = replace(one.request, identity=somebody)
        seen = await session.ask(one.operation, request, dict(one.values))
        if seen.answer.ok:
            return seen
    return None


async def _tells(session: Session) -> AsyncIterator[Observation]:
    """Compare what an account of its own is answered with what nobody is, twice each."""
    if not await sound(session):
        return
    known = session.accounts[0].person
    entrance = entering(session)
    for operation in (*([] if entrance is None else [entrance]), *_forgotten(session)):
        answers = []
        for number in range(4):
            person = known if number % 2 == 0 else session.somebody()
            content = signing(session, operation, person)
            content |= dict.fromkeys(passwords(content), f"{made_up().password}-wrong")
            seen = await send(session, operation, content, NOBODY)
            if seen is None or _is_no_answer(seen) or credentials(session, seen):
                break
            session.exchanges.append(seen)
            answers.append((seen, _said(seen, person)))
        if len(answers) < 4:  # noqa: PLR2004 - two of each
            continue
        here, there = ([said for _, said in answers[start::2]] for start in (0, 1))
        if here[0] == here[1] and there[0] == there[1] and here[0] != there[0]:
            yield session.observe(
                Seen.TELLS_WHO,
                answers[0][0],
                transcripts=(
                    session.transcript(answers[0][0], "the answer to a name that has an account"),
                    session.transcript(answers[1][0], "another answer to a name that has none"),
                ),
            )


def _forgotten(session: Session) -> list[Operation]:
    """Give the operations that take a name alone, for who forgot a password."""
    found = []
    for operation in writing(session):
        names = members(session, operation)
        if operation.method != "POST" or not words_of(operation) & _FORGOTTEN or len(names) != 1:
            continue
        if session.person.says(next(iter(names))) in session.person.names:
            found.append(operation)
    return found


def _is_no_answer(exchange: Exchange) -> bool:
    """Whether an answer is a limit's, a fault's, or none: it says nothing of a name or password."""
    status = exchange.answer.status
    return status in _LIMITED or not status or status >= 500  # noqa: PLR2004 - faults of the server


def _said(exchange: Exchange, person: Person) -> tuple[int, str]:
    """Give the status and the text of an answer, without what differs with the person."""
    text = exchange.answer.body.decode("utf-8", "replace")
    # The address holds the name.
    for one in sorted(person.secrets, key=len, reverse=True):
        text = text.replace(one, "")
    return exchange.answer.status, text


async def _unlimited(session: Session, stranger: Person) -> Observation | None:
    """Try a dozen wrong passwords, and look whether that is ever refused.

    With an account of its own the right password must be taken afterwards: a lock is a limit too.
    """
    account = session.accounts[0] if session.accounts else None
    person = account.person if account is not None else stranger
    last = None
    for _ in range(ATTEMPTS):
        last = await sign_in(session, person, f"{made_up().password}-wrong")
        if last is None or _is_no_answer(last) or credentials(session, last):
            return None
        if account is None and last.answer.status not in _WRONG - {400, 404}:
            # It may be the form of the request that is not taken, and no guess at all.
            return None
    if last is None:
        return None
    if account is not None:
        entered = await sign_in(session, person)
        if entered is None or not credentials(session, entered):
            return None
    shown = (session.transcript(last, f"the answer to attempt {ATTEMPTS}"),)
    return session.observe(Seen.UNLIMITED, last, details=(f"{ATTEMPTS} times",), transcripts=shown)
