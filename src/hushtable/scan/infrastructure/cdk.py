"""AWS CDK in Python: tables, policy statements and grants, read from the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from hushtable.model.facts import PolicyStatement, TableDefinition
from hushtable.model.place import Place
from hushtable.scan.infrastructure.definitions import (
    AWS_KEY,
    CUSTOMER_KEY,
    DEFAULT_KEY,
    UNKNOWN_KEY,
    Definitions,
    Index,
    allow_statement,
    managed_policy,
    projected,
    unreadable,
)
from hushtable.scan.unspoken import spelled

LANGUAGE = "cdk"

_TABLES = frozenset({"Table", "TableV2", "CfnTable", "GlobalTable"})
_ENCRYPTIONS = {
    "CUSTOMER_MANAGED": CUSTOMER_KEY,
    "customer_managed_key": CUSTOMER_KEY,
    "multi_region_customer_managed_key": CUSTOMER_KEY,
    "AWS_MANAGED": AWS_KEY,
    "aws_managed_key": AWS_KEY,
    "DEFAULT": DEFAULT_KEY,
    "dynamo_owned_key": DEFAULT_KEY,
}
# What each grant gives:
# https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_dynamodb/Table.html
_READ = (
    "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable",
    "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:Query",
    "dynamodb:Scan",
)  # fmt: skip
_WRITE = (
    "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable",
    "dynamodb:PutItem", "dynamodb:UpdateItem",
)  # fmt: skip
_GRANTS = {
    "grant_full_access": ("dynamodb:*",),
    "grant_read_data": _READ,
    "grant_write_data": _WRITE,
    "grant_read_write_data": tuple(dict.fromkeys((*_READ, *_WRITE))),
}


def read_cdk(source: str, relative: str) -> Definitions:
    """Read a Python file that builds a CDK stack."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        at = getattr(error, "lineno", 1)
        return unreadable(relative, at or 1, "not valid Python")
    reader = _Reader(relative, _dynamodb_names(tree))
    for node in ast.walk(tree):
        reader.visit(node)
    return reader.definitions()


def _dynamodb_names(tree: ast.Module) -> frozenset[str]:
    """Give the names by which the file knows aws_cdk.aws_dynamodb and its table classes."""
    names = {"aws_dynamodb"}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str() as module, names=aliases):
                for alias in aliases:
                    if alias.name == "aws_dynamodb" or module.endswith("aws_dynamodb"):
                        names.add(alias.asname or alias.name)
            case ast.Import(names=aliases):
                names |= {a.asname for a in aliases if a.asname and "dynamodb" in a.name}
    return frozenset(names)


class _Reader:
    """Collects the definitions of one file."""

    def __init__(self, relative: str, dynamodb: frozenset[str]) -> None:
        self.relative = relative
        self.dynamodb = dynamodb
        self.tables: dict[str, TableDefinition] = {}
        self.indexes: list[tuple[str, Index]] = []
        self.policies: list[PolicyStatement | None] = []
        self.assigned: dict[ast.Call, str] = {}

    def definitions(self) -> Definitions:
        """Give what was found, each table with the indexes added to it later."""
        tables = []
        for variable, table in self.tables.items():
            added = tuple(index for name, index in self.indexes if name == variable)
            tables.append(_with_indexes(table, added))
        return Definitions(tuple(tables), tuple(policy for policy in self.policies if policy))

    def visit(self, node: ast.AST) -> None:
        """Look at one node; assignments come before the calls within them."""
        match node:
            case ast.Assign(targets=[target], value=ast.Call() as call):
                self.assigned[call] = spelled(target)
            case ast.AnnAssign(target=target, value=ast.Call() as call):
                self.assigned[call] = spelled(target)
            case ast.Call():
                self.call(node)

    def call(self, call: ast.Call) -> None:
        """Read a call that makes a table, a statement, an index or a grant."""
        place = Place(self.relative, call.lineno, call.col_offset)
        match call.func:
            case ast.Attribute(value=ast.Name(id=module), attr=kind) if module in self.dynamodb:
                if kind in _TABLES:
                    self.table(call, place)
            case ast.Name(id=kind) if kind in _TABLES and kind in self.dynamodb:
                self.table(call, place)
            case ast.Attribute(attr="PolicyStatement") | ast.Name(id="PolicyStatement"):
                self.policies.append(_statement(call, place))
            case ast.Attribute(attr="add_global_secondary_index" | "add_local_secondary_index"):
                self.indexes.append((spelled(call.func.value), _index(call)))
            case ast.Attribute(attr="from_aws_managed_policy_name") if call.args:
                name = _text(call.args[0])
                self.policies.append(managed_policy(place, LANGUAGE, name, ""))
            case ast.Attribute(value=owner, attr=grant) if grant in _GRANTS or grant == "grant":
                self.grant(call, place, spelled(owner), grant)

    def table(self, call: ast.Call, place: Place) -> None:
        """Read a table's constructor."""
        variable = self.assigned.get(call, f"line {place.line}")
        words = _words(call)
        logical_name = _text(call.args[1]) if len(call.args) > 1 else ""
        recovery = words.get("point_in_time_recovery")
        self.tables[variable] = TableDefinition(
            place,
            _text(words.get("table_name")) or logical_name,
            logical_name,
            LANGUAGE,
            _keys(words),
            (),
            _encryption(words),
            _flag(recovery) if recovery is not None else _recovery_of(words),
        )

    def grant(self, call: ast.Call, place: Place, owner: str, grant: str) -> None:
        """Read table.grant_*(x): actions on one table for one principal."""
        if owner not in self.tables and "table" not in owner.lower():
            return
        actions = _GRANTS.get(grant) or tuple(_text(part) for part in call.args[1:])
        principal = spelled(call.args[0]) if call.args else ""
        self.policies.append(
            allow_statement(
                place,
                LANGUAGE,
                effect="Allow",
                actions=actions,
                resources=(f"${{{owner}}}", f"${{{owner}}}/index/*"),
                principal=principal,
            )
        )


def _with_indexes(table: TableDefinition, indexes: tuple[Index, ...]) -> TableDefinition:
    return TableDefinition(
        table.place,
        table.name,
        table.logical_name,
        table.language,
        table.keys,
        indexes,
        table.encryption,
        table.point_in_time,
    )


def _words(call: ast.Call) -> dict[str, ast.expr]:
    return {word.arg: word.value for word in call.keywords if word.arg}


def _text(node: ast.expr | None) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else "${?}" for part in values
            )
        case None:
            return ""
        case _:
            return f"${{{spelled(node)}}}"


def _texts(node: ast.expr | None) -> Iterator[str]:
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield _text(part)
        case None:
            return
        case _:
            yield _text(node)


def _flag(node: ast.expr | None) -> bool | None:
    match node:
        case ast.Constant(value=bool() as flag):
            return flag
        case None:
            return False
    return None


def _recovery_of(words: dict[str, ast.expr]) -> bool | None:
    match words.get("point_in_time_recovery_specification"):
        case None:
            return False
        case ast.Call() as specification:
            return _flag(_words(specification).get("point_in_time_recovery_enabled"))
    return None


def _attribute_name(node: ast.expr | None) -> str:
    """Read `dynamodb.Attribute(name="pk", ...)`."""
    match node:
        case ast.Call() as call:
            words = _words(call)
            return _text(words.get("name") or (call.args[0] if call.args else None))
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if _text(key) == "name":
                    return _text(value)
    return ""


def _keys(words: dict[str, ast.expr]) -> tuple[str, ...]:
    found = (_attribute_name(words.get(key)) for key in ("partition_key", "sort_key"))
    return tuple(name for name in found if name)


def _index(call: ast.Call) -> Index:
    words = _words(call)
    kind = words.get("projection_type")
    shown = projected(
        kind.attr if isinstance(kind, ast.Attribute) else "",
        _texts(words.get("non_key_attributes")),
    )
    return _text(words.get("index_name")), _keys(words), shown


def _encryption(words: dict[str, ast.expr]) -> str:
    given = words.get("encryption")
    match given:
        case None:
            return CUSTOMER_KEY if "encryption_key" in words else DEFAULT_KEY
        case ast.Attribute(attr=kind) | ast.Call(func=ast.Attribute(attr=kind)):
            return _ENCRYPTIONS.get(kind, UNKNOWN_KEY)
    return UNKNOWN_KEY


def _statement(call: ast.Call, place: Place) -> PolicyStatement | None:
    words = _words(call)
    effect = words.get("effect")
    conditions: list[str] = []
    match words.get("conditions"):
        case ast.Dict(values=operands):
            for operand in operands:
                if isinstance(operand, ast.Dict):
                    conditions += [_text(key) for key in operand.keys]
    return allow_statement(
        place,
        LANGUAGE,
        effect=effect.attr if isinstance(effect, ast.Attribute) else "",
        actions=_texts(words.get("actions")),
        not_actions=_texts(words.get("not_actions")),
        resources=_texts(words.get("resources")),
        conditions=conditions,
    )
