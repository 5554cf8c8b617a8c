"""What the standard library does, as tables by qualified name."""

from __future__ import annotations

from typing import Any

from hushtable.scan.stdlib import (
    choosing,
    collecting,
    data,
    files,
    functional,
    iterators,
    patterns,
    rest,
    running,
    sealing,
)

PARTS = (data, choosing, functional, iterators, collecting, sealing, running, patterns, files, rest)
NATIVES: dict[str, Any] = {}
ATTRIBUTES: dict[str, Any] = {}
PURE: frozenset[str] = frozenset()
for _part in PARTS:
    NATIVES |= _part.NATIVES
    ATTRIBUTES |= getattr(_part, "ATTRIBUTES", {})
    PURE |= getattr(_part, "PURE", frozenset())
