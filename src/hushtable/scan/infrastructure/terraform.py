"""Terraform HCL: DynamoDB tables and IAM policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

from hushtable.model.facts import PolicyStatement, TableDefinition
from hushtable.model.place import Place
from hushtable.scan.infrastructure.cloudformation import read_template
from hushtable.scan.infrastructure.definitions import (
    Definitions,
    Index,
    allow_statement,
    encryption,
    managed_policy,
    projected,
    unreadable,
)

LANGUAGE = "terraform"

Block = dict[str, Any]

_INLINE = frozenset(
    {"aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"}
)
_ATTACHED = frozenset(
    {"aws_iam_role_policy_attachment", "aws_iam_policy_attachment",
     "aws_iam_user_policy_attachment", "aws_iam_group_policy_attachment"}
)  # fmt: skip
_ENCODED = re.compile(r"\$\{\s*jsonencode\((?P<object>.*)\)\s*\}", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*\w+\s*\n(?P<text>.*)\n\s*\w+\s*$", re.DOTALL)


def read_terraform(source: str, relative: str) -> Definitions:
    """Read a Terraform file."""
    try:
        parsed = _parse(source)
    except RecursionError:
        return unreadable(relative, 1, "nested too deeply")
    except Exception as error:  # noqa: BLE001 - the parser raises whatever its grammar meets
        at = getattr(error, "line", 1)
        return unreadable(relative, at if isinstance(at, int) else 1, "not valid HCL")
    lines = _Lines(source, relative)
    tables: list[TableDefinition] = []
    policies: list[PolicyStatement | None] = []
    for kind, name, block in _blocks(parsed.get("resource")):
        start = lines.block("resource", kind, name)
        if kind == "aws_dynamodb_table":
            tables.append(_table(lines.place(start), name, block))
        else:
            policies += _policies(lines, start, kind, name, block)
    for kind, name, block in _blocks(parsed.get("data")):
        if kind == "aws_iam_policy_document":
            policies += _document(lines, lines.block("data", kind, name), name, block)
    return Definitions(tuple(tables), tuple(policy for policy in policies if policy))


class _Lines:
    """Finds where things stand in the source: the parser does not say."""

    def __init__(self, source: str, relative: str) -> None:
        self.source = source
        self.relative = relative

    def block(self, section: str, kind: str, name: str) -> int:
        """Give the offset of a labelled block."""
        label = rf'^[ \t]*{section}\s+"?{re.escape(kind)}"?\s+"?{re.escape(name)}"?\s*\{{'
        match = re.search(label, self.source, re.MULTILINE)
        return match.start() if match else 0

    def after(self, pattern: str, start: int) -> int:
        """Give the offset of the first match behind `start`, or `start` itself."""
        match = re.compile(pattern, re.MULTILINE).search(self.source, start)
        return match.start() if match else start

    def place(self, offset: int) -> Place:
        """Give the place of an offset."""
        return Place(self.relative, self.source.count("\n", 0, offset) + 1)


def _policies(
    lines: _Lines, start: int, kind: str, name: str, block: Block
) -> Iterator[PolicyStatement | None]:
    if kind in _INLINE:
        yield from _inline(lines, start, name, block)
    elif kind == "aws_iam_role":
        for inner in _listed(block.get("inline_policy")):
            yield from _inline(lines, start, name, inner)
        for arn in _texts(block.get("managed_policy_arns")):
            yield managed_policy(lines.place(start), LANGUAGE, arn, name)
    elif kind in _ATTACHED:
        yield managed_policy(lines.place(start), LANGUAGE, _text(block.get("policy_arn")), name)


@cache
def _hcl() -> tuple[Any, Any]:
    """Load python-hcl2 when the first file asks for it: its grammar takes 0.1 s to build."""
    hcl2 = import_module("hcl2")
    options = hcl2.SerializationOptions(with_comments=False, strip_string_quotes=True)
    return hcl2, options


def _parse(source: str) -> Block:
    hcl2, options = _hcl()
    parsed = hcl2.loads(source, serialization_options=options)
    return parsed if isinstance(parsed, dict) else {}


def _blocks(section: object) -> Iterator[tuple[str, str, Block]]:
    """Give type, name and body of each labelled block."""
    for entry in _listed(section):
        for kind, named in _entries(entry):
            for name, body in _entries(named):
                if isinstance(body, dict):
                    yield kind.strip('"'), name.strip('"'), body


def _entries(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((name, part) for name, part in value.items() if not name.startswith("__"))


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(part) for part in _listed(value))


def _first(block: Block, name: str) -> Block:
    found = _listed(block.get(name))
    return found[0] if found and isinstance(found[0], dict) else {}


def _table(place: Place, name: str, block: Block) -> TableDefinition:
    sse = _first(block, "server_side_encryption")
    recovery = _first(block, "point_in_time_recovery")
    recovers = _text(recovery.get("enabled"))
    return TableDefinition(
        place,
        _text(block.get("name")) or name,
        name,
        LANGUAGE,
        tuple(_text(block[key]) for key in ("hash_key", "range_key") if block.get(key)),
        tuple(_indexes(block)),
        encryption(_text(sse.get("enabled")), _text(sse.get("kms_key_arn"))),
        {"true": True, "false": False}.get(recovers, None if recovers else False),
    )


def _indexes(block: Block) -> Iterator[Index]:
    for kind in ("global_secondary_index", "local_secondary_index"):
        for index in _listed(block.get(kind)):
            if isinstance(index, dict):
                keys = [_text(index[key]) for key in ("hash_key", "range_key") if index.get(key)]
                shown = projected(
                    _text(index.get("projection_type")), _texts(index.get("non_key_attributes"))
                )
                yield _text(index.get("name")), tuple(keys), shown


def _document(
    lines: _Lines, start: int, name: str, block: Block
) -> Iterator[PolicyStatement | None]:
    for statement in _listed(block.get("statement")):
        if not isinstance(statement, dict):
            continue
        start = lines.after(r"^[ \t]*statement\s*\{", start)
        place = lines.place(start)
        start += len("statement")
        conditions = [
            _text(condition.get("variable"))
            for condition in _listed(statement.get("condition"))
            if isinstance(condition, dict)
        ]
        yield allow_statement(
            place,
            LANGUAGE,
            effect=_text(statement.get("effect")),
            actions=_texts(statement.get("actions")),
            not_actions=_texts(statement.get("not_actions")),
            resources=_texts(statement.get("resources")),
            principal=name,
            conditions=conditions,
        )


def _inline(lines: _Lines, start: int, name: str, block: Block) -> Iterator[PolicyStatement | None]:
    """Read a policy given as jsonencode({...}) or as a heredoc of JSON."""
    policy = _text(block.get("policy"))
    heredoc = _HEREDOC.search(policy)
    if heredoc is not None:
        first = lines.place(lines.after(r"<<-?\s*\w+", start)).line
        for statement in read_template(heredoc["text"], "policy.json").policies:
            place = Place(lines.relative, first + statement.place.line)
            yield replace(statement, place=place, principal=name, language=LANGUAGE)
        return
    encoded = _ENCODED.fullmatch(policy)
    if encoded is None:
        return
    try:
        body = _parse(f"policy = {encoded['object']}\n").get("policy")
    except Exception:  # noqa: BLE001 - an expression the grammar does not know is not a literal
        return
    statements = body.get("Statement") if isinstance(body, dict) else None
    for statement in _listed(statements):
        if isinstance(statement, dict):
            start = lines.after(r"^.*\bAction\b", start)
            yield _json_statement(lines.place(start), name, statement)
            start = lines.after("$", start) + 1


def _json_statement(place: Place, name: str, statement: Block) -> PolicyStatement | None:
    conditions = [
        key for _, operands in _entries(statement.get("Condition")) for key, _ in _entries(operands)
    ]
    return allow_statement(
        place,
        LANGUAGE,
        effect=_text(statement.get("Effect")),
        actions=_texts(statement.get("Action")),
        not_actions=_texts(statement.get("NotAction")),
        resources=_texts(statement.get("Resource")),
        principal=name,
        conditions=conditions,
    )
