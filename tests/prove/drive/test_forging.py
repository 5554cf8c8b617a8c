"""Cursors made up of the keys of the store."""

from __future__ import annotations

import base64
import json

from hushtable.prove.drive.forging import cursors, keys_to_start_at
from hushtable.prove.sketch import Sketch, TableSketch

SKETCH = Sketch((
    TableSketch("events", (("device_id", "S"), ("at", "N"))),
    TableSketch("users", (("user_id", "S"),)),
))  # fmt: skip
KEYS = {"events": {"device_id": "d1", "at": "7", "order_id": "inner"}, "users": {}}


def test_a_key_to_start_at_is_planted() -> None:
    """A key has the attributes of its table's key alone; a table without one has none."""
    wanted = frozenset({"events", "users"})
    assert keys_to_start_at(SKETCH, wanted, KEYS) == ({"device_id": {"S": "d1"}, "at": {"N": "7"}},)
    assert keys_to_start_at(SKETCH, frozenset(), KEYS) == ()


def test_a_key_is_written_in_the_usual_ways() -> None:
    """Each way reads back as the key, plain or in wire form."""
    key = {"device_id": {"S": "d1"}, "at": {"N": "7"}}
    ways = dict(cursors(key))
    assert json.loads(ways["a key"]) == {"device_id": "d1", "at": 7}
    assert json.loads(base64.urlsafe_b64decode(ways["a key in base64"])) == {
        "device_id": "d1",
        "at": 7,
    }
    assert json.loads(ways["a wire key"]) == key
    assert json.loads(base64.urlsafe_b64decode(ways["a wire key in base64"])) == key
