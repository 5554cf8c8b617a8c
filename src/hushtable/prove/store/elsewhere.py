"""Another DynamoDB than the embedded one, by its address: DynamoDB Local and its like.

Requests pass the same checks as those to the embedded one, since most are as lax as it would be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from hushtable.embedded.emulator import API, MEDIA_TYPE, Answer, refusal_answer
from hushtable.embedded.strictness import TableShape, check
from hushtable.model.errors import UsageError

_SECONDS = 20.0
_OK = 200
_AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=nobody/20000101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
"""They want a signature and check none; the name in it chooses the account."""


class Elsewhere:
    """A DynamoDB at an address. Raises UsageError for one that is no address."""

    def __init__(self, url: str) -> None:
        """Take the address apart."""
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if parts.scheme not in {"http", "https"} or not host:
            message = "a store's address is http://host:port"
            raise UsageError(message)
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = host, port
        self._path = parts.path or "/"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._port or (443 if self._kind is HTTPSConnection else 80)

    def handle(self, operation: str, body: bytes) -> Answer:
        """Pass a request on. What breaks on the way is a 500, which clients try again."""
        try:
            request = json.loads(body) if body else {}
            refusal = check(operation, request, self._shape)
        except (ValueError, RecursionError, AttributeError, TypeError):
            refusal = None  # malformed: the other one says so
        if refusal is not None:
            return refusal_answer(refusal)
        try:
            return self._send(operation, body or b"{}")
        except OSError:
            text = b'{"__type": "com.amazon.coral.service#InternalServerError"}'
            return Answer(500, {"content-type": MEDIA_TYPE}, text)

    def _send(self, operation: str, body: bytes) -> Answer:
        connection = self._kind(self._host, self._port, timeout=_SECONDS)
        headers: Mapping[str, str] = {
            "X-Amz-Target": f"{API}.{operation}",
            "Content-Type": MEDIA_TYPE,
            "Authorization": _AUTHORIZATION,
        }
        try:
            connection.request("POST", self._path, body, dict(headers))
            answer = connection.getresponse()
            payload = answer.read()
        finally:
            connection.close()
        kept = ("x-amz-crc32", "x-amzn-requestid", "x-amzn-errortype")
        told = {name: value for name in kept if (value := answer.getheader(name))}
        return Answer(answer.status, {"content-type": MEDIA_TYPE, **told}, payload)

    def _shape(self, table: str) -> TableShape | None:
        try:
            answer = self._send("DescribeTable", json.dumps({"TableName": table}).encode())
        except OSError:
            return None
        if answer.status != _OK:
            return None
        told: dict[str, Any] = json.loads(answer.body)
        return TableShape.from_description(told["Table"])
