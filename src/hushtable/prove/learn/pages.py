"""What an app reads of where a page of a list ended: the keys of the table that it listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hushtable.prove.exchange import Exchange
from hushtable.prove.learn.refine import table_of
from hushtable.prove.sketch import Certainty, Sketch
from hushtable.prove.store.sketching import with_table

_END = "LastEvaluatedKey"
_LISTS = frozenset({"Query", "Scan"})


def sorted_by(sketch: Sketch, exchange: Exchange) -> Sketch:
    """Give a listed table the sort key that is read of its LastEvaluatedKey, where it has none.

    `found["LastEvaluatedKey"]["event_id"]` fails until there is another page, and then for want of
    the key. What an index was asked for is not told apart, so that only a table's own list counts.
    """
    names = tuple(dict.fromkeys(_read_of_ends(exchange)))
    lists = [call.request for call in exchange.calls if call.operation in _LISTS]
    if not names or not lists or lists[-1].get("IndexName"):
        return sketch
    table = table_of(sketch, str(lists[-1].get("TableName", "")).rpartition("/")[2])
    if table is None or len(table.keys) != 1 or table.certainty > Certainty.PARTITION:
        return sketch
    more = [name for name in names if name not in dict(table.keys)]
    if len(more) != 1:
        return sketch
    keys = (*table.keys, (more[0], "S"))
    line = f"table {table.name}: sort key {more[0]} (read of {_END})"
    return with_table(sketch, replace(table, keys=keys, certainty=Certainty.KEYS), line)


def _read_of_ends(exchange: Exchange) -> Iterator[str]:
    for complaint in exchange.complaints:
        for name, text in complaint.details:
            before, found, key = text.partition(f"{_END}.") if name == "beside" else ("", "", "")
            if found and not before and "." not in key:
                yield key
