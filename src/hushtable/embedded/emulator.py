"""DynamoDB in this process: one call in, one answer out, no socket and no thread.

The data plane is ministack's, whose handler never waits for anything. Its state is global to the
process and scoped by account and region, so each `Emulator` takes an account number of its own
and two of them never see each other's tables.
"""

from __future__ import annotations

import itertools
import json
import threading
import uuid
import zlib
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import request_scope
from ministack.services.dynamodb import handle_request

from hushtable.embedded.pages import PAGED, items_of_page
from hushtable.embedded.strictness import Refusal, TableShape, check
from hushtable.model.errors import HushtableError

API = "DynamoDB_20120810"
"""The target prefix of every DynamoDB request (API version 2012-08-10)."""

MEDIA_TYPE = "application/x-amz-json-1.0"

_OK = 200
_ACCOUNTS = itertools.count(1)
_ONE_AT_A_TIME = threading.Lock()
"""ministack's handlers read and write its stores without a lock of their own."""

_NAMESPACES = {
    "ValidationException": "com.amazon.coral.validate",
    "SerializationException": "com.amazon.coral.service",
    "UnknownOperationException": "com.amazon.coral.service",
    "MissingAuthenticationTokenException": "com.amazon.coral.service",
}
_NAMESPACE = "com.amazonaws.dynamodb.v20120810"


class RequestRefusedError(HushtableError):
    """The emulator refused a request. Holds the error code and names, never a value.

    DynamoDB's own message can quote the values it was sent, so it is left out.
    """

    def __init__(self, operation: str, code: str, table: str = "") -> None:
        """Keep the operation, the DynamoDB error code and the table's name."""
        self.operation = operation
        self.code = code
        self.table = table
        super().__init__(f"{operation} on {table or 'no table'} was refused: {code}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What DynamoDB would put on the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Emulator:
    """One DynamoDB account in one region, in memory. Safe to share between threads.

    `strict` adds the refusals of `hushtable.embedded.strictness` and the page ends of
    `hushtable.embedded.pages`, which the real service has and ministack has not.
    """

    def __init__(self, *, region: str = "us-east-1", strict: bool = True) -> None:
        """Start empty."""
        self.region = region
        self.strict = strict
        self._account = _next_account()

    def handle(self, operation: str, body: bytes) -> Answer:
        """Answer the wire request `body` of `operation` ("GetItem"). Never raises for bad input.

        A request that breaks the emulator itself is a 500 InternalServerError, which clients
        retry, as they would with the real service.
        """
        try:
            request = json.loads(body) if body else {}
        except (ValueError, RecursionError):
            return _error(400, "SerializationException", "The request is not JSON")
        if not isinstance(request, dict):
            return _error(400, "SerializationException", "Start of structure or map expected")
        with _ONE_AT_A_TIME:
            return self._answer(operation, request, body or b"{}")

    def ask(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Make the request given as a dictionary of wire types, and return the decoded answer.

        Raises RequestRefusedError with DynamoDB's error code when it is not a 200.
        """
        answer = self.handle(operation, json.dumps(request).encode())
        decoded: dict[str, Any] = json.loads(answer.body)
        if answer.status == _OK:
            return decoded
        table = request.get("TableName", "")
        raise RequestRefusedError(operation, error_code(decoded), str(table))

    def table_names(self) -> tuple[str, ...]:
        """Every table there is, sorted."""
        names: list[str] = []
        request: dict[str, Any] = {}
        while True:
            page = self.ask("ListTables", request)
            names += page["TableNames"]
            if "LastEvaluatedTableName" not in page:
                return tuple(sorted(names))
            request = {"ExclusiveStartTableName": page["LastEvaluatedTableName"]}

    def reset(self) -> None:
        """Forget every table, item and idempotency token."""
        for name in self.table_names():
            self.handle(
                "UpdateTable",
                json.dumps({"TableName": name, "DeletionProtectionEnabled": False}).encode(),
            )
            self.ask("DeleteTable", {"TableName": name})
        # Tokens of past transactions stay with the old account number.
        self._account = _next_account()

    def _answer(self, operation: str, request: dict[str, Any], body: bytes) -> Answer:
        try:
            if self.strict and (refusal := check(operation, request, self._shape)):
                return _error(400, refusal.code, refusal.message)
            status, headers, payload = self._pass_on(operation, body)
            if self.strict and operation in PAGED and status == _OK:
                count = items_of_page(request, payload, lambda one: self._read(operation, one))
                if count is not None:
                    shorter = json.dumps({**request, "Limit": count}).encode()
                    status, headers, payload = self._pass_on(operation, shorter)
        except Exception as broken:  # noqa: BLE001 -- any request may reach any line of it
            return _error(500, "InternalServerError", f"Emulator failed: {type(broken).__name__}")
        if status >= 400:  # noqa: PLR2004
            payload = _namespaced(payload)
        return _finished(status, headers, payload)

    def _pass_on(self, operation: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers = {"x-amz-target": f"{API}.{operation}", "content-type": MEDIA_TYPE}
        with request_scope(self._account, self.region):
            status, answered, payload = _run(handle_request("POST", "/", headers, body, {}))
        return status, answered, payload.encode() if isinstance(payload, str) else payload

    def _read(self, operation: str, request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Make a read for `items_of_page`. Called with the lock held."""
        _, _, payload = self._pass_on(operation, json.dumps(request).encode())
        items: list[Mapping[str, Any]] = json.loads(payload).get("Items", [])
        return items

    def _shape(self, table: str) -> TableShape | None:
        """Describe a table for the strictness checks. Called with the lock held."""
        body = json.dumps({"TableName": table}).encode()
        status, _, payload = self._pass_on("DescribeTable", body)
        if status != _OK:
            return None
        return TableShape.from_description(json.loads(payload)["Table"])


def error_code(error: Mapping[str, Any]) -> str:
    """Take the bare code (`ValidationException`) from a decoded error answer."""
    return str(error.get("__type", "UnknownError")).rpartition("#")[2]


def refusal_answer(refusal: Refusal, status: int = 400) -> Answer:
    """Make the wire answer of a refusal."""
    return _error(status, refusal.code, refusal.message)


def _next_account() -> str:
    return f"{next(_ACCOUNTS):012d}"


def _run(coroutine: Coroutine[Any, Any, tuple[int, dict[str, str], Any]]) -> Any:  # noqa: ANN401
    """Run a coroutine that never waits to its end, inside or outside an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    message = "the emulator waited for something, which it must not"
    raise HushtableError(message)


def _namespaced(payload: bytes) -> bytes:
    """Give an error's `__type` the namespace the real service sends.

    ministack sends the bare name; code that splits at `#` would never be exercised.
    """
    error = json.loads(payload)
    code = error_code(error)
    error["__type"] = f"{_NAMESPACES.get(code, _NAMESPACE)}#{code}"
    return json.dumps(error, ensure_ascii=False).encode()


def _error(status: int, code: str, message: str) -> Answer:
    body = json.dumps({"__type": code, "message": message}).encode()
    return _finished(status, {"x-amzn-errortype": code}, _namespaced(body))


def _finished(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """Add the headers every answer of the service has."""
    complete = {name.lower(): value for name, value in headers.items()}
    complete |= {
        "content-type": MEDIA_TYPE,
        "x-amz-crc32": str(zlib.crc32(body)),
        "x-amzn-requestid": uuid.uuid4().hex.upper(),
    }
    return Answer(status, complete, body)
