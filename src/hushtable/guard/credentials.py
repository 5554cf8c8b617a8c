"""One credential of an item, to be checked against what a client gave. No View shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from pydantic import BaseModel, SecretStr

from hushtable.guard.access import Access
from hushtable.guard.cipher import Cipher
from hushtable.guard.compiled import Field
from hushtable.guard.drive import Steps
from hushtable.guard.errors import DeclarationError
from hushtable.guard.marks import Credential, Encrypted
from hushtable.guard.reads import Reader, find
from hushtable.guard.schema import Schema
from hushtable.guard.view import Declared
from hushtable.guard.wiretypes import Scalar, Slot


class Secret(BaseModel):
    """What is read: a credential and nothing else."""

    declared_: ClassVar[Declared]

    value: str | None = None


def secret_view(schema: Schema, field: str) -> type[Secret]:
    """Make what reads one credential.

    Raises DeclarationError for a field that is none, or is not a text.
    """
    attribute = schema.attributes.get(field)
    slot = attribute.slot if attribute is not None else Slot(Scalar("S", str))
    text = isinstance(slot.shape, Scalar) and slot.shape.wire == "S"
    if attribute is None or not slot.marks.has(Credential) or not text:
        message = f"{schema.record} has no credential {field} that is a text"
        raise DeclarationError(message)
    encrypted = slot.marks.has(Encrypted)
    shape = Scalar("B", bytes) if encrypted else Scalar("S", str)
    shown = Field("value", (attribute.name,), Slot(shape, nullable=True, required=False), "value")
    made: type[Secret] = type("Secret", (Secret,), {"__module__": __name__})
    sealed = ("value",) if encrypted else ()
    made.declared_ = Declared(schema, made, (shown,), not encrypted, {}, sealed)
    return made


def read_secret(
    view: type[Secret], access: Access, table: str, cipher: Cipher | None, given: Mapping[str, Any]
) -> Steps[SecretStr | None]:
    """Read it as it is now; None where there is no such item for this asker, or none is stored."""
    reader: Reader[Any] = Reader(cast("Any", view), access, table, cipher)
    found: Secret | None = yield from find(reader, given, consistent=True)
    return None if found is None or found.value is None else SecretStr(found.value)
