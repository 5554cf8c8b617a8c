"""DynamoDB's own operations, whatever client makes them."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

from hushtable.model.facts import Bound, ExpressionKind, Operation, Seal
from hushtable.model.place import Place
from hushtable.scan.asking import (
    Arguments,
    changed_by,
    names_of,
    projection_of,
    tables_of,
    transact_actions,
    values_of,
)
from hushtable.scan.attributes import child
from hushtable.scan.conditions import attribute_name, comparisons
from hushtable.scan.frame import Call, Machine
from hushtable.scan.iterate import pairs
from hushtable.scan.kinds import marks_of
from hushtable.scan.labels import TYPED, Kind, Label
from hushtable.scan.members import dict_item
from hushtable.scan.operators import text_parts
from hushtable.scan.records import (
    KeyValue,
    Record,
    bound_of,
    now_stored,
    table_name,
    whole_item,
)
from hushtable.scan.taught import Word
from hushtable.scan.values import (
    NONE,
    REST,
    Const,
    Dict,
    Instance,
    Native,
    Opaque,
    deep_labels,
    mapping,
    options,
    sequence,
)

ASSIGNMENT = re.compile(r"([#\w.]+)\s*=\s*(?:if_not_exists\([^,]*,\s*)?(:\w+)")
EQUALITY = re.compile(r"([#\w.]+)\s*(?:=|<>|<=|>=|<|>|IN)\s*\(?\s*(:?\w+)", re.IGNORECASE)
EQUAL = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")
EQUALS = frozenset({"eq", "__eq__", "begins_with", "startswith"})
"""The comparisons that say how a key begins."""
BEGINS = re.compile(r"(?:begins_with|contains|attribute_not_exists|attribute_exists)\(\s*([#\w.]+)")


def operate(m: Machine, call: Call, word: Word) -> Any:
    """Make one DynamoDB call: note what it asks for, give what it answers."""
    given = Arguments(call, word)
    operation = Operation(word.keys["does"])
    m.may_raise("botocore.exceptions.ClientError")
    tables = tables_of(call, word, given, operation)
    found = [_record(m, call, word, operation, name, given) for name in tables]
    for record in found:
        _bounds(m, record, given)
        _keys(m, record, given, call)
        _expressions(m, record, given, call)
    if operation in WRITES:
        _write(m, found, operation, given, call)
    return _answer(found, operation, word, given)


WRITES = {
    Operation.PUT, Operation.UPDATE, Operation.DELETE, Operation.BATCH_WRITE,
    Operation.TRANSACT_WRITE,
}  # fmt: skip


def _record(
    m: Machine, call: Call, word: Word, operation: Operation, table: str, given: Arguments
) -> Record:
    place = m.place(call.node, call.frame)
    function = (
        call.frame.function.name if call.frame.function is not None else call.frame.module.name
    )
    record: Record = m.observer.notes.record(m, operation, table, place, function, word.library)
    index = given.get("IndexName")
    if index is not None and index != NONE:
        record.index = table_name(index)
    record.projection = projection_of(given, record.projection)
    if operation is Operation.UPDATE and given.get("ReturnValues") in CHANGED_ONLY:
        record.projection = changed_by(given) or None
    select = given.get("Select")
    if isinstance(select, Const) and select.value == "COUNT":
        record.count_only = True
    return record


def _bounds(m: Machine, record: Record, given: Arguments) -> None:
    bound, value = bound_of(given.get("Limit"))
    if bound is not Bound.NONE:
        record.limit, record.limit_value = bound, value
    for name in ("Limit", "ExclusiveStartKey"):
        place = _argument_place(m, given.call, name)
        if place is not None:
            record.arguments[place] = f"passes {name}"
    start = given.get("ExclusiveStartKey")
    if start is None or start == NONE:
        return
    labels = deep_labels(start)
    if any(one.kind is Kind.CURSOR and one.table == record.table for one in labels):
        record.drains = True
    inputs = [one for one in labels if one.kind is Kind.INPUT]
    if inputs:
        record.start_from_client = True
        verified = m.observer.notes.verified
        record.start_sealed = all(
            one.name in verified or one.seal in {Seal.SIGNED, Seal.ENCRYPTED} for one in inputs
        )


def _argument_place(m: Machine, call: Call, name: str) -> Place | None:
    """Give the line on which a call names one of its arguments."""
    for node in ast.walk(call.node):
        named = isinstance(node, ast.keyword) and node.arg == name
        if named or (isinstance(node, ast.Constant) and node.value == name):
            return m.place(node, call.frame)
    return None


def _keys(m: Machine, record: Record, given: Arguments, call: Call) -> None:
    """Note the key values of a call and what they carry."""
    place = m.place(call.node, call.frame)
    found: list[tuple[str, Any]] = []
    for option in options(given.get("Key") or NONE):
        if isinstance(option, Dict):
            found += [(attribute_name(k), v) for k, v in pairs(option)[0]]
            if REST in option.slots:
                found.append(("*", option.slots[REST]))
        elif isinstance(option, Opaque):
            found.append(("*", option))
    record.marks |= marks_of(found)
    condition = given.get("KeyConditionExpression")
    if condition is not None:
        compared = comparisons(condition)
        found += [(name, value) for name, _, values in compared for value in values]
        record.marks |= marks_of(
            (name, values[0]) for name, op, values in compared if op in EQUALS and values
        )
        if not compared:
            found += _compared_in_text(condition, given)
            record.marks |= marks_of(_compared_in_text(condition, given, EQUAL))
    for name, value in found:
        labels = deep_labels(value)
        record.keys.append(KeyValue(name, labels, composed=_composed(value), place=place))
        if any(label.kind is Kind.CALLER for label in labels):
            record.owner_checked = record.owner_checked or "key"


def _composed(value: Any) -> bool:
    """Whether a key value is built into a larger text, in DynamoDB's wire form or plain."""
    return any(
        any(_composed(held) for held in option.slots.values())
        if isinstance(option, Dict)
        else isinstance(option, Opaque) and option.parts is not None and any(option.parts)
        for option in options(value)
    )


def _compared_in_text(
    condition: Any, given: Arguments, comparison: re.Pattern[str] = EQUALITY
) -> list[tuple[str, Any]]:
    names, values = names_of(given), values_of(given)
    text = "".join(part or "{}" for part in text_parts(condition))
    return [
        (names.get(name, name), values[placeholder])
        for name, placeholder in comparison.findall(text)
        if placeholder in values
    ]


TYING = (ExpressionKind.CONDITION, ExpressionKind.FILTER)
"""Expressions that tie an item to its caller when they compare it with who calls."""
EXPRESSIONS = (
    ExpressionKind.KEY_CONDITION, ExpressionKind.FILTER, ExpressionKind.CONDITION,
    ExpressionKind.UPDATE, ExpressionKind.PROJECTION, ExpressionKind.STATEMENT,
)  # fmt: skip


def _expressions(m: Machine, record: Record, given: Arguments, call: Call) -> None:
    names_value = given.get("ExpressionAttributeNames")
    name_labels = deep_labels(names_value) if names_value is not None else frozenset()
    names, values = names_of(given), values_of(given)
    for kind in EXPRESSIONS:
        value = given.get(kind.value)
        if value is None or value == NONE:
            continue
        compared = comparisons(value)
        if kind is ExpressionKind.FILTER:
            record.filtered = True
            hidden = [name for name, _, _ in compared]
            hidden += [names.get(n, n) for n, _ in EQUALITY.findall(_text(value) or "")]
            hidden += [names.get(n, n) for n in BEGINS.findall(_text(value) or "")]
            record.filter_hides = tuple(dict.fromkeys((*record.filter_hides, *hidden)))
        chosen = deep_labels(value) if not compared else frozenset()
        tied = [deep_labels(one) for _, _, many in compared for one in many]
        tied += [deep_labels(held) for name, held in values.items() if name in (_text(value) or "")]
        if kind in TYING and any(x.kind is Kind.CALLER for labels in tied for x in labels):
            record.owner_checked = record.owner_checked or "compare"
        m.observer.notes.expression(
            m,
            record,
            kind,
            call,
            text=None if compared else _text(value),
            labels=chosen,
            names=names,
            name_labels=name_labels,
            values=tuple(values),
            complete=_complete(names_value) and _complete(given.get("ExpressionAttributeValues")),
            compared=bool(compared) and not isinstance(value, Opaque | Const),
        )


def _complete(value: Any) -> bool:
    """Whether every placeholder of a map is known."""
    return value is None or (isinstance(value, Dict) and REST not in value.slots)


def _text(value: Any) -> str | None:
    found = [text_parts(option) for option in options(value) if option != NONE]
    if len(found) != 1 or all(part is None for part in found[0]):
        return None
    return "".join("{}" if part is None else part for part in found[0])


def _write(
    m: Machine, records: list[Record], operation: Operation, given: Arguments, call: Call
) -> None:
    notes = m.observer.notes
    match operation:
        case Operation.PUT:
            notes.stored(m, records[0], given.get("Item"), call)
            _now_stored(m, records[0], given.get("Item"))
        case Operation.UPDATE:
            notes.updated(m, records[0], update_values(given), call)
        case Operation.BATCH_WRITE:
            for record in records:
                notes.stored(m, record, given.get("RequestItems"), call)
        case Operation.TRANSACT_WRITE:
            by_name = {record.table: record for record in records}
            for kind, action in transact_actions(given.get("TransactItems")):
                record = by_name.get(table_name(dict_item(action, Const("TableName"))), records[0])
                if kind == "Put":
                    notes.stored(m, record, dict_item(action, Const("Item")), call)
                elif kind == "Update":
                    inner = Arguments(
                        Call(
                            "",
                            None,
                            [],
                            {k: v for k, v in action.slots.items() if isinstance(k, str)},
                            call.node,
                            call.frame,
                        ),
                        Word("operation", "", {}, ""),
                    )
                    notes.updated(m, record, update_values(inner), call)


def _now_stored(m: Machine, record: Record, item: Any) -> None:
    if isinstance(item, Dict):
        now_stored(m, item.slots, replace(label_of(record, typed=False), own=True))


def update_values(given: Arguments) -> list[tuple[str, Any]]:
    """Give (attribute, value) of an update, from its expression or AttributeUpdates."""
    names, values = names_of(given), values_of(given)
    expression = given.get("UpdateExpression")
    found: list[tuple[str, Any]] = []
    used: set[str] = set()
    for option in options(expression) if expression is not None else ():
        text = "".join(part or "{}" for part in text_parts(option))
        for name, placeholder in ASSIGNMENT.findall(text):
            if placeholder in values:
                path = ".".join(names.get(step, step) for step in name.split("."))
                found.append((path, values[placeholder]))
                used.add(placeholder)
    # An expression built in a loop: `:email` most often stands for `email`.
    for placeholder, value in values.items():
        if placeholder not in used:
            found.append((names.get(f"#{placeholder[1:]}", placeholder[1:]), value))
    rest = given.get("ExpressionAttributeValues")
    found += [
        ("*", option.slots[REST])
        for option in (options(rest) if rest is not None else ())
        if isinstance(option, Dict) and REST in option.slots
    ]
    updates = given.get("AttributeUpdates")
    if isinstance(updates, Dict):
        for key, action in pairs(updates)[0]:
            held = dict_item(action, Const("Value")) if isinstance(action, Dict) else action
            found.append((attribute_name(key), held))
    return found


def label_of(record: Record, *, typed: bool) -> Label:
    """Make the label of an item that a read gives."""
    return Label(
        Kind.ATTRIBUTE,
        table=record.table,
        access=record.origin,
        hint=TYPED if typed else "",
        place=record.place,
    )


def item_of(record: Record, *, typed: bool) -> Dict:
    """Make the item a read gives: everything, or what its projection names."""
    label = label_of(record, typed=typed)
    if record.projection is None:
        return whole_item(label)
    made = Dict({}, native="item")
    for path in record.projection:
        top, *rest = path.split(".")
        held = Opaque(frozenset({replace(label, path=(top,), own=True)}))
        slots = made.slots
        for step in rest:
            inner = slots.get(top)
            if not isinstance(inner, Dict):
                inner = slots[top] = Dict({})
            held = child(held, step)
            slots, top = inner.slots, step
        slots[top] = held
    return made


def _answer(records: list[Record], operation: Operation, word: Word, given: Arguments) -> Any:
    typed = bool(word.keys.get("typed"))
    first = records[0]
    first.lists = operation in MANY_ITEMS
    item = item_of(first, typed=typed)
    if word.keys.get("gives") == "items":
        if operation in MANY_ITEMS:
            return sequence((), "list", item)
        return item
    about = Opaque(frozenset({Label(Kind.METADATA, table=first.table, access=first.origin)}))
    slots: dict[Any, Any] = {"ResponseMetadata": about, "ConsumedCapacity": about}
    match operation:
        case Operation.GET:
            slots["Item"] = item
        case Operation.QUERY | Operation.SCAN | Operation.STATEMENT:
            cursor = Label(Kind.CURSOR, table=first.table, access=first.origin, place=first.place)
            slots["Items"] = sequence((), "list", item)
            slots["LastEvaluatedKey"] = Opaque(frozenset({cursor}))
            slots["NextToken"] = Opaque(frozenset({cursor}))
            slots["Count"] = Opaque(hint="int")
            slots["ScannedCount"] = Opaque(hint="int")
        case Operation.BATCH_GET:
            held = {r.table: sequence((), "list", item_of(r, typed=typed)) for r in records}
            whole = sequence((), "list", item)
            slots["Responses"] = mapping(dict(held), whole)
            slots["UnprocessedKeys"] = Opaque()
        case Operation.TRANSACT_GET:
            slots["Responses"] = sequence((), "list", mapping({"Item": item}))
        case _:
            values = given.get("ReturnValues")
            if values is None or (isinstance(values, Const) and values.value in {"NONE", None}):
                return mapping(slots, about)
            slots["Attributes"] = item
    return mapping(slots, about)


CHANGED_ONLY = (Const("UPDATED_NEW"), Const("UPDATED_OLD"))
MANY_ITEMS = {Operation.QUERY, Operation.SCAN, Operation.STATEMENT, Operation.BATCH_GET}


def _paginator(m: Machine, call: Call) -> Any:
    name = call.argument(0, "operation_name", default=NONE)
    del m
    return Instance(native="dynamodb.paginator", slots={"operation": name})


def _paginate(m: Machine, call: Call) -> Any:
    name = call.receiver.slots.get("operation") if isinstance(call.receiver, Instance) else NONE
    does = name.value if isinstance(name, Const) and name.value in {"scan", "query"} else "scan"
    word = Word("operation", call.name, {"does": does, "gives": "response", "typed": True}, "boto3")
    config = call.kwargs.pop("PaginationConfig", None)
    page = operate(m, call, word)
    record = m.observer.notes.records[-1]
    record.drains = not isinstance(config, Dict) or "MaxItems" not in config.slots
    return sequence((), "iterator", page)


def _about_table(m: Machine, _call: Call) -> Any:
    """Ask about a table, change it or wait for it: no item comes of it, but it can fail."""
    m.may_raise("botocore.exceptions.ClientError")
    return NONE


NATIVES: dict[str, Any] = {
    "dynamodb.client.get_paginator": _paginator,
    "dynamodb.paginator.paginate": _paginate,
    **{
        f"dynamodb.{owner}.{name}": _about_table
        for owner in ("client", "table", "resource", "paginator")
        for name in (
            "get_waiter",
            "wait_until_exists",
            "wait_until_not_exists",
            "load",
            "reload",
            "delete",
            "close",
            "wait",
            "update_time_to_live",
            "delete_table",
            "list_tables",
            "describe_table",
            "update_table",
        )
    },
    "dynamodb.client.create_table": lambda m, call: m.observer.notes.table_created(m, call),
}


def _meta(m: Machine, owner: Any) -> Any:
    del m, owner
    return Instance(native="dynamodb.meta")


ATTRIBUTES: dict[str, Any] = {
    "dynamodb.resource.meta": _meta,
    "dynamodb.table.meta": _meta,
    "dynamodb.meta.client": lambda _m, _o: Instance(native="dynamodb.client"),
    "dynamodb.table.name": lambda _m, o: o.slots.get("table", Opaque(hint="str")),
    "dynamodb.table.table_name": lambda _m, o: o.slots.get("table", Opaque(hint="str")),
    "dynamodb.table.item_count": lambda _m, _o: Opaque(hint="int"),
    "dynamodb.client.exceptions": lambda _m, _o: Native("botocore.exceptions"),
}
PURE = frozenset({"boto3.setup_default_session", "botocore.config.Config"})
