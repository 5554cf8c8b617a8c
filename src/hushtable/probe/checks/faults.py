"""Provokes errors with odd values, and looks whether input is read as an expression."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping

from hushtable.model.observation import Observation, Seen
from hushtable.model.service import ANYONE, ParameterSource
from hushtable.probe.ask import REFUSES_NOBODY, Request
from hushtable.probe.checks.error_texts import error_text
from hushtable.probe.checks.pages import rows_of
from hushtable.probe.filling import path_of, query_of, samples
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.order import NOBODY, Identity
from hushtable.probe.session import NOTHING, Exchange, Session

LONG = "a" * 2100
"""Longer than any key of DynamoDB may be (2,048 bytes)."""

SIGNS = "\"')(#:{$"
_NOT_THERE = "hushtable_probe"
_ALWAYS = (f"NOT attribute_exists({_NOT_THERE}) OR {_NOT_THERE}", f"{_NOT_THERE}' OR 'a'='a")
_NEVER = (f"attribute_exists({_NOT_THERE}) AND {_NOT_THERE}", f"{_NOT_THERE}' AND 'a'='b")
_MOST_INPUTS = 6
_SAYS_NOTHING = frozenset({0, 429, 503})
"""What a server that has enough, or none at all, answers: no difference that an input made."""


def texts_seen(session: Session) -> Iterator[Observation]:
    """Say which answers of the first look hold the text of an error."""
    done: set[str] = set()
    for exchange in sorted(session.exchanges, key=lambda one: one.audience != ANYONE):
        if str(exchange.operation) not in done:
            for seen in _of_text(session, exchange):
                done.add(str(exchange.operation))
                yield seen


async def provoked(session: Session) -> AsyncIterator[Observation]:
    """Send each input an odd value, one at a time, as somebody whom the operation answers."""
    for operation in session.reading:
        identity, values = _known_good(session, operation)
        found: dict[Seen, Observation] = {}
        for wanted in _texts(operation):
            for odd in (LONG, SIGNS):
                exchange = await _send(session, operation, identity, {**values, wanted.name: odd})
                for seen in _of_text(session, exchange):
                    found.setdefault(seen.seen, seen)
                read = _of_grammar(session, exchange, wanted) if odd == SIGNS else None
                # An expression that fails for every input is a fault of its own.
                if read is not None and not _fails_anyway(session, operation):
                    found.setdefault(read.seen, read)
        if Seen.EXPRESSION not in found:
            seen_difference = await _difference(session, operation, identity, values)
            if seen_difference is not None:
                found[Seen.EXPRESSION] = seen_difference
        for kind in sorted(found):
            yield found[kind]


def _of_text(session: Session, exchange: Exchange) -> Iterator[Observation]:
    text = error_text(exchange.answer.body)
    if text is None:
        return
    transcripts = (session.transcript(exchange, f"the answer holds {text.what}"),)
    kind = Seen.DEBUG if text.debug else Seen.EXCEPTION
    yield session.observe(kind, exchange, details=(text.what,), transcripts=transcripts)


def _of_grammar(session: Session, exchange: Exchange, wanted: Input) -> Observation | None:
    """Say that a text with signs of expressions ended in an error of an expression's grammar."""
    text = error_text(exchange.answer.body)
    if text is None or not text.expression:
        return None
    transcripts = (session.transcript(exchange, f"the answer holds {text.what}"),)
    details = (f"the input `{wanted.name}`",)
    return session.observe(Seen.EXPRESSION, exchange, details=details, transcripts=transcripts)


def _fails_anyway(session: Session, operation: Operation) -> bool:
    tried = (one for one in session.exchanges if one.operation is operation)
    texts = (error_text(one.answer.body) for one in tried)
    return any(text is not None and text.expression for text in texts)


async def _difference(
    session: Session, operation: Operation, identity: Identity, values: Mapping[str, str]
) -> Observation | None:
    """Send an input that is always true and one that never is, if it is read as an expression."""
    for wanted in _texts(operation):
        for always, never in zip(_ALWAYS, _NEVER, strict=True):
            sent = [
                await _send(session, operation, identity, {**values, wanted.name: one})
                for one in (always, never)
            ]
            in_path = wanted.source is ParameterSource.PATH
            true, false = (_answered(one) if in_path else _rows(one) for one in sent)
            if not true or false or not (in_path or sent[1].answer.ok):
                continue
            if sent[1].answer.status in _SAYS_NOTHING:
                continue
            plain = {**values, wanted.name: _NOT_THERE}
            if in_path and _answered(await _send(session, operation, identity, plain)):
                continue
            shown = (
                session.transcript(sent[0], "an answer for what is always true"),
                session.transcript(sent[1], "none for what never is"),
            )
            details = (f"the input `{wanted.name}`",)
            return session.observe(Seen.EXPRESSION, sent[0], details=details, transcripts=shown)
    return None


def _answered(exchange: Exchange) -> int:
    return int(exchange.answer.ok and exchange.value not in (NOTHING, None, [], {}))


def _rows(exchange: Exchange) -> int:
    """Count what the first list of an answer holds; 0 where there is none."""
    return len(rows_of(exchange.value)) if exchange.answer.ok else 0


def _texts(operation: Operation, *sources: ParameterSource) -> list[Input]:
    """Give the inputs in which a text can be sent."""
    wanted = sources or (ParameterSource.PATH, ParameterSource.QUERY)
    found = []
    for one in operation.inputs:
        plain = one.schema.get("type", "string") == "string" and "enum" not in one.schema
        if one.source in wanted and plain and one.schema.get("format") in {None, "password"}:
            found.append(one)
    return found[:_MOST_INPUTS]


def _known_good(session: Session, operation: Operation) -> tuple[Identity, dict[str, str]]:
    """Give who is answered, with values for what is required: those of an answer, else samples."""
    tried = [one for one in session.exchanges if one.operation is operation]
    good = [one for one in tried if one.answer.ok]
    if good:
        best = min(good, key=lambda one: one.audience != ANYONE)
        return best.identity, dict(best.values)
    identity = session.identities[0] if session.identities and operation.secured else NOBODY
    for exchange in tried:
        if exchange.answer.status not in REFUSES_NOBODY:
            return exchange.identity, dict(exchange.values)
    required = (one for one in operation.inputs if one.required)
    return identity, {one.name: next(samples(one), "x") for one in required}


async def _send(
    session: Session, operation: Operation, identity: Identity, values: Mapping[str, str]
) -> Exchange:
    query = query_of(operation, values)
    path = path_of(session.base, operation, values, query)
    return await session.ask(operation, Request("GET", path, identity), values)
