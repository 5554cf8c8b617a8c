"""Encrypted attributes on their way in and out. There is no way past the cipher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hushtable.guard.cipher import Cipher, Context
from hushtable.guard.compiled import Compiled
from hushtable.guard.drive import Prepare, Steps
from hushtable.guard.encode import Wire
from hushtable.guard.errors import CipherError
from hushtable.guard.marks import Encrypted
from hushtable.guard.schema import Attribute, Schema
from hushtable.model.dynamodb.wire import from_wire


@dataclass(frozen=True, slots=True)
class Pending:
    """A value that is encrypted when its write is sent. `place` is filled then."""

    place: Wire
    wire: Wire = field(repr=False)
    context: Context = field(repr=False)


@dataclass(slots=True)
class Sealing:
    """Collects what of one item is to be encrypted."""

    table: str
    key: Mapping[str, Wire] = field(repr=False)
    pending: list[Pending] = field(default_factory=list)

    def value(self, attribute: Attribute, wire: Wire) -> Wire:
        """Give what is written for an attribute: the value itself, or a place to be filled."""
        if not attribute.slot.marks.has(Encrypted):
            return wire
        place: Wire = {}
        context = Context(self.table, self.key, attribute.name)
        self.pending.append(Pending(place, wire, context))
        return place


def seal(schema: Schema, cipher: Cipher | None, pending: tuple[Pending, ...]) -> Steps[None]:
    """Encrypt what waits for it. Raises CipherError where the store has no cipher."""
    if not pending:
        return
    known = cipher_of(schema, cipher)
    prepared = yield Prepare(known, writes=tuple(one.context for one in pending))
    for one in pending:
        one.place["B"] = prepared.encrypt(one.wire, one.context)


def unseal(
    schema: Schema,
    compiled: Compiled[Any],
    cipher: Cipher | None,
    table: str,
    rows: list[list[Any]],
) -> Steps[None]:
    """Decrypt the encrypted values among those that were read, in place.

    Raises CipherError for what was not encrypted for its own place, plain values too.
    """
    sealed = compiled.sealed
    if not sealed or not rows:
        return
    known = cipher_of(schema, cipher)
    parts = [(part, compiled.extras[f"key {part.attribute}"]) for part in schema.keys.parts]
    waiting: list[tuple[list[Any], int, bytes, Context]] = []
    for row in rows:
        key = {
            part.attribute: {part.wire: str(row[at]) if part.wire == "N" else row[at]}
            for part, at in parts
        }
        for number in sealed:
            if row[number] is not None:
                context = Context(table, key, compiled.fields[number].steps[0])
                waiting.append((row, number, row[number], context))
    reads = tuple((data, context) for _, _, data, context in waiting)
    prepared = yield Prepare(known, reads=reads)
    for row, number, data, context in waiting:
        row[number] = from_wire(prepared.decrypt(data, context))


def cipher_of(schema: Schema, cipher: Cipher | None) -> Cipher:
    """Give the cipher of a store. Raises CipherError where there is none."""
    if cipher is None:
        message = f"{schema.record} has encrypted attributes, and its store no cipher"
        raise CipherError(message)
    return cipher
