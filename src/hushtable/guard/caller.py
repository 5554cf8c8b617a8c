"""Who is asking, and on whose behalf a program asks without anybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field

from hushtable.guard.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request, as the service's own authentication knows it.

    `id` is what ownership is compared with, and decides which items there are for this caller.
    `roles` are the names that `Visible` speaks of, and decide which fields of them are shown: a
    role opens nobody else's item, and owning an item shows no field that is for a role.
    """

    id: str = field(repr=False)
    roles: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a caller that is nobody, and roles that are one text or a list."""
        if not isinstance(self.id, str) or not self.id:
            message = "a Caller has an id, which is a text"
            raise RefusedError(message)
        if not isinstance(self.roles, set | frozenset):
            message = f"a Caller's roles are a set, and no {type(self.roles).__name__}"
            raise RefusedError(message)


@dataclass(frozen=True, slots=True)
class System:
    """The program itself: it sees every item and every field, for a reason a reviewer can read.

    It has no roles, since nothing is kept from it: what is `Visible` to some is read for it too.
    So a route that answers with what it read as System shows all that its View declares; give such
    a route a View of its own.
    """

    reason: str

    def __post_init__(self) -> None:
        """Demand a reason."""
        if not self.reason.strip():
            message = "System names the reason it reads past owners and roles"
            raise RefusedError(message)


Asker = Caller | System

_CURRENT: ContextVar[Asker | None] = ContextVar("hushtable_caller", default=None)


def current() -> Asker | None:
    """Give who asks in this task, as `asking` or the FastAPI adapter said."""
    return _CURRENT.get()


def remember(caller: Asker | None) -> Token[Asker | None]:
    """Say who asks from now on in this task, until `reset`."""
    return _CURRENT.set(caller)


def reset(token: Token[Asker | None]) -> None:
    """Let who asks be what it was."""
    _CURRENT.reset(token)


def asker(given: object) -> Asker:
    """Give who asks. Raises RefusedError for what is neither a Caller nor a System."""
    if not isinstance(given, Caller | System):
        message = f"who asks is a Caller or a System, and no {type(given).__name__}"
        raise RefusedError(message)
    return given


@contextmanager
def asking(caller: Asker) -> Iterator[None]:
    """Say who asks within a block. Raises RefusedError for what is no Caller and no System."""
    token = _CURRENT.set(asker(caller))
    try:
        yield
    finally:
        _CURRENT.reset(token)
