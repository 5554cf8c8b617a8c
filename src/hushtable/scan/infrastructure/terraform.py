"""Terraform: what its resources and data say of DynamoDB tables and IAM policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.facts import PolicyStatement, TableDefinition
from hushtable.model.place import Place
from hushtable.scan.infrastructure.cloudformation import read_template
from hushtable.scan.infrastructure.definitions import (
    UNKNOWN_KEY,
    Definitions,
    Index,
    allow_statement,
    encryption,
    managed_policy,
    projected,
    unreadable,
)
from hushtable.scan.infrastructure.hcl_nodes import (
    Block,
    Part,
    argument,
    blocks,
    document,
    elements,
    heredoc,
    is_object,
    items,
    text,
    texts,
    value,
)

LANGUAGE = "terraform"

_INLINE = frozenset(
    {"aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"}
)
_ATTACHED = frozenset(
    {"aws_iam_role_policy_attachment", "aws_iam_policy_attachment",
     "aws_iam_user_policy_attachment", "aws_iam_group_policy_attachment"}
)  # fmt: skip
_LABELS = 2
"""A resource is named by its type and its own name."""


def read_terraform(source: str, relative: str) -> Definitions:
    """Read a Terraform file; of a broken one, what stands whole beside the error."""
    read = document(source)
    tables: list[TableDefinition] = []
    policies: list[PolicyStatement | None] = []
    for block in read.blocks:
        if len(block.labels) != _LABELS:
            continue
        match block.kind, block.labels[0]:
            case "resource", "aws_dynamodb_table":
                tables.append(_table(relative, block))
            case "resource", _:
                policies += _policies(relative, block)
            case "data", "aws_iam_policy_document":
                policies += _document(relative, block)
    told = unreadable(relative, *read.fault) if read.fault else Definitions()
    return Definitions(tuple(tables), tuple(filter(None, policies)), told.unknown)


def _table(relative: str, block: Block) -> TableDefinition:
    name, body = block.labels[1], block.body
    return TableDefinition(
        Place(relative, block.line),
        text(value(body, "name")) or name,
        name,
        LANGUAGE,
        _keys(body),
        tuple(_indexes(body)),
        _encryption(body),
        _recovers(body),
    )


def _encryption(body: Part) -> str:
    for block in blocks(body, "server_side_encryption"):
        if block.dynamic:
            # Whether there is such a block is worked out elsewhere.
            return UNKNOWN_KEY
        return encryption(
            text(value(block.body, "enabled")), text(value(block.body, "kms_key_arn"))
        )
    return encryption("", "")


def _recovers(body: Part) -> bool | None:
    for block in blocks(body, "point_in_time_recovery"):
        enabled = text(value(block.body, "enabled"))
        known = {"true": True, "false": False, "": False}
        return None if block.dynamic else known.get(enabled)
    return False


def _keys(body: Part) -> tuple[str, ...]:
    found = (text(value(body, key)) for key in ("hash_key", "range_key"))
    return tuple(key for key in found if key)


def _indexes(body: Part) -> Iterator[Index]:
    for block in blocks(body, "global_secondary_index", "local_secondary_index"):
        shown = projected(
            text(value(block.body, "projection_type")),
            texts(value(block.body, "non_key_attributes")),
        )
        yield text(value(block.body, "name")), _keys(block.body), shown


def _policies(relative: str, block: Block) -> Iterator[PolicyStatement | None]:
    kind, name = block.labels
    if kind in _INLINE:
        yield from _inline(relative, name, block.body)
    elif kind == "aws_iam_role":
        for inner in blocks(block.body, "inline_policy"):
            yield from _inline(relative, name, inner.body)
        for arn in elements(value(block.body, "managed_policy_arns")):
            yield managed_policy(Place(relative, arn.line), LANGUAGE, text(arn), name)
    elif kind in _ATTACHED:
        arn_of = text(value(block.body, "policy_arn"))
        yield managed_policy(Place(relative, block.line), LANGUAGE, arn_of, name)


def _document(relative: str, block: Block) -> Iterator[PolicyStatement | None]:
    for statement in blocks(block.body, "statement"):
        body = statement.body
        yield allow_statement(
            Place(relative, statement.line),
            LANGUAGE,
            effect=text(value(body, "effect")),
            actions=texts(value(body, "actions")),
            not_actions=texts(value(body, "not_actions")),
            resources=texts(value(body, "resources")),
            principal=block.labels[1],
            conditions=[
                text(value(condition.body, "variable")) for condition in blocks(body, "condition")
            ],
        )


def _inline(relative: str, name: str, body: Part) -> Iterator[PolicyStatement | None]:
    """Read a policy given as jsonencode({...}), or as JSON in a heredoc or a string."""
    policy = value(body, "policy")
    encoded = argument(policy, "jsonencode")
    if policy is None or encoded is not None:
        for statement in elements(value(encoded, "Statement") if encoded else None):
            if is_object(statement):
                yield _json_statement(Place(relative, statement.line), name, statement)
        return
    written = heredoc(policy)
    json = written[0] if written else text(policy)
    if "Statement" not in json:
        return
    for found in read_template(json, "policy.json").policies:
        # In a string, a line break is two characters of one line.
        line = policy.line + (found.place.line - 1 if written else 0)
        place = Place(relative, line)
        yield replace(found, place=place, principal=name, language=LANGUAGE)


def _json_statement(place: Place, name: str, statement: Part) -> PolicyStatement | None:
    return allow_statement(
        place,
        LANGUAGE,
        effect=text(value(statement, "Effect")),
        actions=texts(value(statement, "Action")),
        not_actions=texts(value(statement, "NotAction")),
        resources=texts(value(statement, "Resource")),
        principal=name,
        conditions=[
            key
            for _, operands in items(value(statement, "Condition"))
            for key, _ in items(operands)
        ],
    )
