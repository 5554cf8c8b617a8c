"""The boto3 client: wire types are taken apart with boto3's TypeDeserializer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.parsers import create_parser

from benchmarks.guard.clients import asked, shown


def decoding() -> Callable[[bytearray], list[Any]]:
    """Give what decodes a query's answer: botocore's parser, to wire types in dicts."""
    model = boto3.client("dynamodb", region_name=asked.REGION).meta.service_model
    shape = model.operation_model("Query").output_shape
    parser = create_parser(model.metadata["protocol"])

    def decode(body: bytearray) -> list[Any]:
        parsed = parser.parse({"status_code": 200, "headers": {}, "body": body}, shape)
        items: list[Any] = parsed["Items"]
        return items

    return decode


def calls(url: str, _stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    client = boto3.client("dynamodb", endpoint_url=url, region_name=asked.REGION)
    plain = TypeDeserializer().deserialize

    def get(said: dict[str, Any]) -> bytes:
        item = client.get_item(**said)["Item"]
        return shown.one({name: plain(value) for name, value in item.items()})

    def query(said: dict[str, Any]) -> bytes:
        items = client.query(**said)["Items"]
        return shown.many([{n: plain(value) for n, value in item.items()} for item in items])

    return {
        "get narrow": lambda: get(asked.get(narrow=True)),
        "get whole": lambda: get(asked.get(narrow=False)),
        "page narrow": lambda: query(asked.query(narrow=True)),
        "page whole": lambda: query(asked.query(narrow=False)),
        "big": lambda: query(asked.big()),
    }
