"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request, as the service's own authentication knows it.

    `id` is what ownership is compared with. `roles` are the names that `Visible` speaks of.
    """

    id: str = field(repr=False)
    roles: frozenset[str] = frozenset()
