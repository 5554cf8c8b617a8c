"""pydynox, its client that gives dictionaries, from coroutines."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from pydynox import DynamoDBClient

from benchmarks.guard.canned import BIG, KEY, PAGE, SHOWN, TABLE
from benchmarks.guard.clients import asked, shown


async def calls(url: str, _stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    client = DynamoDBClient(
        region=asked.REGION, endpoint_url=url, access_key="nobody",
        secret_key="nothing",  # noqa: S106 - not a secret
    )  # fmt: skip
    names = {f"#n{number}": name for number, name in enumerate(SHOWN)}

    async def query(table: str, **said: Any) -> bytes:  # noqa: ANN401 - pydynox's own
        found = client.query(
            table, "#n0 = :v0", expression_attribute_values={":v0": KEY[0]},
            **{"expression_attribute_names": {"#n0": "user_id"}, **said},
        )  # fmt: skip
        return shown.many([one async for one in found])

    async def get_narrow() -> bytes:
        return shown.one(await client.get_item(TABLE, asked.KEY_NAMED, projection=[*SHOWN]))

    async def get_whole() -> bytes:
        return shown.one(await client.get_item(TABLE, asked.KEY_NAMED))

    async def page_narrow() -> bytes:
        return await query(
            TABLE, limit=PAGE, projection_expression=", ".join(names),
            expression_attribute_names=names,
        )  # fmt: skip

    async def page_whole() -> bytes:
        return await query(TABLE, limit=PAGE)

    async def big() -> bytes:
        return await query(BIG)

    return {
        "get narrow": get_narrow,
        "get whole": get_whole,
        "page narrow": page_narrow,
        "page whole": page_whole,
        "big": big,
    }
