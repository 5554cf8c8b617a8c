"""aiodynamo, over aiohttp."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import reduce
from operator import and_
from typing import Any

import aiohttp
from aiodynamo.client import Client
from aiodynamo.credentials import Credentials
from aiodynamo.expressions import F, HashKey
from aiodynamo.http.aiohttp import AIOHTTP
from yarl import URL

from benchmarks.guard.canned import BIG, KEY, PAGE, SHOWN, TABLE
from benchmarks.guard.clients import asked, shown


async def calls(url: str, stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    session = await stack.enter_async_context(aiohttp.ClientSession())
    client = Client(AIOHTTP(session), Credentials.auto(), asked.REGION, URL(url))
    table, large = client.table(TABLE), client.table(BIG)
    narrow = reduce(and_, map(F, SHOWN))
    partition = HashKey("user_id", KEY[0])

    async def get_narrow() -> bytes:
        return shown.one(await table.get_item(asked.KEY_NAMED, projection=narrow))

    async def get_whole() -> bytes:
        return shown.one(await table.get_item(asked.KEY_NAMED))

    async def page_narrow() -> bytes:
        found = await table.query_single_page(partition, limit=PAGE, projection=narrow)
        return shown.many(found.items)

    async def page_whole() -> bytes:
        return shown.many((await table.query_single_page(partition, limit=PAGE)).items)

    async def big() -> bytes:
        return shown.many((await large.query_single_page(partition, limit=PAGE)).items)

    return {
        "get narrow": get_narrow,
        "get whole": get_whole,
        "page narrow": page_narrow,
        "page whole": page_whole,
        "big": big,
    }
