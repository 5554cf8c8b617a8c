"""What must not leave, told by its look: names of credentials, shapes of values, store talk.

The egress and the redaction of logs share these. Shapes are strict on purpose: a false alarm in
an answer breaks a service.
"""

from __future__ import annotations

import base64
import binascii
import re
from enum import StrEnum
from functools import lru_cache

import msgspec


class Leak(StrEnum):
    """What kind of thing would leave."""

    UNDECLARED = "undeclared"
    CREDENTIAL_NAME = "credential-name"
    CREDENTIAL = "credential"
    TOKEN = "token"  # noqa: S105 - a word of the report
    TYPED = "typed-attribute"
    METADATA = "store-metadata"
    CURSOR = "raw-cursor"
    STORE_TEXT = "store-text"
    NOT_INSPECTED = "not-inspected"


# Compared without case and without what joins words: `passwordHash` is `password_hash`.
CREDENTIAL_NAMES = frozenset(
    {
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "passcode",
        "password_hash",
        "hashed_password",
        "password_digest",
        "encrypted_password",
        "password_salt",
        "pass_hash",
        "pin_hash",
        "pin_code",
        "otp_secret",
        "totp_secret",
        "mfa_secret",
        "two_factor_secret",
        "recovery_codes",
        "backup_codes",
        "security_answer",
        "secret",
        "secrets",
        "secret_key",
        "client_secret",
        "shared_secret",
        "webhook_secret",
        "signing_secret",
        "signing_key",
        "api_secret",
        "app_secret",
        "api_key",
        "api_keys",
        "api_key_hash",
        "private_key",
        "ssh_key",
        "encryption_key",
        "master_key",
        "access_key",
        "secret_access_key",
        "aws_secret_access_key",
        "aws_session_token",
        "session_token",
        "credentials",
        "reset_token",
        "password_reset_token",
        "verification_token",
        "invite_token",
        "token_hash",
        "refresh_token_hash",
        "cvv",
        "cvc",
        "card_cvc",
    }
)

# What OAuth 2.0 (RFC 6749, 5.1) and OpenID Connect give on purpose; `token` and `jwt` as written
# by hand.
TOKEN_NAMES = frozenset({"access_token", "refresh_token", "id_token", "token", "jwt"})

# Names of personal data, for logs alone: a response shows an e-mail on purpose, a log does not.
PERSONAL_NAMES = frozenset(
    {
        "email",
        "email_address",
        "phone",
        "phone_number",
        "mobile_number",
        "ssn",
        "social_security_number",
        "national_id",
        "tax_id",
        "passport",
        "passport_number",
        "drivers_license",
        "date_of_birth",
        "birth_date",
        "birthdate",
        "dob",
        "home_address",
        "street_address",
        "postal_address",
        "iban",
        "account_number",
        "card_number",
        "credit_card",
    }
)

HASHES = re.compile(
    r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}"
    r"|\$argon2(?:id|i|d)\$"
    r"|\$scrypt\$|\bscrypt(?::\d+)*\$"
    r"|\$pbkdf2(?:-sha\d+)?\$|\bpbkdf2[_:]sha\d+(?::\d+)?\$"
    r"|\$[156]\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}"
)
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")
# A presigned URL names the key id on purpose, and says which it is.
KEY_ID = re.compile(
    r"(?<![A-Za-z0-9+/])(?<!X-Amz-Credential=)(?<!AWSAccessKeyId=)(?:AKIA|ASIA)[A-Z2-7]{16}"
    r"(?![A-Za-z0-9+/])"
)
JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
_STORE_TEXT = re.compile(
    r"An error occurred \(\w+\) when calling the \w+ operation"
    r"|arn:aws[a-z-]*:dynamodb:"
    r"|\bbotocore\.(?:exceptions|errorfactory|client)\b"
    r"|\b(?:ProvisionedThroughputExceeded|ConditionalCheckFailed|TransactionCanceled"
    r"|TransactionConflict|TransactionInProgress|ItemCollectionSizeLimitExceeded"
    r"|IdempotentParameterMismatch|UnrecognizedClient|ReplicatedWriteConflict)Exception\b"
    r"|\b(?:EndpointConnection|NoCredentials|ParamValidation)Error\b"
    r"|Requested resource not found"
    r"|The conditional request failed"
    r"|The provided key element does not match the schema"
    r"|One or more parameter values (?:were|are) (?:in|not )valid"
    r"|Unable to locate credentials"
    r"|Could not connect to the endpoint URL"
    r"|Parameter validation failed:\n"
    r"|Invalid (?:Key|Filter|Update|Projection|Condition)(?:Condition)?Expression:"
)

# Bytes without which no text of the store can be in a body. Long ones: those are found fastest.
_TALK_MARKERS = (
    b"An error occurred (",
    b"arn:aws",
    b"botocore.",
    b"Exception",
    b"EndpointConnection",
    b"NoCredentials",
    b"ParamValidation",
    b"Requested resource",
    b"conditional request",
    b"provided key element",
    b"One or more parameter",
    b"Unable to locate cred",
    b"Could not connect to",
    b"Parameter validation",
    b"Expression:",
)

_OPENINGS = ("eyJ", "eyA", "ew0", "ewk", "ewo", "{")
"""How JSON of an object begins, bare or in base64."""

SHORTEST = 12
"""No shape is shorter than base64 of `{"a":"b"}`."""

_LONGEST_CURSOR = 8192
_KEY_ATTRIBUTES = 4
"""A key has one or two attributes, one of an index up to two more."""

_KEY_TYPES = ("S", "N", "B")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_MASKED = re.compile(
    r"[*•]*|[xX]{4,}|\.{3}|[\[<(*]*(?:redacted|hidden|masked|filtered|removed)[\]>)*]*",
    re.IGNORECASE,
)


def may_talk(body: bytes) -> bool:
    """Tell quickly whether any text in a JSON body may be one that the store or botocore says."""
    for marker in _TALK_MARKERS:
        if marker in body:
            return True
    return b"\\u00" in body


@lru_cache(maxsize=8192)
def plain_name(name: str) -> str:
    """Give a name without case and without what joins its words: `passwordHash`, `api-key`."""
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


def plain_names(names: frozenset[str]) -> frozenset[str]:
    """Give each name without case and without what joins its words."""
    return frozenset(plain_name(name) for name in names)


def is_shown(value: object) -> bool:
    """Tell whether a value shows anything: not None, a bool, an empty or a masked text."""
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, str):
        return _MASKED.fullmatch(value) is None
    return bool(value) or isinstance(value, int)


def leak_in_text(text: str, *, talk: bool = True) -> Leak | None:
    """Say what kind of thing a text holds that must not leave, None for ordinary text.

    Without `talk` the texts of the store are not looked for (see `may_talk`).
    """
    if len(text) < SHORTEST:
        return None
    if "$" in text and HASHES.search(text):
        return Leak.CREDENTIAL
    if "-----" in text and PRIVATE_KEY.search(text):
        return Leak.CREDENTIAL
    if "IA" in text and KEY_ID.search(text):
        return Leak.CREDENTIAL
    if ".eyJ" in text and JWT.search(text):
        return Leak.TOKEN
    if talk and _STORE_TEXT.search(text):
        return Leak.STORE_TEXT
    if text.startswith(_OPENINGS) and holds_raw_key(text):
        return Leak.CURSOR
    return None


def holds_raw_key(text: str) -> bool:
    """Tell whether a text is JSON, or base64 of JSON, of a key as the store gives it.

    Four attributes at the most, each a typed value, or plain with one text among them. A cursor
    that is a position (`{"offset": 20}`) is none.
    """
    if len(text) > _LONGEST_CURSOR:
        return False
    if text.startswith("{"):
        return _is_key_json(text.encode("utf-8", "replace"))
    if not text.startswith(_OPENINGS) or not _BASE64.fullmatch(text):
        return False
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return False
    return _is_key_json(decoded)


def _is_key_json(text: bytes) -> bool:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    if not isinstance(value, dict) or not 0 < len(value) <= _KEY_ATTRIBUTES:
        return False
    if all(_is_key_value(member) for member in value.values()):
        return True
    return any(isinstance(member, str) for member in value.values()) and all(
        isinstance(member, str | int | float) for member in value.values()
    )


def _is_key_value(value: object) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    name, payload = next(iter(value.items()))
    return name in _KEY_TYPES and isinstance(payload, str)
