"""What DynamoDB refuses and ministack lets through, so that a test that passes here passes there.

Grammar, reserved words and limits come from `hushtable.model.dynamodb`. Added here is what needs
the table's schema: start keys, and what an index can give. Not refused: a BatchGetItem of more
than 16 MB, which the service answers in part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from hushtable.embedded.keysizes import long_values, too_long
from hushtable.model.dynamodb.expression import parse, problems, unaliased
from hushtable.model.dynamodb.expression_tree import HOLE, Name, Projection

EXPRESSIONS = (
    "KeyConditionExpression",
    "FilterExpression",
    "ConditionExpression",
    "UpdateExpression",
    "ProjectionExpression",
)

_READS_MANY = frozenset({"Query", "Scan"})
_JUDGES_KEYS = {"Query": "FilterExpression", "UpdateItem": "UpdateExpression"}
"""Where naming a key attribute is an error. A Scan may filter on keys."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer: DynamoDB's code, and a message that names attributes but no value."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class IndexShape:
    """An index: its keys, and the attributes it can give (None: every one the item has)."""

    keys: tuple[str, ...]
    gives: frozenset[str] | None
    is_global: bool


@dataclass(frozen=True, slots=True)
class TableShape:
    """What the checks need to know of a table. `types` holds the type of each key attribute."""

    name: str
    keys: tuple[str, ...]
    types: Mapping[str, str]
    indexes: Mapping[str, IndexShape]

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """Read what DescribeTable says of a table."""
        keys = _key_names(description["KeySchema"])
        definitions = description["AttributeDefinitions"]
        indexes = {}
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            for index in description.get(kind) or ():
                own = _key_names(index["KeySchema"])
                projection = index["Projection"]
                included = projection.get("NonKeyAttributes") or ()
                whole = projection.get("ProjectionType") == "ALL"
                indexes[index["IndexName"]] = IndexShape(
                    keys=own,
                    gives=None if whole else frozenset({*keys, *own, *included}),
                    is_global=kind.startswith("Global"),
                )
        return cls(
            name=description["TableName"],
            keys=keys,
            types={one["AttributeName"]: one["AttributeType"] for one in definitions},
            indexes=indexes,
        )


Describe = Callable[[str], TableShape | None]


def check(operation: str, request: Mapping[str, Any], describe: Describe) -> Refusal | None:
    """Say why DynamoDB would refuse a request, or None. Asks for a table only when it matters."""
    for part in _parts(operation, request):
        refusal = _expressions(operation, part, describe)
        if refusal is not None:
            return refusal
    if refusal := _long_keys(operation, request, describe):
        return refusal
    if operation in _READS_MANY:
        return _read_of_many(request, describe)
    return None


def _long_keys(operation: str, request: Mapping[str, Any], describe: Describe) -> Refusal | None:
    """Refuse a key value that is longer than a key may be."""
    for name, size in long_values(operation, request):
        shape = describe(str(request.get("TableName")))
        if shape is None:
            return None
        index = shape.indexes.get(str(request.get("IndexName")))
        why = too_long(name, size, index.keys if index else shape.keys)
        if why is not None:
            return _invalid(why)
    return None


def _parts(operation: str, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give each part of a request that has expressions of its own."""
    match operation, request:
        case "BatchGetItem", {"RequestItems": dict(tables)}:
            parts: list[object] = list(tables.values())
        case (("TransactGetItems" | "TransactWriteItems"), {"TransactItems": list(actions)}):
            parts = [part for one in actions if isinstance(one, dict) for part in one.values()]
        case _:
            parts = [request]
    for part in parts:
        if isinstance(part, dict):
            yield part


def _expressions(operation: str, part: Mapping[str, Any], describe: Describe) -> Refusal | None:
    names = part.get("ExpressionAttributeNames") or {}
    values = part.get("ExpressionAttributeValues") or {}
    for kind in EXPRESSIONS:
        text = part.get(kind)
        if text is None:
            continue
        if not _well_typed(text, names, values):
            return Refusal("SerializationException", f"{kind} or its placeholders are malformed")
        if HOLE in text:
            # Stands for an unknown part in the grammar; in a request it is two wrong characters.
            return _invalid(f"Invalid {kind}: Syntax error; token: {HOLE}")
        reserved = unaliased(text, kind)
        if reserved:
            word = reserved[0][0]
            return _invalid(
                f"Invalid {kind}: Attribute name is a reserved keyword; reserved keyword: {word}"
            )
        keys = _forbidden_keys(operation, kind, part, describe)
        found = problems(text, kind, names, tuple(values), keys)
        if found:
            return _invalid(f"Invalid {kind}: {found[0]}")
    return None


def _well_typed(text: object, names: object, values: object) -> bool:
    return (
        isinstance(text, str)
        and isinstance(values, dict)
        and isinstance(names, dict)
        and all(isinstance(name, str) for name in names.values())
    )


def _forbidden_keys(
    operation: str, kind: str, part: Mapping[str, Any], describe: Describe
) -> tuple[str, ...]:
    if _JUDGES_KEYS.get(operation) != kind:
        return ()
    shape = describe(str(part.get("TableName")))
    if shape is None:
        return ()
    index = shape.indexes.get(str(part.get("IndexName")))
    return index.keys if index and operation == "Query" else shape.keys


def _read_of_many(request: Mapping[str, Any], describe: Describe) -> Refusal | None:
    """Check what a Query or Scan may ask of an index, and where it may start."""
    start = request.get("ExclusiveStartKey")
    index_name = request.get("IndexName")
    if start is None and index_name is None:
        return None
    shape = describe(str(request.get("TableName")))
    if shape is None:
        return None
    index = shape.indexes.get(str(index_name)) if index_name is not None else None
    if index_name is not None and index is None:
        return None  # ministack says itself that there is no such index
    if start is not None and (refusal := _start_key(start, shape, index)):
        return refusal
    if index is None or not index.is_global or index.gives is None:
        return None
    if request.get("Select") == "ALL_ATTRIBUTES":
        return _invalid(
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
            f"supported for global secondary index {index_name} because its projection type is "
            "not ALL"
        )
    missing = sorted(_asked_for(request) - index.gives)
    if missing:
        return _invalid(
            "One or more parameter values were invalid: Global secondary index "
            f"{index_name} does not project {missing}"
        )
    return None


def _start_key(start: object, shape: TableShape, index: IndexShape | None) -> Refusal | None:
    """Compare a start key with the only form LastEvaluatedKey can have."""
    wanted = {*shape.keys, *(index.keys if index else ())}
    if not isinstance(start, dict) or set(start) != wanted:
        return _invalid("The provided starting key is invalid")
    for name, value in start.items():
        if not isinstance(value, dict) or set(value) != {shape.types.get(name)}:
            return _invalid(
                "The provided starting key is invalid: The provided key element does not match "
                "the schema"
            )
    return None


def _asked_for(request: Mapping[str, Any]) -> set[str]:
    """Give the top-level attributes a projection names. The expression is known to be valid."""
    old = request.get("AttributesToGet")
    text = request.get("ProjectionExpression")
    if text is None:
        return {str(name) for name in old} if isinstance(old, list) else set()
    aliases = request.get("ExpressionAttributeNames") or {}
    match parse(text, "ProjectionExpression"):
        case Projection(paths):
            heads = (path.parts[0] for path in paths)
            return {aliases.get(head.text, head.text) for head in heads if isinstance(head, Name)}
        case _:
            return set()


def _key_names(schema: list[dict[str, str]]) -> tuple[str, ...]:
    """Give the partition key's name, then the sort key's."""
    ordered = sorted(schema, key=lambda one: one["KeyType"] != "HASH")
    return tuple(one["AttributeName"] for one in ordered)


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message)
