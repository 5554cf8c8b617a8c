"""What the canned server answers: bytes that are made once.

An item has 12 attributes and 1 KB; the answer of an endpoint shows 4 of them.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

TABLE = "orders"
BIG = "big"
"""A table whose every query is answered with 12 MB, whatever it asks."""

PAGE = 100
BIG_BYTES = 12 * 1024 * 1024
SHOWN = ("user_id", "order_id", "status", "total")
KEY = ("user-000001", "order-000001")


def item(number: int) -> dict[str, Any]:
    """Give a stored item, in wire types."""
    return {
        "user_id": {"S": "user-000001"},
        "order_id": {"S": f"order-{number:06}"},
        "status": {"S": "shipped"},
        "total": {"N": str(1000 + number)},
        "email": {"S": f"customer-{number}@example.org"},
        "password_hash": {"S": "$argon2id$v=19$m=65536,t=3,p=4$" + "a" * 65},
        "address": {
            "M": {
                "street": {"S": "Long Road 1"},
                "city": {"S": "Springfield"},
                "postcode": {"S": "12345"},
                "floor": {"N": "3"},
            }
        },
        "tags": {"L": [{"S": "gift"}, {"S": "fragile"}, {"S": "priority"}]},
        "created_at": {"S": "2026-01-02T03:04:05.678901+00:00"},
        "paid": {"BOOL": True},
        "weights": {"L": [{"N": "1.25"}, {"N": "2.5"}, {"N": "10"}]},
        "note": {"S": "n" * 350},
    }


def projected(whole: dict[str, Any]) -> dict[str, Any]:
    """Give what a projection of the shown attributes leaves of an item."""
    return {name: whole[name] for name in SHOWN}


def shown(number: int) -> dict[str, Any]:
    """Give what the endpoint's answer shows of an item."""
    whole = item(number)
    texts = {name: whole[name]["S"] for name in SHOWN[:3]}
    return {**texts, "total": int(whole["total"]["N"])}


def answer(document: dict[str, Any]) -> bytes:
    """Write a whole HTTP response, with the checksum that DynamoDB sends."""
    body = json.dumps(document, separators=(",", ":")).encode()
    head = (
        "HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Mon, 02 Feb 2026 10:00:00 GMT\r\n"
        f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n"
        "Connection: keep-alive\r\n"
        "x-amzn-RequestId: 5QO1G7V9VH0Q7VBCVK2ON9GIRJVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n"
        f"x-amz-crc32: {zlib.crc32(body)}\r\n\r\n"
    )
    return head.encode() + body


def page(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Write a page that is the last one."""
    return {"Count": len(items), "Items": items, "ScannedCount": len(items)}


def described(table: str) -> dict[str, Any]:
    """Describe a table, for clients that ask."""
    names = SHOWN[:2]
    return {
        "Table": {
            "TableName": table,
            "TableStatus": "ACTIVE",
            "KeySchema": [
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(names, ("HASH", "RANGE"), strict=True)
            ],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in names
            ],
        }
    }


class Answers:
    """Everything the server answers. `big` makes the 12 MB too."""

    def __init__(self) -> None:
        """Write the answers."""
        whole = item(1)
        rows = [item(number) for number in range(1, PAGE + 1)]
        self._one = (answer({"Item": whole}), answer({"Item": projected(whole)}))
        self._page = (answer(page(rows)), answer(page([projected(row) for row in rows])))
        self._missing = answer({})
        self._described = answer(described(TABLE))
        self._big = b""

    def to(self, target: bytes, body: bytes) -> bytes:
        """Answer a request by its operation, its table, and whether it asks for a projection."""
        narrow = b'"ProjectionExpression"' in body
        if target == b"GetItem":
            return self._missing if b'"missing"' in body else self._one[narrow]
        if target == b"Query":
            return self.big() if b'"big"' in body else self._page[narrow]
        if target == b"DescribeTable":
            return self._described
        return self._missing

    def big(self) -> bytes:
        """Answer 12 MB of whole items."""
        if not self._big:
            size = len(json.dumps(item(1), separators=(",", ":"))) + 1
            self._big = answer(page([item(number) for number in range(BIG_BYTES // size)]))
        return self._big
