"""What a helper that converts any value leaves of an attribute whose type is not known.

Such a helper asks for maps, lists and numbers in turn, so all of these come out as alternatives.
That is no evidence of a map: the attribute itself is meant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hushtable.scan.labels import Kind, Label
from hushtable.scan.values import ELTS, REST, Choice, Dict, Instance, Opaque, Rest, Seq, deep_labels


def without_positions(label: Label) -> Label:
    """Take list positions out of an attribute's path."""
    if "[]" not in label.path:
        return label
    return replace(label, path=tuple(part for part in label.path if part != "[]"))


def settled(value: Any) -> Any:
    """Drop the containers that only repeat an unknown attribute among the alternatives."""
    if not isinstance(value, Choice):
        return value
    own = {
        (label.table, without_positions(label).path)
        for option in value.options
        if isinstance(option, Opaque)
        for label in option.labels
        if label.kind is Kind.ATTRIBUTE
    }
    if not own:
        return value
    kept = tuple(option for option in value.options if not _repeats(option, own))
    return kept[0] if len(kept) == 1 else Choice(kept)


def _repeats(option: Any, own: set[tuple[str, tuple[str, ...]]]) -> bool:
    if is_scalar_object(option):
        return all(
            (label.table, without_positions(label).path) in own
            for label in deep_labels(option)
            if label.kind is Kind.ATTRIBUTE
        )
    if not isinstance(option, Dict | Seq) or _has_known(option):
        return False
    labels = [label for label in deep_labels(option) if label.kind is Kind.ATTRIBUTE]
    return all((label.table, without_positions(label).path) in own for label in labels)


def is_scalar_object(value: Any) -> bool:
    """Whether a value is an object of a library that stands for one scalar: a date, an id."""
    return (
        isinstance(value, Instance)
        and value.cls is None
        and bool(value.native)
        and set(value.slots) == {REST}
    )


def _has_known(option: Dict | Seq) -> bool:
    if option.slots.get(ELTS):
        return True
    return any(not isinstance(key, Rest) for key in option.slots)


def flat(value: Any) -> Any:
    """Give a value as one scalar: what a field of a plain type lets through."""
    if is_scalar_object(value) or (isinstance(value, Dict | Seq) and not _has_known(value)):
        return Opaque(frozenset(without_positions(label) for label in deep_labels(value)))
    if isinstance(value, Opaque):
        return replace(value, labels=frozenset(without_positions(x) for x in value.labels))
    return value
