"""Who asks: nobody, owner A or B, somebody with a role; and how each gets past a door's gate.

A door that refuses is passed for real where that can be (configured headers, a planted session).
Else the dependency that refused is overridden by a person, the innermost one first, so that what
stands behind it still decides for itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from hushtable.prove.drive.credentials import Attached, Credentials
from hushtable.prove.drive.door import Door, Gatekeeper
from hushtable.prove.drive.inputs import Inputs
from hushtable.prove.drive.needed import OWNERS, MintLike, StoreLike
from hushtable.prove.drive.persons import Person, make, role_named
from hushtable.prove.drive.refusing import (
    FORBIDDEN,
    LIMITED,
    UNAUTHORIZED,
    Refusal,
    likely_keepers,
    likely_limiter,
    refusal_of,
    refused,
    roles_wanted,
    speaks_of_access,
)
from hushtable.prove.exchange import Exchange
from hushtable.prove.learn.lessons import wrongs
from hushtable.prove.order import ProveOrder
from hushtable.prove.services.issuer import Issuer

ANYONE = "anyone"
MAX_ROLES = 4
MISSING_INPUT = 422
FAILED, BROKEN = 400, 500
QUOTED = re.compile(r"'([^']+)'")
USED_AS_RECORD = re.compile(r"string indices must|'str' object")
MISUSED = frozenset({"TypeError", "AttributeError", "ParamValidationError", "ValidationError"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is ready to ask: the headers of the configuration, credentials for the door."""

    name: str
    headers: tuple[tuple[str, str], ...] = ()
    attached: Attached = field(default_factory=Attached)


@dataclass(slots=True)
class _Gate:
    """What is known of one door's gate."""

    shut: bool = False
    roles: list[str] = field(default_factory=list)
    let_in: set[str] = field(default_factory=set)
    """Who got past it."""
    why: str = ""


class Identities:
    """What is known of an app's gates. It grows while the app is driven."""

    def __init__(
        self,
        order: ProveOrder,
        mint: MintLike,
        store: StoreLike,
        inputs: Inputs,
        issuer: Issuer | None = None,
    ) -> None:
        """Know the configured headers and roles; `issuer` signs tokens for apps that check."""
        self._mint = mint
        self._store = store
        self._inputs = inputs
        self._headers = {one.name: one.headers for one in order.identities}
        self._roles = tuple(order.roles)
        self._credentials = Credentials(mint, store, issuer)
        self._overridden: dict[Callable[..., Any], Gatekeeper] = {}
        self._limiters: dict[Callable[..., Any], Gatekeeper] = {}
        self._as_text: set[Callable[..., Any]] = set()
        self._as_records: set[Callable[..., Any]] = set()
        self._shown: dict[Callable[..., Any], dict[str, tuple[str, ...]]] = {}
        """What answers show of a person of no known type, with the values that it may have."""
        self._gates: dict[int, _Gate] = {}

    def names(self, door: Door) -> tuple[str, ...]:
        """Give the identities that matter at a door, owners first."""
        gate = self._gate(door)
        if not gate.shut:
            return OWNERS if self._headers or self._keeps(door) else ()
        declared = [f"role:{name}" for name in (*gate.roles, *self._roles)]
        configured = [name for name in self._headers if name.startswith("role:")]
        return tuple(dict.fromkeys((*OWNERS, *declared, *configured)))

    def gated(self, door: Door) -> bool:
        """Whether a door refused somebody who said nothing of who they are."""
        return self._gate(door).shut

    def why(self, door: Door) -> str:
        """Say what kept everybody out, as far as it was seen."""
        return self._gate(door).why

    def overridden(self, door: Door) -> tuple[str, ...]:
        """Name the dependencies of a door that a person stands in for."""
        return tuple(one.name for one in door.gatekeepers if one.call in self._overridden)

    def caller(self, name: str, door: Door) -> Caller:
        """Give what a request of somebody's carries at a door."""
        headers = self._headers.get(name, ())
        if name == ANYONE or headers:
            return Caller(name, tuple(headers))
        claim = self._person(name, door).value
        return Caller(name, attached=self._credentials.attach(door, owner_of(name), claim))

    @contextmanager
    def as_(self, name: str, door: Door) -> Iterator[None]:
        """Be somebody while the body runs: dependencies of the door's app are overridden."""
        replaced = dict(self._limiters)
        if name != ANYONE and name not in self._headers:
            replaced |= self._overridden
        present = {one.call for one in door.gatekeepers}
        known = getattr(door.provider, "dependency_overrides", None)
        if not isinstance(known, dict):
            yield
            return
        kept = dict(known)
        try:
            for call, keeper in replaced.items():
                if call in present:
                    known[call] = self._standing_in(keeper, name, door)
            yield
        finally:
            known.clear()
            known.update(kept)

    def learn(self, door: Door, exchange: Exchange) -> bool:
        """Take from an exchange how its caller may get in. True when it is worth asking again."""
        gate = self._gate(door)
        refusal = refusal_of(door, exchange)
        name = exchange.asked.identity
        if refusal is not None and refusal.status == LIMITED:
            return self._unlimit(refusal.keeper or likely_limiter(door))
        if name == ANYONE:
            return self._shut(door, gate, refusal, exchange)
        if refusal is None:
            if exchange.answered.status < FAILED:
                gate.let_in.add(name)
            elif name not in self._headers and self._credentials.learn(exchange):
                # The handler looked its caller up itself, and broke off where nobody was found.
                return True
            return self._misused(door, exchange)
        gate.shut = True
        if name in self._headers:
            gate.why = f"the configured headers of {name} were refused with {refusal.status}"
            return False
        if self._credentials.learn(exchange):
            return True
        return self._pass(door, gate, refusal, name)

    def _shut(self, door: Door, gate: _Gate, refusal: Refusal | None, exchange: Exchange) -> bool:
        """Note that nobody gets in without saying who they are."""
        missing = exchange.answered.status == MISSING_INPUT and self._credentials.takes(door)
        broken = refusal is not None and not refusal.status and self._is_access(refusal)
        if gate.shut or not (missing or broken or refused(exchange)):
            return False
        gate.shut = True
        return True

    def _is_access(self, refusal: Refusal) -> bool:
        keeper = refusal.keeper
        return keeper is not None and (keeper.asks or speaks_of_access(keeper.name))

    def _unlimit(self, keeper: Gatekeeper | None) -> bool:
        """Leave out a dependency that counts requests from now on: there will be many."""
        if keeper is None or keeper.call in self._limiters:
            return False
        self._limiters[keeper.call] = keeper
        return True

    def _pass(self, door: Door, gate: _Gate, refusal: Refusal, name: str) -> bool:
        if refusal.keeper is None and refusal.by != "handler":
            refusal = self._guessed(door, refusal)
        keeper = refusal.keeper
        if not refusal.status and not self._is_access(refusal):
            return False
        checks = refusal.status == FORBIDDEN and self._is_somebody(door, refusal)
        if checks:
            if self._learn_roles(door, gate, refusal):
                return True
            last = f"role:{gate.roles[-1]}" if gate.roles else name
            if name != last or gate.let_in:
                # Who may not, may not; another role may be the one.
                return False
        if keeper is not None and keeper.call not in self._overridden:
            if self._credentials.another(door):
                return True
            self._overridden[keeper.call] = keeper
            return True
        if refusal.by == "handler" and self._credentials.another(door):
            return True
        gate.why = _why(refusal)
        return refusal.by == "middleware" and self._credentials.undeclared(door)

    def _guessed(self, door: Door, refusal: Refusal) -> Refusal:
        """Guess who refused where no exception was seen: by depth, the innermost first."""
        keepers = [one for one in likely_keepers(door) if one.call not in self._overridden]
        return replace(refusal, by="dependency", keeper=keepers[0]) if keepers else refusal

    def _is_somebody(self, door: Door, refusal: Refusal) -> bool:
        """Whether the caller is known by then, so that a refusal is about what they may."""
        if refusal.by == "handler" or self._credentials.is_real(door):
            return True
        inner = refusal.keeper.inner if refusal.keeper is not None else ()
        return any(call in self._overridden for call in inner)

    def _learn_roles(self, door: Door, gate: _Gate, refusal: Refusal) -> bool:
        wanted = roles_wanted(refusal, door.endpoint)[:MAX_ROLES]
        fresh = [one for one in wanted if one not in gate.roles]
        if gate.roles or not fresh:
            return False
        gate.roles.extend(fresh)
        return True

    def _misused(self, door: Door, exchange: Exchange) -> bool:
        """Try a plain id where a person of no known type was of no use."""
        if exchange.answered.status < BROKEN and not exchange.answered.raised:
            return False
        if self._is_shown(door, exchange):
            return True
        misused = [one for one in exchange.complaints if one.kind in MISUSED]
        as_record = any(USED_AS_RECORD.search(one.text) for one in misused)
        for keeper in door.gatekeepers if misused else ():
            untyped = keeper.annotation is None and keeper.parameter
            if not untyped or keeper.call not in self._overridden:
                continue
            if as_record and keeper.call in self._as_text:
                self._as_text.discard(keeper.call)
                self._as_records.add(keeper.call)
                return True
            if not as_record and keeper.call not in self._as_text | self._as_records:
                self._as_text.add(keeper.call)
                return True
        return False

    def _is_shown(self, door: Door, exchange: Exchange) -> bool:
        """Give a person what the model of an answer wants of them."""
        wanted = {
            wrong.path[-1]: tuple(QUOTED.findall(wrong.context.get("expected", "")))
            for complaint in exchange.complaints
            if complaint.kind == "ResponseValidationError"
            for wrong in wrongs(complaint.details)
            if wrong.kind in {"missing", "enum", "literal_error"}
        }
        for keeper in door.gatekeepers:
            if wanted and keeper.call in self._overridden:
                known = self._shown.setdefault(keeper.call, {})
                if not known.items() >= wanted.items():
                    known.update(wanted)
                    return True
        return False

    def _keeps(self, door: Door) -> bool:
        return any(
            one.call in self._overridden or one.scheme is not None for one in door.gatekeepers
        )

    def _person(self, name: str, door: Door) -> Person:
        owner = owner_of(name)

        def known(text: str) -> str | None:
            match = self._inputs.named(door, text, owner)
            return match.text if match is not None else None

        return Person(self._mint, owner, self._store.owner_id(owner), role_named(name), known)

    def _standing_in(self, keeper: Gatekeeper, name: str, door: Door) -> Callable[[], Any]:
        person = self._person(name, door)
        as_text = keeper.call in self._as_text
        more = self._shown.get(keeper.call, {})

        async def somebody() -> Any:
            return make(person, keeper.annotation, keeper.parameter, as_text=as_text, more=more)

        return somebody

    def _gate(self, door: Door) -> _Gate:
        return self._gates.setdefault(door.index, _Gate())


def owner_of(name: str) -> str:
    """Give the owner whose keys an identity has; a role and nobody are tried with A's."""
    return name if name in OWNERS else "A"


def _why(refusal: Refusal) -> str:
    match refusal:
        case Refusal(by="handler"):
            return f"its handler refuses with {refusal.status}"
        case Refusal(by="middleware"):
            told = "middleware, or an answer of the handler's own, refuses with"
            return f"{told} {refusal.status}: give headers for an identity"
        case Refusal(keeper=keeper) if keeper is not None:
            return f"{keeper.name} refuses with {refusal.status or 'an error'}"
        case _:
            return f"refused with {refusal.status or UNAUTHORIZED}"
