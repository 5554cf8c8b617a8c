"""Canaries: values nobody else can have made, so that one that comes out proves where it was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

UNDECLARED = "undeclared"
"""The name of the attribute that no code names, in items, in maps and in JSON texts."""


class Source(StrEnum):
    """Where a canary was put."""

    ITEM = "item"
    UNDECLARED = "undeclared"
    """The attribute that no code names: it leaves only with a whole item."""
    SETTING = "setting"
    INPUT = "input"
    IDENTITY = "identity"
    SERVICE = "service"
    """Another AWS service's secret: a parameter, a secret, an object."""
    MADE = "made"
    """A secret that the app made itself. It was never planted, and nobody is shown its text."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One planted value. `token` is the part that is looked for, in lower case.

    `path` is the attribute's path in `table`, or the input's (`("body", "email")`), or the
    setting's name. `owner` is `A`, `B` or empty; `item` counts that owner's items of the table.
    """

    token: str
    planted: str
    source: Source
    table: str = ""
    path: tuple[str, ...] = ()
    owner: str = ""
    item: int = 0
