"""Tells which files may define tables or policies, without loading a parser."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

TERRAFORM = (".tf",)
TEMPLATES = (".yaml", ".yml", ".json", ".template")
PYTHON = (".py",)

_TERRAFORM = re.compile(
    rb"aws_dynamodb_table|aws_iam_\w*polic|aws_iam_role|dynamodb:|AmazonDynamoDB", re.IGNORECASE
)
_TEMPLATE = re.compile(
    rb"AWSTemplateFormatVersion|AWS::|[\"']?Resources[\"']?\s*:|Transform:\s*AWS"
    rb"|^provider\s*:|[\"']Statement[\"']|iamRoleStatements|dynamodb:",
    re.MULTILINE,
)
_CDK = re.compile(rb"^\s*(?:from|import)\s+aws_cdk", re.MULTILINE)
_GENERATED = frozenset({"package.json", "package-lock.json", "tsconfig.json", "composer.json"})


def wants(relative: str, head: bytes) -> bool:
    """Tell whether `read` should see a file; `head` are its first bytes (some thousands)."""
    path = PurePosixPath(relative)
    if path.name in _GENERATED:
        return False
    suffix = path.suffix.lower()
    if suffix in TERRAFORM:
        return bool(_TERRAFORM.search(head))
    if suffix in TEMPLATES:
        return bool(_TEMPLATE.search(head))
    return suffix in PYTHON and bool(_CDK.search(head))
