"""Signature Version 4 for DynamoDB, byte for byte as botocore signs.

The key that signs is derived from the secret by four HMACs and is good for a day: it is kept, and
a signature costs two hashes. tests/guard/transport/test_sign.py compares with botocore's own.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass, field
from hashlib import sha256

from hushtable.guard.transport.endpoint import Endpoint
from hushtable.guard.transport.keys import Keys

TARGET = "DynamoDB_20120810"
"""The target prefix of every DynamoDB request (API version 2012-08-10)."""

MEDIA_TYPE = "application/x-amz-json-1.0"


@dataclass(frozen=True, slots=True)
class _Begun:
    """What the requests of one operation within one second have in common."""

    headers: dict[str, str] = field(repr=False)
    canonical: bytes = field(repr=False)
    """The canonical request up to the hash of the body."""
    to_sign: bytes
    """The string to sign up to the hash of the canonical request."""
    authorization: str = field(repr=False)
    """The header up to the signature."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """One second, with one set of credentials at one place."""

    second: int
    keys: Keys = field(repr=False)
    endpoint: Endpoint
    keyed: hmac.HMAC = field(repr=False)
    """A hash that holds the signing key: a copy of it costs less than a new one."""
    begun: dict[str, _Begun] = field(default_factory=dict, repr=False)
    """By operation."""


class Signer:
    """Signs requests. Keeps the last derived key, and what the requests of one second share.

    Safe between threads: what is kept is replaced whole or only added to.
    """

    __slots__ = ("_derived", "_moment")

    def __init__(self) -> None:
        """Start with nothing kept."""
        self._derived: tuple[tuple[str, str, str], hmac.HMAC] | None = None
        self._moment: _Moment | None = None

    def headers(
        self, keys: Keys, endpoint: Endpoint, operation: str, body: bytes, now: float
    ) -> dict[str, str]:
        """Give the headers of a POST of `body`, signed at `now` (seconds since the epoch)."""
        second = int(now)
        moment = self._moment
        if (
            moment is None
            or moment.second != second
            or moment.keys is not keys
            or moment.endpoint is not endpoint
        ):
            day = time.strftime("%Y%m%d", time.gmtime(second))
            keyed = self._keyed(keys.secret_key, day, endpoint.region)
            moment = self._moment = _Moment(second, keys, endpoint, keyed)
        begun = moment.begun.get(operation)
        if begun is None:
            begun = moment.begun[operation] = _begun(moment, operation)
        canonical = begun.canonical + sha256(body).hexdigest().encode()
        signature = moment.keyed.copy()
        signature.update(begun.to_sign + sha256(canonical).hexdigest().encode())
        return {**begun.headers, "authorization": begun.authorization + signature.hexdigest()}

    def _keyed(self, secret: str, day: str, region: str) -> hmac.HMAC:
        wanted = (secret, day, region)
        kept = self._derived
        if kept is not None and kept[0] == wanted:
            return kept[1]
        key = f"AWS4{secret}".encode()
        for part in (day, region, "dynamodb", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        keyed = hmac.new(key, digestmod="sha256")
        self._derived = (wanted, keyed)
        return keyed


def _begun(moment: _Moment, operation: str) -> _Begun:
    keys, endpoint = moment.keys, moment.endpoint
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment.second))
    target = f"{TARGET}.{operation}"
    headers = {"content-type": MEDIA_TYPE, "x-amz-date": stamp, "x-amz-target": target}
    signed = "content-type;host;x-amz-date"
    token_line = ""
    if keys.token:
        headers["x-amz-security-token"] = keys.token
        token_line = f"x-amz-security-token:{' '.join(keys.token.split())}\n"
        signed += ";x-amz-security-token"
    signed += ";x-amz-target"
    canonical = (
        f"POST\n/\n\ncontent-type:{MEDIA_TYPE}\nhost:{endpoint.host}\nx-amz-date:{stamp}\n"
        f"{token_line}x-amz-target:{target}\n\n{signed}\n"
    )
    scope = f"{stamp[:8]}/{endpoint.region}/dynamodb/aws4_request"
    return _Begun(
        headers,
        canonical.encode(),
        f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n".encode(),
        f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{scope}, "
        f"SignedHeaders={signed}, Signature=",
    )
