"""CloudFormation, SAM and serverless.yml templates, and plain IAM policy documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hushtable.model.facts import PolicyStatement, TableDefinition
from hushtable.model.place import Place
from hushtable.scan.infrastructure.definitions import (
    Definitions,
    Index,
    allow_statement,
    encryption,
    managed_policy,
    projected,
    unreadable,
)
from hushtable.scan.infrastructure.yaml_nodes import (
    Malformed,
    Node,
    document,
    elements,
    get,
    items,
    line,
    text,
    texts,
)

_TABLES = frozenset(
    {"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable"}
)
_POLICIES = frozenset(
    {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy",
     "AWS::IAM::GroupPolicy"}
)  # fmt: skip
_HOLDERS = frozenset({"AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"})
_FUNCTIONS = frozenset({"AWS::Serverless::Function", "AWS::Serverless::StateMachine"})

_TEMPLATED = re.compile(r"\{%|(?<!['\"])\{\{(?!resolve)")

# SAM policy templates: https://docs.aws.amazon.com/serverless-application-model/latest/
# developerguide/serverless-policy-template-list.html
_READ = (
    "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem",
    "dynamodb:DescribeTable",
)  # fmt: skip
_WRITE = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem")
_SAM_TEMPLATES = {
    "DynamoDBCrudPolicy": (*_READ, *_WRITE, "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"),
    "DynamoDBReadPolicy": _READ,
    "DynamoDBWritePolicy": _WRITE,
}


def read_template(source: str, relative: str) -> Definitions:
    """Read a YAML or JSON file; one that is no template defines nothing."""
    is_json = relative.endswith(".json") or source.lstrip()[:1] == "{"
    try:
        root = document(source, json=is_json)
    except Malformed as error:
        # Only a file that says it is a template must be one: Helm charts and pages with {{ }}
        # share its ending, and miss nothing by not being read.
        if "AWS::" in source and not _TEMPLATED.search(source):
            return unreadable(relative, error.line, str(error))
        return Definitions()
    tables: list[TableDefinition] = []
    policies: list[PolicyStatement | None] = []
    for resources, language in _resource_sections(root, is_json=is_json):
        for logical_name, resource, at in items(resources):
            kind = text(get(resource, "Type"))
            place = Place(relative, at)
            if kind in _TABLES:
                properties = get(resource, "Properties")
                tables.append(_table(place, logical_name, kind, properties, language))
            else:
                policies += _policies(relative, logical_name, resource, kind, language)
    policies += _serverless(root, relative)
    if get(root, "Statement") is not None:
        policies += _statements(get(root, "Statement"), relative, "", "iam-json")
    return Definitions(tuple(tables), tuple(policy for policy in policies if policy))


def _resource_sections(root: Node, *, is_json: bool) -> Iterator[tuple[Node, str]]:
    yield get(root, "Resources"), "cloudformation-json" if is_json else "cloudformation"
    yield get(root, "resources", "Resources"), "serverless"
    # serverless.yml may list several pieces of template.
    for piece in elements(get(root, "resources")):
        if get(root, "resources").id == "sequence":
            yield get(piece, "Resources"), "serverless"


def _table(
    place: Place, logical_name: str, kind: str, properties: Node, language: str
) -> TableDefinition:
    sse = get(properties, "SSESpecification")
    key = text(get(sse, "KMSMasterKeyId"))
    replicas = elements(get(properties, "Replicas"))
    recovery = get(properties, "PointInTimeRecoverySpecification")
    for replica in replicas:
        key = key or text(get(replica, "SSESpecification", "KMSMasterKeyId"))
        recovery = recovery or get(replica, "PointInTimeRecoverySpecification")
    keys = tuple(_keys(properties))
    if kind == "AWS::Serverless::SimpleTable":
        keys = (text(get(properties, "PrimaryKey", "Name")) or "id",)
    recovers = text(get(recovery, "PointInTimeRecoveryEnabled")).lower()
    return TableDefinition(
        place,
        text(get(properties, "TableName")) or logical_name,
        logical_name,
        language,
        keys,
        tuple(_indexes(properties)),
        encryption(text(get(sse, "SSEEnabled")), key, text(get(sse, "SSEType"))),
        {"true": True, "false": False}.get(recovers, None if recovers else False),
    )


def _keys(node: Node) -> Iterator[str]:
    """Give the key attributes, partition key first."""
    schema = elements(get(node, "KeySchema"))
    for kind in ("HASH", "RANGE"):
        for element in schema:
            if text(get(element, "KeyType")) == kind:
                yield text(get(element, "AttributeName"))


def _indexes(properties: Node) -> Iterator[Index]:
    for section in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in elements(get(properties, section)):
            projection = get(index, "Projection")
            names = texts(get(projection, "NonKeyAttributes"))
            yield (
                text(get(index, "IndexName")),
                tuple(_keys(index)),
                projected(text(get(projection, "ProjectionType")), names),
            )


def _policies(
    relative: str, logical_name: str, resource: Node, kind: str, language: str
) -> Iterator[PolicyStatement | None]:
    properties = get(resource, "Properties")
    if kind in _POLICIES:
        statements = get(properties, "PolicyDocument", "Statement")
        yield from _statements(statements, relative, logical_name, language)
    if kind in _HOLDERS:
        for policy in elements(get(properties, "Policies")):
            statements = get(policy, "PolicyDocument", "Statement")
            yield from _statements(statements, relative, logical_name, language)
        for arn in elements(get(properties, "ManagedPolicyArns")):
            yield managed_policy(Place(relative, line(arn)), language, text(arn), logical_name)
    if kind in _FUNCTIONS:
        for policy in elements(get(properties, "Policies")):
            yield from _sam_policy(policy, relative, logical_name, language)


def _sam_policy(
    policy: Node, relative: str, principal: str, language: str
) -> Iterator[PolicyStatement | None]:
    if policy.id == "scalar":
        yield managed_policy(Place(relative, line(policy)), language, text(policy), principal)
    yield from _statements(get(policy, "Statement"), relative, principal, language)
    for name, parameters, at in items(policy):
        actions = _SAM_TEMPLATES.get(name)
        if actions is not None:
            table = text(get(parameters, "TableName"))
            yield PolicyStatement(
                Place(relative, at), actions, (table, f"{table}/index/*"), principal, language
            )


def _statements(
    statements: Node, relative: str, principal: str, language: str
) -> Iterator[PolicyStatement | None]:
    for statement in elements(statements):
        if statement.id != "mapping":
            continue
        conditions = [
            key
            for _, operands, _ in items(get(statement, "Condition"))
            for key, _, _ in items(operands)
        ]
        yield allow_statement(
            Place(relative, line(statement)),
            language,
            effect=text(get(statement, "Effect")),
            actions=texts(get(statement, "Action")),
            not_actions=texts(get(statement, "NotAction")),
            resources=texts(get(statement, "Resource")),
            principal=principal,
            conditions=conditions,
        )


def _serverless(root: Node, relative: str) -> Iterator[PolicyStatement | None]:
    """Read the role statements of a serverless.yml, for all functions and for one."""
    if get(root, "provider") is None:
        return
    for path in (("iamRoleStatements",), ("iam", "role", "statements")):
        yield from _statements(get(root, "provider", *path), relative, "provider", "serverless")
    for arn in elements(get(root, "provider", "iam", "role", "managedPolicies")):
        yield managed_policy(Place(relative, line(arn)), "serverless", text(arn), "provider")
    for name, function, _ in items(get(root, "functions")):
        yield from _statements(get(function, "iamRoleStatements"), relative, name, "serverless")
