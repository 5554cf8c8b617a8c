"""The runtime library: what a response model does not declare is never asked for, never sent.

It ships to production: it starts without anything the other engines need. Three ways in, each
without the others: `projection` for code that calls boto3, the `Egress` middleware
(`hushtable.guard.egress`) for an app that has not moved, and `Record`, `View` and `Table` for new
code, with `hushtable.guard.fastapi` beside them in an app.
"""

from hushtable.guard.caller import Caller, System, asking
from hushtable.guard.cipher import LocalCipher
from hushtable.guard.each import Each
from hushtable.guard.errors import (
    AnswerError,
    CipherError,
    ConflictError,
    DeclarationError,
    DecodeError,
    GuardError,
    InvalidCursorError,
    InvalidError,
    InvalidKeyError,
    NotFoundError,
    RefusedError,
    StoreError,
    TooManyRequestsError,
    UnavailableError,
)
from hushtable.guard.keyring import KeyRing
from hushtable.guard.marks import (
    At,
    Blind,
    Credential,
    Encrypted,
    ExpiresAt,
    Financial,
    Hashed,
    Health,
    Internal,
    OpenMap,
    Owner,
    PartitionKey,
    Personal,
    SortKey,
    Stored,
    Version,
    Visible,
)
from hushtable.guard.pages import Page
from hushtable.guard.paths import Change, Condition
from hushtable.guard.projection import projection, view_of
from hushtable.guard.ranges import begins_with, between, ge, gt, le, lt
from hushtable.guard.record import Record
from hushtable.guard.routes import allow_scan
from hushtable.guard.schema import Index
from hushtable.guard.store import Operation, Store
from hushtable.guard.table import Table
from hushtable.guard.view import View

__all__ = [
    "AnswerError",
    "At",
    "Blind",
    "Caller",
    "Change",
    "CipherError",
    "Condition",
    "ConflictError",
    "Credential",
    "DeclarationError",
    "DecodeError",
    "Each",
    "Encrypted",
    "ExpiresAt",
    "Financial",
    "GuardError",
    "Hashed",
    "Health",
    "Index",
    "Internal",
    "InvalidCursorError",
    "InvalidError",
    "InvalidKeyError",
    "KeyRing",
    "LocalCipher",
    "NotFoundError",
    "OpenMap",
    "Operation",
    "Owner",
    "Page",
    "PartitionKey",
    "Personal",
    "Record",
    "RefusedError",
    "SortKey",
    "Store",
    "StoreError",
    "Stored",
    "System",
    "Table",
    "TooManyRequestsError",
    "UnavailableError",
    "Version",
    "View",
    "Visible",
    "allow_scan",
    "asking",
    "begins_with",
    "between",
    "ge",
    "gt",
    "le",
    "lt",
    "projection",
    "view_of",
]
