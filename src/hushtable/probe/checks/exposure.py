"""What answers hold: credentials, data of people, members that no schema declares, store talk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from hushtable.model.observation import Observation, Seen
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import ANYONE, ParameterSource
from hushtable.probe.checks.store_signs import signs
from hushtable.probe.knowledge import key_of
from hushtable.probe.masking import masked, member
from hushtable.probe.openapi import Operation
from hushtable.probe.schema import Leaf, Standing
from hushtable.probe.sensitive import SENSITIVE, SURE, Field
from hushtable.probe.session import Exchange, Session, attribute, excerpt, told

_SIGN_IN = frozenset({"auth", "authenticate", "login", "oauth", "refresh", "session", "sessions",
                      "signin", "token", "tokens"})  # fmt: skip
_PAGING = frozenset(
    {"after", "before", "cursor", "limit", "marker", "max", "next", "next_token", "offset", "page",
     "page_size", "page_token", "per_page", "size", "skip", "start", "take", "top"}
)  # fmt: skip
_A_LIST = 2
_CERTAIN = 0.9
_EMPTY = 0.7


def exposures(session: Session) -> Iterator[Observation]:
    """Judge every successful answer of the first look, one observation for each kind and route."""
    by_operation: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in session.exchanges:
        if exchange.answer.ok:
            by_operation[str(exchange.operation)].append(exchange)
    for exchanges in by_operation.values():
        yield from _of_operation(session, exchanges)


def _of_operation(session: Session, exchanges: list[Exchange]) -> Iterator[Observation]:
    widest = min(exchanges, key=lambda one: one.audience != ANYONE)
    shared = _shared(exchanges)
    yield from _credentials(session, exchanges)
    if shared is not None:
        yield from _personal(session, shared)
    yield from _openness(session, exchanges)
    for exchange in (widest,):
        found = tuple(signs(exchange.value))
        if found:
            shown = "; ".join(dict.fromkeys(f"{where}: {what}" for where, what in found[:5]))
            yield session.observe(
                Seen.METADATA,
                exchange,
                details=tuple(dict.fromkeys(what for _, what in found)),
                transcripts=(session.transcript(exchange, shown),),
            )


def _shared(exchanges: list[Exchange]) -> Exchange | None:
    """Give an answer that is not the caller's own: nobody's, or one that two callers share."""
    for exchange in exchanges:
        if exchange.audience == ANYONE:
            return exchange
    for one in exchanges:
        for other in exchanges:
            different = one.identity.name != other.identity.name
            if different and one.request.path == other.request.path and one.value == other.value:
                return one
    return None


def _credentials(session: Session, exchanges: list[Exchange]) -> Iterator[Observation]:
    for exchange in sorted(exchanges, key=lambda one: one.audience != ANYONE):
        secret = [
            one
            for one in exchange.fields
            if one.sensitivity.category is Category.CREDENTIAL
            and not _is_given(exchange.operation, one)
        ]
        if secret:
            yield session.observe(
                Seen.CREDENTIAL,
                exchange,
                fields=told(secret),
                transcripts=(session.transcript(exchange, excerpt(secret)),),
                certain=any(map(_is_certain, secret)),
            )
            return
    yield from _empty(session, exchanges)


def _empty(session: Session, exchanges: list[Exchange]) -> Iterator[Observation]:
    """Say which credentials have a place in an answer, though it is empty now."""
    for exchange in sorted(exchanges, key=lambda one: one.audience != ANYONE):
        filled = {leaf.path for leaf in exchange.leaves if leaf.value is not None}
        places = [leaf for leaf in exchange.leaves if leaf.path not in filled and leaf.name]
        said = {leaf.path: classify(leaf.name) for leaf in places}
        found = [
            Field(leaf, replace(said[leaf.path], confidence=_EMPTY), by_value=False)
            for leaf in places
            if said[leaf.path].category is Category.CREDENTIAL
            and said[leaf.path].confidence >= SURE
        ]
        secret = [one for one in found if not _is_given(exchange.operation, one)]
        if secret:
            shown = "; ".join(dict.fromkeys(f"{member(one.leaf.path)} = null" for one in secret))
            yield session.observe(
                Seen.PLACE,
                exchange,
                fields=told(secret),
                transcripts=(session.transcript(exchange, shown),),
                certain=False,
            )
            return


def _is_given(operation: Operation, found: Field) -> bool:
    """Whether a token is what the operation is for."""
    words = set(key_of(operation.path).split("_")) | set(key_of(operation.words).split("_"))
    return found.sensitivity.kind in {"token", "session"} and bool(words & _SIGN_IN)


def _personal(session: Session, exchange: Exchange) -> Iterator[Observation]:
    people = [
        one
        for one in exchange.fields
        if one.sensitivity.category in SENSITIVE - {Category.CREDENTIAL}
    ]
    if not people:
        return
    transcripts = (session.transcript(exchange, excerpt(people)),)
    certain = any(map(_is_certain, people))
    fields = told(people)
    yield session.observe(
        Seen.PERSONAL, exchange, fields=fields, transcripts=transcripts, certain=certain
    )
    grave = exchange.fields
    if exchange.audience == ANYONE and any(map(_is_certain, grave)):
        yield session.observe(
            Seen.UNGUARDED, exchange, fields=told(grave), transcripts=transcripts, certain=certain
        )
    rows = _rows(people)
    if rows >= _A_LIST and not _is_paged(exchange):
        yield session.observe(
            Seen.WHOLE_LIST,
            exchange,
            fields=fields,
            details=(f"{rows} rows",),
            transcripts=transcripts,
            certain=False,
        )


def _rows(people: Iterable[Field]) -> int:
    """Count the different values of the personal member that stands in a list most often."""
    values: dict[tuple[str, ...], set[object]] = defaultdict(set)
    for one in people:
        if "[]" in one.leaf.path:
            values[one.leaf.path].add(one.leaf.value)
    return max(map(len, values.values()), default=0)


def _is_paged(exchange: Exchange) -> bool:
    inputs = {key_of(one.name) for one in exchange.operation.of(ParameterSource.QUERY)}
    names = {key_of(leaf.name) for leaf in exchange.leaves}
    return bool((inputs | names) & _PAGING)


def _openness(session: Session, exchanges: list[Exchange]) -> Iterator[Observation]:
    """Say what leaves though the document does not declare it."""
    exchange = min(exchanges, key=lambda one: one.audience != ANYONE)
    if not exchange.operation.described:
        return
    sensitive = {one.leaf.path: one for one in exchange.fields}
    undeclared = _first_of_each(exchange.leaves, Standing.UNDECLARED)
    if undeclared:
        yield session.observe(
            Seen.UNDECLARED,
            exchange,
            fields=_with_all(undeclared, sensitive),
            transcripts=(session.transcript(exchange, _excerpt(undeclared, sensitive)),),
            certain=True,
        )
    unshaped = _first_of_each(exchange.leaves, Standing.UNSHAPED)
    heavy = [sensitive[leaf.path] for leaf in unshaped if leaf.path in sensitive]
    mine = exchange.audience != ANYONE and _shared(exchanges) is None
    shaped = any(leaf.standing is Standing.DECLARED for leaf in exchange.leaves)
    if mine and not shaped:
        heavy = [one for one in heavy if one.sensitivity.category is Category.CREDENTIAL]
    if heavy and any(map(_is_certain, heavy)):
        yield session.observe(
            Seen.OPEN_MAP if shaped else Seen.UNSHAPED,
            exchange,
            fields=told(heavy),
            transcripts=(session.transcript(exchange, excerpt(heavy)),),
        )


def _first_of_each(leaves: Iterable[Leaf], standing: Standing) -> list[Leaf]:
    found: dict[tuple[str, ...], Leaf] = {}
    for leaf in leaves:
        if leaf.standing is standing:
            found.setdefault(leaf.path, leaf)
    return list(found.values())


def _with_all(
    leaves: Iterable[Leaf], sensitive: dict[tuple[str, ...], Field]
) -> tuple[tuple[object, Sensitivity], ...]:
    plain = Sensitivity(Category.INTERNAL, "undeclared", "no schema declares it", 0.5)
    found = {
        attribute(leaf.path): sensitive[leaf.path].sensitivity if leaf.path in sensitive else plain
        for leaf in leaves
    }
    return tuple(sorted(found.items(), key=lambda pair: pair[0]))


def _excerpt(leaves: list[Leaf], sensitive: dict[tuple[str, ...], Field]) -> str:
    shown = [
        f"{member(leaf.path)} = "
        + masked(leaf.value, sensitive[leaf.path].sensitivity if leaf.path in sensitive else None)
        for leaf in leaves[:5]
    ]
    more = len(leaves) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def _is_certain(one: Field) -> bool:
    return (
        one.by_value
        or one.sensitivity.confidence >= _CERTAIN
        or (one.sensitivity.category is Category.CREDENTIAL)
    )
