"""aiobotocore: the botocore client for coroutines."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from aiobotocore.session import get_session
from boto3.dynamodb.types import TypeDeserializer

from benchmarks.guard.clients import asked, shown


def given(client: Any) -> dict[str, Any]:  # noqa: ANN401 - a client made at run time
    """Give the calls of a client for coroutines."""
    plain = TypeDeserializer().deserialize

    async def get(said: dict[str, Any]) -> bytes:
        item = (await client.get_item(**said))["Item"]
        return shown.one({name: plain(value) for name, value in item.items()})

    async def query(said: dict[str, Any]) -> bytes:
        items = (await client.query(**said))["Items"]
        return shown.many([{n: plain(value) for n, value in item.items()} for item in items])

    async def get_narrow() -> bytes:
        return await get(asked.get(narrow=True))

    async def get_whole() -> bytes:
        return await get(asked.get(narrow=False))

    async def page_narrow() -> bytes:
        return await query(asked.query(narrow=True))

    async def page_whole() -> bytes:
        return await query(asked.query(narrow=False))

    async def big() -> bytes:
        return await query(asked.big())

    return {
        "get narrow": get_narrow,
        "get whole": get_whole,
        "page narrow": page_narrow,
        "page whole": page_whole,
        "big": big,
    }


async def calls(url: str, stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    making = get_session().create_client("dynamodb", endpoint_url=url, region_name=asked.REGION)
    return given(await stack.enter_async_context(making))
