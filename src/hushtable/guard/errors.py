"""Every error of the guard. Their texts hold names and places, never a value of an item.

HushtableError
└── GuardError
    ├── DeclarationError            a Record, View or index is declared wrongly (at import)
    ├── RefusedError                a call that the guard does not make: a fault of the program
    ├── StoreError                  DynamoDB refused for a reason no client can mend
    ├── DecodeError                 a stored item does not fit the View; names the path
    ├── CipherError                 a stored value cannot be decrypted, or a key is missing
    └── AnswerError                 what a client is told, with a status
        ├── InvalidError            400
        │   ├── InvalidKeyError
        │   └── InvalidCursorError
        ├── NotFoundError           404, also for what belongs to somebody else
        ├── ConflictError           409
        ├── TooManyRequestsError    429
        └── UnavailableError        503
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from hushtable.model.errors import HushtableError


class GuardError(HushtableError):
    """Any error that the guard raises on purpose.

    `error_id` is a random name of this one event, the same in the answer and in the log.
    """

    def __init__(self, message: str) -> None:
        """Tell what happened in names and places."""
        super().__init__(message)
        self.error_id = uuid.uuid4().hex


class DeclarationError(GuardError):
    """A Record, a View, an index or a key is declared wrongly. Raised where it is declared."""


class RefusedError(GuardError):
    """The program asks for something the guard does not do, such as an unnamed Scan."""


class StoreError(GuardError):
    """DynamoDB refused a call for a reason that no client can mend.

    Holds the operation and DynamoDB's error code. Its message may quote keys and is dropped.
    """

    def __init__(self, operation: str, code: str, request_id: str = "") -> None:
        """Keep the operation ("GetItem"), DynamoDB's code and its request id."""
        self.operation = operation
        self.code = code
        self.request_id = request_id
        super().__init__(f"{operation} was refused: {code}")


class DecodeError(GuardError):
    """A stored item does not fit the View. `path` names the attribute; no value is told."""

    def __init__(self, path: str, why: str) -> None:
        """Keep the path of the attribute and what was wrong with its type."""
        self.path = path
        super().__init__(f"{path}: {why}")


class CipherError(GuardError):
    """A stored value cannot be decrypted: a wrong or missing key, or not what was written."""


class AnswerError(GuardError):
    """An error that a client is told: a status, a title, and no more.

    `retry_after` is in seconds, None where waiting does not help.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal Server Error"

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        """Keep a message for the log; the client is told the title alone."""
        super().__init__(message or self.title)
        self.retry_after = retry_after


class InvalidError(AnswerError):
    """The request cannot be answered as it is."""

    status = 400
    title = "Bad Request"


class InvalidKeyError(InvalidError):
    """A key does not have the form its Record declares."""


class InvalidCursorError(InvalidError):
    """A cursor is not one that was given for this query, or its time is over."""


class NotFoundError(AnswerError):
    """There is no such item, or it is somebody else's: the two look the same."""

    status = 404
    title = "Not Found"


class ConflictError(AnswerError):
    """A condition of the write does not hold, or somebody else wrote first."""

    status = 409
    title = "Conflict"


class TooManyRequestsError(AnswerError):
    """The caller asks more often than is allowed."""

    status = 429
    title = "Too Many Requests"


class UnavailableError(AnswerError):
    """The store did not answer in time, or is throttling, after every retry."""

    status = 503
    title = "Service Unavailable"
