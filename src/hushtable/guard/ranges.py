"""Conditions on a sort key: `orders.query(OrderOut, user_id=me, order_id=begins_with("2026"))`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Operator = Literal["begins_with", "between", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Range:
    """Which sort keys are meant. `values` are one or two ends."""

    operator: Operator
    values: tuple[Any, ...] = field(repr=False)


def begins_with(prefix: str | bytes) -> Range:
    """Sort keys that begin with a text."""
    return Range("begins_with", (prefix,))


def between(low: object, high: object) -> Range:
    """Sort keys from `low` to `high`, both included."""
    return Range("between", (low, high))


def lt(value: object) -> Range:
    """Sort keys before a value."""
    return Range("<", (value,))


def le(value: object) -> Range:
    """Sort keys up to a value, included."""
    return Range("<=", (value,))


def gt(value: object) -> Range:
    """Sort keys behind a value."""
    return Range(">", (value,))


def ge(value: object) -> Range:
    """Sort keys from a value on."""
    return Range(">=", (value,))
