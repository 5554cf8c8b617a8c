"""Encrypts single attributes, so that the store and its copies hold no readable value.

A table stays an ordinary table: keys, indexes and projections work, and each encrypted attribute
is one DynamoDB Binary. It is made with AES-256-GCM under a key of a `KeyRing` (`LocalCipher`) or
under a data key that AWS KMS wraps (`hushtable.guard.kms`).

## The bytes

    at      bytes   what
    0       1       0xE7
    1       1       format: 1 local key, 2 data key wrapped by KMS
    2       1       length n of the key id
    3       n       key id, ASCII: of the ring, or of the KMS key without its account and region
    3+n     2       length w of the wrapped data key, big-endian; 0 in format 1
    5+n     w       wrapped data key: KMS's CiphertextBlob
    5+n+w   12      nonce, random for every value
    17+n+w  c       ciphertext
    ...     16      tag

The ciphertext is the value in DynamoDB's wire form (`{"S":"text"}`, `{"M":{...}}`, any type) as
JSON without spaces, names and members of sets in order, bytes as base64. It is as long as that
text. A local value is 33+n bytes longer than its JSON; with KMS it is about 250 bytes longer.

The additional data is, each part behind its length in 4 bytes, big-endian: the words
`hushtable attribute`; the table; the attribute; the version, in decimal; the primary key; the
header (every byte in front of the nonce). The primary key is its attributes ordered by name, each
as length of the name (1 byte), name, type (`S`, `N` or `B`), length of the value (2 bytes), value;
a number is its digits without zeros at either end, `E` and the exponent, or `0`: `-10.50` is
`-105E-1`, however it was written.

So a value decrypts in its own table, item and attribute, for its own version, with its own header.
Whatever is not of these bytes, plain text above all, raises CipherError: nothing is passed on
because it does not look encrypted. Plain values of a table that moves here have to be encrypted
first.

## What it does not protect

- *Sizes.* The length of a value shows to within nothing. Pad in the program where it tells.
- *Which attributes exist*, their names, and every attribute that is not encrypted, keys above all.
- *Equality of blind values* (`hushtable.guard.blind`): equal texts have equal hashes there.
- *Rollback.* Who can write the table can put back an older value of the same item and attribute:
  it was written there, and decrypts. Likewise an attribute, or an item, can be taken away.
- *Loss of keys.* A value whose key is gone from the ring, or whose KMS key is deleted, is lost.
  Keep a local key until `needs_rotation` is False for everything written with it.
- *Memory.* A process holds its keys and what it has decrypted. Python cannot wipe them.

With one local key, no more than 2**32 values should be written (NIST SP 800-38D, random nonces):
rotate before. With KMS a data key is used far less often.

An item whose key changes, or a table with another name (a copy, a restore), is written anew:
`reencrypt` takes the context that a value has and the one it gets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Protocol, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushtable.guard.envelope import (
    LOCAL,
    Context,
    Envelope,
    Wire,
    decrypted,
    encrypted,
    header,
    taken_apart,
)
from hushtable.guard.errors import CipherError
from hushtable.guard.keyring import KeyRing, Purpose

__all__ = ["Cipher", "Context", "LocalCipher", "Prepared", "Read", "Wire"]

Read = tuple[bytes, Context]
"""A stored value to be decrypted, and where it stands."""


class Prepared(Protocol):
    """Encrypts and decrypts without asking anybody."""

    def encrypt(self, value: Wire, context: Context) -> bytes:
        """Encrypt a value in wire form for one place.

        Raises RefusedError for what is not in wire form, or was not prepared for.
        """

    def decrypt(self, data: bytes, context: Context) -> dict[str, Any]:
        """Give a value back in wire form, B as bytes.

        Raises CipherError for what was not written at this place, plain values too.
        """


class Cipher(Prepared, Protocol):
    """Encrypts attributes. One object serves every task and thread.

    `prepare` gets every key that some reads and writes need, and gives what does them without a
    network call. Encrypting and decrypting straight away gets the key first, and may wait for it:
    that is for plain code, never for a coroutine.

    Raises UnavailableError where keys cannot be had now, CipherError where they cannot at all.
    """

    def prepare(self, *, writes: Iterable[Context] = (), reads: Iterable[Read] = ()) -> Prepared:
        """Get the keys for values to be written and values to be read, each once."""

    async def prepare_async(
        self, *, writes: Iterable[Context] = (), reads: Iterable[Read] = ()
    ) -> Prepared:
        """Get the keys from a coroutine."""

    def needs_rotation(self, data: bytes) -> bool:
        """Tell whether a stored value is under another key than new ones are.

        Raises CipherError for what is not of the encrypted format.
        """

    def reencrypt(self, data: bytes, context: Context, into: Context | None = None) -> bytes:
        """Encrypt a stored value anew under the active key, for another place if `into` is one."""


class LocalCipher:
    """Encrypts with the keys of a ring, which are all at hand: for development and small services.

    Every key of the ring reads; the active one writes.
    """

    __slots__ = ("_active", "_aeads", "_header")

    def __init__(self, ring: KeyRing) -> None:
        """Take the keys."""
        self._aeads: Mapping[str, AESGCM] = {
            key_id: AESGCM(ring.subkey(key_id, Purpose.ATTRIBUTE)) for key_id in ring.ids
        }
        self._active = ring.active
        self._header = header(LOCAL, ring.active)

    def encrypt(self, value: Wire, context: Context) -> bytes:
        """Encrypt a value in wire form for one place."""
        return encrypted(self._aeads[self._active], self._header, value, context)

    def decrypt(self, data: bytes, context: Context) -> dict[str, Any]:
        """Give a value back in wire form, B as bytes."""
        envelope = taken_apart(data, LOCAL, context.place)
        return decrypted(self._reading(envelope, context.place), envelope, context)

    def prepare(self, *, writes: Iterable[Context] = (), reads: Iterable[Read] = ()) -> Self:
        """Nothing is to be got: the keys are here."""
        del writes, reads
        return self

    async def prepare_async(
        self, *, writes: Iterable[Context] = (), reads: Iterable[Read] = ()
    ) -> Self:
        """Nothing is to be got: the keys are here."""
        return self.prepare(writes=writes, reads=reads)

    def needs_rotation(self, data: bytes) -> bool:
        """Tell whether a stored value is under another key than the active one."""
        return taken_apart(data, LOCAL, "a stored value").key_id != self._active

    def reencrypt(self, data: bytes, context: Context, into: Context | None = None) -> bytes:
        """Encrypt a stored value anew under the active key, for another place if `into` is one."""
        return self.encrypt(self.decrypt(data, context), into or context)

    def __reduce__(self) -> NoReturn:
        message = "a cipher holds keys and cannot be pickled"
        raise TypeError(message)

    def _reading(self, envelope: Envelope, place: str) -> AESGCM:
        aead = self._aeads.get(envelope.key_id)
        if aead is None:
            # The id is from the store, where anybody may have put anything: it is not repeated.
            message = f"{place}: under a key that the ring does not hold"
            raise CipherError(message)
        return aead
