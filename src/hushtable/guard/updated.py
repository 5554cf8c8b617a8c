"""The step of a write that gives the View of what is there now."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from hushtable.guard.compiled import BROKEN, refuse
from hushtable.guard.drive import Steps
from hushtable.guard.reads import Reader, request
from hushtable.guard.sealed import seal, unseal
from hushtable.guard.view import View
from hushtable.guard.writes import Action, answered

V = TypeVar("V", bound=View[Any])


def _answer(item: Any) -> Any:
    return msgspec.defstruct("Answer", [("Attributes", item)], gc=False)


def updated(reader: Reader[V], action: Action) -> Steps[V]:
    """Send an update and give the View of its result."""
    yield from seal(action.schema, reader.cipher, action.pending)
    compiled = reader.compiled()
    reply = yield request(action.operation, {**action.body, "ReturnValues": "ALL_NEW"}, safe=False)
    body = answered(action, reply)
    try:
        wire = compiled.decoder("updated", _answer).decode(body).Attributes
    except BROKEN as error:
        refuse(reader.view.__name__, error)
    values = compiled.values(wire)
    yield from unseal(reader.schema, compiled, reader.cipher, reader.table, [values])
    return compiled.view_of(values)
