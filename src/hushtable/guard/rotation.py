"""Writes a table's encrypted attributes again under the active key, and its keyed hashes with them.

For after a rotation of keys, and for a table that moves to `Encrypted`: until then its values are
plain, and the guard refuses to read them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from hushtable.guard.answers import Failed, check
from hushtable.guard.cipher import Cipher, Context
from hushtable.guard.drive import Prepare, Steps
from hushtable.guard.encode import Wire
from hushtable.guard.errors import CipherError, RefusedError
from hushtable.guard.marks import Encrypted
from hushtable.guard.reads import request
from hushtable.guard.schema import Attribute, Schema
from hushtable.guard.sealed import cipher_of
from hushtable.guard.store import Operation
from hushtable.guard.table import Table
from hushtable.guard.tokens import Tokens, Value, Where, Writer, joined
from hushtable.model.dynamodb.wire import from_wire

PAGE = 100
"""Items of one page of the scan."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was found, in numbers of items."""

    seen: int = 0
    renewed: int = 0
    plain: int = 0
    """Items with a plain value where an encrypted one should be."""
    unreadable: int = 0
    """Items with a value that no key of the ring opens in its place."""
    moved_on: int = 0
    """Items that somebody wrote meanwhile; they are new already, or found by the next run."""

    @property
    def complete(self) -> bool:
        """Whether everything that was seen is under the active key now."""
        return not (self.plain or self.unreadable or self.moved_on)


def reencrypt(
    table: Table[Any], *, encrypt_plain: bool = False, dry: bool = False
) -> Operation[Rotated]:
    """Go through a table, and write again what is not under the active key.

    `encrypt_plain` encrypts plain values too, for a table that moves here. `dry` writes nothing
    and tells what would be. Each item is written on the condition that nobody changed it since it
    was read. Raises RefusedError for a Record that encrypts and hashes nothing.
    """
    schema = table.record.schema_
    sealed = tuple(one for one in schema.attributes.values() if one.slot.marks.has(Encrypted))
    if not sealed and not schema.blinds:
        message = f"{schema.record} encrypts nothing"
        raise RefusedError(message)
    cipher = cipher_of(schema, table.store.cipher) if sealed else table.store.cipher
    run = _Run(table, schema, sealed, cipher, encrypt_plain=encrypt_plain, dry=dry)
    return Operation(table.store, run.steps())


class _Answer(msgspec.Struct):
    items: list[dict[str, Wire]] = msgspec.field(name="Items", default_factory=list)
    last: dict[str, Wire] | None = msgspec.field(name="LastEvaluatedKey", default=None)


_DECODER = msgspec.json.Decoder(_Answer)


@dataclass(slots=True)
class _Run:
    """One way through a table."""

    table: Table[Any]
    schema: Schema
    sealed: tuple[Attribute, ...]
    cipher: Cipher | None
    encrypt_plain: bool
    dry: bool
    seen: int = 0
    renewed: int = 0
    plain: int = 0
    unreadable: int = 0
    moved_on: int = 0

    def steps(self) -> Steps[Rotated]:
        """Go through the pages."""
        last: dict[str, Wire] | None = None
        while True:
            reply = yield request("Scan", self._asked(last))
            answer = _DECODER.decode(check("Scan", reply))
            for item in answer.items:
                self.seen += 1
                yield from self._item(item)
            last = answer.last
            if last is None:
                return Rotated(self.seen, self.renewed, self.plain, self.unreadable, self.moved_on)

    def _asked(self, last: dict[str, Wire] | None) -> dict[str, Any]:
        writer = Writer()
        names = [
            *self.schema.key_attributes,
            *(one.name for one in self.sealed),
            *(self.schema.attributes[source].name for source in self.schema.blinds),
            *(blind.name for blind in self.schema.blinds.values()),
        ]
        paths = [(Where((name,)),) for name in dict.fromkeys(names)]
        body: dict[str, Any] = {
            "TableName": self.table.name, "Limit": PAGE, "ConsistentRead": True,
            "ProjectionExpression": writer.write(joined(paths, ", ")),
        }  # fmt: skip
        if self.schema.entity:
            kind: Tokens = (Where((self.schema.entity_attribute,)), " = ")
            body["FilterExpression"] = writer.write((*kind, Value({"S": self.schema.entity})))
        writer.put_into(body)
        if last is not None:
            body["ExclusiveStartKey"] = last
        return body

    def _item(self, item: Mapping[str, Wire]) -> Steps[None]:
        key = {name: item[name] for name in self.schema.key_attributes}
        try:
            changes = yield from self._changes(key, item)
        except CipherError:
            self.unreadable += 1
            return
        if changes is None:
            self.plain += 1
            return
        if not changes:
            return
        if not self.dry and not (yield from self._written(key, item, changes)):
            self.moved_on += 1
            return
        self.renewed += 1

    def _changes(
        self, key: Mapping[str, Wire], item: Mapping[str, Wire]
    ) -> Steps[dict[str, Wire] | None]:
        """Give what is to be written; None for an item whose plain values are left as they are."""
        changes: dict[str, Wire] = {}
        clear = {field: item.get(one.name) for field, one in self.schema.attributes.items()}
        for attribute in self.sealed:
            stored = item.get(attribute.name)
            if stored is None or self.cipher is None:
                continue
            context = Context(self.table.name, key, attribute.name)
            data = _bytes(stored)
            value = yield from self._value(stored, data, context)
            if value is None:
                return None
            clear[attribute.field] = value
            if data is None or self.cipher.needs_rotation(data):
                prepared = yield Prepare(self.cipher, writes=(context,))
                changes[attribute.name] = {"B": prepared.encrypt(value, context)}
        # The keys of hashes are the store's, and may be older or newer than those of the cipher.
        for source, blind in self.schema.blinds.items():
            text = clear[source]
            if text is not None:
                hashed: Wire = {"S": self.table.blinded(blind.field, from_wire(text))}
                if item.get(blind.name) != hashed:
                    changes[blind.name] = hashed
        return changes

    def _value(self, stored: Wire, data: bytes | None, context: Context) -> Steps[Wire | None]:
        """Give a value in clear, within this process; None for a plain one that is left alone."""
        if data is None or self.cipher is None:
            return stored if self.encrypt_plain else None
        prepared = yield Prepare(self.cipher, reads=((data, context),))
        value: Wire = prepared.decrypt(data, context)
        return value

    def _written(
        self, key: Mapping[str, Wire], item: Mapping[str, Wire], changes: Mapping[str, Wire]
    ) -> Steps[bool]:
        """Write one item, if nobody changed it since it was read."""
        writer = Writer()
        sets = [(Where((name,)), " = ", Value(wire)) for name, wire in changes.items()]
        hashes = {blind.name: source for source, blind in self.schema.blinds.items()}
        read = {
            self.schema.attributes[hashes[name]].name if name in hashes else name
            for name in changes
        }
        same = [(Where((name,)), " = ", Value(item[name])) for name in sorted(read)]
        body: dict[str, Any] = {
            "TableName": self.table.name,
            "Key": dict(key),
            "UpdateExpression": writer.write(("SET ", *joined(sets, ", "))),
            "ConditionExpression": writer.write(joined(same, " AND ")),
        }
        writer.put_into(body)
        reply = yield request("UpdateItem", body)
        try:
            check("UpdateItem", reply)
        except Failed:
            return False
        return True


def _bytes(stored: Wire) -> bytes | None:
    """Give the bytes of a stored Binary, None of anything else."""
    text = stored.get("B")
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
