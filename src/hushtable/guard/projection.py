"""A View's projection for code that calls boto3 itself, and the View of what it got.

    answer = table.get_item(Key={"user_id": user_id}, **projection(UserOut))
    user = view_of(UserOut, answer["Item"])

`view_of` shows a Record that was just put, too.

Works with the resource's plain values and with the client's typed ones, with boto3, aioboto3 and
aiobotocore: it makes parameters and reads dictionaries, and imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, overload

import msgspec
from pydantic import ValidationError

from hushtable.guard.access import access
from hushtable.guard.caller import Asker
from hushtable.guard.encode import Wire, encode, storable
from hushtable.guard.errors import DecodeError, RefusedError
from hushtable.guard.record import Record
from hushtable.guard.view import View
from hushtable.model.dynamodb.wire import WireError, from_wire, is_wire

V = TypeVar("V", bound=View[Any])

_NOTHING = object()


def projection(
    view: type[View[Any]],
    names: Mapping[str, str] | None = None,
    *,
    roles: frozenset[str] | None = frozenset(),
) -> dict[str, Any]:
    """Give ProjectionExpression and ExpressionAttributeNames, every name aliased.

    `names` are the aliases that other expressions of the same call use; they are put beside, and
    must not begin with `#h` and a digit. `roles` are the caller's, for fields that are `Visible`
    to some; None asks for every field.

    Raises RefusedError for a name that is taken.
    """
    text, own = view.declared_.seen_by(roles).expression
    taken = sorted(set(own) & set(names or ()))
    if taken:
        message = f"the alias {taken[0]} is one of the projection's own"
        raise RefusedError(message)
    return {"ProjectionExpression": text, "ExpressionAttributeNames": {**(names or {}), **own}}


@overload
def view_of(view: type[V], item: Record, *, by: Asker | None = None) -> V: ...


@overload
def view_of(
    view: type[V], item: Mapping[str, Any], *, roles: frozenset[str] | None = frozenset()
) -> V: ...


def view_of(
    view: type[V],
    item: Record | Mapping[str, Any],
    *,
    roles: frozenset[str] | None = frozenset(),
    by: Asker | None = None,
) -> V:
    """Make the View of an item, plain or typed. What the View does not show is left behind.

    Raises DecodeError, which names a path and no value, where the item does not fit; RefusedError
    for a View with encrypted fields, which only a Table reads.

    A Record that the program has made shows itself without being read again, as reading it would
    once it is put (`Version` counts the put), to who asks: the caller that the task knows, or `by`.
    Raises NotFoundError where it is somebody else's, RefusedError for another Record than the
    View's.
    """
    declared = view.declared_
    if isinstance(item, Record):
        return _view_of_record(view, item, by)
    if not isinstance(item, Mapping):
        message = f"view_of takes an item or a Record, and no {type(item).__name__}"
        raise RefusedError(message)
    if declared.sealed:
        message = f"{view.__name__} shows encrypted attributes: read it through a Table"
        raise RefusedError(message)
    values = {}
    for one in declared.seen_by(roles).fields:
        found = _at(item, one.steps)
        if found is not _NOTHING:
            values[one.name] = found
    try:
        return view.model_validate(values, by_name=True, by_alias=False)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        path = ".".join(str(step) for step in first["loc"]) or view.__name__
        raise DecodeError(path, str(first["type"])) from None


def _view_of_record(view: type[V], record: Record, by: Asker | None) -> V:
    """Write a Record as its put does, and read that as a Table does: the two cannot differ."""
    schema = type(record).schema_
    if schema is not view.declared_.schema:
        message = f"{view.__name__} is no View of {schema.record}"
        raise RefusedError(message)
    seen = access(schema, by)
    seen.owns({name: getattr(record, name) for name in schema.attributes})
    compiled = view.declared_.seen_by(seen.roles)
    clear: dict[str, Wire] = {}
    for attribute in schema.attributes.values():
        value = getattr(record, attribute.field)
        if attribute is schema.version:
            value = int(value) + 1
        if storable(value):
            clear[attribute.name] = encode(value, f"{schema.record}.{attribute.field}")
    stored = {compiled.fields[at].steps[0] for at in compiled.sealed} & set(clear)
    item = {**clear, **{name: {"B": b""} for name in stored}}
    values = compiled.values(compiled.one(msgspec.json.encode({"Item": item})))
    for at in compiled.sealed:
        name = compiled.fields[at].steps[0]
        if name in clear:
            values[at] = from_wire(clear[name])
    found: V = compiled.view_of(values)
    return found


def _at(item: Mapping[str, Any], steps: tuple[str, ...]) -> Any:
    """Follow a path into an item, plain or typed."""
    value: Any = item
    for number, step in enumerate(steps):
        if number and is_wire(value):
            value = value.get("M")
        if not isinstance(value, Mapping) or step not in value:
            return _NOTHING
        value = value[step]
    if not is_wire(value):
        return value
    try:
        return from_wire(value)
    except WireError:
        raise DecodeError(".".join(steps), "is no value of DynamoDB") from None
