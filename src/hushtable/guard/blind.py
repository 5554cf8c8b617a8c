"""Finds an encrypted attribute by its exact value: a keyed hash of it, stored beside it.

The hash is HMAC-SHA256, under a key of the ring, over the table, the attribute and the normalised
text, each behind its length, cut to a number of bits. It is the same for the same text, so that an
index can be queried with it, and different in every other table and attribute.

How many bits: of `r` rows, a hash of `b` bits also finds about `r / 2**b` rows with another text,
which the reader drops after decrypting. With 128 bits or more there are none in practice, and
whoever reads the table sees exactly which rows hold equal texts, and how often each occurs. With
few bits, where `2**b` is less than the number of distinct texts, that is blurred, and each read
costs more. A text that is easy to guess is protected by the key alone, however many bits are kept.

Rotation: a hash cannot be computed anew from the stored one. While a ring holds several keys,
`candidates` gives the hash under each of them, and a reader asks for all; `needs_rotation` tells
which rows to write again, with the text from the encrypted attribute.

What it does not protect: equality and frequency, as above, and a text that somebody who may call
the service can try out against it.
"""

from __future__ import annotations

import hmac
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Final, Literal, NoReturn

from hushtable.guard.errors import DeclarationError
from hushtable.guard.framing import framed, utf8
from hushtable.guard.keyring import KeyRing, Purpose

BITS: Final = 128

_FEWEST, _MOST, _BYTE = 8, 256, 8
_PURPOSE = b"hushtable blind"


def normalised(text: str) -> str:
    """Make texts equal that people take for equal: NFKC, no case, no space around."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def verbatim(text: str) -> str:
    """Leave a text as it is, for codes where case and form count."""
    return text


class BlindHash:
    """The keyed hash of one attribute of one table.

    `bits` is how much of the hash is stored: 8 to 256, a multiple of 8. `stored_as` is the type of
    the stored attribute: S holds the hash as base64url without padding, B its bytes.
    """

    __slots__ = ("_active", "_bits", "_keys", "_normalise", "_place", "_stored_as")

    def __init__(
        self,
        ring: KeyRing,
        table: str,
        attribute: str,
        *,
        bits: int = BITS,
        stored_as: Literal["S", "B"] = "S",
        normalise: Callable[[str], str] = normalised,
    ) -> None:
        """Take the keys, the place and the form."""
        if not _FEWEST <= bits <= _MOST or bits % _BYTE:
            message = f"{table}.{attribute}: a blind hash has 8 to 256 bits, a multiple of 8"
            raise DeclarationError(message)
        if stored_as not in {"S", "B"}:
            message = f"{table}.{attribute}: a blind hash is stored as S or B"
            raise DeclarationError(message)
        self._keys = {key_id: ring.subkey(key_id, Purpose.BLIND) for key_id in ring.ids}
        self._active = ring.active
        self._place = (utf8(table), utf8(attribute))
        self._bits = bits
        self._stored_as = stored_as
        self._normalise = normalise

    def stored(self, text: str) -> dict[str, str | bytes]:
        """Give what is stored for a text, in wire form, under the active key."""
        return self._hash(self._active, text)

    def candidates(self, text: str) -> tuple[dict[str, str | bytes], ...]:
        """Give what may be stored for a text, under every key of the ring, the active one first."""
        return tuple(self._hash(key_id, text) for key_id in self._keys)

    def matches(self, stored: object, text: str) -> bool:
        """Tell whether a stored hash is of this text, under any key of the ring."""
        hashes = [_bytes(one) for one in self.candidates(text)]
        # All are compared, and each in constant time.
        return sum(hmac.compare_digest(_bytes(stored), one) for one in hashes) > 0

    def needs_rotation(self, stored: object, text: str) -> bool:
        """Tell whether what is stored for this text is under another key than the active one."""
        return not hmac.compare_digest(_bytes(stored), _bytes(self.stored(text)))

    def _hash(self, key_id: str, text: str) -> dict[str, str | bytes]:
        message = framed(_PURPOSE, *self._place, utf8(self._normalise(text)))
        digest = hmac.digest(self._keys[key_id], message, "sha256")[: self._bits // _BYTE]
        if self._stored_as == "B":
            return {"B": digest}
        return {"S": urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")}

    def __repr__(self) -> str:
        table, attribute = (part.decode("utf-8", "replace") for part in self._place)
        return f"BlindHash({table}.{attribute}, bits={self._bits})"

    def __reduce__(self) -> NoReturn:
        message = "a blind hash holds keys and cannot be pickled"
        raise TypeError(message)


def _bytes(stored: object) -> bytes:
    """Give a wire value as bytes that hold its type, empty for what is no hash."""
    match stored:
        case {"S": str(text)}:
            return b"S" + utf8(text)
        case {"B": bytes() | bytearray() as data}:
            return b"B" + bytes(data)
        case _:
            return b""
