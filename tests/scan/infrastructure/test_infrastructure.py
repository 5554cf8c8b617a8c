"""Tests of tables and policies in infrastructure files."""

import json
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.scan.infrastructure.cdk import read_cdk
from hushtable.scan.infrastructure.cloudformation import read_template
from hushtable.scan.infrastructure.definitions import encryption, touches_dynamodb
from hushtable.scan.infrastructure.reading import MAX_BYTES, MAX_TERRAFORM, read
from hushtable.scan.infrastructure.terraform import read_terraform
from hushtable.scan.infrastructure.wanted import wants
from hushtable.scan.run import RECURSION

TEMPLATE = dedent("""\
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      UsersTable:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: !Sub "users-${Stage}"
          KeySchema:
            - {AttributeName: sk, KeyType: RANGE}
            - {AttributeName: pk, KeyType: HASH}
          GlobalSecondaryIndexes:
            - IndexName: by-email
              KeySchema: [{AttributeName: email, KeyType: HASH}]
              Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [name]}
            - IndexName: by-date
              KeySchema: [{AttributeName: date, KeyType: HASH}]
              Projection: {ProjectionType: KEYS_ONLY}
            - IndexName: by-owner
              KeySchema: [{AttributeName: owner, KeyType: HASH}]
              Projection: {ProjectionType: ALL}
          SSESpecification:
            SSEEnabled: true
            SSEType: KMS
            KMSMasterKeyId: !GetAtt Key.Arn
          PointInTimeRecoverySpecification:
            PointInTimeRecoveryEnabled: true
      Plain:
        Type: AWS::Serverless::SimpleTable
      Role:
        Type: AWS::IAM::Role
        Properties:
          ManagedPolicyArns:
            - arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess
            - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
          Policies:
            - PolicyName: p
              PolicyDocument:
                Statement:
                  - Effect: Allow
                    Action: dynamodb:*
                    Resource: "*"
                  - Effect: Deny
                    Action: dynamodb:DeleteTable
                    Resource: "*"
                  - Effect: Allow
                    Action: [s3:GetObject]
                    Resource: "*"
                  - Effect: Allow
                    NotAction: iam:*
                    Resource: !Join [":", ["arn", !Ref X]]
                  - Effect: Allow
                    Action: [dynamodb:GetItem, dynamodb:Query]
                    Resource: !GetAtt UsersTable.Arn
                    Condition:
                      ForAllValues:StringEquals:
                        dynamodb:LeadingKeys: ["${aws:userid}"]
      Function:
        Type: AWS::Serverless::Function
        Properties:
          Policies:
            - DynamoDBCrudPolicy:
                TableName: !Ref UsersTable
            - AmazonDynamoDBFullAccess
            - Statement:
                - Effect: Allow
                  Action: dynamodb:Scan
                  Resource: !Sub "arn:aws:dynamodb:*:*:table/${UsersTable}"
    """)


def test_a_template_in_yaml() -> None:
    """A CloudFormation template gives its tables with lines, keys, indexes and encryption."""
    users, plain = read_template(TEMPLATE, "template.yaml").tables
    assert (users.name, users.logical_name, users.place.line) == (
        "users-${Stage}",
        "UsersTable",
        4,
    )
    assert users.keys == ("pk", "sk")
    assert users.indexes == (
        ("by-email", ("email",), ("name",)),
        ("by-date", ("date",), ()),
        ("by-owner", ("owner",), None),
    )
    assert (users.encryption, users.point_in_time) == ("customer-key", True)
    assert (plain.name, plain.keys, plain.encryption) == ("Plain", ("id",), "default")
    assert plain.point_in_time is False


def test_policies_of_a_template() -> None:
    """Its Allow statements on DynamoDB are given with line, principal and conditions."""
    policies = read_template(TEMPLATE, "template.yaml").policies
    assert [(policy.place.line, policy.principal, policy.actions[0]) for policy in policies] == [
        (39, "Role", "dynamodb:*"),
        (48, "Role", "*"),
        (51, "Role", "dynamodb:GetItem"),
        (33, "Role", "dynamodb:*"),
        (61, "Function", "dynamodb:GetItem"),
        (63, "Function", "dynamodb:*"),
        (65, "Function", "dynamodb:Scan"),
    ]
    conditioned = [p for p in policies if p.conditions]
    assert conditioned[0].conditions == ("dynamodb:LeadingKeys",)
    assert conditioned[0].resources == ("${UsersTable.Arn}",)
    assert ("arn:${X}",) in [p.resources for p in policies]
    crud = next(p for p in policies if "dynamodb:DeleteItem" in p.actions)
    assert crud.resources[0] == "${UsersTable}"


def test_a_template_in_json() -> None:
    """The same template in JSON, indented with tabs, gives the same."""
    text = json.dumps(
        {
            "Resources": {
                "T": {
                    "Type": "AWS::DynamoDB::Table",
                    "Properties": {
                        "TableName": {"Fn::Sub": "t-${Stage}"},
                        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                        "SSESpecification": {"SSEEnabled": True},
                    },
                },
                "P": {
                    "Type": "AWS::IAM::Policy",
                    "Properties": {
                        "PolicyDocument": {
                            "Statement": {
                                "Effect": "Allow",
                                "Action": "*",
                                "Resource": {"Fn::GetAtt": ["T", "Arn"]},
                            }
                        }
                    },
                },
            }
        },
        indent="\t",
    )
    told = read_template(text, "t.json")
    (table,) = told.tables
    (policy,) = told.policies
    assert (table.name, table.encryption, table.keys) == ("t-${Stage}", "aws-key", ("pk",))
    assert table.place.line == 3
    assert (policy.actions, policy.resources) == (("*",), ("${T.Arn}",))


def test_serverless() -> None:
    """A serverless.yml gives the role statements of the provider and its own resources."""
    told = read_template(
        dedent("""\
            service: shop
            provider:
              name: aws
              iam:
                role:
                  statements:
                    - Effect: Allow
                      Action: dynamodb:*
                      Resource: "*"
              iamRoleStatements:
                - Effect: Allow
                  Action: [dynamodb:GetItem]
                  Resource: !GetAtt Users.Arn
            resources:
              Resources:
                Users:
                  Type: AWS::DynamoDB::Table
                  Properties: {TableName: "users-${self:provider.stage}"}
            """),
        "serverless.yml",
    )
    assert [policy.place.line for policy in told.policies] == [11, 7]
    assert told.tables[0].name == "users-${self:provider.stage}"
    assert told.tables[0].language == "serverless"


def test_a_plain_policy() -> None:
    """A policy document alone gives its statements."""
    text = (
        '{"Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Allow",\n'
        '   "Action": ["dynamodb:*"], "Resource": "*"}]}'
    )
    (policy,) = read_template(text, "policy.json").policies
    assert (policy.language, policy.place.line, policy.resources) == ("iam-json", 3, ("*",))


TERRAFORM = dedent("""\
    # resource "aws_dynamodb_table" "old" {}
    resource "aws_dynamodb_table" "users" {
      name         = "users-${var.env}"
      hash_key     = "pk"
      range_key    = "sk"
      global_secondary_index {
        name               = "by_email"
        hash_key           = "email"
        projection_type    = "INCLUDE"
        non_key_attributes = ["name"]
      }
      server_side_encryption {
        enabled     = true
        kms_key_arn = aws_kms_key.k.arn
      }
      point_in_time_recovery { enabled = true }
    }
    resource "aws_dynamodb_table" "plain" {
      name     = "plain"
      hash_key = "id"
    }
    data "aws_iam_policy_document" "doc" {
      statement {
        actions   = ["s3:GetObject"]
        resources = ["*"]
      }
      statement {
        actions   = ["dynamodb:Query"]
        resources = [aws_dynamodb_table.users.arn]
        condition {
          test     = "ForAllValues:StringEquals"
          variable = "dynamodb:LeadingKeys"
          values   = ["x"]
        }
      }
    }
    resource "aws_iam_role_policy" "inline" {
      policy = jsonencode({
        Version = "2012-10-17"
        Statement = [
          { Effect = "Allow", Action = "dynamodb:*", Resource = "*" },
          { Effect = "Deny", Action = "dynamodb:DeleteTable", Resource = "*" },
        ]
      })
    }
    resource "aws_iam_policy" "heredoc" {
      policy = <<EOF
    {"Statement": [
      {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*"}]}
    EOF
    }
    resource "aws_iam_role_policy_attachment" "full" {
      policy_arn = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    }
    """)


def test_terraform() -> None:
    """A Terraform file gives its tables, and policies in each of their spellings, with lines."""
    told = read_terraform(TERRAFORM, "main.tf")
    users, plain = told.tables
    assert (users.place.line, users.name, users.keys) == (2, "users-${var.env}", ("pk", "sk"))
    assert users.indexes == (("by_email", ("email",), ("name",)),)
    assert (users.encryption, users.point_in_time) == ("customer-key", True)
    assert (plain.place.line, plain.encryption, plain.point_in_time) == (18, "default", False)
    assert {(policy.place.line, policy.actions) for policy in told.policies} == {
        (27, ("dynamodb:Query",)),
        (41, ("dynamodb:*",)),
        (49, ("dynamodb:Scan",)),
        (52, ("dynamodb:*",)),
    }
    (query,) = (policy for policy in told.policies if policy.conditions)
    assert query.conditions == ("dynamodb:LeadingKeys",)
    assert query.resources == ("${aws_dynamodb_table.users.arn}",)


CDK = dedent("""\
    from aws_cdk import Stack, aws_dynamodb as dynamodb, aws_iam as iam
    from aws_cdk.aws_dynamodb import TableV2

    class Shop(Stack):
        def __init__(self, scope, id):
            self.users = dynamodb.Table(
                self, "Users", table_name="users",
                partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
                sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
                encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
                point_in_time_recovery=True,
            )
            self.users.add_global_secondary_index(
                index_name="by_email",
                partition_key=dynamodb.Attribute(name="email", type=dynamodb.AttributeType.STRING),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
            other = TableV2(self, "Other", partition_key=dynamodb.Attribute(name="id", type=S))
            html = lib.Table(rows)
            role.add_to_policy(iam.PolicyStatement(actions=["dynamodb:*"], resources=["*"]))
            role.add_to_policy(iam.PolicyStatement(
                effect=iam.Effect.DENY, actions=["dynamodb:*"], resources=["*"]))
            iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"])
            self.users.grant_read_data(function)
            bucket.grant_read_data(function)
            iam.ManagedPolicy.from_aws_managed_policy_name("AmazonDynamoDBFullAccess")
    """)


def test_cdk() -> None:
    """A CDK stack gives its tables, statements and grants."""
    told = read_cdk(CDK, "stack.py")
    users, other = told.tables
    assert (users.name, users.place.line, users.keys) == ("users", 6, ("pk", "sk"))
    assert (users.encryption, users.point_in_time) == ("customer-key", True)
    assert users.indexes == (("by_email", ("email",), ()),)
    assert (other.name, other.keys, other.encryption) == ("Other", ("id",), "default")
    assert sorted((policy.place.line, policy.resources[0]) for policy in told.policies) == [
        (20, "*"),
        (24, "${self.users}"),
        (26, "*"),
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("", ""), "default"),
        (("false", "key"), "default"),
        (("true", ""), "aws-key"),
        (("true", "", "KMS"), "aws-key"),
        (("true", "alias/aws/dynamodb"), "aws-key"),
        (("true", "arn:aws:kms:x"), "customer-key"),
        (("${Enabled}", ""), "unknown"),
    ],
)
def test_encryption(arguments: tuple[str, ...], expected: str) -> None:
    """Encryption is named by whose key it is, and unknown when a parameter decides."""
    assert encryption(*arguments) == expected


def test_which_actions_touch_dynamodb() -> None:
    """Wildcards and DynamoDB's own actions touch it, others do not."""
    assert touches_dynamodb(["s3:Get", "DynamoDB:Scan"])
    assert touches_dynamodb(["*"])
    assert not touches_dynamodb(["s3:*", "dynamodbstreams"])


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("template.yaml", "Resources:\n  T:\n    Type: AWS::X\n   bad: [", "not valid YAML"),
        ("t.json", '{"Resources": {"T": {"Type": "AWS::X",,}}}', "not valid JSON"),
        ("main.tf", 'resource "a" "b" {\n  x = = 1\n}\n', "not valid HCL"),
        ("stack.py", "def broken(:\n", "not valid Python"),
        ("latin.yaml", b"AWS:: \xff\xfe", "not UTF-8 text"),
    ],
)
def test_broken_files_are_told(tmp_path: Path, name: str, text: str | bytes, why: str) -> None:
    """A broken file is unknown with a reason, and never an exception."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    told = read(path, name)
    assert [unknown.why for unknown in told.unknown] == [why]
    assert not told.tables


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing and a far too large file are unknown."""
    assert read(tmp_path / "none.yaml", "none.yaml").unknown
    big = tmp_path / "big.json"
    big.write_bytes(b" " * (MAX_BYTES + 1))
    assert "large" in read(big, "big.json").unknown[0].why
    module = tmp_path / "big.tf"
    module.write_bytes(b" " * (MAX_TERRAFORM + 1))
    assert "large" in read(module, "big.tf").unknown[0].why


def test_pages_with_braces_are_no_templates() -> None:
    """A chart or page whose braces make it no YAML defines nothing, and misses nothing."""
    assert read_template("kind: {{ .Values.kind }}\n{% if x %}\n", "chart.yaml").unknown == ()


def test_anchors_that_multiply() -> None:
    """Anchors that would make a billion entries cost nothing."""
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    text = "\n".join(["a0: &a0 [AWS::X]", *levels, "Resources: *a11", "Statement: *a11"])
    assert read_template(text, "bomb.yaml").tables == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flow.yaml", "AWS:: " + "[" * 100_000),
        ("quoted.yaml", "AWS:: " + '["]", ' * 100_000),
        ("block.yaml", "# AWS::\n" + "- " * 100_000),
        ("keys.yaml", "# AWS::\n" + "? " * 100_000),
        ("open.json", '{"AWS::": ' + "[" * 100_000),
        ("shut.json", '{"AWS::": ' + "[" * 5000 + "]" * 5000 + "}"),
        ("lists.tf", "x = " + "[" * 5000 + "]" * 5000),
        ("calls.tf", "x = " + "f(" * 3000 + "1" + ")" * 3000),
        ("stack.py", "x = " + "(" * 3000),
    ],
)
def test_deep_nesting_is_told(tmp_path: Path, name: str, text: str) -> None:
    """Nesting without end is unknown, never a crash, even where recursion may go deep."""
    path = tmp_path / name
    path.write_text(text)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(RECURSION)
    try:
        told = read(path, name)
    finally:
        sys.setrecursionlimit(limit)
    assert [unknown.place.path for unknown in told.unknown] == [name]
    assert told.tables == ()


def test_nesting_of_written_templates_is_read() -> None:
    """A policy some forty levels deep is no hostile file."""
    inner = '{"Fn::If": ["A", ' * 20 + '"x"' + "]}" * 20
    table = f'{{"Type": "AWS::DynamoDB::Table", "Properties": {{"Tags": {inner}}}}}'
    assert len(read_template(f'{{"Resources": {{"T": {table}}}}}', "t.json").tables) == 1


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("template.yaml", b"AWSTemplateFormatVersion: x", True),
        ("infra/main.tf", b'resource "aws_dynamodb_table" "x" {', True),
        ("infra/vpc.tf", b'resource "aws_vpc" "x" {', False),
        ("stack.py", b"import os\nfrom aws_cdk import Stack\n", True),
        ("app.py", b"import boto3\n", False),
        ("package.json", b'"Statement"', False),
        ("values.yaml", b"replicas: 1\n", False),
        ("policy.json", b'{"Version": "2012-10-17", "Statement": []}', True),
        ("serverless.yml", b"service: x\nprovider:\n  name: aws\n", True),
    ],
)
def test_which_files_are_wanted(name: str, head: bytes, expected: bool) -> None:  # noqa: FBT001
    """Only files that may define tables or policies are wanted."""
    assert wants(name, head) is expected


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="{}[]:-!&*#\"' \n\tabRef=", max_size=80), st.sampled_from(["yaml", "json"]))
def test_any_text_is_read(text: str, suffix: str) -> None:
    """Any text gives definitions."""
    read_template("Statement: " + text, f"x.{suffix}")
    read_cdk(text, "x.py")
