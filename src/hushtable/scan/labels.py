"""Labels: what a value carries. They travel with values and come out at channels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from hushtable.model.facts import Seal
from hushtable.model.place import Place, Step
from hushtable.model.service import Attribute


class Kind(StrEnum):
    """What a label stands for."""

    ATTRIBUTE = "attribute"
    INPUT = "input"
    CALLER = "caller"
    CURSOR = "cursor"
    METADATA = "metadata"
    EXCEPTION = "exception"
    SETTING = "setting"
    FRESH = "fresh"
    KEY = "key"


@dataclass(eq=False, slots=True)
class Origin:
    """The read that a label came from: what reads it noted, and which attributes were touched."""

    record: Any = None
    used: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Label:
    """One thing a value carries.

    ATTRIBUTE: `table` and `path` say which (`path == ()` is the whole item), `access` is the
    read it came from. INPUT: `name` is the parameter and `path` the place in a body, `source` where
    the request carries it. EXCEPTION: `name` is the class, `detail` the form (`str(e)`).
    SETTING: `name` of the setting or environment variable. FRESH: a value made here (a new token).
    KEY: the name of some attribute while iterating over an item; `minus` are names it is not,
    `path` the names it can be when a condition says so.
    """

    kind: Kind
    name: str = ""
    table: str = ""
    path: tuple[str, ...] = ()
    access: Origin | int = -1
    source: str = ""
    detail: str = ""
    seal: Seal = Seal.NONE
    minus: frozenset[str] = frozenset()
    hint: str = ""
    validated: bool = False
    own: bool = False
    one: bool = True
    """For INPUT: its size or choice is not bounded when False is set by `capped`."""
    capped: bool = False
    counted: bool = False
    """Only a count, a length or a truth of it is left."""
    place: Place | None = None
    stack: tuple[Step, ...] = ()

    @property
    def attribute(self) -> Attribute:
        """The attribute an ATTRIBUTE label stands for."""
        return Attribute(self.table, self.path or ("*",))

    def child(self, key: str) -> Label:
        """Name what lies under `key`; labels that are not paths stay as they are."""
        if self.kind is Kind.ATTRIBUTE and len(self.path) < MAX_PATH:
            if self.hint == TYPED and key in WIRE_TYPES:
                return self
            if isinstance(self.access, Origin):
                self.access.used.add(".".join((*self.path, key)))
            return replace(self, path=(*self.path, key), minus=frozenset())
        if self.kind is Kind.INPUT and len(self.path) < MAX_PATH:
            return replace(self, path=(*self.path, key), name=key if key != "[]" else self.name)
        if self.kind is Kind.CALLER and len(self.path) < MAX_PATH and key != "[]":
            return replace(self, path=(*self.path, key))
        return self

    def sealed(self, seal: Seal) -> Label:
        """Say what was done to the value; a stronger seal stays."""
        return self if SEAL_RANK[self.seal] >= SEAL_RANK[seal] else replace(self, seal=seal)


MAX_PATH = 6
TYPED = "typed"
"""The hint of labels of DynamoDB's wire form, where `item["email"]["S"]` is `email`."""
WIRE_TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"})
SEAL_RANK = {seal: rank for rank, seal in enumerate(Seal)}

Labels = frozenset[Label]
NOTHING: Labels = frozenset()


def seal_all(labels: Labels, seal: Seal) -> Labels:
    """Seal every label."""
    return frozenset(label.sealed(seal) for label in labels)


def joined_text(labels: Labels) -> Labels:
    """What stands beside its own signature in one text is signed."""
    signed = {(x.kind, x.table, x.path) for x in labels if x.seal in {Seal.SIGNED, Seal.ENCRYPTED}}
    if not signed:
        return labels
    return frozenset(
        replace(x, seal=Seal.SIGNED)
        if x.seal in {Seal.NONE, Seal.ENCODED} and (x.kind, x.table, x.path) in signed
        else x
        for x in labels
    )
