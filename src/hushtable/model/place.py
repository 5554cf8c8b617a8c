"""Where something stands in the scanned tree, and how a value came there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file: `path` relative to the scanned folder, with `/`; `line` from 1.

    For what a live service shows, `path` is the operation (`GET /users/{user_id}`) and `line` 0.
    """

    path: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        """`path:line`, as editors and terminals read it; the path alone for what has no lines."""
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trace: what happened to the value at a place. Never holds a value's text."""

    place: Place
    what: str


Trace = tuple[Step, ...]
