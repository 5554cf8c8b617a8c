"""Seals the place where a page ended, so that a client can hand it back and do nothing else.

A LastEvaluatedKey names an item that the caller may not see, and, sent back changed, starts the
next page wherever the caller likes. Sealed it can be neither read nor changed, and it opens only
on the route, for the query and for the caller that it was made for.

The text is base64url without padding, of these bytes:

    1 byte      version, 1
    1 byte      length n of the key id
    n bytes     key id
    12 bytes    random nonce
    32k bytes   AES-256-GCM of: expiry (5 bytes, seconds since 1970), length of what follows
                (2 bytes), the key attributes, zeros up to the next multiple of 32
    16 bytes    tag

Its additional data is the version and the key id, the route, the query and the caller, each
behind its length. A short key in one block gives about 90 characters. The blocks tell the length
of a key to within 32 bytes and no closer.

What it does not do: a cursor may be used again by its caller until it expires. With one key, no
more than 2**32 cursors should be made (NIST SP 800-38D, random nonces): rotate before.
"""

from __future__ import annotations

import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushtable.guard.errors import DeclarationError, InvalidCursorError, RefusedError
from hushtable.guard.framing import framed, packed_key, unpacked_key, utf8
from hushtable.guard.keyring import KeyRing, Purpose

LONGEST: Final = 4096
"""Characters of a cursor. A longer one is neither made nor read."""

BLOCK: Final = 32
"""Bytes that the sealed part is a multiple of."""

_VERSION = 1
_NONCE = 12
_TAG = 16
_EXPIRY = 5
_LONGEST_LIFE = 10 * 366 * 86_400
_HEAD = _EXPIRY + 2
_SHORTEST = 2 + _NONCE + BLOCK + _TAG
_TEXT = "not a cursor of this query, or its time is over"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a cursor is good: one route, one query, one caller.

    `query` is any text that is the same for the same query: its parameters, or a digest of them.
    """

    route: str
    query: str = field(repr=False)
    caller: str = field(repr=False)

    def bound(self, header: bytes) -> bytes:
        """Give the bytes that the seal binds, behind the header of the cursor."""
        return framed(header, utf8(self.route), utf8(self.query), utf8(self.caller))


class Sealer:
    """Makes cursors under the active key of a ring, and opens those of every key in it.

    `lifetime` is in seconds. One object serves every task and thread.
    """

    __slots__ = ("_aeads", "_clock", "_header", "_lifetime", "_sealing")

    def __init__(
        self,
        ring: KeyRing,
        lifetime: float = 3600.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the keys; `clock` gives seconds since 1970."""
        if not 1 <= lifetime <= _LONGEST_LIFE:
            message = "the lifetime of a cursor is 1 second to 10 years"
            raise DeclarationError(message)
        self._aeads = {
            key_id.encode(): AESGCM(ring.subkey(key_id, Purpose.CURSOR)) for key_id in ring.ids
        }
        active = ring.active.encode()
        self._header = bytes((_VERSION, len(active))) + active
        self._sealing = self._aeads[active]
        self._lifetime = lifetime
        self._clock = clock

    def __reduce__(self) -> NoReturn:
        message = "a sealer holds keys and cannot be pickled"
        raise TypeError(message)

    def seal(self, start_key: Mapping[str, Mapping[str, Any]], scope: Scope) -> str:
        """Seal the LastEvaluatedKey of a page: key attributes in wire form.

        Raises RefusedError for a key too long for a cursor, WireError for what is no key.
        """
        packed = packed_key(start_key)
        expiry = int(self._clock() + self._lifetime).to_bytes(_EXPIRY, "big")
        if len(packed) > LONGEST:
            raise RefusedError(_too_long(start_key))
        plain = expiry + len(packed).to_bytes(2, "big") + packed
        plain += bytes(-len(plain) % BLOCK)
        nonce = os.urandom(_NONCE)
        sealed = self._sealing.encrypt(nonce, plain, scope.bound(self._header))
        text = urlsafe_b64encode(self._header + nonce + sealed).rstrip(b"=").decode("ascii")
        if len(text) > LONGEST:
            raise RefusedError(_too_long(start_key))
        return text

    def open(self, text: str, scope: Scope) -> dict[str, dict[str, Any]]:
        """Give back the key that was sealed for this scope; B comes out as bytes.

        Raises InvalidCursorError, one and the same whatever the fault is.
        """
        key = self._opened(text, scope)
        # Raised here and not where the fault shows, so that no cause hangs on it.
        if key is None:
            raise InvalidCursorError(_TEXT)
        return key

    def _opened(self, text: object, scope: Scope) -> dict[str, dict[str, Any]] | None:
        sealed = _bytes(text)
        if sealed is None or len(sealed) < _SHORTEST or sealed[0] != _VERSION:
            return None
        at = 2 + sealed[1]
        aead = self._aeads.get(sealed[2:at])
        if aead is None or len(sealed) < at + _NONCE + BLOCK + _TAG:
            return None
        nonce, body = sealed[at : at + _NONCE], sealed[at + _NONCE :]
        try:
            plain = aead.decrypt(nonce, body, scope.bound(sealed[:at]))
        except InvalidTag:
            return None
        if self._clock() >= int.from_bytes(plain[:_EXPIRY], "big"):
            return None
        length = int.from_bytes(plain[_EXPIRY:_HEAD], "big")
        try:
            return unpacked_key(plain[_HEAD : _HEAD + length])
        except (ValueError, IndexError):
            return None


def _bytes(text: object) -> bytes | None:
    """Decode base64url, and only the one spelling of it that `seal` gives."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    # The decoder skips foreign characters and ignores the last bits: compare with our own text.
    return data if urlsafe_b64encode(data).rstrip(b"=").decode("ascii") == text else None


def _too_long(start_key: Mapping[str, object]) -> str:
    names = ", ".join(sorted(start_key))
    return f"the key of this page ({names}) does not fit a cursor of {LONGEST} characters"
