"""dyntastic, with a model of the shown attributes. It cannot ask for a projection."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from dyntastic import Dyntastic

from benchmarks.guard.canned import BIG, KEY, PAGE, TABLE
from benchmarks.guard.clients import asked, shown


class Order(Dyntastic):
    """An order, as far as it is shown."""

    __table_name__ = TABLE
    __hash_key__ = "user_id"
    __range_key__ = "order_id"
    __table_region__ = asked.REGION

    user_id: str
    order_id: str
    status: str
    total: int


class Large(Order):
    """The same in the table of the large answer."""

    __table_name__ = BIG


def calls(url: str, _stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    Order.__table_host__ = Large.__table_host__ = url
    return {
        "get whole": lambda: shown.one(Order.get(*KEY)),
        "page whole": lambda: shown.many(Order.query_page(KEY[0], per_page=PAGE).items),
        "big": lambda: shown.many(Large.query_page(KEY[0]).items),
    }
