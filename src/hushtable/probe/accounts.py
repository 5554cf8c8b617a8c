"""Registers accounts of the probe's own, where a service lets anybody register.

What only writing shows is tried on them: nobody's data is changed, and whether something was
changed is read back by the account that it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hushtable.model.sensitivity_names import of_people
from hushtable.model.service import ParameterSource
from hushtable.probe.ask import Request
from hushtable.probe.filling import path_of
from hushtable.probe.knowledge import key_of, noun_before
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.order import NOBODY, Identity
from hushtable.probe.person import Person
from hushtable.probe.session import NOTHING, Account, Exchange, Mirror, Session
from hushtable.probe.writing import (
    Sender,
    made,
    members,
    passwords,
    send,
    send_least,
    words_of,
    writing,
)

_REGISTERS = frozenset({"enrol", "enroll", "join", "register", "registration", "signup"})
_ENTERS = frozenset({"auth", "authenticate", "login", "session", "sessions", "signin", "token"})
_NOT_ENTERING = frozenset({"confirm", "forgot", "introspect", "refresh", "revoke", "verify"})
_TOKENS = frozenset(
    {"access_token", "accesstoken", "auth_token", "bearer_token", "id_token", "jwt",
     "session_token", "token"}
)  # fmt: skip
SESSION_COOKIE = re.compile(r"sess|sid\b|auth|token|jwt|login|remember|identity", re.IGNORECASE)
"""Names of cookies that keep somebody signed in."""
_LIMITED = frozenset({423, 429, 503})
_SHORTEST_TOKEN = 6
_MANY = 2
_MOST_MIRRORS = 4
_MOST_ASKED = 15
_DEEPEST = 20
_NAMELESS = frozenset({"id", "uuid", "guid"})


def registering(session: Session) -> Operation | None:
    """Give the operation that registers an account, by its words and what its body declares."""
    found = [
        one
        for one in writing(session)
        if one.method == "POST" and passwords(members(session, one)) and not _enters(one)
    ]
    by_word = [one for one in found if words_of(one) & _REGISTERS or _says(one, "sign", "up")]
    plain = [one for one in found if not one.secured and of_people(one.path.rpartition("/")[2])]
    return next(iter((*by_word, *plain)), None)


def entering(session: Session) -> Operation | None:
    """Give the operation that signs in; one that declares no body may take one all the same."""
    found = [one for one in writing(session) if one.method == "POST" and _enters(one)]
    declared = [one for one in found if passwords(members(session, one))]
    return next(iter((*declared, *(one for one in found if one.body is None))), None)


def _enters(operation: Operation) -> bool:
    words = words_of(operation)
    said = bool(words & _ENTERS) or _says(operation, "sign", "in")
    return said and not words & (_NOT_ENTERING | _REGISTERS) and not _says(operation, "sign", "up")


def _says(operation: Operation, *following: str) -> bool:
    return "_".join(following) in key_of(operation.path)


async def enrol(session: Session) -> None:
    """Register two accounts. What cannot be registered, or not be entered, is no account."""
    for number in range(1, _MANY + 1):
        person = session.person if number == 1 else session.somebody()
        account = await registered(session, person, f"own account {number}")
        if account is None:
            return
        found = await _mirrors(session, account)
        account = replace(account, mirrors=found)
        session.accounts.append(replace(account, shown=await shown(session, account)))


async def sound(session: Session) -> list[Account]:
    """Give the two accounts, each registered anew where what was written to it has broken it."""
    for at, account in enumerate(session.accounts):
        seen = await looked(session, account)
        if seen and not any(one.answer.ok for one in seen):
            anew = await registered(session, session.somebody(), account.identity.name)
            if anew is not None:
                session.accounts[at] = replace(anew, shown=await shown(session, anew))
    return session.accounts


async def registered(
    session: Session, person: Person, name: str, more: Mapping[str, object] | None = None
) -> Account | None:
    """Register a person, with `more` in the body, and sign in; None where either fails."""
    operation = registering(session)
    if operation is None:
        return None
    if more is None:
        exchange = await send_least(session, operation, Sender(NOBODY, person))
    else:
        whole = made(session, operation, person, whole=True)
        content = {**(whole if isinstance(whole, dict) else {}), **more}
        exchange = await send(session, operation, content, NOBODY)
    entered = None
    headers = credentials(session, exchange) if exchange is not None else ()
    if exchange is not None and exchange.answer.ok and not headers:
        entered = await sign_in(session, person)
        headers = credentials(session, entered) if entered is not None else ()
    session.exchanges += [one for one in (exchange, entered) if one is not None]
    if exchange is None or not headers:
        return None
    told = object_of(exchange.value, person) or {}
    mirrors = session.accounts[0].mirrors if session.accounts else ()
    account = Account(person, Identity(name, headers), exchange, told)
    # The values of another account's mirrors are that account's.
    own = ((one.operation, own_values(account, one.operation)) for one in mirrors)
    known = tuple(Mirror(operation, values) for operation, values in own if values is not None)
    return replace(account, mirrors=known)


async def looked(session: Session, account: Account) -> list[Exchange]:
    """Ask every mirror of an account as itself."""
    found = []
    for mirror in account.mirrors:
        path = path_of(session.base, mirror.operation, mirror.values)
        request = Request("GET", path, account.identity)
        found.append(await session.ask(mirror.operation, request, mirror.values))
    return found


def was_limited(session: Session) -> bool:
    """Whether the last attempt to register or to sign in met a limit, which is to be kept."""
    return bool(session.exchanges) and session.exchanges[-1].answer.status in _LIMITED


async def shown(session: Session, account: Account) -> Mapping[str, object]:
    """Give what the mirrors of an account show of it now, beside what was told at first."""
    found = dict(account.shown)
    for seen in await looked(session, account):
        found |= object_of(seen.value, account.person) or {}
    return found


async def sign_in(session: Session, person: Person, password: str | None = None) -> Exchange | None:
    """Sign a person in, perhaps with another password; None where nothing signs in."""
    operation = entering(session)
    if operation is None:
        return None
    content = signing(session, operation, person)
    if password is not None:
        content |= dict.fromkeys(passwords(content), password)
    return await send(session, operation, content, NOBODY)


def signing(session: Session, operation: Operation, person: Person) -> dict[str, object]:
    """Give the body with which a person signs in."""
    if operation.body is None:
        return {"username": person.name, "email": person.email, "password": person.password}
    register = registering(session)
    keys = {key_of(one) for one in members(session, register)} if register is not None else set()
    by_email = "email" in keys and not keys & {"username", "login", "handle", "user_name"}
    content = made(session, operation, person)
    content = dict(content) if isinstance(content, dict) else {}
    for name in members(session, operation):
        said = person.says(name)
        if said is not None:
            content[name] = person.email if by_email and said == person.name else said
    return content


def credentials(session: Session, exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """Give the headers that an answer lets its caller send from now on; perhaps none."""
    if not exchange.answer.ok:
        return ()
    for leaf in exchange.leaves:
        text = str(leaf.value)
        if key_of(leaf.name) in _TOKENS and len(text) >= _SHORTEST_TOKEN and " " not in text:
            return (_header(session, text),)
    cookies = [
        value.partition(";")[0]
        for key, value in exchange.answer.headers
        if key == "set-cookie" and SESSION_COOKIE.search(value.partition("=")[0])
    ]
    return (("cookie", "; ".join(cookies)),) if cookies else ()


def _header(session: Session, token: str) -> tuple[str, str]:
    """Give the header that a token goes in, by what the document declares: Bearer by itself."""
    root = session.description.document.root
    components = root.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
    schemes = schemes or root.get("securityDefinitions")
    named = [one for one in schemes.values() if isinstance(one, Mapping)] if schemes else []
    keys = [str(one.get("name")) for one in named if one.get("in") == "header"]
    if keys and len(keys) == len(named) and keys[0].lower() != "authorization":
        return keys[0], token
    return "authorization", f"Bearer {token}"


async def _mirrors(session: Session, account: Account) -> tuple[Mirror, ...]:
    """Find the operations in which an account sees itself, those behind a gate first."""
    found: list[Mirror] = []
    asked = 0
    for operation in sorted(session.reading, key=lambda one: (len(one.inputs), not one.secured)):
        values = own_values(account, operation)
        if values is None:
            continue
        path = path_of(session.base, operation, values)
        seen = await session.ask(operation, Request("GET", path, account.identity), values)
        asked += 1
        if object_of(seen.value, account.person) is not None:
            found.append(Mirror(operation, values))
        if len(found) >= _MOST_MIRRORS or asked >= _MOST_ASKED:
            break
    return tuple(found)


def own_values(account: Account, operation: Operation) -> dict[str, str] | None:
    """Fill in an operation's path with what names an account; None where that is not enough."""
    if any(one.required for one in operation.of(ParameterSource.QUERY)):
        return None
    values = {}
    for one in operation.of(ParameterSource.PATH):
        value = naming(account, one, noun_before(operation.path, one.name))
        if value is None:
            return None
        values[one.name] = value
    return values


def naming(account: Account, wanted: Input, noun: str) -> str | None:
    """Give what names an account where an input asks for a person; None where it does not."""
    said = account.person.says(wanted.name)
    if said in account.person.names:
        return said
    key = key_of(wanted.name)
    person = key.removesuffix("_id")
    if key in _NAMELESS and of_people(noun):
        return _id_of(account, ("id", f"{noun}_id", key))
    if key.endswith("_id") and of_people(person):
        return _id_of(account, (key, "id", "user_id"))
    return None


def _id_of(account: Account, names: tuple[str, ...]) -> str | None:
    by_key = {key_of(name): value for name, value in account.shown.items()}
    found = (by_key.get(name) for name in names)
    return next((str(one) for one in found if isinstance(one, str | int)), None)


def object_of(value: object, person: Person) -> Mapping[str, object] | None:
    """Find the object of an answer in which a person stands by name; None where there is none."""
    return next(_objects(value, person, 0), None) if value is not NOTHING else None


def _objects(value: object, person: Person, depth: int) -> Iterator[Mapping[str, object]]:
    if depth > _DEEPEST:
        return
    match value:
        case dict():
            if any(isinstance(one, str) and one in person.names for one in value.values()):
                yield value
            for inner in value.values():
                yield from _objects(inner, person, depth + 1)
        case list():
            for inner in value:
                yield from _objects(inner, person, depth + 1)
