"""Pages of a list: which inputs ask for them, and how an answer or the store's calls show them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hushtable.prove.drive.binding import vocabulary, words
from hushtable.prove.exchange import Exchange

LIMITS = vocabulary("limit size count top max maximum take number rows")
CURSORS = vocabulary("cursor next after continuation bookmark start last exclusive pagination")
LISTS = frozenset({"Query", "Scan", "ExecuteStatement"})
MOST_CROWDED = 1000


def read_to_the_end(exchange: Exchange) -> tuple[str, int]:
    """Give a table whose pages were read until there was none, and the Limit of a page of it.

    Whether it stops at that number shows where there are more items. Empty where nothing was.
    """
    lists = [call for call in exchange.calls if call.operation in LISTS]
    for call in lists[-1:]:
        table, limit = str(call.request.get("TableName", "")), call.request.get("Limit")
        went_on = call.request.get("ExclusiveStartKey") and not call.answer.get("LastEvaluatedKey")
        if went_on and isinstance(limit, int) and 0 < limit <= MOST_CROWDED:
            return table, limit
    return "", 0


def is_limit(name: str) -> bool:
    """Whether a name is that of how many items a list may have."""
    found = set(words(name))
    return bool(LIMITS & found) and not CURSORS & found


def is_cursor(name: str) -> bool:
    """Whether a name is that of the place where the next page of a list starts."""
    found = set(words(name))
    return bool(found & CURSORS) and not found & {"date", "time", "name", "at"}


def cursor_in(body: bytes) -> Any:
    """Find the cursor in an answer, None where there is none."""
    try:
        waiting = [json.loads(body)]
    except ValueError:
        return None
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, Mapping):
            for name, inner in value.items():
                if is_cursor(str(name)) and inner and isinstance(inner, str | Mapping):
                    return inner
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value[:2])
    return None
