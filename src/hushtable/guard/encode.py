"""Python values to DynamoDB's wire types."""

from __future__ import annotations

import datetime as dt
import enum
import math
import uuid
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from pydantic import AnyUrl, BaseModel, SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

from hushtable.guard.errors import RefusedError
from hushtable.guard.marks import Marks, Stored
from hushtable.model.dynamodb.wire import WireError, to_wire

Wire = dict[str, Any]

_AS_JSON = (dt.datetime, dt.date, dt.time, dt.timedelta, uuid.UUID, AnyUrl, PurePath)


def encode(value: object, where: str) -> Wire:
    """Encode a value. Raises RefusedError, naming `where` and types, never the value."""
    try:
        return to_wire(plain(value))
    except WireError as error:
        message = f"{where}: {error}"
        raise RefusedError(message) from None


def plain(value: object) -> object:
    """Turn what pydantic knows into what DynamoDB knows: text, Decimal, maps, lists and sets.

    Raises WireError for a number that is not finite.
    """
    match value:
        case None | bool() | bytes():
            return value
        case enum.Enum():
            return plain(value.value)
        case SecretStr() | SecretBytes():
            return value.get_secret_value()
        case BaseModel():
            return _fields(value)
        case float():
            if not math.isfinite(value):
                message = "a number is not finite"
                raise WireError(message)
            return Decimal(repr(value))
        case str() | int() | Decimal():
            return value
        case Mapping():
            return {_key(name): plain(part) for name, part in value.items()}
        case list() | tuple():
            return [plain(part) for part in value]
        case set() | frozenset():
            return {plain(part) for part in value}
        case _ if isinstance(value, _AS_JSON):
            return to_jsonable_python(value)
        case _:
            return value


def _key(name: object) -> object:
    return name.value if isinstance(name, enum.Enum) else name


def _fields(model: BaseModel) -> dict[str, object]:
    """Give a model's fields by the names they are stored under."""
    given: dict[str, object] = {}
    for name, field in type(model).model_fields.items():
        stored = Marks.of(field.metadata).one(Stored)
        given[stored.name if stored else name] = plain(getattr(model, name))
    return given


def storable(value: object) -> bool:
    """Tell whether a top-level value is kept at all: None and an empty set are left out.

    DynamoDB has no empty set, and a NULL would keep an item out of no index and cost a write.
    """
    return value is not None and not (isinstance(value, set | frozenset) and not value)
