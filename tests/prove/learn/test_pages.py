"""The keys that an app reads of where a page ended."""

from __future__ import annotations

import pytest

from hushtable.prove.exchange import Answered, Asked, Call, Complaint, Exchange
from hushtable.prove.learn.pages import sorted_by
from hushtable.prove.sketch import Certainty, Sketch, TableSketch

FIRST = ("device_id", "S")


def heard(beside: tuple[str, ...], request: dict[str, str]) -> Exchange:
    """Make the exchange of a list whose handler missed a page's end."""
    details = (("key", "LastEvaluatedKey"), *(("beside", text) for text in beside))
    call = Call("Query", {"TableName": "events", **request})
    missed = Complaint("KeyError", "'LastEvaluatedKey'", details=details)
    return Exchange(Asked("GET", "/", 0), Answered(500), (call,), complaints=(missed,))


@pytest.mark.parametrize(
    ("beside", "request_", "certainty", "keys"),
    [
        (("LastEvaluatedKey.at", "Items"), {}, Certainty.PARTITION, (FIRST, ("at", "S"))),
        (("LastEvaluatedKey.device_id",), {}, Certainty.PARTITION, (FIRST,)),
        (("LastEvaluatedKey.at", "LastEvaluatedKey.id"), {}, Certainty.PARTITION, (FIRST,)),
        (("LastEvaluatedKey.at",), {"IndexName": "by-at"}, Certainty.PARTITION, (FIRST,)),
        (("LastEvaluatedKey.at",), {}, Certainty.KEYS, (FIRST,)),
        (("Items.at",), {}, Certainty.PARTITION, (FIRST,)),
    ],
)
def test_a_sort_key_is_read_of_the_end_of_a_page(
    beside: tuple[str, ...],
    request_: dict[str, str],
    certainty: Certainty,
    keys: tuple[tuple[str, str], ...],
) -> None:
    """What is read of LastEvaluatedKey is the table's sort key, where none is known."""
    sketch = Sketch((TableSketch("events", (FIRST,), certainty=certainty),))
    found = sorted_by(sketch, heard(beside, request_))
    assert found.tables[0].keys == keys
    assert (found is sketch) == (keys == (FIRST,))
