"""`python -m benchmarks.ciphers`: the time of the guard's cryptography, one value at a time.

Times are the best of five rounds, in microseconds. KMS is a stand-in that answers at once: what is
measured is the path on which its data key is held.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from hushtable.guard.blind import BlindHash
from hushtable.guard.cipher import Cipher, Context, LocalCipher
from hushtable.guard.cursor import Scope, Sealer
from hushtable.guard.hashed import Passwords
from hushtable.guard.keyring import KeyRing
from hushtable.guard.kms import KmsCipher

ROUNDS = 5
CALLS = 10_000

HERE = Context("users", {"user_id": {"S": "user-12345678"}}, "national_id")
VALUES: dict[str, dict[str, Any]] = {
    "S, 9 characters": {"S": "12345678Z"},
    "S, 1000 characters": {"S": "x" * 1000},
    "N": {"N": "1234.56"},
    "M of 3": {"M": {"street": {"S": "Long Road 1"}, "floor": {"N": "3"}, "tags": {"L": []}}},
}


class Kms:
    """Answers at once, with a data key of its own making."""

    def generate_data_key(self, **_: object) -> dict[str, bytes]:
        """Make a data key; the wrapped one is as long as KMS makes it."""
        return {"Plaintext": os.urandom(32), "CiphertextBlob": os.urandom(184)}

    def decrypt(self, **_: object) -> dict[str, bytes]:
        """Refuse: everything that is read here was written here."""
        raise NotImplementedError


def microseconds(work: Callable[[], object], calls: int = CALLS) -> float:
    """Time one call."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        best = min(best, time.perf_counter() - start)
    return best / calls * 1e6


def told(name: str, **work: Callable[[], object]) -> None:
    """Print a line of times."""
    times = "  ".join(f"{verb} {microseconds(call):7.1f}" for verb, call in work.items())
    print(f"{name:34} {times}")


def encryption(name: str, cipher: Cipher) -> None:
    """Time a cipher on values of several types."""
    for kind, value in VALUES.items():
        data = cipher.encrypt(value, HERE)
        told(
            f"{name} {kind} ({len(data)} bytes)",
            encrypt=lambda value=value: cipher.encrypt(value, HERE),  # type: ignore[misc]
            decrypt=lambda data=data: cipher.decrypt(data, HERE),  # type: ignore[misc]
        )


def main() -> int:
    """Print the times."""
    ring = KeyRing.generated()
    sealer, scope = Sealer(ring), Scope("GET /users", "status=active", "user-1")
    key = {"user_id": {"S": "user-12345678"}, "created": {"N": "1700000000"}}
    text = sealer.seal(key, scope)
    told(
        f"cursor ({len(text)} characters)",
        seal=lambda: sealer.seal(key, scope),
        open=lambda: sealer.open(text, scope),
    )
    encryption("local", LocalCipher(ring))
    encryption("kms", KmsCipher("key", Kms(), uses=10**9, lifetime=1e9))
    email = BlindHash(ring, "users", "email")
    told("blind hash", stored=lambda: email.stored("somebody@example.org"))
    passwords = Passwords()
    stored = passwords.hash("password")
    verifying = microseconds(lambda: passwords.verify(stored, "password"), 3)
    missing = microseconds(lambda: passwords.verify(None, "password"), 3)
    print(f"password: verify {verifying / 1000:.0f} ms  without a user {missing / 1000:.0f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
