"""Cursors made up: a key of the store as apps usually write one down for their clients."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping

from hushtable.prove.sketch import Sketch

Key = Mapping[str, Mapping[str, str]]


def keys_to_start_at(
    sketch: Sketch, tables: frozenset[str], keys: Mapping[str, Mapping[str, str]]
) -> tuple[Key, ...]:
    """Give a planted key in wire form for each of some tables. `keys` are an owner's plain ones."""
    found: list[Key] = []
    for table in sketch.tables:
        texts = keys.get(table.name, {})
        if table.name in tables and all(name in texts for name, _ in table.keys):
            found.append({name: {kind: texts[name]} for name, kind in table.keys})
    return tuple(found)


def cursors(key: Key) -> Iterator[tuple[str, str]]:
    """Give the ways in which a key is written as a cursor, each with what it is called."""
    plain = json.dumps({name: _plain(wire) for name, wire in key.items()})
    wired = json.dumps(key)
    yield "a key in base64", base64.urlsafe_b64encode(plain.encode()).decode()
    yield "a key", plain
    yield "a wire key in base64", base64.urlsafe_b64encode(wired.encode()).decode()
    yield "a wire key", wired


def _plain(wire: Mapping[str, str]) -> str | int:
    ((kind, text),) = wire.items()
    return int(text) if kind == "N" and text.lstrip("-").isdigit() else text
