"""Keys by name: one makes new values, the others still read old ones.

A ring is made once, at start, and does not change. To rotate, put a new key in front of the old
ones and start the service again; take an old key away when nothing made with it is left.

    HUSHTABLE_KEYS="k2:BASE64,k1:BASE64"        the first is the active one
    HUSHTABLE_KEYS='{"k2": "BASE64", "k1": "BASE64"}'

A key is 32 random bytes. It is never used itself: each purpose has a key of its own, derived with
HKDF-SHA256 (RFC 5869), so that what one purpose shows of its key says nothing about another. The
ring keeps these derived keys alone.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NoReturn, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hushtable.guard.errors import DeclarationError

KEY_BYTES: Final = 32
VARIABLE: Final = "HUSHTABLE_KEYS"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_FEWEST_DISTINCT = 8
"""32 random bytes have fewer distinct ones once in about 10**32 keys; a placeholder always does."""

_log = logging.getLogger(__name__)


class Purpose(StrEnum):
    """What a derived key is for."""

    CURSOR = "cursor"
    ATTRIBUTE = "attribute"
    BLIND = "blind"


class KeyRing:
    """Named keys, of which one is active. Shows no secret, and cannot be pickled."""

    __slots__ = ("_active", "_derived")

    _active: str
    _derived: Mapping[str, Mapping[Purpose, bytes]]

    def __init__(
        self,
        keys: Mapping[str, bytes],
        active: str | None = None,
        *,
        older: KeyRing | None = None,
    ) -> None:
        """Take secrets of 32 bytes by key id; `active` is the first unless named.

        The keys of an `older` ring go on reading. Raises DeclarationError, which names the key id
        and never the secret.
        """
        kept = () if older is None else older.ids
        fault = _fault(list(keys.items())) or _unknown(keys, active) or _taken(keys, kept)
        if fault:
            raise DeclarationError(fault)
        derived = {name: _derive(secret) for name, secret in keys.items()}
        if older is not None:
            derived |= {name: {use: older.subkey(name, use) for use in Purpose} for name in kept}
        self._derived = derived
        self._active = next(iter(keys)) if active is None else active

    @classmethod
    def from_environment(
        cls, variable: str = VARIABLE, environ: Mapping[str, str] | None = None
    ) -> Self:
        """Read `id:base64` pairs, or a JSON object of them, from an environment variable.

        The first key is the active one. Raises DeclarationError, which names the variable.
        """
        # Nothing of the value stands in this frame when it raises: a traceback shows locals.
        keys = _read((os.environ if environ is None else environ).get(variable, ""))
        if isinstance(keys, str):
            message = f"{variable}: {keys}"
            raise DeclarationError(message)
        return cls(keys)

    @classmethod
    def generated(cls) -> Self:
        """Make a ring of one random key, for development: it is gone when the process ends."""
        _log.warning(
            "keys were generated for development: cursors and encrypted values made with them "
            "cannot be read once this process ends, nor by another one"
        )
        return cls({"generated": os.urandom(KEY_BYTES)})

    @property
    def active(self) -> str:
        """The id of the key that new values are made with."""
        return self._active

    @property
    def ids(self) -> tuple[str, ...]:
        """Every key id, the active one first."""
        return (self._active, *(name for name in self._derived if name != self._active))

    def rotated(self, key_id: str, secret: bytes) -> Self:
        """Make a ring with a new active key that still reads what this one reads."""
        return type(self)({key_id: secret}, older=self)

    def subkey(self, key_id: str, purpose: Purpose) -> bytes:
        """Give the key of 32 bytes for one purpose. Raises KeyError for an unknown key id."""
        return self._derived[key_id][purpose]

    def __contains__(self, key_id: object) -> bool:
        return key_id in self._derived

    def __len__(self) -> int:
        return len(self._derived)

    def __repr__(self) -> str:
        return f"KeyRing(active={self._active!r}, keys={len(self._derived)})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        message = "a KeyRing holds secrets and cannot be pickled"
        raise TypeError(message)


def _derive(secret: bytes) -> dict[Purpose, bytes]:
    return {
        purpose: HKDF(
            algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"hushtable/1/{purpose}".encode()
        ).derive(bytes(secret))
        for purpose in Purpose
    }


def _fault(pairs: Sequence[tuple[str, bytes]]) -> str:
    """Say what is wrong with keys, in words that hold no secret; empty when nothing is."""
    if not pairs:
        return "there is no key"
    for number, (name, secret) in enumerate(pairs, 1):
        # A malformed id may be a secret put in the wrong place: it is not shown.
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return f"the id of key {number} must be 1 to 32 letters, digits, dots, dashes or _"
        if not isinstance(secret, bytes | bytearray) or len(secret) != KEY_BYTES:
            return f"key {name} must be {KEY_BYTES} bytes"
        if len(set(secret)) < _FEWEST_DISTINCT:
            return f"key {name} is not random"
    return ""


def _unknown(keys: Mapping[str, bytes], active: str | None) -> str:
    return "" if active is None or active in keys else "the active key id names no key"


def _taken(keys: Mapping[str, bytes], kept: Sequence[str]) -> str:
    twice = sorted(keys.keys() & set(kept))
    return f"the key id {twice[0]} is taken" if twice else ""


def _read(text: str) -> dict[str, bytes] | str:
    """Read keys from text, or say what is wrong with it without quoting it."""
    if not text.strip():
        return "not set, or empty"
    pairs = _json_pairs(text) if text.lstrip().startswith("{") else _plain_pairs(text)
    if pairs is None:
        return "neither a JSON object of ids and base64 nor id:base64 pairs"
    decoded = [(name, _decoded(value)) for name, value in pairs]
    if fault := _fault(decoded):
        return fault
    keys = dict(decoded)
    return keys if len(keys) == len(decoded) else "a key id stands there twice"


def _json_pairs(text: str) -> list[tuple[str, str]] | None:
    # An object as its pairs, in order and with doubles; other values are left as they are.
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return None
    strings = all(isinstance(value, str) for _, value in pairs)
    return pairs if strings else None


def _plain_pairs(text: str) -> list[tuple[str, str]] | None:
    parts = [part.partition(":") for part in re.split(r"[\s,]+", text.strip(" \t\r\n,"))]
    return [(name, value) for name, colon, value in parts] if all(p[1] for p in parts) else None


def _decoded(value: str) -> bytes:
    """Decode base64, the URL-safe form too; empty when it is none."""
    plain = value.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return b""
