"""What a child process tells its parent, one JSON line each, as it happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hushtable.model.facts import Facts
from hushtable.model.proof import Proof, Reach
from hushtable.prove.sketch import Setting, Sketch


@dataclass(frozen=True, slots=True)
class Opened:
    """The app is imported and started. `routes` are `GET /users/{id}`, in the app's order."""

    routes: tuple[str, ...]
    sandbox: tuple[str, ...] = ()
    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class Needs:
    """The app does not start without these: the parent starts another child that has them."""

    settings: tuple[Setting, ...]
    why: str = ""
    kind: Literal["needs"] = "needs"


@dataclass(frozen=True, slots=True)
class Trying:
    """A route is about to be called: the one to blame when nothing more is heard."""

    route: str
    kind: Literal["trying"] = "trying"


@dataclass(frozen=True, slots=True)
class Tried:
    """A route was called in every way. Its facts and proofs hold no text of the app but names.

    `labels` are those of the exchanges that the proofs came from.
    """

    route: str
    reached: bool
    why: str = ""
    facts: Facts = field(default_factory=Facts)
    proofs: tuple[Proof, ...] = ()
    labels: tuple[str, ...] = ()
    requests: int = 0
    early: bool = False
    """Some of them came before the last lesson, so from the items that were there at first."""
    hung: bool = False
    """It was given up, since it did not answer in time."""
    again: bool = False
    """More is told of it at last: it did not answer well yet, or made secrets to look for."""
    kind: Literal["tried"] = "tried"


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known by now."""

    sketch: Sketch
    kind: Literal["learned"] = "learned"


@dataclass(frozen=True, slots=True)
class Supplied:
    """The app wanted these at a request, and was given them."""

    settings: tuple[Setting, ...]
    kind: Literal["supplied"] = "supplied"


@dataclass(frozen=True, slots=True)
class Failed:
    """The app could not be examined: why, by kinds and names alone."""

    why: str
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything was tried."""

    reach: Reach
    kind: Literal["finished"] = "finished"


Told = Opened | Needs | Trying | Tried | Learned | Supplied | Failed | Finished
