"""Keys of items: from what a program gives to what DynamoDB is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hushtable.guard.encode import Wire, encode
from hushtable.guard.errors import InvalidKeyError, RefusedError
from hushtable.guard.ranges import Range
from hushtable.guard.schema import KeyPart, Keys, Schema
from hushtable.guard.tokens import Tokens, Value, Where

Given = Mapping[str, Any]


def named(schema: Schema, args: tuple[Any, ...], kwargs: Given) -> dict[str, Any]:
    """Give the key fields by name, given in order or by name. Raises RefusedError."""
    fields = schema.keys.fields
    if not kwargs and len(args) == len(fields):
        return dict(zip(fields, args, strict=True))
    given = {**dict(zip(fields, args, strict=False)), **kwargs}
    if len(args) > len(fields) or set(given) != set(fields) or len(given) < len(args):
        others = [name for name in kwargs if name not in fields]
        more = f", and {', '.join(others)} is no part of its key" if others else ""
        message = f"{schema.record} is found by {', '.join(fields)}{more}"
        raise RefusedError(message)
    return given


def key_of(schema: Schema, values: Given) -> dict[str, Wire]:
    """Make the key of an item. Raises InvalidKeyError, which holds no value."""
    return {part.attribute: typed(part, part.render(values)) for part in schema.keys.parts}


def part_of(part: KeyPart, values: Given) -> Wire:
    """Make one part of a key. Raises InvalidKeyError."""
    return typed(part, part.render(values))


def typed(part: KeyPart, value: object) -> Wire:
    """Encode a key's value, of the type that is declared. Raises InvalidKeyError."""
    if type(value) is str and part.wire == "S":
        return {"S": value}
    try:
        wire = encode(value, part.attribute)
    except RefusedError:
        wire = {}
    if set(wire) != {part.wire}:
        message = f"the key {' and '.join(part.fields) or part.attribute} has another type"
        raise InvalidKeyError(message) from None
    return wire


def condition(keys: Keys, given: Given, where: str, *, alone: bool) -> Tokens:
    """Make the KeyConditionExpression of a query.

    `alone` tells that other kinds of items lie in the same table, so that a sort key made by a
    template is asked for by its beginning at least. Raises RefusedError for what DynamoDB cannot
    do, InvalidKeyError for a key without its form.
    """
    partition = keys.partition
    missing = [one for one in partition.fields if one not in given]
    unknown = [one for one in given if one not in keys.fields]
    if missing or unknown or any(isinstance(given[one], Range) for one in partition.fields):
        message = f"{where}: a query gives {', '.join(partition.fields)}"
        if keys.sort is not None:
            message += f", and may give {', '.join(keys.sort.fields)}"
        if unknown:
            message += f"; {unknown[0]} is no key here: see index= and where="
        raise RefusedError(message)
    tokens: Tokens = (Where((partition.attribute,)), " = ", Value(part_of(partition, given)))
    if keys.sort is None:
        return tokens
    own = _sort(keys.sort, {n: given[n] for n in keys.sort.fields if n in given}, where, alone)
    return (*tokens, " AND ", *own) if own else tokens


def _sort(part: KeyPart, given: Given, where: str, alone: bool) -> Tokens:  # noqa: FBT001
    at = Where((part.attribute,))
    if not part.template:
        if not given:
            return ()
        value = given[part.fields[0]]
        if isinstance(value, Range):
            return _ranged(at, value.operator, [typed(part, one) for one in value.values])
        return (at, " = ", Value(part_of(part, given)))
    return _templated(part, given, where, alone)


def _templated(part: KeyPart, given: Given, where: str, alone: bool) -> Tokens:  # noqa: FBT001
    """Ask for keys made by a template: by a whole key, or by the fields it begins with."""
    at = Where((part.attribute,))
    known = [name for name in part.fields if name in given]
    if known != list(part.fields[: len(known)]):
        message = f"{where}: {part.attribute} is asked for by its fields from the first on"
        raise RefusedError(message)
    last = given[known[-1]] if known else None
    if isinstance(last, Range):
        if last.operator not in {"begins_with", "between"}:
            message = f"{where}: {part.attribute} is made by a template: begins_with or between"
            raise RefusedError(message)
        ends = [part.beginning({**given, known[-1]: one}, len(known)) for one in last.values]
        return _ranged(at, last.operator, [{"S": end} for end in ends])
    if len(known) == len(part.fields):
        return (at, " = ", Value(part_of(part, given)))
    start = part.beginning(given, len(known), whole=True)
    if not start or not (known or alone):
        return ()
    return _ranged(at, "begins_with", [{"S": start}])


def _ranged(at: Where, operator: str, values: list[Wire]) -> Tokens:
    match operator:
        case "begins_with":
            return ("begins_with(", at, ", ", Value(values[0]), ")")
        case "between":
            return (at, " BETWEEN ", Value(values[0]), " AND ", Value(values[1]))
        case _:
            return (at, f" {operator} ", Value(values[0]))
