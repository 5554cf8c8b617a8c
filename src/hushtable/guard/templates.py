"""CloudFormation and Terraform for the tables that Records declare, and the program's policy.

Both give the tables a KMS key of their own, point-in-time recovery and protection from deletion.
A template is a start: people read it and keep it, and hushtable does not apply it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

from hushtable.guard.definitions import Defined, Key, defined, projected
from hushtable.guard.hcl import Expression, Interpolated, block, encoded
from hushtable.guard.iam import MOST_CHARACTERS, Account, Policy, is_arn, policy
from hushtable.guard.table import Table

_ADMINISTERED = "AccountAdministers"
_USED = "OnlyThroughDynamoDB"
_THROUGH = (
    "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
)  # fmt: skip
"""What DynamoDB does with a key for whoever uses a table. Source: Developer Guide, "DynamoDB
encryption at rest usage notes", encryption.usagenotes.html."""
_VIA = "dynamodb.*.amazonaws.com"
_DAYS = 30
_SLACK = 200
"""Characters by which the ARNs of another partition or region may be longer."""


def _own(tables: Sequence[Table[Any]]) -> tuple[Defined, ...]:
    """Give the tables to be defined: one that is named by its ARN is defined somewhere else."""
    return defined(one for one in tables if not is_arn(one.name))


def _parts(
    tables: Sequence[Table[Any]], allowed: Policy, owner_variable: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the policy in numbered parts that are no longer than IAM takes, the first without one.

    A template's own words for an ARN are shorter than what stands for them at last, so the parts
    are measured with ARNs of a region whose name is long.
    """
    long = policy(tables, Account("0" * 12, "us-gov-west-1"), owner_variable=owner_variable)
    statements = iter(allowed.document["Statement"])
    for number, part in enumerate(long.parts(MOST_CHARACTERS - _SLACK), 1):
        own = list(islice(statements, len(part["Statement"])))
        if own:
            yield str(number) if number > 1 else "", {**allowed.document, "Statement": own}


def _names(tables: Sequence[Defined], between: str) -> dict[str, str]:
    """Name each table within a template."""
    names: dict[str, str] = {}
    for one in tables:
        parts = [part for part in re.split(r"[^A-Za-z0-9]+", one.name) if part]
        name = between.join(parts) if between else "".join(map(_capital, parts))
        name = name if name[:1].isalpha() else f"t{name}"
        while name in names.values():
            name += "x"
        names[one.name] = name
    return names


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


# CloudFormation


@dataclass(frozen=True, slots=True)
class _InTemplate:
    """ARNs in the words of CloudFormation."""

    names: Mapping[str, str]

    def table(self, name: str) -> Any:
        return name if is_arn(name) else {"Fn::GetAtt": [self.names[name], "Arn"]}

    def index(self, table: str, name: str) -> Any:
        if is_arn(table):
            return f"{table}/index/{name}"
        return {"Fn::Sub": f"${{{self.names[table]}.Arn}}/index/{name}"}

    def key(self, key_id: str) -> Any:
        if is_arn(key_id):
            return key_id
        account = "${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}"
        return {"Fn::Sub": f"arn:{account}:key/{key_id}"}


class _Whole(yaml.SafeDumper):
    """Writes what occurs twice twice: people read it."""

    def ignore_aliases(self, data: object) -> bool:
        """Say that nothing is written as a reference."""
        del data
        return True


def cloudformation(tables: Sequence[Table[Any]], *, owner_variable: str = "") -> str:
    """Write a CloudFormation template of the tables, their key and the program's policy."""
    found = _own(tables)
    names = _names(found, "")
    allowed = policy(tables, _InTemplate(names), owner_variable=owner_variable)
    root = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    resources: dict[str, Any] = {
        "TablesKey": {
            "Type": "AWS::KMS::Key",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "Description": "Encrypts the tables",
                "EnableKeyRotation": True,
                "PendingWindowInDays": _DAYS,
                "KeyPolicy": _key_policy(root, {"Ref": "AWS::AccountId"}),
            },
        }
    }
    for one in found:
        properties = one.create_request()
        properties["SSESpecification"] = {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"Fn::GetAtt": ["TablesKey", "Arn"]},
        }
        properties["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": True}
        properties["DeletionProtectionEnabled"] = True
        if one.expires:
            properties["TimeToLiveSpecification"] = {
                "AttributeName": one.expires,
                "Enabled": True,
            }
        resources[names[one.name]] = {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": properties,
        }
    outputs: dict[str, Any] = {}
    for number, document in _parts(tables, allowed, owner_variable):
        resources[f"TablesPolicy{number}"] = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": document},
        }
        outputs[f"TablesPolicyArn{number}"] = {"Value": {"Ref": f"TablesPolicy{number}"}}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": resources,
        "Outputs": outputs,
    }
    text = yaml.dump(template, Dumper=_Whole, sort_keys=False, width=100, allow_unicode=True)
    return _noted(allowed) + text


def _key_policy(root: Any, account: Any) -> dict[str, Any]:
    """Let the account administer the key, and its principals use it through DynamoDB alone.

    In a key's own policy the resource `*` is the key.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": _ADMINISTERED,
                "Effect": "Allow",
                "Principal": {"AWS": root},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": _USED,
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": list(_THROUGH),
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"kms:CallerAccount": account},
                    "StringLike": {"kms:ViaService": _VIA},
                },
            },
        ],
    }


def _noted(allowed: Policy) -> str:
    return "".join(f"# {note}\n" for note in allowed.notes)


# Terraform


@dataclass(frozen=True, slots=True)
class _InTerraform:
    """ARNs in the words of Terraform."""

    names: Mapping[str, str]

    def table(self, name: str) -> Any:
        return name if is_arn(name) else Expression(f"aws_dynamodb_table.{self.names[name]}.arn")

    def index(self, table: str, name: str) -> Any:
        if is_arn(table):
            return f"{table}/index/{name}"
        return Interpolated(f"${{aws_dynamodb_table.{self.names[table]}.arn}}/index/{name}")

    def key(self, key_id: str) -> Any:
        if is_arn(key_id):
            return key_id
        place = f"{_PARTITION}:kms:${{data.aws_region.current.name}}:{_ACCOUNT}"
        return Interpolated(f"arn:{place}:key/{key_id}")


_PARTITION = "${data.aws_partition.current.partition}"
_ACCOUNT = "${data.aws_caller_identity.current.account_id}"


def terraform(tables: Sequence[Table[Any]], *, owner_variable: str = "") -> str:
    """Write Terraform for the tables, their key and the program's policy."""
    found = _own(tables)
    names = _names(found, "_")
    allowed = policy(tables, _InTerraform(names), owner_variable=owner_variable)
    root = Interpolated(f"arn:{_PARTITION}:iam::{_ACCOUNT}:root")
    key = {
        "description": "Encrypts the tables",
        "enable_key_rotation": True,
        "deletion_window_in_days": _DAYS,
        "policy": encoded(_key_policy(root, Expression(_ACCOUNT.strip("${}")))),
    }
    blocks = [
        *(block(f'data "aws_{one}" "current"', {}) for one in ("caller_identity", "partition")),
        block('resource "aws_kms_key" "tables"', key),
        *(_table_block(one, names[one.name]) for one in found),
        *(
            block(
                f'resource "aws_iam_policy" "tables{number}"',
                {"name_prefix": "tables-", "policy": encoded(document)},
            )
            for number, document in _parts(tables, allowed, owner_variable)
        ),
    ]
    if any("data.aws_region." in one for one in blocks):
        blocks.insert(0, block('data "aws_region" "current"', {}))
    return _noted(allowed) + "\n".join(blocks)


def _table_block(one: Defined, label: str) -> str:
    body: dict[str, Any] = {
        "name": one.name,
        "billing_mode": "PAY_PER_REQUEST",
        **_hcl_key(one.key),
        "deletion_protection_enabled": True,
    }
    inner: list[tuple[str, dict[str, Any]]] = [
        ("attribute", {"name": name, "type": wire}) for name, wire in one.key_types
    ]
    for index in one.indexes:
        said = {"name": index.name, **_hcl_key(index.key), "projection_type": projected(index)}
        if index.local:
            said.pop("hash_key")
        if index.carries:
            said["non_key_attributes"] = list(index.carries)
        kind = "local" if index.local else "global"
        inner.append((f"{kind}_secondary_index", said))
    if one.expires:
        inner.append(("ttl", {"attribute_name": one.expires, "enabled": True}))
    inner += [
        ("point_in_time_recovery", {"enabled": True}),
        (
            "server_side_encryption",
            {"enabled": True, "kms_key_arn": Expression("aws_kms_key.tables.arn")},
        ),
        ("lifecycle", {"prevent_destroy": True}),
    ]
    return block(f'resource "aws_dynamodb_table" "{label}"', body, inner)


def _hcl_key(key: Key) -> dict[str, Any]:
    return {word: name for word, (name, _) in zip(("hash_key", "range_key"), key, strict=False)}
