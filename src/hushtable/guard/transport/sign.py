"""Signature Version 4 for DynamoDB, byte for byte as botocore signs.

The key that signs is derived from the secret by four HMACs and is good for a day: it is kept, and
a signature costs two hashes. tests/guard/transport/test_sign.py compares with botocore's own.
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256

from hushtable.guard.transport.endpoint import Endpoint
from hushtable.guard.transport.keys import Keys

TARGET = "DynamoDB_20120810"
"""The target prefix of every DynamoDB request (API version 2012-08-10)."""

MEDIA_TYPE = "application/x-amz-json-1.0"


class Signer:
    """Signs requests. Keeps the last derived key and the last second's timestamp.

    Safe between threads: what is kept is replaced whole, and never changed.
    """

    __slots__ = ("_derived", "_second")

    def __init__(self) -> None:
        """Start with nothing kept."""
        self._derived: tuple[tuple[str, str, str], hmac.HMAC] | None = None
        self._second: tuple[int, str] = (-1, "")

    def headers(
        self, keys: Keys, endpoint: Endpoint, operation: str, body: bytes, now: float
    ) -> dict[str, str]:
        """Give the headers of a POST of `body`, signed at `now` (seconds since the epoch)."""
        stamp = self._stamp(int(now))
        day = stamp[:8]
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
            f"{token_line}x-amz-target:{target}\n\n{signed}\n{sha256(body).hexdigest()}"
        )
        scope = f"{day}/{endpoint.region}/dynamodb/aws4_request"
        hashed = sha256(canonical.encode()).hexdigest()
        signature = self._keyed(keys.secret_key, day, endpoint.region).copy()
        signature.update(f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashed}".encode())
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{scope}, "
            f"SignedHeaders={signed}, Signature={signature.hexdigest()}"
        )
        return headers

    def _stamp(self, second: int) -> str:
        kept = self._second
        if kept[0] == second:
            return kept[1]
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))
        self._second = (second, stamp)
        return stamp

    def _keyed(self, secret: str, day: str, region: str) -> hmac.HMAC:
        """Give a hash that holds the signing key: a copy of it costs less than a new one."""
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
