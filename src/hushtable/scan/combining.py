"""Intersections and differences of sets: what surely stays, and what may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hushtable.scan.comparing import compare_values
from hushtable.scan.labels import Kind
from hushtable.scan.values import (
    ELTS,
    MAYBE,
    MISSING,
    REST,
    Const,
    Opaque,
    Seq,
    join,
    sequence,
)

Content = tuple[list[Any], Any, bool]
"""Known elements, what any other is (None when there is no other), whether some may be absent."""


def combined(name: str, kind: str, left: Content, right: Content) -> Seq:
    """Give the intersection, difference or symmetric difference of two sets."""
    match name:
        case "intersection":
            known, sure, rest = _shared(left, right)
        case "difference":
            known, sure, rest = _less(left, right)
        case _:
            first, first_sure, first_rest = _less(left, right)
            second, second_sure, second_rest = _less(right, left)
            known, sure = distinct([*first, *second]), first_sure and second_sure
            rest = _either(first_rest, second_rest)
    made = sequence(known, kind, rest)
    if (left[2] or not sure) and rest is None:
        made.slots[MAYBE] = frozenset({ELTS})
    return made


def _shared(left: Content, right: Content) -> tuple[list[Any], bool, Any]:
    known, rest, _ = left
    others, other_rest, _ = right
    answers = [(one, _is_in(one, right)) for one in known]
    listed = other_rest is None and all(isinstance(one, Const) for one in others)
    unknown = rest is not None or any(
        answer is None and not isinstance(one, Const) for one, answer in answers
    )
    if listed and unknown:
        # Nothing but the constants of the other side can be on both: what is equal to one of them
        # is that constant, whatever it came from.
        sure = [one for one, answer in answers if answer]
        return [*sure, *(one for one in others if one not in sure)], False, None
    kept = [one for one, answer in answers if answer is not False]
    return kept, all(answer is not None for _, answer in answers), rest


def _less(left: Content, right: Content) -> tuple[list[Any], bool, Any]:
    known, rest, _ = left
    answers = [(one, _is_in(one, right)) for one in known]
    kept = [one for one, answer in answers if answer is not True]
    others = [] if right[2] else right[0]
    return kept, all(answer is not None for _, answer in answers), _without(rest, others)


def _is_in(value: Any, others: Content) -> bool | None:
    answer = member(value, others[0], others[1])
    return None if answer and others[2] else answer


def _without(rest: Any, others: list[Any]) -> Any:
    """Take constant names out of the names of an open item."""
    names = {one.value for one in others if isinstance(one, Const) and isinstance(one.value, str)}
    if not names or not isinstance(rest, Opaque):
        return rest
    labels = frozenset(
        replace(label, minus=label.minus | names) if label.kind is Kind.KEY else label
        for label in rest.labels
    )
    return replace(rest, labels=labels)


def _either(one: Any, other: Any) -> Any:
    found = join(MISSING if one is None else one, MISSING if other is None else other)
    return None if found is MISSING else found


def member(value: Any, known: list[Any], rest: Any) -> bool | None:
    """Whether a value is among others: True, False, or None when that is not known."""
    if any(one is value for one in known):
        return True
    answers = [compare_values(value, one) for one in known]
    if True in answers:
        return True
    return None if rest is not None or None in answers else False


def distinct(known: list[Any]) -> list[Any]:
    """Drop what is surely the same value again."""
    try:
        return list(dict.fromkeys(known))
    except TypeError:
        return known


def content(value: Seq) -> Content:
    """Give what a set holds."""
    return list(value.slots[ELTS]), value.slots.get(REST), is_doubted(value)


def is_doubted(value: Any) -> bool:
    """Whether some of the known elements may be absent."""
    return isinstance(value, Seq) and ELTS in value.slots.get(MAYBE, ())
