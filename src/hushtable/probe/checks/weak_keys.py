"""Keys that anyone would try on a token: the words that placeholders are made of, put together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

_WORDS = (
    "access", "admin", "api", "app", "auth", "backend", "change", "changeme", "default", "demo",
    "dev", "development", "dummy", "example", "fake", "fastapi", "hs256", "insecure", "jwt", "key",
    "letmein", "local", "me", "my", "none", "pass", "passw0rd", "password", "placeholder",
    "private", "prod", "production", "qwerty", "random", "replace", "s3cr3t", "sample", "secret",
    "secure", "server", "service", "sign", "signing", "string", "super", "supersecret", "temp",
    "test", "testing", "this", "token", "top", "user", "very", "web", "your",
)  # fmt: skip
_PHRASES = (
    "change me in production", "change this in production", "do not use in production",
    "jwt secret key", "keep it secret", "my secret key", "my super secret", "my super secret key",
    "not a secret", "super secret jwt key", "super secret key", "this is a secret",
    "this is not a secret", "top secret key", "very secret key", "your jwt secret",
    "your secret key", "your secret key here", "your super secret key",
)  # fmt: skip
_BETWEEN = ("", "-", "_", " ", ".")
_AFTER = ("", "!", "1", "123", "1234")
_DIGITS = ("0123456789", "1234567890", "9876543210", "0000000000", "1111111111")
_PUBLISHED = (
    # The debugger of jwt.io.
    "your-256-bit-secret",
    # FastAPI's tutorial, "OAuth2 with Password (and hashing), Bearer with JWT tokens".
    "09d25e094faa6ca2556c8181" + "66b7a9563b93f7099f6f0f4c" + "aa6cf63b88e8d3e7",
)


def keys() -> tuple[str, ...]:
    """Give keys that anyone would try on a token that is at hand, no key at all first."""
    return tuple(dict.fromkeys(("", *_PUBLISHED, *_composed())))


def _composed() -> Iterator[str]:
    for word, after in product(_WORDS, _AFTER):
        yield from _cased(word + after)
    for one, between, other in product(_WORDS, _BETWEEN, _WORDS):
        yield from _cased(f"{one}{between}{other}")
    for phrase, between in product(_PHRASES, _BETWEEN):
        yield from _cased(between.join(phrase.split()))
    for digits in _DIGITS:
        yield from (digits[:end] for end in range(1, len(digits) + 1))


def _cased(text: str) -> Iterator[str]:
    yield text
    yield text.upper()
