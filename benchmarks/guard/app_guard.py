"""The same service on hushtable.guard."""

from __future__ import annotations

import os

from fastapi import FastAPI

from benchmarks.guard.canned import PAGE
from benchmarks.guard.clients.guard_table import Order, OrderOut, tables
from hushtable.guard import Page
from hushtable.guard.fastapi import Cursor, Limit, protect

app = FastAPI()
orders, _ = tables(os.environ["BENCHMARK_STORE"])
protect(app, orders)
UserId, OrderId = Order.key.user_id, Order.key.order_id


@app.get("/orders/{user_id}/{order_id}")
async def read_order(user_id: UserId, order_id: OrderId) -> OrderOut:  # type: ignore[valid-type]
    """Give one order."""
    return await orders.get(OrderOut, user_id, order_id)


@app.get("/orders/{user_id}")
async def read_orders(
    user_id: UserId,  # type: ignore[valid-type]
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Page[OrderOut]:
    """Give a page of orders."""
    return await orders.query(OrderOut, user_id=user_id, limit=limit, cursor=cursor)
