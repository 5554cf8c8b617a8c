"""What the standard library does, as tables by qualified name."""

from __future__ import annotations

from typing import Any

NATIVES: dict[str, Any] = {}
ATTRIBUTES: dict[str, Any] = {}
PURE: frozenset[str] = frozenset()
