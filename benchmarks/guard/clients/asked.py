"""The parameters of the calls, for clients that take DynamoDB's own."""

from __future__ import annotations

from typing import Any

from benchmarks.guard.canned import BIG, KEY, PAGE, SHOWN, TABLE

REGION = "eu-west-1"
KEY_NAMED = dict(zip(SHOWN[:2], KEY, strict=True))
_NAMES = {f"#n{number}": name for number, name in enumerate(SHOWN)}
NARROW: dict[str, Any] = {
    "ProjectionExpression": ", ".join(_NAMES),
    "ExpressionAttributeNames": _NAMES,
}


def get(*, narrow: bool) -> dict[str, Any]:
    """Ask for the item."""
    key = {name: {"S": value} for name, value in KEY_NAMED.items()}
    return {"TableName": TABLE, "Key": key, **(NARROW if narrow else {})}


def query(table: str = TABLE, *, narrow: bool) -> dict[str, Any]:
    """Ask for the page."""
    said: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "#n0 = :v0",
        "ExpressionAttributeNames": {"#n0": SHOWN[0]},
        "ExpressionAttributeValues": {":v0": {"S": KEY[0]}},
        "Limit": PAGE,
    }
    return {**said, **NARROW} if narrow else said


def big() -> dict[str, Any]:
    """Ask for 12 MB."""
    return query(BIG, narrow=False)
