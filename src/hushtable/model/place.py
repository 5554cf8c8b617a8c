"""Where something stands in the scanned tree, and how a value came there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file: `path` relative to the scanned folder, with `/`; `line` from 1."""

    path: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        """`path:line`, as editors and terminals read it."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace: what happened to the value at a place. Never holds a value's text."""

    place: Place
    what: str


Trace = tuple[Step, ...]
