"""pydynox, with a Model of the shown attributes, from coroutines. A get cannot be projected."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from pydynox import DynamoDBClient, Model, ModelConfig
from pydynox.attributes import NumberAttribute, StringAttribute

from benchmarks.guard.canned import BIG, KEY, PAGE, SHOWN, TABLE
from benchmarks.guard.clients import asked, shown

Orders = type[Model]


def models(url: str) -> tuple[Orders, Orders]:
    """Declare the Models of the table of the calls and of the large answer."""
    client = DynamoDBClient(
        region=asked.REGION, endpoint_url=url, access_key="nobody",
        secret_key="nothing",  # noqa: S106 - not a secret
    )  # fmt: skip

    class Order(Model):
        """An order, as far as it is shown."""

        model_config = ModelConfig(table=TABLE, client=client)
        user_id = StringAttribute(partition_key=True)
        order_id = StringAttribute(sort_key=True)
        status = StringAttribute()
        total = NumberAttribute()

    class Large(Order):
        """The same in the table of the large answer."""

        model_config = ModelConfig(table=BIG, client=client)

    return Order, Large


async def calls(url: str, _stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    orders, large = models(url)

    async def get_whole() -> bytes:
        return shown.one(await orders.get(**asked.KEY_NAMED))

    async def page_narrow() -> bytes:
        found = orders.query(KEY[0], limit=PAGE, fields=[*SHOWN])
        return shown.many([one async for one in found])

    async def page_whole() -> bytes:
        return shown.many([one async for one in orders.query(KEY[0], limit=PAGE)])

    async def big() -> bytes:
        return shown.many([one async for one in large.query(KEY[0])])

    return {
        "get whole": get_whole,
        "page narrow": page_narrow,
        "page whole": page_whole,
        "big": big,
    }
