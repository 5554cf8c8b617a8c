"""Errors of the store that are provoked, to see what the app's error answers carry.

Each message is worded as DynamoDB words it, and carries a canary where the real one would name an
account, a role or a table.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hushtable.embedded.emulator import Answer, refusal_answer
from hushtable.embedded.strictness import Refusal
from hushtable.model.errors import HushtableError
from hushtable.prove.canary import Source
from hushtable.prove.sketch import Shape
from hushtable.prove.store.mint import Mint

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
"""The operations that change items. A statement may."""

DROPPED = "dropped"
"""Instead of an error code: the connection is closed without an answer."""

MESSAGES: Mapping[str, str] = MappingProxyType({
    "ProvisionedThroughputExceededException": "The level of configured provisioned throughput for "
    "the table was exceeded. Consider increasing your provisioning level: {canary}",
    "ThrottlingException": "Rate of requests exceeds the allowed throughput of {canary}",
    "InternalServerError": "Internal server error: {canary}",
    "AccessDeniedException": "User: arn:aws:sts::000000000000:assumed-role/{canary} is not "
    "authorized to perform: dynamodb:{operation} because no identity-based policy allows it",
    "ConditionalCheckFailedException": "The conditional request failed: {canary}",
    "ValidationException": "One or more parameter values were invalid: {canary}",
    "ResourceNotFoundException": "Requested resource not found: Table: {canary} not found",
})  # fmt: skip
"""The errors that can be provoked, with their messages."""


class DroppedError(HushtableError):
    """Ends a connection without an answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong while it is set: an error code of MESSAGES, or DROPPED.

    It strikes every request of these operations and tables (empty: all), as long as it is set, so
    a client that tries again fails again. `delay` seconds pass before.
    """

    code: str
    operations: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    delay: float = 0.0

    def strikes(self, operation: str, tables: frozenset[str]) -> bool:
        """Whether a request fails. A condition fails only where there can be one."""
        if self.code == "ConditionalCheckFailedException" and operation not in WRITES:
            return False
        return (not self.operations or operation in self.operations) and (
            not self.tables or bool(tables & self.tables)
        )

    def answer(self, operation: str, mint: Mint) -> Answer:
        """Make the error's answer. Raises DroppedError when there is none to be."""
        if self.delay:
            time.sleep(self.delay)
        if self.code == DROPPED:
            raise DroppedError(DROPPED)
        canary = mint.text(Shape(), Source.SERVICE, ("dynamodb", operation, self.code)).planted
        message = MESSAGES[self.code].format(canary=canary, operation=operation)
        if operation == "TransactWriteItems" and self.code.startswith("Conditional"):
            return _cancelled(message)
        status = 500 if self.code == "InternalServerError" else 400
        return refusal_answer(Refusal(self.code, message), status)


def _cancelled(message: str) -> Answer:
    code = "TransactionCanceledException"
    told = (
        f"Transaction cancelled, please refer cancellation reasons for specific reasons {message}"
    )
    plain = refusal_answer(Refusal(code, told))
    reasons = [{"Code": "ConditionalCheckFailed", "Message": message}]
    body = {**json.loads(plain.body), "CancellationReasons": reasons}
    return Answer(plain.status, {"content-type": plain.headers["content-type"]},
                  json.dumps(body).encode())  # fmt: skip
