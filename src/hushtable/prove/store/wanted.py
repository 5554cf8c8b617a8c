"""What a request to the store says of tables: which it names, with which keys and conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hushtable.model.dynamodb.expression import parse
from hushtable.model.dynamodb.expression_tree import (
    And,
    Between,
    Call,
    Comparison,
    ExpressionError,
    In,
    Name,
    Operand,
    Path,
    Tree,
    Value,
)
from hushtable.model.dynamodb.wire import is_wire

Wire = Mapping[str, Any]

_STATEMENT_TABLE = re.compile(
    r"""\b(?:FROM|INTO|UPDATE)\s+["']?([A-Za-z0-9_.-]{3,255})""", re.IGNORECASE
)
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_LEGACY = {"EQ": "=", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">", "BEGINS_WITH": "begins_with",
           "BETWEEN": "between"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """One condition that must hold: a path, an operator or function, and the values it names."""

    path: tuple[str, ...]
    operator: str
    values: tuple[Wire, ...] = ()

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self.path[0]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One table or index that a request asks for.

    `key` is a whole primary key; `conditions` those of a Query's key; `item` what a Put writes.
    """

    table: str
    operation: str
    index: str = ""
    key: Wire | None = None
    conditions: tuple[Compared, ...] = ()
    filters: tuple[Compared, ...] = ()
    item: Wire | None = None
    changed: tuple[Compared, ...] = ()
    """What an update sets, and what a projection names (without values)."""


def wanted(operation: str, request: Mapping[str, Any]) -> Iterator[Wanted]:
    """Give each table that a request of the data plane asks for, once for each key or item."""
    match operation, request:
        case "BatchGetItem", {"RequestItems": dict(tables)}:
            parts = [
                {**part, "TableName": table, "Key": key}
                for table, part in tables.items()
                for key in part.get("Keys") or ()
            ]
        case "BatchWriteItem", {"RequestItems": dict(tables)}:
            parts = [
                {**part, "TableName": table}
                for table, writes in tables.items()
                for write in writes
                for part in write.values()
            ]
        case (("TransactGetItems" | "TransactWriteItems"), {"TransactItems": list(actions)}):
            parts = [part for action in actions for part in action.values()]
        case (("ExecuteStatement" | "BatchExecuteStatement" | "ExecuteTransaction"), _):
            yield from _of_statements(operation, request)
            return
        case _, {"TableName": str()}:
            parts = [dict(request)]
        case _:
            return
    for part in parts:
        yield _one(operation, part)


def _of_statements(operation: str, request: Mapping[str, Any]) -> Iterator[Wanted]:
    several = request.get("Statements") or request.get("TransactStatements") or ()
    for part in (request, *several):
        for table in _STATEMENT_TABLE.findall(str(part.get("Statement", ""))):
            yield Wanted(table, operation)


def tables_in(operation: str, request: Mapping[str, Any]) -> frozenset[str]:
    """Give the names of the tables in a request."""
    try:
        return frozenset(one.table for one in wanted(operation, request))
    except (AttributeError, TypeError):
        return frozenset()  # malformed: the emulator says so


def compared(
    text: object, kind: str, names: Mapping[str, str], values: Mapping[str, Wire]
) -> Iterator[Compared]:
    """Give the conditions of an expression that must all hold; what is optional is left out."""
    if not isinstance(text, str):
        return
    try:
        tree = parse(text, kind)
    except ExpressionError:
        return
    yield from _conditions(tree, names, values)


def plain(value: Wire) -> str:
    """Give the text of a scalar wire value."""
    ((kind, payload),) = value.items()
    if kind == "BOOL":
        return "true" if payload else "false"
    return payload if isinstance(payload, str) else ""


def kind_of(value: Wire) -> str:
    """Give a wire value's type name."""
    return next(iter(value), "S")


def _one(operation: str, part: Mapping[str, Any]) -> Wanted:
    names = part.get("ExpressionAttributeNames") or {}
    values = part.get("ExpressionAttributeValues") or {}
    conditions = (
        *compared(part.get("KeyConditionExpression"), "KeyConditionExpression", names, values),
        *_legacy(part.get("KeyConditions")),
    )
    filters = (
        *compared(part.get("FilterExpression"), "FilterExpression", names, values),
        *compared(part.get("ConditionExpression"), "ConditionExpression", names, values),
        *_legacy(part.get("QueryFilter") or part.get("ScanFilter")),
    )
    return Wanted(
        table=str(part["TableName"]).rpartition("table/")[2].partition("/")[0],
        operation=operation,
        index=str(part.get("IndexName") or ""),
        key=_item(part.get("Key")),
        conditions=conditions,
        filters=filters,
        item=_item(part.get("Item")),
        changed=tuple(_mentioned(part, names, values)),
    )


def _item(item: object) -> Wire | None:
    """Give a key or item that is in wire form, whose names are texts and values one type each."""
    if not isinstance(item, Mapping) or not all(map(is_wire, item.values())):
        return None
    return item


def _mentioned(
    part: Mapping[str, Any], names: Mapping[str, str], values: Mapping[str, Wire]
) -> Iterator[Compared]:
    """Give what a projection or update names; an attribute that is set comes with its value."""
    update = part.get("UpdateExpression")
    if isinstance(update, str):
        yield from settings_of(update, names, values)
    projection = part.get("ProjectionExpression")
    if isinstance(projection, str):
        try:
            tree = parse(projection, "ProjectionExpression")
        except ExpressionError:
            return
        for path in getattr(tree, "paths", ()):
            found = _path(path, names)
            if found:
                yield Compared(found, "shown")
    for name in part.get("AttributesToGet") or ():
        yield Compared((name,), "shown")


def settings_of(
    text: str, names: Mapping[str, str], values: Mapping[str, Wire]
) -> Iterator[Compared]:
    """Give the paths that an update changes, with the values that it sets."""
    try:
        tree = parse(text, "UpdateExpression")
    except ExpressionError:
        return
    for section in getattr(tree, "sections", ()):
        for action in section.actions:
            path = _path(action.path, names) if isinstance(action.path, Path) else ()
            if not path:
                continue
            value = values.get(action.value.text) if isinstance(action.value, Value) else None
            yield Compared(path, section.keyword, (value,) if value is not None else ())


def _conditions(
    tree: Tree, names: Mapping[str, str], values: Mapping[str, Wire]
) -> Iterator[Compared]:
    match tree:
        case And(conditions):
            for condition in conditions:
                yield from _conditions(condition, names, values)
        case Comparison(operator, Path() as left, Value() as right):
            yield from _condition(left, operator, (right,), names, values)
        case Comparison(operator, Value() as left, Path() as right):
            yield from _condition(right, _MIRRORED[operator], (left,), names, values)
        case Between(Path() as operand, low, high):
            yield from _condition(operand, "between", (low, high), names, values)
        case In(Path() as operand, options):
            yield from _condition(operand, "in", options, names, values)
        case Call(function, (Path() as operand, *rest)):
            yield from _condition(operand, function, tuple(rest), names, values)


def _condition(
    path: Path,
    operator: str,
    operands: tuple[Operand, ...],
    names: Mapping[str, str],
    values: Mapping[str, Wire],
) -> Iterator[Compared]:
    found = _path(path, names)
    given = [values.get(one.text) if isinstance(one, Value) else None for one in operands]
    if found and all(map(is_wire, given)):
        yield Compared(found, operator, tuple(one for one in given if one is not None))


def _path(path: Path, names: Mapping[str, str]) -> tuple[str, ...]:
    parts = []
    for part in path.parts:
        match part:
            case Name() if part.alias:
                parts.append(names.get(part.text, ""))
            case Name():
                parts.append(part.text)
            case _:
                parts.append("[]")
    return tuple(parts) if all(parts) else ()


def _legacy(conditions: object) -> Iterable[Compared]:
    """Read KeyConditions and filters as they were written before expressions."""
    if not isinstance(conditions, Mapping):
        return
    for name, condition in conditions.items():
        operator = _LEGACY.get(str(condition.get("ComparisonOperator")))
        values = tuple(condition.get("AttributeValueList") or ())
        if operator and all(map(is_wire, values)):
            yield Compared((name,), operator, values)
