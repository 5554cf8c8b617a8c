"""Who may see an item: decided before a key is asked for, and again when the item is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hushtable.guard.caller import Asker, Caller, System, asker, current
from hushtable.guard.compiled import Compiled
from hushtable.guard.errors import NotFoundError, RefusedError
from hushtable.guard.schema import Schema


class Access(NamedTuple):  # made for every call, in a third of a dataclass' time
    """What one asker may see of a Record's items."""

    schema: Schema
    asker: Asker | None
    clock: Callable[[], float] = time.time

    @property
    def roles(self) -> frozenset[str] | None:
        """The roles that `Visible` is compared with; None sees every field."""
        match self.asker:
            case Caller(roles=roles):
                return roles
            case System():
                return None
            case None:
                return frozenset()

    @property
    def owner(self) -> str | None:
        """The id an item must belong to; None where there is no owner, or the program itself asks.

        Raises RefusedError where the Record has an owner and nobody said who asks.
        """
        if self.schema.owner is None or isinstance(self.asker, System):
            return None
        if self.asker is None:
            message = (
                f"{self.schema.record} has an owner: say who asks, "
                "with caller_of on the route, by= or asking()"
            )
            raise RefusedError(message)
        return self.asker.id

    @property
    def name(self) -> str:
        """Name the asker, to bind a cursor to."""
        match self.asker:
            case Caller(id=name):
                return f"caller {name}"
            case System():
                return "system"
            case None:
                return ""

    def owns(self, given: Mapping[str, Any]) -> None:
        """Refuse a key that belongs to somebody else before it is asked for.

        Raises NotFoundError, as for a missing item.
        """
        owner = self.owner
        field = self.schema.owner.field if self.schema.owner is not None else ""
        if owner is not None and field in given and str(given[field]) != owner:
            raise NotFoundError

    def shows(self, compiled: Compiled[Any], found: list[Any]) -> bool:
        """Tell whether an item that was read is this asker's, of this kind, and not expired."""
        extras = compiled.extras
        if not extras:
            return True
        owner = self.owner
        if owner is not None and found[extras["owner"]] != owner:
            return False
        if "entity" in extras and found[extras["entity"]] != self.schema.entity:
            return False
        expires = found[extras["expires"]] if "expires" in extras else None
        return expires is None or expires > self.clock()


def access(schema: Schema, by: Asker | None, clock: Callable[[], float] = time.time) -> Access:
    """Make the access of who asks: as said, else as this task knows.

    Raises RefusedError for an asker that is none: an id alone has no roles, and would be taken for
    one that sees everything.
    """
    return Access(schema, asker(by) if by is not None else current(), clock)
