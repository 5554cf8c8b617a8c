"""What a DynamoDB call asks for: its parameters, tables and projection."""

from __future__ import annotations

import re
from typing import Any

from hushtable.model.dynamodb.expression import parse
from hushtable.model.dynamodb.expression_tree import ExpressionError
from hushtable.model.facts import Operation
from hushtable.scan.conditions import attribute_name
from hushtable.scan.frame import Call
from hushtable.scan.iterate import pairs
from hushtable.scan.members import dict_item
from hushtable.scan.operators import text_parts
from hushtable.scan.records import table_name
from hushtable.scan.taught import Word
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    REST,
    Const,
    Dict,
    Instance,
    Opaque,
    Seq,
    options,
)

SELECTED = re.compile(r"\s*SELECT\s+(.*?)\s+FROM\s", re.IGNORECASE | re.DOTALL)


PATH = re.compile(r"[\w-]+(?:\.[\w-]+)*")


class Arguments:
    """The parameters of a DynamoDB call, whatever the library calls them."""

    def __init__(self, call: Call, word: Word) -> None:
        self.call = call
        self._names: dict[str, Any] = dict(word.keys.get("arguments", {}))

    def get(self, name: str) -> Any:
        """Give a parameter by DynamoDB's name, None when it is not given."""
        known = self._names.get(name, name)
        if isinstance(known, int):
            return self.call.argument(known)
        if known in self.call.kwargs:
            return self.call.kwargs[known]
        extra = self.call.extra
        if isinstance(extra, Dict):
            held = dict_item(extra, Const(known))
            return held if isinstance(held, Opaque) and held.labels else None
        if name in {"Key", "Item"} and self.call.args and self._names:
            return self.call.args[0]
        return None


def tables_of(call: Call, word: Word, given: Arguments, operation: Operation) -> list[str]:
    """Name the tables of a call: its receiver's, its TableName's, or those of its requests."""
    if operation in {Operation.BATCH_GET, Operation.BATCH_WRITE}:
        requests = given.get("RequestItems")
        if isinstance(requests, Dict):
            known, _ = pairs(requests)
            names = [table_name(key) for key, _ in known]
            return names or ["table"]
        return ["table"]
    if operation in {Operation.TRANSACT_GET, Operation.TRANSACT_WRITE}:
        return _transact_tables(given) or ["table"]
    if operation is Operation.STATEMENT:
        text = "".join(p or "" for p in text_parts(given.get("Statement") or NONE))
        found = re.search(r'(?:FROM|INTO|UPDATE)\s+"?([\w.-]+)', text, re.IGNORECASE)
        return [found[1] if found else "table"]
    where = word.keys.get("table")
    value = call.argument(where) if isinstance(where, int) else given.get("TableName")
    if value is None and isinstance(call.receiver, Instance):
        value = call.receiver.slots.get("table")
    return [table_name(value)]


def _transact_tables(given: Arguments) -> list[str]:
    names: list[str] = []
    for action in transact_actions(given.get("TransactItems")):
        name = table_name(dict_item(action[1], Const("TableName")))
        if name not in names:
            names.append(name)
    return names


def transact_actions(value: Any) -> list[tuple[str, Dict]]:
    """Give (Put | Update | Delete | Get | ConditionCheck, its parameters) of TransactItems."""
    found: list[tuple[str, Dict]] = []
    for option in options(value) if value is not None else ():
        if not isinstance(option, Seq):
            continue
        rest = option.slots.get(REST, MISSING)
        for one in (*option.slots[ELTS], *(() if rest is MISSING else options(rest))):
            if isinstance(one, Dict):
                found += [
                    (k, v)
                    for k, v in one.slots.items()
                    if isinstance(k, str) and isinstance(v, Dict)
                ]
    return found


def projection_of(given: Arguments, before: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Name the attributes a call asks for; None when it asks for every one."""
    listed = given.get("AttributesToGet")
    if isinstance(listed, Seq):
        return tuple(attribute_name(one) for one in listed.slots[ELTS])
    statement = given.get("Statement")
    if statement is not None:
        return _selected(statement)
    value = given.get("ProjectionExpression")
    if value is None or value == NONE:
        return before
    found: list[str] = []
    for option in options(value):
        if option == NONE:
            return None
        if isinstance(option, Seq):
            found += [attribute_name(one) for one in option.slots[ELTS]]
            continue
        parts = text_parts(option)
        if None in parts:
            return None
        names = names_of(given)
        for path in "".join(p or "" for p in parts).split(","):
            steps = [names.get(step.strip(), step.strip()) for step in path.split(".")]
            found.append(".".join(re.sub(r"\[\d+\]", "", step) for step in steps))
    return tuple(dict.fromkeys(found)) or None


def _selected(statement: Any) -> tuple[str, ...] | None:
    """Name the attributes that a PartiQL SELECT asks for; None for `*` and what is not constant."""
    text = "".join("{}" if part is None else part for part in text_parts(statement))
    found = SELECTED.match(text)
    if found is None or not found[1].replace('"', "").strip():
        return None
    names = tuple(path.replace('"', "").strip() for path in found[1].split(","))
    return names if all(PATH.fullmatch(name) for name in names) else None


def changed_by(given: Arguments) -> tuple[str, ...] | None:
    """Name the attributes that an update changes; None when its text is not known whole."""
    names = names_of(given)
    found: list[str] = []
    for option in options(given.get("UpdateExpression") or NONE):
        parts = text_parts(option)
        if None in parts:
            return None
        try:
            tree = parse("".join(part or "" for part in parts), "UpdateExpression")
        except ExpressionError:
            return None
        for action in (one for part in getattr(tree, "sections", ()) for one in part.actions):
            top = str(action.path).partition(".")[0].partition("[")[0]
            found.append(names.get(top, top))
    return None if any(name.startswith("#") for name in found) else tuple(dict.fromkeys(found))


def names_of(given: Arguments) -> dict[str, str]:
    """Give the attribute names behind the `#placeholders` of a call."""
    value = given.get("ExpressionAttributeNames")
    found: dict[str, str] = {}
    for option in options(value) if value is not None else ():
        if isinstance(option, Dict):
            found |= {
                str(k): attribute_name(v) for k, v in option.slots.items() if isinstance(k, str)
            }
    return found


def values_of(given: Arguments) -> dict[str, Any]:
    """Give the values behind the `:placeholders` of a call."""
    value = given.get("ExpressionAttributeValues")
    found: dict[str, Any] = {}
    for option in options(value) if value is not None else ():
        if isinstance(option, Dict):
            found |= {k: v for k, v in option.slots.items() if isinstance(k, str)}
    return found
