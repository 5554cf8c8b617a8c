"""What driving an app needs of the mint and of the store, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hushtable.prove.canary import Canary, Source
from hushtable.prove.sketch import Shape, Sketch

OWNERS = ("A", "B")


class MintLike(Protocol):
    """Makes canaries: one place, one canary."""

    def text(self, shape: Shape, source: Source, path: tuple[str, ...]) -> Canary:
        """Make the canary of a place."""
        ...


class StoreLike(Protocol):
    """Knows which keys were planted, and for whom."""

    @property
    def sketch(self) -> Sketch:
        """What is known of tables and settings."""
        ...

    def keys(self, owner: str, item: int, /) -> Mapping[str, Mapping[str, str]]:
        """Give table, key attribute and planted value of one of an owner's items."""
        ...

    def values(self, owner: str, item: int, /) -> Mapping[str, Mapping[str, str]]:
        """Give table, attribute and planted value of all that is plain in an owner's item."""
        ...

    def owner_id(self, owner: str) -> str:
        """Give the one id of an owner."""
        ...
