"""What calls write to the store: each attribute with its value."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from hushtable.model.dynamodb.expression import parse
from hushtable.model.dynamodb.expression_tree import (
    Arithmetic,
    ExpressionError,
    Name,
    Path,
    Update,
    Value,
)
from hushtable.model.dynamodb.expression_tree import Call as FunctionCall
from hushtable.prove.exchange import Call

WRITES = frozenset({"PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems"})


@dataclass(frozen=True, slots=True)
class Written:
    """One text that was written: where to, and its bytes."""

    operation: str
    table: str
    path: tuple[str, ...]
    value: bytes


def written(calls: Iterable[Call]) -> Iterator[Written]:
    """Give every text that accepted calls wrote, with its table and path."""
    for call in calls:
        if call.status != HTTPStatus.OK:
            continue
        for operation, request in _single(call):
            table = table_name(request)
            for path, value in _attributes(request):
                for inner, text in texts(value, path):
                    yield Written(operation, table, inner, text)


def table_name(request: Mapping[str, Any]) -> str:
    """Give the table's name of a request; an ARN ends with it."""
    return str(request.get("TableName", "")).rpartition("/")[2]


def texts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Give every text, number and binary in a wire value with its path."""
    match value:
        case {"S": str(text)} | {"N": str(text)}:
            yield path, text.encode("utf-8", "surrogatepass")
        case {"B": str(text)}:
            yield path, _binary(text)
        case {"M": dict(fields)}:
            for name, inner in fields.items():
                yield from texts(inner, (*path, str(name)))
        case {"L": list(elements)}:
            for inner in elements:
                yield from texts(inner, (*path, "[]"))
        case {"SS": list(elements)} | {"NS": list(elements)}:
            yield from ((path, str(one).encode("utf-8", "surrogatepass")) for one in elements)
        case {"BS": list(elements)}:
            yield from ((path, _binary(str(one))) for one in elements)


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "surrogatepass")


def _single(call: Call) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give each write of a call as if it had been made alone."""
    request = call.request
    match call.operation:
        case "PutItem" | "UpdateItem":
            yield call.operation, request
        case "BatchWriteItem":
            for table, writes in request.get("RequestItems", {}).items():
                for one in writes:
                    put = one.get("PutRequest")
                    if put:
                        yield call.operation, {**put, "TableName": table}
        case "TransactWriteItems":
            for one in request.get("TransactItems", []):
                yield from (
                    (call.operation, one[kind]) for kind in ("Put", "Update") if kind in one
                )


def _attributes(request: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, value in request.get("Item", {}).items():
        yield (str(name),), value
    for name, update in request.get("AttributeUpdates", {}).items():
        yield (str(name),), update.get("Value")
    text = request.get("UpdateExpression")
    if not text:
        return
    try:
        tree = parse(text, "UpdateExpression")
    except ExpressionError:
        return
    if not isinstance(tree, Update):
        return
    values = request.get("ExpressionAttributeValues", {})
    for section in tree.sections:
        for action in section.actions:
            if isinstance(action.path, Path):
                path = resolved(action.path, request.get("ExpressionAttributeNames", {}))
                for name in placeholders(action.value):
                    yield path, values.get(name)


def resolved(path: Path, names: Mapping[str, str]) -> tuple[str, ...]:
    """Give a document path with its aliases looked up and its indexes as `[]`."""
    return tuple(
        names.get(part.text, part.text) if isinstance(part, Name) else "[]" for part in path.parts
    )


def placeholders(operand: object) -> Iterator[str]:
    """Give the `:values` in an operand."""
    match operand:
        case Value(text=text):
            yield text
        case FunctionCall(arguments=arguments):
            for one in arguments:
                yield from placeholders(one)
        case Arithmetic(left=left, right=right):
            yield from placeholders(left)
            yield from placeholders(right)
