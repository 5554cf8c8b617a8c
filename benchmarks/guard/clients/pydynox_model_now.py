"""pydynox, with the same Model from plain code."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from benchmarks.guard.canned import KEY, PAGE, SHOWN
from benchmarks.guard.clients import asked, shown
from benchmarks.guard.clients.pydynox_model import models


def calls(url: str, _stack: AsyncExitStack) -> dict[str, Any]:
    """Give the calls."""
    orders, large = models(url)
    narrow = [*SHOWN]
    return {
        "get whole": lambda: shown.one(orders.sync_get(**asked.KEY_NAMED)),
        "page narrow": lambda: shown.many([*orders.sync_query(KEY[0], limit=PAGE, fields=narrow)]),
        "page whole": lambda: shown.many([*orders.sync_query(KEY[0], limit=PAGE)]),
        "big": lambda: shown.many([*large.sync_query(KEY[0])]),
    }
