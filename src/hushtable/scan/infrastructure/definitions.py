"""What an infrastructure file defines, and the words that all formats share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hushtable.model.facts import PolicyStatement, TableDefinition, Unknown
from hushtable.model.place import Place

CUSTOMER_KEY = "customer-key"
AWS_KEY = "aws-key"
DEFAULT_KEY = "default"
UNKNOWN_KEY = "unknown"

# Managed policies that hold dynamodb:* on every table.
# Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/
FULL_ACCESS_POLICIES = {
    "AmazonDynamoDBFullAccess": "dynamodb:*",
    "AmazonDynamoDBFullAccess_v2": "dynamodb:*",
    "AmazonDynamoDBFullAccesswithDataPipeline": "dynamodb:*",
    "AdministratorAccess": "*",
    "PowerUserAccess": "*",
}

Index = tuple[str, tuple[str, ...], tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Definitions:
    """The tables and the Allow statements of one file, or why it could not be read."""

    tables: tuple[TableDefinition, ...] = ()
    policies: tuple[PolicyStatement, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def unreadable(relative: str, line: int, why: str) -> Definitions:
    """Say that a file could not be examined."""
    return Definitions(unknown=(Unknown(Place(relative, max(line, 1)), why),))


def encryption(enabled: str, key: str, kind: str = "") -> str:
    """Name the encryption from SSEEnabled, a KMS key and SSEType as written.

    DynamoDB encrypts every table; what differs is whose key does it: the customer's, the one
    AWS manages in the account, or the one AWS owns (the default). Source: Developer Guide,
    "DynamoDB encryption at rest", EncryptionAtRest.html.
    """
    if not enabled:
        return DEFAULT_KEY
    if enabled.lower() == "false":
        return DEFAULT_KEY
    if enabled.lower() != "true":
        return UNKNOWN_KEY
    if key and "alias/aws/dynamodb" not in key:
        return CUSTOMER_KEY
    return AWS_KEY if kind in {"", "KMS"} else UNKNOWN_KEY


def projected(kind: str, names: Iterable[str]) -> tuple[str, ...] | None:
    """Give an index's projected attributes: None for ALL, none for KEYS_ONLY."""
    match kind.upper():
        case "KEYS_ONLY":
            return ()
        case "INCLUDE":
            return tuple(names)
        case _:
            return None


def touches_dynamodb(actions: Iterable[str]) -> bool:
    """Tell whether an action pattern covers any DynamoDB call."""
    return any(
        action == "*" or action.lower().startswith(("dynamodb:", "dax:")) for action in actions
    )


def allow_statement(
    place: Place,
    language: str,
    *,
    effect: str,
    actions: Iterable[str],
    not_actions: Iterable[str] = (),
    resources: Iterable[str] = (),
    principal: str = "",
    conditions: Iterable[str] = (),
) -> PolicyStatement | None:
    """Make the fact of one statement; None for a Deny or one that never touches DynamoDB."""
    if effect.lower() not in {"", "allow"}:
        return None
    covered = tuple(actions)
    excluded = tuple(not_actions)
    if excluded and not touches_dynamodb(excluded):
        # All actions but some others: all of DynamoDB's are in.
        covered = (*covered, "*")
    if not touches_dynamodb(covered):
        return None
    return PolicyStatement(
        place, covered, tuple(resources), principal, language, tuple(dict.fromkeys(conditions))
    )


def managed_policy(
    place: Place, language: str, name: str, principal: str
) -> PolicyStatement | None:
    """Make the fact of an attached AWS managed policy that opens every table, or None."""
    action = FULL_ACCESS_POLICIES.get(name.rsplit("/", 1)[-1])
    if action is None:
        return None
    return PolicyStatement(place, (action,), ("*",), principal, language)
