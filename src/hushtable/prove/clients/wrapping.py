"""Puts something around a function of a library, and can take all of it away again."""

from __future__ import annotations

from typing import Any

import wrapt

_WRAPPED: list[tuple[Any, str, Any]] = []


def wrap(target: Any, name: str, around: Any) -> None:
    """Have `around(wrapped, instance, args, kwargs)` called for a function of a module or class.

    Raises AttributeError where there is no such function.
    """
    parent, attribute, before = wrapt.resolve_path(target, name)
    wrapt.apply_patch(parent, attribute, wrapt.FunctionWrapper(before, around))
    _WRAPPED.append((parent, attribute, before))


def unwrap() -> None:
    """Make every wrapped function again what it was."""
    while _WRAPPED:
        parent, attribute, before = _WRAPPED.pop()
        setattr(parent, attribute, before)
