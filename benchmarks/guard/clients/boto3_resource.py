"""The boto3 resource: a Table that gives plain items."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

from benchmarks.guard.canned import BIG, KEY, PAGE, TABLE
from benchmarks.guard.clients import asked, shown


def calls(url: str, _stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    dynamodb = boto3.resource("dynamodb", endpoint_url=url, region_name=asked.REGION)
    table, large = dynamodb.Table(TABLE), dynamodb.Table(BIG)

    def get(**more: Any) -> bytes:  # noqa: ANN401 - boto3's own
        return shown.one(table.get_item(Key=asked.KEY_NAMED, **more)["Item"])

    def query(asks: Any, **more: Any) -> bytes:  # noqa: ANN401 - boto3's own
        condition = Key("user_id").eq(KEY[0])
        found = asks.query(KeyConditionExpression=condition, Limit=PAGE, **more)
        return shown.many(found["Items"])

    # boto3's own condition builder takes the alias #n0 too.
    names = {name.replace("#n", "#p"): said for name, said in _names().items()}
    narrow = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
    return {
        "get narrow": lambda: get(**asked.NARROW),
        "get whole": get,
        "page narrow": lambda: query(table, **narrow),
        "page whole": lambda: query(table),
        "big": lambda: query(large),
    }


def _names() -> dict[str, str]:
    names: dict[str, str] = asked.NARROW["ExpressionAttributeNames"]
    return names
