"""What is said of an attribute where it is declared: `Annotated[str, Credential]`.

A mark that needs no argument may stand as its class: `Credential` means `Credential()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from inspect import isclass
from typing import Any, ClassVar, TypeVar

from hushtable.model.sensitivity import Category

M = TypeVar("M", bound="Mark")


@dataclass(frozen=True, slots=True)
class Mark:
    """Any of the marks below."""


@dataclass(frozen=True, slots=True)
class PartitionKey(Mark):
    """The attribute is the partition key of its table.

    `pattern` is a regular expression that a whole key must match before it reaches DynamoDB.
    """

    pattern: str = ""


@dataclass(frozen=True, slots=True)
class SortKey(Mark):
    """The attribute is the sort key of its table. `pattern` as for the partition key."""

    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Sensitive(Mark):
    """What an attribute is, in the words of the scan."""

    category: ClassVar[Category] = Category.INTERNAL


@dataclass(frozen=True, slots=True)
class Credential(Sensitive):
    """A password hash, a token, a key. No View may declare it."""

    category: ClassVar[Category] = Category.CREDENTIAL


@dataclass(frozen=True, slots=True)
class Hashed(Credential):
    """A password's hash, as `hushtable.guard.hashed.Passwords` makes it.

    A write of anything else, the password itself above all, is refused.
    """


@dataclass(frozen=True, slots=True)
class Personal(Sensitive):
    """Says something of a person."""

    category: ClassVar[Category] = Category.PERSONAL


@dataclass(frozen=True, slots=True)
class Financial(Sensitive):
    """Account and card numbers, salaries, balances."""

    category: ClassVar[Category] = Category.FINANCIAL


@dataclass(frozen=True, slots=True)
class Health(Sensitive):
    """Says something of somebody's health."""

    category: ClassVar[Category] = Category.HEALTH


@dataclass(frozen=True, slots=True)
class Internal(Sensitive):
    """The service's own business: scores, flags, notes."""

    category: ClassVar[Category] = Category.INTERNAL


@dataclass(frozen=True, slots=True)
class Encrypted(Mark):
    """Stored encrypted, by itself, under the cipher of its Table."""


@dataclass(frozen=True, slots=True)
class Blind(Mark):
    """Holds a keyed hash of another field, by which an index finds what that field encrypts.

    `Annotated[str | None, Blind("national_id")] = None`: the guard fills it on every write, and
    `Table.blinded` gives what to look for. See `hushtable.guard.blind` for what it shows to who
    reads the table. `bits` is how much of the hash is kept.
    """

    of: str
    bits: int = 128


@dataclass(frozen=True, slots=True)
class Owner(Mark):
    """Holds the id of the caller the item belongs to. To all others it does not exist.

    Whatever roles they have: who reads past owners is a `System`, which says why.
    """


@dataclass(frozen=True, slots=True)
class Visible(Mark):
    """Only callers with one of these roles see it: `Visible("admin", "support")`.

    Its owner too sees it by a role alone, and a `System` always. It says who sees an attribute, and
    not who may write it or name it in a filter.
    """

    roles: frozenset[str]

    def __init__(self, *roles: str) -> None:
        """Name the roles, at least one."""
        object.__setattr__(self, "roles", frozenset(roles))


@dataclass(frozen=True, slots=True)
class At(Mark):
    """In a View: the attribute's path in the Record, where it is not the field's own name.

    `At("profile.locale")` is one leaf of a map, and asks for that leaf alone.
    """

    path: str


@dataclass(frozen=True, slots=True)
class Stored(Mark):
    """In a Record: the attribute's name in the table, where it is not the field's own name."""

    name: str


@dataclass(frozen=True, slots=True)
class Version(Mark):
    """Counts the writes. A write of an item that somebody else wrote since is a conflict."""


@dataclass(frozen=True, slots=True)
class ExpiresAt(Mark):
    """When DynamoDB may delete the item, in seconds since 1970 (time to live).

    Deletion may take days; until then an expired item is read as missing.
    """


@dataclass(frozen=True, slots=True)
class OpenMap(Mark):
    """In a View: show a map whose keys nobody declared, for a reason that a reviewer can read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one field."""

    all: tuple[Mark, ...]

    @classmethod
    def of(cls, metadata: Iterable[Any]) -> Marks:
        """Pick the marks out of what `Annotated` holds."""
        return cls(tuple(_marks(metadata)))

    def one(self, kind: type[M]) -> M | None:
        """Give the mark of a kind, the last one said, or None."""
        return next((mark for mark in reversed(self.all) if isinstance(mark, kind)), None)

    def has(self, kind: type[Mark]) -> bool:
        """Tell whether there is a mark of a kind."""
        return any(isinstance(mark, kind) for mark in self.all)


def _marks(metadata: Iterable[Any]) -> Iterator[Mark]:
    for one in metadata:
        if isinstance(one, Mark):
            yield one
        elif isclass(one) and issubclass(one, Mark):
            yield one()
