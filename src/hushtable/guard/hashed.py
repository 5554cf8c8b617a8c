"""Passwords, as argon2id hashes (RFC 9106) that tell nobody the password.

Checking takes as long for a user who does not exist as for one who does: without a stored hash, or
with one that is none, the password is checked against a hash of nothing. A service that answers
"no such user" at once tells which users there are. A hash made with weaker parameters than today's
is checked faster: replace it where `needs_rehash` says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

THREADS: Final = 4
"""Hashes that are computed at once for coroutines. Each takes 64 MiB with the defaults."""

_DEAREST = 16
"""How many times the work of our own hashes a stored one may ask for."""


class Secret(Protocol):
    """A text that does not show itself, such as pydantic's SecretStr."""

    def get_secret_value(self) -> str:
        """Give the text."""


class Passwords:
    """Hashes and checks passwords. One object serves every task and thread.

    `parameters` are the second recommendation of RFC 9106: 64 MiB, 3 passes, 4 lanes.
    """

    __slots__ = ("_dummy", "_hasher", "_most", "_threads")

    def __init__(
        self, parameters: Parameters = RFC_9106_LOW_MEMORY, *, threads: int = THREADS
    ) -> None:
        """Take argon2's parameters, and how many hashes coroutines may compute at once."""
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._most = _work(parameters) * _DEAREST
        self._dummy = _of_nothing(parameters)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="hushtable-passwords")

    def hash(self, password: str | Secret) -> str:
        """Hash a password with a salt of its own."""
        return self._hasher.hash(_text(password))

    def verify(self, stored: str | Secret | None, password: str | Secret) -> bool:
        """Tell whether a password is the one that was hashed.

        `stored` may be what `Table.credential` gives. False for no hash, a malformed one, and one
        that asks for far more work than ours do.
        """
        text = _text(password)
        if stored is not None and not isinstance(stored, str):
            stored = stored.get_secret_value()
        if stored is not None and self._sound(stored):
            try:
                return self._hasher.verify(stored, text)
            except VerifyMismatchError:
                return False
            except (VerificationError, InvalidHashError):
                pass  # malformed within: no work was done yet
        with contextlib.suppress(VerificationError):
            self._hasher.verify(self._dummy, text)
        return False

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether a stored hash was made with other parameters, or is none.

        Hash the password again when it was given next and `verify` was True.
        """
        return not self._sound(stored) or self._hasher.check_needs_rehash(stored)

    async def hash_async(self, password: str | Secret) -> str:
        """Hash a password in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.hash, password)

    async def verify_async(self, stored: str | Secret | None, password: str | Secret) -> bool:
        """Check a password in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.verify, stored, password)

    def _sound(self, stored: object) -> bool:
        if not isinstance(stored, str) or not stored.isascii():
            return False
        try:
            return _work(extract_parameters(stored)) <= self._most
        except (InvalidHashError, ValueError):
            return False


def _work(parameters: Parameters) -> int:
    return parameters.memory_cost * parameters.time_cost


def _of_nothing(parameters: Parameters) -> str:
    """Write a hash that no password has, without computing one."""
    salt, digest = (
        b64encode(os.urandom(size)).rstrip(b"=").decode("ascii")
        for size in (parameters.salt_len, parameters.hash_len)
    )
    costs = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    kind = f"argon2{parameters.type.name.lower()}"
    return f"${kind}$v={parameters.version}${costs}${salt}${digest}"


def _text(password: str | Secret) -> bytes:
    text = password if isinstance(password, str) else password.get_secret_value()
    # An encoding error would carry the password: what is no Unicode is kept as it is.
    return text.encode("utf-8", "surrogatepass")
