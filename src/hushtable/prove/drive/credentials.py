"""Credentials for a door: where a request carries them, and what is tried there.

A made-up token first; then the planted key of the table where the app looked for it, or a signed
token where the app checks one: these pass the gate for real. Then the texts of settings that are
named like keys.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.service import ParameterSource
from hushtable.prove.canary import Canary, Source
from hushtable.prove.drive.binding import Bound, found_in, words
from hushtable.prove.drive.door import Door, Entry, is_credential, says_who
from hushtable.prove.drive.making import Making, fits
from hushtable.prove.drive.middleware import credentials_read
from hushtable.prove.drive.needed import MintLike, StoreLike
from hushtable.prove.drive.sending import Slot
from hushtable.prove.drive.tokens import Tokens
from hushtable.prove.exchange import Exchange
from hushtable.prove.services.issuer import Issuer

AUTHORIZATION: Slot = (ParameterSource.HEADER, "authorization")
SECRETS = frozenset({"key", "token", "secret", "password"})
MAX_SETTINGS = 3


@dataclass(frozen=True, slots=True)
class Attached:
    """Credentials as a request carries them, and the canaries in them."""

    values: dict[Slot, Any] = field(default_factory=dict)
    canaries: tuple[Canary, ...] = ()


class Credentials:
    """What is known of the credentials that an app takes."""

    def __init__(self, mint: MintLike, store: StoreLike, issuer: Issuer | None = None) -> None:
        """Know nothing."""
        self._mint = mint
        self._store = store
        self._tokens = Tokens(mint, issuer)
        self._real: dict[Slot, Bound] = {}
        self._setting: dict[Slot, int] = {}
        self._unspoken: dict[int, tuple[Entry, ...]] = {}
        """What middleware takes at a door that declares nothing of it."""

    def attach(self, door: Door, owner: str, claim: Callable[[str], Any]) -> Attached:
        """Give the credentials of an owner for every place where a door takes one.

        `claim` gives what a signed token says of them under a name.
        """
        values: dict[Slot, Any] = {}
        canaries: list[Canary] = []
        for slot, entry, before in self._slots(door):
            if slot in values:
                continue
            text = self._known(slot, owner)
            signed = self._tokens.of(slot, claim) if text is None else None
            if signed is not None:
                text, inside = signed
                canaries.append(inside)
            if text is None and entry is not None and says_who(entry.name):
                text = self._store.owner_id(owner)
            if text is None:
                canary = self._canary(entry, slot)
                canaries.append(canary)
                text = canary.planted
            values[slot] = _written(before, text)
        return Attached(values, tuple(canaries))

    def learn(self, exchange: Exchange) -> bool:
        """Take the key that a token was looked up as, or how it was checked. True for news."""
        news = False
        slots: dict[Slot, None] = {}
        for canary in exchange.asked.inputs:
            if canary.source is not Source.IDENTITY:
                continue
            slot = (
                (ParameterSource(canary.path[0]), canary.path[1]) if len(canary.path) > 1 else None
            )
            if slot is None or slot in self._real:
                continue
            slots[slot] = None
            bound = found_in(canary.planted, exchange.calls)
            if bound is None:
                continue
            if self._planted(bound, "A") is not None:
                self._real[slot] = bound
                news = True
        return news or self._tokens.learn(slots, exchange)

    def undeclared(self, door: Door) -> bool:
        """Send what the app's middleware reads from now on. False where that is nothing new."""
        if door.index in self._unspoken or self.takes(door):
            return False
        self._unspoken[door.index] = credentials_read(door.provider)
        return bool(self._unspoken[door.index])

    def another(self, door: Door) -> bool:
        """Try the next setting that is named like a key. False when there is none left."""
        settings = self._secrets()
        for slot, entry, _ in self._slots(door):
            if slot in self._real or self._tokens.takes(slot):
                continue
            start = self._setting.get(slot, -1) + 1
            for tried in range(start, len(settings)):
                if self._fits(entry, settings[tried]):
                    self._setting[slot] = tried
                    return True
            self._setting[slot] = len(settings)
        return False

    def _fits(self, entry: Entry | None, text: str) -> bool:
        """Whether a door takes a text at all: what its schema refuses is no key of it."""
        if entry is None:
            return True
        making = Making(self._mint, entry.schema, lambda _: None)
        return fits(text, making.shape(making.merged(entry.schema), ()))

    def is_real(self, door: Door) -> bool:
        """Whether one of a door's credentials is a planted key, or a token that was signed."""
        known = self._slots(door)
        return any(slot in self._real or self._tokens.takes(slot) for slot, _, _ in known)

    def takes(self, door: Door) -> bool:
        """Whether a door takes a credential at all."""
        return any(True for _ in self._slots(door))

    def _secrets(self) -> list[str]:
        named = [one for one in self._store.sketch.settings if SECRETS & set(words(one.name))]
        # What was supplied stands in the environment; a sketch may hold only how it is made.
        texts = [os.environ.get(one.name, one.text) for one in named]
        return [text for text in texts if text and "{" not in text][:MAX_SETTINGS]

    def _known(self, slot: Slot, owner: str) -> str | None:
        bound = self._real.get(slot)
        if bound is not None:
            return self._planted(bound, owner)
        number = self._setting.get(slot)
        secrets = self._secrets()
        return secrets[number] if number is not None and number < len(secrets) else None

    def _planted(self, bound: Bound, owner: str) -> str | None:
        keys, values = self._store.keys(owner, 0), self._store.values(owner, 0)
        return bound.value(keys) or bound.value(values)

    def _canary(self, entry: Entry | None, slot: Slot) -> Canary:
        at = (slot[0].value, slot[1])
        schema = entry.schema if entry is not None else {}
        shape = Making(self._mint, schema, lambda _: None).shape(schema, ())
        return self._mint.text(shape, Source.IDENTITY, at)

    def _slots(self, door: Door) -> Iterator[tuple[Slot, Entry | None, str]]:
        """Give each place for a credential: where, how it is declared, what stands before it."""
        for scheme in door.schemes:
            yield _of_scheme(scheme)
        for entry in (*door.entries, *self._unspoken.get(door.index, ())):
            if is_credential(entry):
                bearer = entry.name.lower() == "authorization"
                yield (
                    (entry.source, entry.name.lower() if bearer else entry.name),
                    entry,
                    ("Bearer " if bearer else ""),
                )


def _written(before: str, text: str) -> str:
    if before == "Basic ":
        text = base64.b64encode(f"{text}:{text}".encode()).decode()
    return f"{before}{text}"


def _of_scheme(scheme: Any) -> tuple[Slot, Entry | None, str]:
    model = getattr(scheme, "model", None)
    kind = getattr(getattr(model, "type_", None), "value", "")
    if kind == "apiKey":
        place = str(getattr(getattr(model, "in_", ""), "value", "header"))
        source = ParameterSource(place)
        name = str(getattr(model, "name", "x-api-key"))
        return (source, name.lower() if source is ParameterSource.HEADER else name), None, ""
    if kind == "http":
        word = str(getattr(model, "scheme", "bearer"))
        return AUTHORIZATION, None, f"{word.capitalize()} "
    return AUTHORIZATION, None, "Bearer "
