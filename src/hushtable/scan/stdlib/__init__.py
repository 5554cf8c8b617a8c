"""What the standard library does, as tables by qualified name."""

from __future__ import annotations

from typing import Any

from hushtable.scan.stdlib import (
    arithmetic,
    choosing,
    collecting,
    data,
    files,
    functional,
    interpreter,
    iterators,
    moments,
    patterns,
    running,
    sealing,
)

PARTS = (
    data,
    arithmetic,
    choosing,
    functional,
    iterators,
    collecting,
    sealing,
    running,
    patterns,
    files,
    moments,
    interpreter,
)
NATIVES: dict[str, Any] = {}
ATTRIBUTES: dict[str, Any] = {}
PURE: frozenset[str] = frozenset()
for _part in PARTS:
    NATIVES |= _part.NATIVES
    ATTRIBUTES |= getattr(_part, "ATTRIBUTES", {})
    PURE |= getattr(_part, "PURE", frozenset())
