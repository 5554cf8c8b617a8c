"""The bytes of an encrypted attribute: how they are put together and taken apart.

What they are is told in `hushtable.guard.cipher`.
"""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushtable.guard.errors import CipherError, RefusedError
from hushtable.guard.framing import Key, canonical_key, framed, utf8
from hushtable.model.dynamodb.wire import WireError, from_wire

Wire = Mapping[str, Any]
"""One DynamoDB value: a map of its type to its payload, B as bytes."""

MAGIC: Final = 0xE7
"""No UTF-8 text and no JSON begins with this byte and one of the two formats."""
LOCAL: Final = 1
WRAPPED: Final = 2

_NONCE = 12
_TAG = 16
_SHORTEST = 5 + _NONCE + _TAG
_LONGEST_NAME = 0xFF
_LONGEST_WRAPPED = 0xFFFF
_PURPOSE = b"hushtable attribute"
_NOT_ENCRYPTED = "not of the encrypted format"
_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Context:
    """Where a value stands: it decrypts there and nowhere else.

    `key` is the item's primary key in wire form, partition and sort attribute. `version` is of the
    declaration: raise it when what an attribute means changes, and older values are refused.
    """

    table: str
    key: Key = field(repr=False)
    attribute: str
    version: int = 1

    @property
    def place(self) -> str:
        """Name the attribute, for messages."""
        return f"{self.table}.{self.attribute}"


class Envelope(NamedTuple):
    """An encrypted attribute, taken apart. `wrapped` is empty for a local key."""

    header: bytes
    key_id: str
    wrapped: bytes
    sealed: bytes


def header(kind: int, key_id: str, wrapped: bytes = b"") -> bytes:
    """Write what stands in front of the nonce. Raises ValueError for a part that is too long."""
    name = key_id.encode("ascii")
    if len(wrapped) > _LONGEST_WRAPPED or len(name) > _LONGEST_NAME:
        message = "a key id or a wrapped key is too long for a header"
        raise ValueError(message)
    return bytes((MAGIC, kind, len(name))) + name + len(wrapped).to_bytes(2, "big") + wrapped


def taken_apart(data: object, kind: int, place: str) -> Envelope:
    """Take an encrypted attribute apart. Raises CipherError for anything of another format."""
    envelope = _envelope(data, kind)
    if envelope is None:
        message = f"{place}: {_NOT_ENCRYPTED}"
        raise CipherError(message)
    return envelope


def encrypted(aead: AESGCM, head: bytes, value: Wire, context: Context) -> bytes:
    """Encrypt one value. Raises RefusedError for a value or a key that is not of wire form."""
    plain = _canonical(value)
    bound = _bound(head, context)
    if plain is None or bound is None:
        what = "the value" if plain is None else "the key"
        message = f"{context.place}: {what} is not in DynamoDB's wire form"
        raise RefusedError(message)
    nonce = os.urandom(_NONCE)
    return head + nonce + aead.encrypt(nonce, plain, bound)


def decrypted(aead: AESGCM, envelope: Envelope, context: Context) -> dict[str, Any]:
    """Decrypt one value. Raises CipherError when it was altered, or not written here."""
    value = _decrypted(aead, envelope, context)
    # Raised here and not where the fault shows, so that no cause hangs on it.
    if value is None:
        message = f"{context.place}: altered, or not written for this item and attribute"
        raise CipherError(message)
    return value


def _envelope(data: object, kind: int) -> Envelope | None:
    if not isinstance(data, bytes | bytearray | memoryview):
        return None
    data = bytes(data)
    if len(data) < _SHORTEST or data[0] != MAGIC or data[1] != kind:
        return None
    named = 3 + data[2]
    start = named + 2
    end = start + int.from_bytes(data[named:start], "big")
    if len(data) < end + _NONCE + _TAG:
        return None
    name = data[3:named]
    # A wrapped key stands in one of the two formats and never in the other.
    if not name.isascii() or (end > start) is not (kind == WRAPPED):
        return None
    return Envelope(data[:end], name.decode("ascii"), data[start:end], data[end:])


def _bound(head: bytes, context: Context) -> bytes | None:
    """Give the bytes that are bound: the header, table, attribute, version and key."""
    if not context.key:
        return None
    try:
        key = canonical_key(context.key)
    except WireError:
        return None
    return _place(context.table, context.attribute, context.version) + framed(key, head)


@lru_cache(maxsize=256)
def _place(table: str, attribute: str, version: int) -> bytes:
    """Frame what is the same for every item. It holds names alone, so it may be kept."""
    return framed(_PURPOSE, utf8(table), utf8(attribute), str(int(version)).encode())


def _decrypted(aead: AESGCM, envelope: Envelope, context: Context) -> dict[str, Any] | None:
    bound = _bound(envelope.header, context)
    if bound is None:
        return None
    sealed = envelope.sealed
    try:
        plain = aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
    except InvalidTag:
        return None
    return _restored(_DECODER.decode(plain))


def _canonical(value: Wire) -> bytes | None:
    """Write a wire value as JSON without spaces, names and sets in order; None for no value."""
    try:
        if not (type(value) is dict and len(value) == 1 and type(value.get("S")) is str):
            from_wire(value)
        return _ENCODER.encode(value)
    except (ValueError, TypeError):  # WireError is a ValueError, and so is a text of no Unicode
        return None


def _restored(value: dict[str, Any]) -> dict[str, Any]:
    """Turn base64 back into bytes."""
    ((kind, payload),) = value.items()
    match kind:
        case "B":
            return {kind: b64decode(payload)}
        case "BS":
            return {kind: [b64decode(part) for part in payload]}
        case "M":
            return {kind: {name: _restored(part) for name, part in payload.items()}}
        case "L":
            return {kind: [_restored(part) for part in payload]}
        case _:
            return value
