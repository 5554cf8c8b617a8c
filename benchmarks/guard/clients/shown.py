"""The answer of the endpoint: what FastAPI does with a response model, for the other clients."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, TypeAdapter


class OrderOut(BaseModel):
    """What the endpoint shows."""

    user_id: str
    order_id: str
    status: str
    total: int


_ONE = TypeAdapter(OrderOut)
_MANY = TypeAdapter(list[OrderOut])


def one(value: Any) -> bytes:  # noqa: ANN401 - an item as a client gives it
    """Validate an item and write it."""
    return _ONE.dump_json(_ONE.validate_python(value, from_attributes=True))


def many(values: Any) -> bytes:  # noqa: ANN401 - items as a client gives them
    """Validate items and write them."""
    return _MANY.dump_json(_MANY.validate_python(values, from_attributes=True))
