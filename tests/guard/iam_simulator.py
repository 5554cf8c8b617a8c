"""Decides as IAM would whether a policy allows a request that the guard sends.

It knows the condition keys of DynamoDB as its documentation describes them, and no operator or
key that the policies under test do not use: what it does not know is an error, never an allowance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from hushtable.guard.transport.call import Request

Context = dict[str, Any]

_TOP = re.compile(r"(?<![.\w])#\w+")
_PARTITION = re.compile(r"(#\w+) = (:\w+)")
_EXPRESSIONS = (
    "ProjectionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ConditionExpression",
    "UpdateExpression",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One action on one resource, with what IAM knows of it."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True)
class Iam:
    """A policy, the partition keys of the tables, and what its variables stand for."""

    policy: Mapping[str, Any]
    partitions: Mapping[str, str]
    variables: Mapping[str, str]

    def allows(self, request: Request) -> bool:
        """Tell whether every action that a request needs is allowed."""
        return all(self.permits(one) for one in self.asked(request))

    def permits(self, asked: Asked) -> bool:
        """Tell whether a statement allows an action."""
        return any(
            f"dynamodb:{asked.action}" in statement["Action"]
            and statement["Resource"].endswith(f":table/{asked.resource}")
            and self._holds(statement.get("Condition", {}), asked.context)
            for statement in self.policy["Statement"]
        )

    def _holds(self, conditions: Mapping[str, Any], context: Context) -> bool:
        return all(
            self._operator(operator, context.get(key), values)
            for operator, operands in conditions.items()
            for key, values in operands.items()
        )

    def _operator(self, operator: str, found: Any, values: Any) -> bool:
        wanted = [values] if isinstance(values, str) else values
        wanted = [self._resolved(one) for one in wanted]
        match operator:
            case "Null":
                return (found is None) is (wanted == ["true"])
            case "ForAllValues:StringEquals":
                return set(found or ()) <= set(wanted)
            case "ForAllValues:StringLike":
                return all(any(fnmatchcase(one, like) for like in wanted) for one in found or ())
            case "StringEquals":
                return found in wanted
            case "StringEqualsIfExists":
                return found is None or found in wanted
            case _:
                message = f"unknown operator {operator}"
                raise AssertionError(message)

    def _resolved(self, text: str) -> str:
        special = {"*": "[*]", "?": "[?]", "$": "$"}
        return re.sub(r"\$\{([^}]+)\}", lambda found: {**self.variables, **special}[found[1]], text)

    def asked(self, request: Request) -> Iterator[Asked]:
        """Take a request apart into actions on resources."""
        body = json.loads(request.body)
        match request.operation:
            case "BatchGetItem":
                for table, part in body["RequestItems"].items():
                    yield self._read("BatchGetItem", table, part, part["Keys"])
            case "BatchWriteItem":
                for table, parts in body["RequestItems"].items():
                    yield from (self._put_or_delete(table, part) for part in parts)
            case "TransactGetItems" | "TransactWriteItems":
                for part in body["TransactItems"]:
                    ((kind, said),) = part.items()
                    yield self._single(kind.removesuffix("Item") + "Item", said)
            case action:
                yield self._single(action, body)

    def _single(self, action: str, body: Mapping[str, Any]) -> Asked:
        match action:
            case "GetItem":
                return self._read(action, body["TableName"], body, [body["Key"]])
            case "DescribeTable":
                return Asked(action, body["TableName"], {})
            case "Query" | "Scan":
                return self._search(action, body)
            case "PutItem" | "UpdateItem" | "DeleteItem" | "ConditionCheckItem":
                return self._write(action, body)
            case _:
                message = f"unknown operation {action}"
                raise AssertionError(message)

    def _put_or_delete(self, table: str, part: Mapping[str, Any]) -> Asked:
        ((kind, said),) = part.items()
        item = said["Item" if kind == "PutRequest" else "Key"]
        context = self._keys(table, [item]) | {"dynamodb:Attributes": set(item)}
        return Asked("BatchWriteItem", table, context)

    def _read(
        self, action: str, table: str, body: Mapping[str, Any], keys: list[Mapping[str, Any]]
    ) -> Asked:
        named = _named(body) | {name for key in keys for name in key}
        context = {"dynamodb:Attributes": named, "dynamodb:Select": _select(body)}
        return Asked(action, table, self._keys(table, keys) | context)

    def _search(self, action: str, body: Mapping[str, Any]) -> Asked:
        context: Context = {"dynamodb:Attributes": _named(body), "dynamodb:Select": _select(body)}
        where = _PARTITION.search(body.get("KeyConditionExpression", ""))
        if where is not None:
            (value,) = body["ExpressionAttributeValues"][where[2]].values()
            context["dynamodb:LeadingKeys"] = {value}
        index = body.get("IndexName")
        resource = f"{body['TableName']}/index/{index}" if index else body["TableName"]
        return Asked(action, resource, context)

    def _write(self, action: str, body: Mapping[str, Any]) -> Asked:
        item = body["Item"] if action == "PutItem" else body["Key"]
        context: Context = {"dynamodb:Attributes": _named(body) | set(item)}
        if action != "ConditionCheckItem":
            context["dynamodb:ReturnValues"] = body.get("ReturnValues", "NONE")
        return Asked(action, body["TableName"], self._keys(body["TableName"], [item]) | context)

    def _keys(self, table: str, items: list[Mapping[str, Any]]) -> Context:
        found = {next(iter(item[self.partitions[table]].values())) for item in items}
        return {"dynamodb:LeadingKeys": found}


def _named(body: Mapping[str, Any]) -> set[str]:
    """Give the top-level attributes that the expressions of a request name."""
    names = body.get("ExpressionAttributeNames", {})
    return {names[alias] for name in _EXPRESSIONS for alias in _TOP.findall(body.get(name, ""))}


def _select(body: Mapping[str, Any]) -> str:
    chosen = "SPECIFIC_ATTRIBUTES" if "ProjectionExpression" in body else "ALL_ATTRIBUTES"
    found: str = body.get("Select", chosen)
    return found
