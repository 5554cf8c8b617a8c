"""What DynamoDB's errors mean. Its texts, table names and keys stay here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hushtable.guard.errors import ConflictError, StoreError, UnavailableError
from hushtable.guard.transport.call import Body, Reply

_OK = 200
_SERVER = 500

_BUSY = frozenset(
    {"ProvisionedThroughputExceededException", "ThrottlingException", "Throttling",
     "RequestLimitExceeded", "InternalServerError", "InternalFailure", "ServiceUnavailable",
     "LimitExceededException", "TransactionInProgressException", "TransactionConflictException",
     "ReplicatedWriteConflictException"}
)  # fmt: skip
"""Codes of which a later try may get another answer. Source: "Error handling with DynamoDB",
docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html."""

_FAILED = frozenset({"ConditionalCheckFailed", "DuplicateItem"})
_CROWDED = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Cancellation reasons of one action. Source: API Reference, TransactWriteItems, Errors."""


class Failed(Exception):  # noqa: N818 - an answer that the writes turn into one of ours
    """A condition of a write did not hold. `item` is what was there, if it was asked for."""

    def __init__(self, item: Mapping[str, Any] | None) -> None:
        """Keep the item, in wire types; it is never shown."""
        super().__init__("a condition did not hold")
        self.item = item


class _Error(msgspec.Struct):
    type_: str = msgspec.field(name="__type", default="")
    item: dict[str, Any] | None = msgspec.field(name="Item", default=None)
    reasons: list[dict[str, Any]] = msgspec.field(name="CancellationReasons", default_factory=list)


_DECODER = msgspec.json.Decoder(_Error)


def check(operation: str, reply: Reply) -> Body:
    """Give the body of an answer that is none of the errors.

    Raises Failed for a condition that did not hold, UnavailableError for what may pass, and
    StoreError, which holds DynamoDB's code and no text, for the rest.
    """
    if reply.status == _OK:
        return reply.body
    raise _error(operation, reply)


def _error(operation: str, reply: Reply) -> Exception:
    try:
        error = _DECODER.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        error = _Error()
    code = error.type_.rpartition("#")[2] or f"HTTP {reply.status}"
    if code == "ConditionalCheckFailedException":
        return Failed(error.item)
    if code == "TransactionCanceledException":
        return _cancelled(operation, error)
    if code in _BUSY or reply.status >= _SERVER:
        return UnavailableError(f"{operation}: {code}")
    return StoreError(operation, code, reply.headers.get("x-amzn-requestid", ""))


def _cancelled(operation: str, error: _Error) -> Exception:
    codes = {str(reason.get("Code", "")) for reason in error.reasons} - {"None", ""}
    if codes & _FAILED:
        return ConflictError(f"{operation}: a condition does not hold")
    if codes and codes <= _CROWDED:
        return UnavailableError(f"{operation}: another transaction or too many requests")
    return StoreError(operation, "+".join(sorted(codes)) or "TransactionCanceledException")
