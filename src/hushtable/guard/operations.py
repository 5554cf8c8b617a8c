"""What a Table may be asked to do, in its own words and in DynamoDB's.

A table's policy is written from these, so what is not among them is refused before it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from hushtable.guard.errors import DeclarationError

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "get": "GetItem",
        "get_many": "BatchGetItem",
        "get_together": "GetItem",
        "query": "Query",
        "count": "Query",
        "scan": "Scan",
        "put": "PutItem",
        "put_many": "BatchWriteItem",
        "update": "UpdateItem",
        "update_and_get": "UpdateItem",
        "delete": "DeleteItem",
        "demand": "ConditionCheckItem",
        "ready": "DescribeTable",
    }
)
"""The action of IAM that each of a Table's methods needs. A transaction has none of its own: its
parts need what they would need alone, and a condition check ConditionCheckItem. Source: Developer
Guide, "Using IAM with DynamoDB transactions", transaction-apis-iam.html."""

EVERYTHING: Final = frozenset(ACTIONS)
USUAL: Final = EVERYTHING - {"scan"}
"""What a Table does when nothing is said: everything but scan."""

_SAME = {"each": "query", "find": "get"}


def chosen(said: Collection[str] | None, table: str) -> frozenset[str]:
    """Read what a Table may do: its methods by name, or actions of DynamoDB (`GetItem`).

    Raises DeclarationError for any other word.
    """
    if said is None:
        return USUAL
    if isinstance(said, str):
        message = f"{table}: operations is a collection of words, not one text"
        raise DeclarationError(message)
    found: set[str] = set()
    for word in said:
        own = _SAME.get(word, word).removeprefix("will_")
        by_action = {name for name, action in ACTIONS.items() if action == word}
        if own in ACTIONS:
            found.add(own)
        elif by_action:
            found |= by_action
        else:
            message = f"{table}: {word!r} is no operation; there are {', '.join(sorted(ACTIONS))}"
            raise DeclarationError(message)
    return frozenset(found)
