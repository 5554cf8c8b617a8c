"""One run against one service: who asks, what is there, and every exchange so far."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.observation import Observation, Seen
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import ANYONE, SIGNED_IN, Attribute
from hushtable.model.transcript import Transcript
from hushtable.probe.ask import Answer, Asker, Request
from hushtable.probe.knowledge import Knowledge
from hushtable.probe.masking import masked, member, named, shortened
from hushtable.probe.openapi import EMPTY, Description, Operation
from hushtable.probe.order import NOBODY, Identity
from hushtable.probe.person import Person, made_up
from hushtable.probe.schema import Leaf
from hushtable.probe.sensitive import Field, looks, sensitive
from hushtable.probe.target import Target

NOTHING = object()
"""Stands for a body that is no JSON."""

_DEEPEST_JSON = 200
_EXCERPTS = 5
_WORDS = re.compile(r"[\s;,=]+")
"""What stands between the parts of a header: `Bearer x`, `sid=x; other=y`."""


def decoded(answer: Answer) -> object:
    """Give an answer's body as JSON, NOTHING where it is none."""
    if not answer.body or answer.cut or answer.header("content-encoding"):
        return NOTHING
    try:
        value: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        return NOTHING
    return value


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request for an operation, with its answer read."""

    operation: Operation
    request: Request
    answer: Answer
    value: object
    leaves: tuple[Leaf, ...] = field(default=(), repr=False)
    fields: tuple[Field, ...] = field(default=(), repr=False)
    values: tuple[tuple[str, str], ...] = ()
    """The values of its parameters by name."""

    @property
    def identity(self) -> Identity:
        """Who asked."""
        return self.request.identity

    @property
    def audience(self) -> str:
        """`anyone` or `signed-in`."""
        return ANYONE if self.identity.name == ANYONE else SIGNED_IN


@dataclass(frozen=True, slots=True)
class Mirror:
    """An operation in which an account sees itself, with the values that are sent."""

    operation: Operation
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """An account that the probe registered, with the exchange that did it.

    `shown` is what its mirrors show of it, by name.
    """

    person: Person
    identity: Identity
    made: Exchange
    shown: Mapping[str, object] = field(default_factory=dict, repr=False)
    mirrors: tuple[Mirror, ...] = ()


@dataclass(slots=True)
class Session:
    """What checks are given. `exchanges` are those of the first look, in the order of asking."""

    asker: Asker
    target: Target
    identities: tuple[Identity, ...]
    description: Description = EMPTY
    knowledge: Knowledge = field(default_factory=Knowledge)
    exchanges: list[Exchange] = field(default_factory=list)
    sensitivities: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    person: Person = field(default_factory=made_up)
    """Who is written where a body asks for somebody."""
    people: list[Person] = field(default_factory=list)
    """Everybody else who was made up."""
    accounts: list[Account] = field(default_factory=list)
    """Accounts of the probe's own, with `--writes`, where the service lets anybody register."""
    told: set[str] = field(default_factory=set)
    """Operations of which it is already known that they show others' objects."""

    @property
    def everybody(self) -> tuple[Identity, ...]:
        """Nobody first, then each identity."""
        return (NOBODY, *self.identities)

    @property
    def reading(self) -> tuple[Operation, ...]:
        """The operations that are asked by GET: all that do not say that they change something."""
        return tuple(
            one for one in self.description.operations if one.method == "GET" and not one.changes
        )

    @property
    def secrets(self) -> frozenset[str]:
        """What identities and made-up people send, which no report may hold."""
        own = (account.identity for account in self.accounts)
        sent = frozenset(
            part
            for one in (*self.identities, *own)
            for _, value in one.headers
            for part in {value, *value.split(), *_WORDS.split(value)}
            if len(part) > len("Bearer")
        )
        return sent.union(*(one.secrets for one in (self.person, *self.people)))

    def somebody(self) -> Person:
        """Make up another person."""
        self.people.append(made_up())
        return self.people[-1]

    async def ask(
        self, operation: Operation, request: Request, values: Mapping[str, str] | None = None
    ) -> Exchange:
        """Send a request for an operation and read its answer."""
        answer = await self.asker(request)
        value = decoded(answer)
        leaves: tuple[Leaf, ...] = ()
        fields: tuple[Field, ...] = ()
        if value is not NOTHING:
            schema = operation.answer if answer.ok else None
            leaves = tuple(self.description.document.leaves(value, schema))
            found = sensitive(leaves, self.sensitivities) if answer.ok else ()
            # What callers sent themselves they get from nobody.
            sent = (request.body or b"").decode("utf-8", "replace")
            own = frozenset((values or {}).values())
            fields = tuple(
                one
                for one in found
                if str(one.leaf.value) not in own and json.dumps(one.leaf.value) not in sent
            )
        given = tuple((values or {}).items())
        return Exchange(operation, request, answer, value, leaves, fields, given)

    def transcript(self, exchange: Exchange, excerpt: str = "") -> Transcript:
        """Give an exchange as it may be printed."""
        path = exchange.request.path
        sensitive_values = {
            value
            for name, value in exchange.values
            if looks(value, name) is not None or classify(name).category is Category.CREDENTIAL
        }
        return Transcript(
            method=exchange.request.method,
            path=shortened(path, self.secrets | sensitive_values),
            identity=exchange.identity.name,
            status=exchange.answer.status,
            excerpt=excerpt,
        )

    def observe(self, seen: Seen, exchange: Exchange, **more: Any) -> Observation:  # noqa: ANN401 - the members of an Observation
        """Say what an exchange shows, with its transcript unless others are given."""
        told: dict[str, Any] = {
            "route": exchange.operation.route,
            "audience": exchange.audience,
            "transcripts": (self.transcript(exchange),),
            "near": self.target.near,
        }
        return Observation(seen, **(told | more))

    def whole(
        self, seen: Seen, exchange: Exchange, details: tuple[str, ...], shown: str
    ) -> Observation:
        """Say what holds for the whole service, with the exchange that shows it."""
        transcripts = (self.transcript(exchange, shown),)
        return self.observe(seen, exchange, route=None, details=details, transcripts=transcripts)


def excerpt(fields: Iterable[Field]) -> str:
    """Give the first few sensitive members as they may be printed, one of each place."""
    places: dict[str, str] = {}
    for one in fields:
        places.setdefault(member(one.leaf.path), masked(one.leaf.value, one.sensitivity))
    shown = [f"{where} = {value}" for where, value in list(places.items())[:_EXCERPTS]]
    more = len(places) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def attribute(path: tuple[str, ...]) -> Attribute:
    """Name a member of an answer: `answer.profile.email`, whatever list it stands in."""
    return Attribute("answer", tuple(named(part) for part in path if part != "[]") or ("*",))


def told(fields: Iterable[Field]) -> tuple[tuple[Attribute, Sensitivity], ...]:
    """Give fields as an observation holds them, each name once, the surest word of it."""
    found: dict[Attribute, Sensitivity] = {}
    for one in fields:
        name = attribute(one.leaf.path)
        known = found.get(name)
        if known is None or known.confidence < one.sensitivity.confidence:
            found[name] = one.sensitivity
    return tuple(sorted(found.items(), key=lambda pair: pair[0]))
