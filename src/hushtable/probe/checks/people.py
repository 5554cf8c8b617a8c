"""What answers say of other people: their objects, by owner or by counting, and their roles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from hushtable.model.observation import Observation, Seen
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import classify, of_people
from hushtable.model.service import ANYONE, SIGNED_IN, ParameterSource
from hushtable.probe.ask import Request
from hushtable.probe.filling import path_of
from hushtable.probe.knowledge import key_of, noun_before
from hushtable.probe.masking import masked, member
from hushtable.probe.openapi import Operation
from hushtable.probe.sensitive import SENSITIVE, SURE
from hushtable.probe.session import Exchange, Session, attribute, excerpt, told

ROLES = frozenset(
    {"account_type", "admin", "is_admin", "is_staff", "is_superuser", "permissions", "role",
     "roles", "superuser", "user_role", "user_type"}
)  # fmt: skip
"""Names of members that say what somebody may do."""

ROLE_WORDS = frozenset(
    {"admin", "administrator", "chef", "employee", "manager", "moderator", "operator", "owner",
     "root", "staff", "superadmin", "superuser"}
)  # fmt: skip
"""Roles above the ordinary."""

_NAMES = frozenset({"email", "handle", "id", "login", "name", "user", "user_id", "username"})
_OWNERS = frozenset(
    {"created_by", "customer", "customer_id", "login", "member_id", "owner", "owner_id", "user",
     "user_id", "username"}
)  # fmt: skip
A_ROLE = Sensitivity(Category.INTERNAL, "role", "it says what somebody may do", 0.9)


def by_operation(session: Session) -> dict[str, list[Exchange]]:
    """Group the successful exchanges of the first look by operation."""
    found: dict[str, list[Exchange]] = {}
    for exchange in session.exchanges:
        if exchange.answer.ok:
            found.setdefault(str(exchange.operation), []).append(exchange)
    return found


def roles(session: Session) -> Iterator[Observation]:
    """Say which answers tell anyone who has a role above the ordinary."""
    for exchanges in by_operation(session).values():
        for exchange in exchanges:
            names = {key_of(leaf.name) for leaf in exchange.leaves}
            shown = [
                leaf
                for leaf in exchange.leaves
                if key_of(leaf.name) in ROLES
                and (leaf.value is True or str(leaf.value).lower() in ROLE_WORDS)
            ]
            if exchange.audience == ANYONE and shown and names & _NAMES:
                where = attribute(shown[0].path)
                text = f"{member(shown[0].path)} = {masked(shown[0].value)}"
                yield session.observe(
                    Seen.ROLES,
                    exchange,
                    fields=((where, A_ROLE),),
                    transcripts=(session.transcript(exchange, text),),
                )
                break


def same_for_both(session: Session) -> Iterator[Observation]:
    """Say which objects two callers were both given by an id: they cannot be both's."""
    for name, exchanges in by_operation(session).items():
        operation = exchanges[0].operation
        parameters = operation.of(ParameterSource.PATH)
        if name in session.told or not parameters:
            continue
        if any(one.audience == ANYONE for one in exchanges):
            continue
        for one in exchanges:
            for other in exchanges:
                if one.identity.name == other.identity.name or one.value != other.value:
                    continue
                whose = _owner(session, one, other)
                if not _holds_data_of_people(one) or (whose is None and not one.fields):
                    continue
                shown = excerpt(one.fields) or "the same answer"
                session.told.add(name)
                yield session.observe(
                    Seen.OTHERS,
                    other,
                    audience=SIGNED_IN,
                    fields=told(one.fields),
                    details=tuple(each.name for each in parameters),
                    transcripts=(
                        session.transcript(one, shown),
                        session.transcript(other, f"{whose} names the other caller")
                        if whose
                        else session.transcript(other, "the same"),
                    ),
                    certain=whose is not None,
                )
                break
            if name in session.told:
                break


def _owner(session: Session, one: Exchange, other: Exchange) -> str | None:
    """Give the member that names one of two callers as the owner of what both were given."""
    for mine, theirs in ((one, other), (other, one)):
        selves = session.knowledge.namings(mine.identity.name, theirs.identity.name)
        for leaf in theirs.leaves:
            if key_of(leaf.name) in _OWNERS and str(leaf.value) in selves:
                return member(leaf.path)
    return None


def _holds_data_of_people(exchange: Exchange) -> bool:
    """Whether something in an answer is sensitive, by its value or by its name alone."""
    if exchange.fields:
        return True
    said = (classify(leaf.name) for leaf in exchange.leaves if leaf.value is not None)
    return any(one.category in SENSITIVE and one.confidence >= SURE for one in said)


async def by_counting(session: Session) -> AsyncIterator[Observation]:
    """Count on from a known number at operations of people, and from what is a caller's own."""
    for name, exchanges in by_operation(session).items():
        counted = _counted(exchanges[0].operation)
        if name in session.told or counted is None:
            continue
        first = min(exchanges, key=lambda one: one.audience != ANYONE)
        for number in _numbers(session, first, counted):
            seen = await _at(session, first, counted, number)
            if seen is not None:
                session.told.add(name)
                yield seen
                break


def _numbers(session: Session, first: Exchange, counted: str) -> list[int]:
    """Give the numbers to ask for: the next person, or beside a thing what the caller never got."""
    text = dict(first.values).get(counted, "")
    if not text.isdecimal():
        return []
    number = int(text)
    if of_people(noun_before(first.operation.path, counted)):
        return [number + 1]
    wanted = next(one for one in first.operation.inputs if one.name == counted)
    keys = session.knowledge.keys(first.operation, wanted)
    own = {value for key, value in session.knowledge.given(first.identity.name) if key in keys}
    if first.audience == ANYONE or text not in own:
        return []
    return [one for one in (number + 1, number - 1) if one > 0 and str(one) not in own]


async def _at(session: Session, first: Exchange, counted: str, number: int) -> Observation | None:
    """Ask for another number as the same caller; None where it shows nobody else."""
    values = {**dict(first.values), counted: str(number)}
    operation = first.operation
    path = path_of(session.base, operation, values)
    following = await session.ask(operation, Request("GET", path, first.identity), values)
    if not following.answer.ok or following.value == first.value or not following.leaves:
        return None
    if first.audience != ANYONE and not following.fields:
        # A directory for members says names; only what is sensitive belongs to one of them.
        return None
    return session.observe(
        Seen.OTHERS,
        following,
        fields=told(following.fields),
        details=(f"counting {counted}",),
        transcripts=(
            session.transcript(first, "one of them"),
            session.transcript(following, "another"),
        ),
        certain=False,
    )


def _counted(operation: Operation) -> str | None:
    """Give the one parameter of a path that may be counted, or None."""
    parameters = operation.of(ParameterSource.PATH)
    if operation.method != "GET" or len(parameters) != 1:
        return None
    return parameters[0].name
