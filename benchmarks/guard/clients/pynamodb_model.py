"""PynamoDB, with a Model of the shown attributes. It drops the others after they were decoded."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from benchmarks.guard.canned import BIG, KEY, PAGE, SHOWN, TABLE
from benchmarks.guard.clients import asked, shown


def model(table: str, url: str) -> type[Model]:
    """Declare the Model of a table."""

    class Order(Model):
        """An order, as far as it is shown."""

        class Meta:
            """Where it lies."""

            table_name = table
            host = url
            region = asked.REGION

        user_id = UnicodeAttribute(hash_key=True)
        order_id = UnicodeAttribute(range_key=True)
        status = UnicodeAttribute()
        total = NumberAttribute()

    return Order


def calls(url: str, _stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    orders, large = model(TABLE, url), model(BIG, url)

    def page(kind: type[Model], only: list[str] | None = None) -> bytes:
        return shown.many([*kind.query(KEY[0], limit=PAGE, attributes_to_get=only)])

    def whole_answer() -> bytes:
        return shown.many([*large.query(KEY[0])])

    return {
        "get narrow": lambda: shown.one(orders.get(*KEY, attributes_to_get=[*SHOWN])),
        "get whole": lambda: shown.one(orders.get(*KEY)),
        "page narrow": lambda: page(orders, [*SHOWN]),
        "page whole": lambda: page(orders),
        "big": whole_answer,
    }
