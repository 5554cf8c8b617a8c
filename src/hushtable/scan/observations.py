"""One thing that was seen while an entry ran: what left, what was stored, who was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hushtable.model.facts import (
    ExpressionKind,
)
from hushtable.model.place import Place, Step
from hushtable.model.service import Channel
from hushtable.scan.labels import Labels
from hushtable.scan.records import Record


@dataclass(slots=True)
class Carry:
    """A channel call: what it was given, where, and the calls that led there."""

    channel: Channel
    place: Place
    values: tuple[Any, ...]
    labels: Labels
    via: str
    function: str
    trail: tuple[Step, ...]
    status: int | None = None
    shape: Any = None
    """For a response: what leaves as (label, open) pairs, and the model."""
    public: bool = False


@dataclass(slots=True)
class Store:
    """An attribute written to a table."""

    record: Record
    attribute: str
    labels: Labels
    constant: bool
    place: Place
    trail: tuple[Step, ...]
    function: str


@dataclass(slots=True)
class Denial:
    """A 401 or 403, with what it depends on and in which phase of the request it came."""

    status: int
    place: Place
    conditions: Labels
    phase: str


@dataclass(slots=True)
class TaughtGate:
    """A call that the user says lets only some callers through, and in which phase it came."""

    name: str
    place: Place
    phase: str


@dataclass(slots=True)
class RawExpression:
    """Expression text as a call gave it."""

    record: Record
    kind: ExpressionKind
    place: Place
    function: str
    text: str | None
    labels: Labels
    names: dict[str, str]
    name_labels: Labels
    values: tuple[str, ...]
    complete: bool
    trail: tuple[Step, ...]
