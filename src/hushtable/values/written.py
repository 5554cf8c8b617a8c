"""Judges the text given to a sensitive name: a secret, a stand-in for one, or no secret at all.

Nothing here keeps or returns a value: only a verdict, a mask and a measure leave.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from enum import Enum

from hushtable.model.sensitivity import Category
from hushtable.model.sensitivity_names import classify, split_words

_SHOWN = 2
_MASKED_WHOLE_BELOW = 12
_SHORT_BELOW = 24
_MEDIUM_BELOW = 48

_SHORTEST = 4
_SECRET_LENGTH = 12
_SECRET_ENTROPY = 3.0
_LONGEST = 4096


class Verdict(Enum):
    """What a value is: a secret, a stand-in that somebody wrote on purpose, or neither."""

    SECRET = "secret"  # noqa: S105  (the name of a verdict)
    DUMMY = "dummy"
    NOTHING = "nothing"


# A value that only shows where the real one goes, or that a program puts in later.
_PLACEHOLDER = re.compile(
    r"[{}<>]|\$\(|%\(|%s|^\$|^!|^([*.x_-])\1*$|\.{3}|^\[.*\]$"
    r"|^(?:your|enter|insert|put|add|the|some|replace|todo|fixme|redacted|masked|hidden|set)[-_ ]"
    r"|[-_]here$|^xx+|^x+-|^(?:todo|tbd|redacted|placeholder)$",
    re.IGNORECASE,
)
# Paths, addresses, names of resources, modules and environment variables: where a secret is.
_POINTER = re.compile(
    r"^[a-z][a-z0-9+.-]*://|^arn:|^urn:|^(?:~|\.{1,2})?/"
    # Forty characters of Base64 are no path but the form of an AWS secret key.
    r"|^(?![A-Za-z0-9+/]{40}$)[A-Za-z0-9_.-]+/[A-Za-z0-9_./-]+$"
    r"|\.(?:pem|key|json|ya?ml|toml|env|txt|crt|py|html|cfg|ini)$"
    r"|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$"
    r"|^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+$"
    r"|^[a-z][a-z-]*/[a-z][a-z+.-]*$"
)
_ALGORITHM = re.compile(
    r"^(?:[HREP]S(?:256|384|512)|sha-?\d+|md5|bcrypt|argon2\w*|scrypt|pbkdf2\w*|aes[-_]?[\w-]{0,10}|rsa[-_]?\w{0,8}"
    r"|hmac[-_]?\w{0,8}|utf-?8|base64|kms|eddsa|ed25519)$",
    re.IGNORECASE,
)
_ORDINARY = frozenset(
    {
        "access", "anonymous", "any", "api_key", "apikey", "application", "basic", "bearer",
        "body", "bytes", "code", "cookie", "cookies", "credentials", "default", "disabled",
        "email", "enabled", "false", "form", "header", "headers", "hidden", "id", "inherit",
        "invalid", "json", "jwt", "key", "login", "missing", "n/a", "na", "name", "nil", "no",
        "none", "null", "number", "object", "off", "on", "optional", "page", "password", "path",
        "plain", "private", "public", "query", "refresh", "required", "reset", "session",
        "signature", "str", "string", "text", "token", "true", "type", "undefined", "unknown",
        "uuid", "value", "yes",
    }
)  # fmt: skip
_DUMMY = frozenset(
    {
        "abc", "bar", "baz", "change", "changeit", "changeme", "demo", "dev", "development",
        "docker", "dummy", "example", "fake", "foo", "foobar", "guest", "insecure", "local",
        "localhost", "localstack", "minio", "minioadmin", "mock", "mocked", "none", "notasecret",
        "placeholder",
        "postgres", "sample", "secret", "supersecret", "temp", "test", "testing", "tests", "unset",
        "unused", "vagrant", "xxx",
    }
)  # fmt: skip
# Documentation keys, published so that everybody may use them.
_PUBLISHED = (
    "AKIAIOSFODNN7EXAMPLE",
    "AKIAI44QH8DHBEXAMPLE",
    "bPxRfiCYEXAMPLEKEY",
    "eyJzdWIiOiIxMjM0NTY3ODkw",
)
_DIGITS_IN_ORDER = re.compile(r"^(?:0*1234?5?6?7?8?9?0?1?2?|0+|1+)$")

_KINDS = frozenset(
    {
        "access-key-id", "api-key", "credentials", "one-time-code", "password", "password-hash",
        "private-key", "salt", "secret", "security-answer", "session", "token", "webhook-url",
    }
)  # fmt: skip
_PASSWORD_KINDS = frozenset({"password", "one-time-code"})
_SURE = 0.6


def credential_kind(name: str) -> str:
    """Give the kind of credential a name says it holds; empty when it says nothing of the kind."""
    if name.lower() == "sid":
        # The id of a statement in every IAM policy.
        return ""
    said = classify(name)
    if said.category is not Category.CREDENTIAL or said.confidence < _SURE:
        return ""
    return said.kind if said.kind in _KINDS else ""


def judge(name: str, value: str, kind: str) -> Verdict:
    """Judge the value of a name of the given kind."""
    text = value.strip()
    if not text or len(text) > _LONGEST or any(part.isspace() for part in text):
        return Verdict.NOTHING
    if published(text):
        return Verdict.DUMMY
    if kind == "webhook-url":
        return Verdict.SECRET if _is_hook(text) else Verdict.NOTHING
    if _same_words(name, text) and not _is_no_secret(text):
        return Verdict.DUMMY if _may_be_weak(name, kind) else Verdict.NOTHING
    if _is_no_secret(text) or text.lower() in _ORDINARY:
        return Verdict.NOTHING
    return _judge_written(name, text, kind)


def _judge_written(name: str, text: str, kind: str) -> Verdict:
    """Judge a value that somebody wrote to be used."""
    words = split_words(text)
    if _DUMMY & set(words) or _DIGITS_IN_ORDER.match(text):
        return Verdict.DUMMY
    if _names_a_field(text, words):
        return Verdict.DUMMY if "aws" in split_words(name) else Verdict.NOTHING
    if kind in _PASSWORD_KINDS:
        return Verdict.SECRET
    if looks_random(text):
        return Verdict.SECRET
    weak = kind in {"access-key-id", "api-key", "secret", "private-key"}
    return Verdict.DUMMY if weak and len(text) >= _SHORTEST else Verdict.NOTHING


def looks_random(text: str) -> bool:
    """Tell whether a text is long and mixed enough for a key or token."""
    if len(text) < _SECRET_LENGTH:
        return False
    classes = sum(
        any(test(letter) for letter in text)
        for test in (str.isdigit, str.islower, str.isupper, lambda part: not part.isalnum())
    )
    mixed = any(map(str.isdigit, text)) or classes > _SHOWN
    return mixed and entropy(text) >= _SECRET_ENTROPY


def published(text: str) -> bool:
    """Tell whether a text holds a key that documentation published."""
    return any(known in text for known in _PUBLISHED)


def _is_no_secret(text: str) -> bool:
    return bool(_PLACEHOLDER.search(text) or _POINTER.search(text) or _ALGORITHM.match(text))


def _is_hook(text: str) -> bool:
    return text.startswith("https://") and looks_random(text) and not _PLACEHOLDER.search(text)


def _same_words(name: str, text: str) -> bool:
    return split_words(name) == split_words(text) and not any(map(str.isdigit, text))


def _may_be_weak(name: str, kind: str) -> bool:
    """Tell whether `X = "x"` may be a weak secret rather than a field's name."""
    return kind == "password" and name.islower()


def _names_a_field(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether a value is itself the name of a credential (`X-API-Key`, `refresh_token`)."""
    if any(map(str.isdigit, text)) or not words:
        return False
    return bool(re.fullmatch(r"[A-Za-z_-]+", text)) and bool(classify(text).category != "public")


def mask(value: str, kind: str) -> str:
    """Show a value so that it cannot be used: at most two characters and a class of length."""
    if kind in _PASSWORD_KINDS or len(value) < _MASKED_WHOLE_BELOW:
        return "***"
    if len(value) < _SHORT_BELOW:
        size = "short"
    else:
        size = "medium" if len(value) < _MEDIUM_BELOW else "long"
    start = "".join(part if part.isalnum() else "*" for part in value[:_SHOWN])
    return f"{start}*** ({size})"


def entropy(value: str) -> float:
    """Give Shannon's entropy of the characters, in bits a character."""
    if not value:
        return 0.0
    total = len(value)
    shares = (count / total for count in Counter(value).values())
    return round(-sum(share * math.log2(share) for share in shares) + 0.0, 2)
