"""What another door is asked first: signing up before signing in, making before reading.

Where no planted item does (a hash that only the app can make, an encrypted attribute, a claim under
a digest), the app is asked to make the item itself, by a door that does; what it wrote stays, and
its values stand in the request of the door that wants them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from hushtable.model.dynamodb.expression import parse
from hushtable.model.dynamodb.expression_tree import ExpressionError, Name, Path, Update, Value
from hushtable.model.sensitivity import Category
from hushtable.model.sensitivity_names import classify
from hushtable.prove.drive.binding import Keys, asked_keys, by_name, vocabulary, words
from hushtable.prove.drive.door import Door
from hushtable.prove.drive.sending import FORM, JSON
from hushtable.prove.exchange import Asked, Call, Exchange

MOST = 3
"""Other doors that are tried before one door."""
LONGEST = 3
"""Requests before one request."""
SHORTEST = 4
"""Characters of a text that may be a secret."""
_OK = 200
_PARTS = "#:|/"
_NAMES = ("username", "email", "user_name", "handle", "login", "phone")
"""What somebody signs in by, whatever the form calls it."""
_LOGIN = vocabulary("username email login identifier account")
_SIGN_IN, _SIGN_IN_WHOLE, _TOLD, _SAME, _ALIKE = 10, 5, 12, 3, 2

Written = tuple[str, Mapping[str, str]]
"""A table, and the plain texts that were written into an item of it."""


@dataclass(frozen=True, slots=True)
class First:
    """A request of a door that went well and wrote something. `before` are its own firsts."""

    door: Door
    identity: str
    keys_of: str
    sent: Mapping[str, str]
    written: tuple[Written, ...]
    before: tuple[First, ...] = ()


@dataclass(frozen=True, slots=True)
class Lent:
    """What the app made for a door, and the requests that had it made."""

    sent: Mapping[str, str] = field(repr=False)
    written: tuple[Written, ...] = field(repr=False)
    before: tuple[Asked, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The credentials that the app made up: nobody is shown them."""
        own = set(self.sent.values())
        return tuple(
            text
            for _, attributes in self.written
            for name, text in attributes.items()
            if is_credential(name) and len(text) >= SHORTEST and text not in own
        )

    def text(self, name: str, path: str, *, in_body: bool) -> str | None:
        """Give what belongs where an input has this name, at a door with this path."""
        if in_body and name in self.sent:
            return self.sent[name]
        keys: Keys = _together(self.written)
        found = by_name(name, path, keys, "")
        if found is not None and found.attribute:
            return found.text
        told = told_as(name, self.written)
        if told is not None:
            return told
        if in_body and name.lower() in _LOGIN and any(map(is_credential, self.sent)):
            return next((self.sent[one] for one in _NAMES if one in self.sent), None)
        return None


@dataclass(slots=True)
class Firsts:
    """Which doors make what, as far as it was seen."""

    known: dict[int, First] = field(default_factory=dict)
    chains: dict[int, tuple[First, ...]] = field(default_factory=dict)
    """What a door that answered well was asked after, by its index."""

    def note(self, door: Door, exchange: Exchange, before: tuple[First, ...] = ()) -> None:
        """Keep what a request that went well wrote, and what it was asked after."""
        self.chains.setdefault(door.index, before)
        written = tuple(one for call in exchange.calls for one in wrote(call))
        if written and len(before) < LONGEST and door.index not in self.known:
            asked = exchange.asked
            self.known[door.index] = First(
                door, asked.identity, asked.keys_of, fields_of(asked), written, before
            )

    def before(self, door: Door, failed: Exchange | None) -> tuple[First, ...]:
        """Give the requests that may help a door which failed so, the likeliest first."""
        if failed is None:
            return ()
        scored = [(_score(one, door, failed), one) for one in self.known.values()]
        right = [(score, one) for score, one in scored if score and one.door.index != door.index]
        right.sort(key=lambda pair: (-pair[0], pair[1].door.index))
        return tuple(one for _, one in right[:MOST])


def is_credential(name: str) -> bool:
    """Whether a name is that of what nobody but its owner may know."""
    return classify(name).category is Category.CREDENTIAL


def fields_of(asked: Asked) -> dict[str, str]:
    """Give the fields of a request's body, JSON or a form, that are plain."""
    media = next((value for name, value in asked.headers if name.lower() == "content-type"), "")
    if media.startswith(FORM):
        return dict(parse_qsl(asked.body.decode("utf-8", "replace")))
    if not media.startswith(JSON):
        return {}
    try:
        body = json.loads(asked.body)
    except ValueError:
        return {}
    plain = body.items() if isinstance(body, dict) else ()
    return {name: value for name, value in plain if isinstance(value, str)}


def wrote(call: Call) -> Iterator[Written]:
    """Give the items that an accepted call wrote or changed, with their keys, as plain texts."""
    if call.status != _OK:
        return
    request = call.request
    table = str(request.get("TableName", ""))
    match call.operation:
        case "PutItem" | "UpdateItem":
            yield table, _texts(request)
        case "BatchWriteItem":
            for name, writes in request.get("RequestItems", {}).items():
                for one in writes:
                    if "PutRequest" in one:
                        yield str(name), _texts(one["PutRequest"])
        case "TransactWriteItems":
            for one in request.get("TransactItems", ()):
                for kind in ("Put", "Update"):
                    if kind in one:
                        yield str(one[kind].get("TableName", "")), _texts(one[kind])
        case _:
            return


def names_written(calls: Iterable[Call]) -> frozenset[str]:
    """Give the names of the attributes that calls wrote."""
    return frozenset(name for call in calls for _, attributes in wrote(call) for name in attributes)


def told_as(name: str, written: Iterable[Written]) -> str | None:
    """Give the secret that a name speaks of in short: `code` for `reset_code`."""
    asked = words(name)
    for _, attributes in written:
        for attribute, text in attributes.items():
            known = words(attribute)
            if asked and known[-len(asked) :] == asked and is_credential(attribute):
                return text
    return None


def _texts(request: Mapping[str, Any]) -> dict[str, str]:
    wires = {**request.get("Key", {}), **request.get("Item", {}), **dict(_updated(request))}
    return {
        str(name): text
        for name, wire in wires.items()
        if isinstance(wire, Mapping)
        for kind, text in wire.items()
        if kind in {"S", "N"} and isinstance(text, str)
    }


def _updated(request: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the attributes that an update sets to a value of its own."""
    text = request.get("UpdateExpression")
    try:
        tree = parse(text, "UpdateExpression") if isinstance(text, str) else None
    except ExpressionError:
        return
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    for section in tree.sections if isinstance(tree, Update) else ():
        for action in section.actions:
            match action.path, action.value:
                case Path(parts=(Name(text=name),)), Value(text=value) if value in values:
                    yield names.get(name, name), values[value]


def _together(written: Iterable[Written]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, attributes in written:
        found.setdefault(table, {}).update(attributes)
    return found


def _score(first: First, door: Door, failed: Exchange) -> int:
    """Say how likely a door lacks what another one makes; 0 is not at all."""
    schema = door.body.schema if door.body is not None else {}
    names = set(schema.get("required") or fields_of(failed.asked))
    secret = {name for name in names if is_credential(name)}
    score = 0
    if secret and secret <= first.sent.keys():
        whole = names - _LOGIN <= first.sent.keys()
        score += _SIGN_IN + _SIGN_IN_WHOLE * whole
    unknown = names - first.sent.keys()
    if any(told_as(name, first.written) is not None for name in unknown):
        score += _TOLD
    looked = [one for call in failed.calls for one in asked_keys(call)]
    tables = {table for table, _, _ in looked}
    alike = [
        sum(_alike(attributes.get(name, ""), value) for at, name, value in looked if at == table)
        for table, attributes in first.written
    ]
    return score + max(alike, default=0) + any(table in tables for table, _ in first.written)


def _alike(one: str, other: str) -> int:
    """Say how much two keys have in common: all, or the word that they begin with."""
    if not one:
        return 0
    if one == other:
        return _SAME
    for sign in _PARTS:
        head, found, _ = one.partition(sign)
        if found and other.startswith(head + sign):
            return _ALIKE
    return 0
