"""Kinds of items in one table, told apart by the leading text of their keys, as in `USER#42`.

A table that holds several kinds gives only one of them to a read whose key says which; an index
gives only what is projected into it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.facts import TableDefinition
from hushtable.model.place import Place
from hushtable.scan.labels import WIRE_TYPES
from hushtable.scan.operators import text_parts
from hushtable.scan.values import Const, Dict, options

LEADING = re.compile(r"[A-Za-z][A-Za-z_.-]{0,30}[#|:~]")
ANYTHING = ""
"""The mark of a key whose leading text is not known."""

Mark = tuple[str, str]
"""(attribute, leading text of its value with the separator, or the fingerprint of a constant).

A constant may be anything, a secret too: only whether two are the same is kept.
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """Attributes that items with these marks have, as a write or a read of them shows."""

    table: str
    marks: frozenset[Mark]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """Where items are read, and what the key or the index says of them."""

    place: Place
    table: str
    index: str
    marks: frozenset[Mark]
    used: tuple[str, ...] = ()


def mark_of(value: Any) -> str:
    """Give the leading text of a key's value, ANYTHING when it is not known."""
    found = {_mark_of(option) for option in options(value)}
    return found.pop() if len(found) == 1 else ANYTHING


def _mark_of(value: Any) -> str:
    if isinstance(value, Dict) and len(value.slots) == 1:
        ((key, held),) = value.slots.items()
        return mark_of(held) if key in WIRE_TYPES else ANYTHING
    text = ""
    for part in text_parts(value):
        if part is None:
            break
        text += part
    leading = LEADING.match(text)
    if leading is not None:
        return leading[0]
    if isinstance(value, Const) and isinstance(value.value, str):
        return hashlib.sha256(value.value.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return ANYTHING


def marks_of(pairs: Iterable[tuple[str, Any]]) -> frozenset[Mark]:
    """Give the marks of (attribute, value) pairs."""
    return frozenset((name, mark_of(value)) for name, value in pairs)


@dataclass(slots=True)
class Kinds:
    """What is known of the items of every table."""

    kept: dict[str, list[Kept]] = field(default_factory=dict)
    keyed: set[Mark] = field(default_factory=set)
    """(table, attribute) whose values begin with the name of a kind."""
    indexes: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def learn(self, found: Iterable[Kept], tables: Iterable[TableDefinition]) -> None:
        """Learn from writes, reads and definitions."""
        for one in dict.fromkeys(found):
            self.kept.setdefault(one.table, []).append(one)
            self.keyed |= {(one.table, name) for name, text in one.marks if LEADING.match(text)}
        for table in tables:
            for index, keys, projected in table.indexes:
                if projected is not None and table.keys:
                    names = tuple(dict.fromkeys((*table.keys, *keys, *projected)))
                    for known in {table.name, table.logical_name} - {""}:
                        self.indexes[known, index] = names

    def told(self, table: str, marks: Iterable[Mark]) -> dict[str, set[str]]:
        """Give the leading texts by attribute, where an attribute tells kinds apart."""
        found: dict[str, set[str]] = {}
        for name, text in marks:
            if (table, name) in self.keyed:
                found.setdefault(name, set()).add(text)
        return {name: texts for name, texts in found.items() if ANYTHING not in texts}

    def names(self, read: Read) -> set[str] | None:
        """Name the attributes of the items a read can give; None when its key does not say."""
        told = self.told(read.table, read.marks)
        if not told:
            return None
        return {
            name
            for one in self.kept.get(read.table, ())
            if self._fits(told, self.told(read.table, one.marks))
            for name in one.names
        }

    @staticmethod
    def _fits(told: dict[str, set[str]], other: dict[str, set[str]]) -> bool:
        return all(name not in other or texts & other[name] for name, texts in told.items())

    def words(self, read: Read) -> str:
        """Give the names of the kinds a read asks for, which say whose the items are."""
        texts = {text for texts in self.told(read.table, read.marks).values() for text in texts}
        return " ".join(sorted(texts))

    def projected(self, read: Read) -> tuple[str, ...] | None:
        """Name the attributes that the index of a read holds; None when that is not known."""
        return self.indexes.get((read.table, read.index)) if read.index else None
