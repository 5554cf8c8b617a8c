"""What an engine says while it runs; reporters and progress displays listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hushtable.model.facts import Unknown


@dataclass(frozen=True, slots=True)
class Began:
    """A stage began, with the number of things to do (0: unknown)."""

    stage: str
    total: int = 0


@dataclass(frozen=True, slots=True)
class Advanced:
    """One thing of a stage is done."""

    stage: str
    what: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Stumbled:
    """Something could not be examined."""

    unknown: Unknown


@dataclass(frozen=True, slots=True)
class Ended:
    """A stage ended after `seconds`."""

    stage: str
    seconds: float


Event = Began | Advanced | Stumbled | Ended
Listener = Callable[[Event], None]


def silent(_event: Event) -> None:
    """Listen to nothing."""
