"""IAM policies that allow what a program's tables do, and nothing else.

A statement is made of declarations alone: the operations of each Table, the attributes its Views
read, its keys, its indexes. What each condition key means, and which actions have it, is from the
Developer Guide ("Using IAM policy conditions for fine-grained access control",
specifying-conditions.html) and the Service Authorization Reference (list_amazondynamodb.html):

- `dynamodb:Attributes` are the top-level attributes that a *request* names, keys and expressions
  included, never those of the answer. GetItem without a projection names its key alone and gets
  the whole item. So a statement that reads also demands `dynamodb:Select`, which every reading
  action has (ALL_ATTRIBUTES where nothing is said): StringEquals, not IfExists. Writes have no
  Select and stand in a statement of their own, with `dynamodb:ReturnValues`; BatchWriteItem has
  neither, and another.
- `ForAllValues` holds where the request has no such key at all; `Null` demands that it has.
- `dynamodb:LeadingKeys` are partition keys, of the index where one is queried; Scan has none.
- A transaction asks for the actions of its parts, and names itself in
  `dynamodb:EnclosingOperation`.

Limits. IAM sees whole attributes: a View of `profile.locale` allows `profile`. It has no key for
`ReturnValuesOnConditionCheckFailure`: whoever may write under a condition can be answered with
the item that failed it. The Service Authorization Reference lists Select for GetItem, and
EnclosingOperation beside it, but no page tells whether the GetItem of a TransactGetItems has it,
and none shows a policy of both. So the safe form stands for it too: a request without Select is
denied, which `get_together` would be if it has none, and IfExists, which would let it read whole
items, is not written. A note says so where a table declares it. `LeadingKeys` bind rows to a caller
only where each caller has credentials of its own (a session with tags, a web identity): a role
that serves all callers has none to compare with, and what it does as `System` would be denied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hushtable.guard.errors import RefusedError
from hushtable.guard.footprint import given_by, read, views_of, written
from hushtable.guard.marks import Encrypted
from hushtable.guard.operations import ACTIONS
from hushtable.guard.schema import KeyPart, Schema
from hushtable.guard.table import Table
from hushtable.guard.view import View

Statement = dict[str, Any]
Views = Collection[type[View[Any]]]

MOST_CHARACTERS = 6144
"""Characters of a managed policy, white space aside. Source: IAM User Guide, "IAM and AWS STS
quotas", reference_iam-quotas.html."""

_READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
_ABOUT = frozenset({"DescribeTable"})
"""What is asked of a table and of no item: none of the condition keys is there."""
_SEALS = frozenset({"put", "put_many", "update", "update_and_get"})
_WRITABLE = re.compile(r"[\t\n\r\x20-\xff]*")
"""What IAM takes in a policy. Source: Developer Guide, specifying-conditions.html."""
_PARTITIONS = {
    "cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b",
    "eusc-": "aws-eusc",
}  # fmt: skip
_HELD_BACK = "ReturnValuesOnConditionCheckFailure"


def is_arn(name: str) -> bool:
    """Tell whether a table or a key is named by its ARN already: one of another account, say."""
    return name.startswith("arn:")


class Arns(Protocol):
    """Names tables, indexes and KMS keys, as text or in the words of a template."""

    def table(self, name: str) -> Any:
        """Give the ARN of a table."""

    def index(self, table: str, name: str) -> Any:
        """Give the ARN of an index."""

    def key(self, key_id: str) -> Any:
        """Give the ARN of a KMS key, named by its id or by its ARN."""


@dataclass(frozen=True, slots=True)
class Account:
    """ARNs in one account and region."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """Name the part of AWS that the region is in."""
        found = (name for start, name in _PARTITIONS.items() if self.region.startswith(start))
        return next(found, "aws")

    def table(self, name: str) -> str:
        """Give the ARN of a table."""
        if is_arn(name):
            return name
        return f"arn:{self.partition}:dynamodb:{self.region}:{self.account}:table/{name}"

    def index(self, table: str, name: str) -> str:
        """Give the ARN of an index."""
        return f"{self.table(table)}/index/{name}"

    def key(self, key_id: str) -> str:
        """Give the ARN of a KMS key."""
        if is_arn(key_id):
            return key_id
        return f"arn:{self.partition}:kms:{self.region}:{self.account}:key/{key_id}"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy, and what whoever attaches it has to know."""

    document: dict[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def characters(self) -> int:
        """Its length as IAM counts it."""
        return _characters(self.document)

    def parts(self, most: int = MOST_CHARACTERS) -> tuple[dict[str, Any], ...]:
        """Give it as policies of at most so many characters, whole statements in each."""
        parts: list[list[Statement]] = [[]]
        for one in self.document["Statement"]:
            if parts[-1] and _characters(_document([*parts[-1], one])) > most:
                parts.append([])
            parts[-1].append(one)
        return tuple(_document(part) for part in parts)


def _document(statements: list[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _characters(document: dict[str, Any]) -> int:
    return len(re.sub(r"\s", "", json.dumps(document, ensure_ascii=False)))


@dataclass(slots=True)
class _Use:
    """All that is done with the items of one Record in one table."""

    record: str
    schema: Schema
    table: str
    views: Views
    operations: frozenset[str]
    filters: frozenset[str]
    credentials: frozenset[str]
    """Those that are read by themselves: no View shows one."""
    keys: tuple[str, ...]
    """KMS keys: the one that writes, then those that still read."""
    unsaid: bool
    notes: list[str] = field(default_factory=list)

    @property
    def actions(self) -> frozenset[str]:
        """The actions of DynamoDB it needs."""
        return frozenset(ACTIONS[word] for word in self.operations)

    @property
    def reads(self) -> frozenset[str]:
        """The attributes it reads, or compares in a filter."""
        return read(self.schema, self.views) | self.filters

    def note(self, text: str) -> None:
        """Say something of this Record."""
        self.notes.append(text)


def policy(
    tables: Sequence[Table[Any]],
    arns: Arns,
    *,
    owner_variable: str = "",
    views: Views | None = None,
) -> Policy:
    """Write the policy of a program that uses these tables.

    `owner_variable` is what a caller's id is in a policy, as in `${aws:PrincipalTag/user_id}`: it
    binds rows to their owners. `views` stand for all the Views that are declared.

    Raises RefusedError for a name that IAM cannot take, or an owner variable with a wildcard.
    """
    if any(mark in owner_variable for mark in "*?"):
        message = "an owner variable has no wildcard: it would let a caller be anybody"
        raise RefusedError(message)
    statements: list[Statement] = []
    said: dict[str, list[str]] = {}
    for use in _uses(tables, views):
        statements += _statements(use, arns, owner_variable)
        for text in use.notes:
            said.setdefault(text, []).append(use.record)
    notes = [f"{', '.join(records)}: {text}" for text, records in said.items()]
    if any(ACTIONS[word] not in _READS | _ABOUT for one in tables for word in one.operations):
        notes.append(
            "a write whose condition fails can be answered with the whole item "
            f"({_HELD_BACK}): IAM has no key for that"
        )
    _name_all(statements)
    document = _document(statements)
    if not _WRITABLE.fullmatch(json.dumps(document, ensure_ascii=False)):
        message = "IAM takes characters up to U+00FF alone, and a name has another"
        raise RefusedError(message)
    return Policy(document, tuple(notes))


def _uses(tables: Sequence[Table[Any]], views: Views | None) -> Iterator[_Use]:
    """Put together what several Tables of one Record and name do."""
    found: dict[tuple[str, str, int], _Use] = {}
    for one in tables:
        schema: Schema = one.record.schema_
        name = (one.name, schema.record, id(schema))
        keys = tuple(getattr(one.store.cipher, "key_ids", ()))
        use = found.get(name)
        if use is None:
            chosen = views_of(schema) if views is None else views
            shown = [view for view in chosen if view.declared_.schema is schema]
            found[name] = _Use(
                schema.record, schema, one.name, shown, one.operations, one.filters,
                one.credentials, keys, one.unsaid,
            )  # fmt: skip
        else:
            use.operations |= one.operations
            use.filters |= one.filters
            use.credentials |= one.credentials
            use.keys = tuple(dict.fromkeys((*use.keys, *keys)))
            use.unsaid |= one.unsaid
    return (found[name] for name in sorted(found))


def _statements(use: _Use, arns: Arns, variable: str) -> Iterator[Statement]:
    if use.unsaid:
        use.note("no operations are declared, so all but scan are allowed")
    owner = use.schema.owner
    bound = _leading(use.schema.keys.partition, use.schema, variable)
    if owner is not None and not variable:
        use.note("rows are not bound to their owners: that takes an owner variable")
    elif owner is not None and bound is None:
        use.note(f"rows are not bound to their owners: {owner.name} is not in the partition key")
    yield from _read_table(use, arns, bound)
    yield from _read_indexes(use, arns, variable, bound is not None)
    yield from _write(use, arns, bound)
    if use.actions & _ABOUT:
        yield _allow(f"{use.record} describe", use.actions & _ABOUT, arns.table(use.table), {})
    yield from _unwrap(use, arns)


def _read_table(use: _Use, arns: Arns, bound: _Bound | None) -> Iterator[Statement]:
    actions = use.actions & _READS
    if bound is not None and "Scan" in actions:
        actions -= {"Scan"}
        use.note("Scan is left out: it reads the rows of every owner")
    if "get_together" in use.operations and not use.unsaid:
        use.note(
            "whether the GetItem of a transaction names dynamodb:Select is not documented: "
            "get_together is denied if it does not, so try it under this policy, or use get_many"
        )
    if actions:
        conditions = _conditions(use.reads | use.credentials, bound)
        conditions["StringEquals"] = {"dynamodb:Select": _select(use, actions)}
        yield _allow(f"{use.record} read", actions, arns.table(use.table), conditions)


def _read_indexes(
    use: _Use,
    arns: Arns,
    variable: str,
    bound_rows: bool,  # noqa: FBT001 - handed on
) -> Iterator[Statement]:
    actions = use.actions & {"Query", "Scan"} - ({"Scan"} if bound_rows else set())
    if not actions:
        return
    for index in use.schema.indexes.values():
        bound = _leading(index.keys.partition, use.schema, variable)
        if bound_rows and bound is None:
            use.note(f"the index {index.name} is left out: it holds rows of every owner together")
            continue
        conditions = _conditions(given_by(index, use.schema, use.reads), bound)
        conditions["StringEquals"] = {"dynamodb:Select": _select(use, actions)}
        resource = arns.index(use.table, index.name)
        yield _allow(f"{use.record} {index.name} read", actions, resource, conditions)


def _write(use: _Use, arns: Arns, bound: _Bound | None) -> Iterator[Statement]:
    actions = use.actions - _READS - _ABOUT
    single = actions - {"BatchWriteItem"}
    if single:
        conditions = _conditions(written(use.schema), bound)
        values = ["NONE"]
        if "update_and_get" in use.operations:
            values.insert(0, "ALL_NEW")
            use.note(
                "update_and_get is answered with whole items: leave it out of the table's "
                "operations where the role is not to read them"
            )
        conditions["StringEqualsIfExists"] = {"dynamodb:ReturnValues": values}
        yield _allow(f"{use.record} write", single, arns.table(use.table), conditions)
    if batches := actions - single:
        conditions = _conditions(written(use.schema), bound)
        yield _allow(f"{use.record} batch write", batches, arns.table(use.table), conditions)


def _unwrap(use: _Use, arns: Arns) -> Iterator[Statement]:
    """Allow the data keys of encrypted attributes, each by the context it is wrapped under."""
    sealed = {one.name for one in use.schema.attributes.values() if one.slot.marks.has(Encrypted)}
    if sealed and not use.keys:
        use.note("attributes are encrypted, and no KMS cipher is known: no KMS key is allowed")
    if not sealed or not use.keys:
        return
    if use.operations & _SEALS:
        key = arns.key(use.keys[0])
        yield _allow(
            f"{use.record} encrypt", {"GenerateDataKey"}, key, _wrapped(use, sealed), service="kms"
        )
    shown = {
        one.steps[0]
        for view in use.views
        for one in view.declared_.fields
        if one.name in view.declared_.sealed
    }
    shown |= use.credentials & sealed
    answered = use.actions & _READS or "update_and_get" in use.operations
    if shown and answered:
        keys = [arns.key(one) for one in use.keys]
        yield _allow(
            f"{use.record} decrypt", {"Decrypt"}, keys, _wrapped(use, shown), service="kms"
        )


def _wrapped(use: _Use, attributes: Collection[str]) -> dict[str, Any]:
    return {
        "StringEquals": {
            "kms:EncryptionContext:hushtable:table": _text(use.table),
            "kms:EncryptionContext:hushtable:attribute": sorted(map(_text, attributes)),
        }
    }


def _select(use: _Use, actions: frozenset[str]) -> list[str]:
    words = {word for word in use.operations if ACTIONS[word] in actions}
    counts = ["COUNT"] if "count" in words else []
    return [*counts, "SPECIFIC_ATTRIBUTES"] if words - {"count"} else counts


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a partition key must be for a row to be a caller's."""

    operator: str
    value: str


def _leading(part: KeyPart, schema: Schema, variable: str) -> _Bound | None:
    """Write a partition key with the caller's id in the place of the owner's."""
    if schema.owner is None or not variable or schema.owner.field not in part.fields:
        return None
    if not part.template:
        return _Bound("StringEquals", variable)
    pieces = part.pieces
    others = set(pieces[1::2]) - {schema.owner.field}
    if not others:
        told = (variable if at % 2 else _text(one) for at, one in enumerate(pieces))
        return _Bound("StringEquals", "".join(told))
    # What the other fields hold is not known: StringLike, with what it takes for marks spelled out.
    like = (
        (variable if one == schema.owner.field else "*")
        if at % 2
        else re.sub(r"[*?$]", r"${\g<0>}", one)
        for at, one in enumerate(pieces)
    )
    return _Bound("StringLike", "".join(like))


def _text(literal: str) -> str:
    """Write a literal so that IAM takes nothing in it for a variable."""
    return literal.replace("${", "${$}{")


def _conditions(attributes: Collection[str], bound: _Bound | None) -> dict[str, Any]:
    every: dict[str, dict[str, list[str]]] = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": sorted(map(_text, attributes))}
    }
    there = {"dynamodb:Attributes": "false"}
    if bound is not None:
        operands = every.setdefault(f"ForAllValues:{bound.operator}", {})
        operands["dynamodb:LeadingKeys"] = [bound.value]
        there["dynamodb:LeadingKeys"] = "false"
    return {**every, "Null": there}


def _allow(
    name: str,
    actions: Collection[str],
    resource: Any,
    conditions: dict[str, Any],
    service: str = "dynamodb",
) -> Statement:
    return {
        "Sid": "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name)),
        "Effect": "Allow",
        "Action": [f"{service}:{one}" for one in sorted(actions)],
        "Resource": resource,
        **({"Condition": conditions} if conditions else {}),
    }


def _name_all(statements: list[Statement]) -> None:
    """Tell statements of one name apart by a number: IAM wants each name once."""
    seen: dict[str, int] = {}
    for one in statements:
        count = seen[one["Sid"]] = seen.get(one["Sid"], 0) + 1
        if count > 1:
            one["Sid"] += str(count)
