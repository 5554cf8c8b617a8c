"""What is read beside the program: infrastructure files."""

from __future__ import annotations

from pathlib import Path

from hushtable.model.config import ScanConfig
from hushtable.scan.run import scan

TABLE = 'resource "aws_dynamodb_table" "users" {\n  name = "users"\n  hash_key = "id"\n}\n'
CDK = """
from aws_cdk import Stack, aws_dynamodb as dynamodb


class Tables(Stack):
    def __init__(self, scope, name):
        super().__init__(scope, name)
        dynamodb.Table(self, "Users", table_name="users",
                       partition_key=dynamodb.Attribute(
                           name="id", type=dynamodb.AttributeType.STRING))
"""
POLICY = '{"Statement": [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}]}'


def test_infrastructure_is_read(tmp_path: Path) -> None:
    """Tables and policies of Terraform, templates and CDK become facts, at their places."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(TABLE)
    (tmp_path / "infra" / "policy.json").write_text(POLICY)
    (tmp_path / "infra" / "stack.py").write_text(CDK)
    (tmp_path / "notes.yaml").write_text("Resources: nothing of the kind\n")
    facts = scan(tmp_path, ScanConfig(jobs=1, cache=False))
    assert {(one.place.path, one.name) for one in facts.tables} == {
        ("infra/main.tf", "users"), ("infra/stack.py", "users"),
    }  # fmt: skip
    assert [(one.place.path, one.actions) for one in facts.policies] == [
        ("infra/policy.json", ("dynamodb:*",))
    ]
    assert facts.unknown == ()


def test_broken_infrastructure_is_unknown(tmp_path: Path) -> None:
    """A template that cannot be read is told as unknown, and hurts nothing beside it."""
    (tmp_path / "broken.tf").write_text(TABLE + "}}} {\n")
    (tmp_path / "good.tf").write_text(TABLE)
    facts = scan(tmp_path, ScanConfig(jobs=1, cache=False))
    assert [one.place.path for one in facts.unknown] == ["broken.tf"]
    assert "good.tf" in {one.place.path for one in facts.tables}


def test_a_deep_template_does_not_end_the_scan(tmp_path: Path) -> None:
    """A file of brackets without end is told, however deep the scan itself may recurse."""
    text = '{"Resources": "AWS::DynamoDB::Table", "x": ' + "[" * 50_000
    (tmp_path / "deep.json").write_text(text)
    facts = scan(tmp_path, ScanConfig(jobs=1, cache=False))
    assert [(one.place.path, one.why) for one in facts.unknown] == [
        ("deep.json", "nested too deeply")
    ]
