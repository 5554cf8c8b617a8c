"""hushtable.guard: a View is the projection, and its answer is written to bytes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter

from benchmarks.guard.canned import BIG, KEY, PAGE, TABLE
from benchmarks.guard.clients import asked
from hushtable.guard import Credential, PartitionKey, Personal, Record, SortKey, Store, Table, View
from hushtable.guard.transport.choose import Settings


class Address(BaseModel):
    """A map of an order."""

    street: str
    city: str
    postcode: str
    floor: int


class Order(Record, table=TABLE):
    """An order, with the attributes that `canned.item` has."""

    user_id: Annotated[str, PartitionKey(pattern=r"[A-Za-z0-9_-]{1,64}")]
    order_id: Annotated[str, SortKey(pattern=r"[A-Za-z0-9_-]{1,64}")]
    status: str
    total: int
    email: Annotated[str, Personal]
    password_hash: Annotated[str, Credential]
    address: Address
    tags: list[str]
    created_at: str
    paid: bool
    weights: list[float]
    note: str


class OrderOut(View[Order]):
    """What the endpoint shows."""

    user_id: str
    order_id: str
    status: str
    total: int


WRITE = TypeAdapter(OrderOut).dump_json
"""Writes a View, as FastAPI does."""


def tables(url: str) -> tuple[Table[Order], Table[Order]]:
    """Give the table of the calls and that of the large answer."""
    store = Store(Settings(region=asked.REGION, endpoint=url))
    return Table(Order, store), Table(Order, store, name=BIG)


def decoding() -> Callable[[bytearray], list[Any]]:
    """Give what decodes a query's answer: the shown fields of its items, not yet Views."""
    compiled = OrderOut.declared_.seen_by(None)
    return lambda body: compiled.many(body).items


def calls(url: str, stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls. There is no `whole` one: the guard asks for what it shows."""
    table, large = tables(url)
    stack.push_async_callback(table.store.close)

    async def get() -> bytes:
        return WRITE(await table.get(OrderOut, *KEY))

    async def page() -> bytes:
        return (await table.query(OrderOut, user_id=KEY[0], limit=PAGE)).json_bytes()

    async def big() -> bytes:
        return (await large.query(OrderOut, user_id=KEY[0], limit=PAGE)).json_bytes()

    return {"get narrow": get, "page narrow": page, "big": big}
