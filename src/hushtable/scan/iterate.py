"""What iterating over a value gives: the known elements, and one value for all others."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from hushtable.scan.frame import Frame, Machine, Stopped
from hushtable.scan.labels import NOTHING, Kind, Label, Labels
from hushtable.scan.pieces import beginning, constant, without_parts
from hushtable.scan.values import (
    ELTS,
    KEYS,
    MINUS,
    MISSING,
    REST,
    UNKNOWN,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Native,
    Opaque,
    Rest,
    Seq,
    deep_labels,
    join,
    mapping,
    sequence,
)

MAX_STRING = 64
MAX_STEPS = 24
MAX_DOUBTS = 3
TEXT = frozenset({"str", "bytes"})
OBJECTS = (Opaque, Class, Function, Instance, Native)
"""Values that are dictionary keys as they are; constants are keys by their Python value."""


def elements(m: Machine, value: Any, node: ast.AST, frame: Frame) -> tuple[list[Any], Any]:
    """Give (known elements, the value of any other element or None when there is no other)."""
    match value:
        case Seq(slots=slots):
            return list(slots[ELTS]), slots.get(REST)
        case Dict():
            return keys(value)
        case Const(value=str() | bytes() as text, labels=labels):
            if len(text) <= MAX_STRING:
                parts = [
                    text[i : i + 1] if isinstance(text, bytes) else text[i]
                    for i in range(len(text))
                ]
                return [Const(part, labels) for part in parts], None
            return [], Opaque(labels, "str")
        case Const():
            return [], Opaque(value.labels)
        case Opaque():
            known = beginning(value) if value.parts else ""
            return [constant(value, one) for one in known[:MAX_STRING]], element_of(value)
        case Choice(options=choices):
            found = [elements(m, o, node, frame) for o in choices if o != Const(None)]
            return _united(found)
        case Instance() | Class():
            return _object(m, value, node, frame)
    return [], UNKNOWN


def _united(found: list[tuple[list[Any], Any]]) -> tuple[list[Any], Any]:
    """Unite what several alternatives give: pairs under one name stay under that name."""
    lengths = {len(some) for some, other in found if other is None}
    if len(lengths) == 1 and all(other is None for _, other in found):
        # Alternatives of one length, as tuples that are taken apart: position by position.
        columns = zip(*(some for some, _ in found), strict=True)
        return [_all_of(column) for column in columns], None
    rest: Any = MISSING
    for _, other in found:
        if other is not None:
            rest = join(rest, other)
    named: dict[Any, Any] = {}
    for one in (one for some, _ in found for one in some):
        name = _name_of_pair(one)
        if name is MISSING:
            # Not the pairs of a dictionary: which of the elements come is not known.
            for each in (each for some, _ in found for each in some):
                rest = join(rest, each)
            return [], (None if rest is MISSING else rest)
        held = one.slots[ELTS][1]
        named[name] = join(named.get(name, MISSING), held)
    known = [Seq({ELTS: (name, held)}, "tuple") for name, held in named.items()]
    return known, (None if rest is MISSING else rest)


def _all_of(values: tuple[Any, ...]) -> Any:
    result: Any = MISSING
    for one in values:
        result = join(result, one)
    return result


def _name_of_pair(value: Any) -> Any:
    if isinstance(value, Seq) and value.kind == "tuple" and REST not in value.slots:
        parts = value.slots[ELTS]
        if len(parts) == PAIR and isinstance(parts[0], Const):
            return parts[0]
    return MISSING


PAIR = 2


def element_of(value: Opaque) -> Opaque:
    """Give an element of an unknown list: labels that are paths go one level down."""
    if value.deep or value.hint in TEXT:
        return without_parts(value)
    labels = frozenset(
        label.child("[]") if label.kind in {Kind.ATTRIBUTE, Kind.INPUT} and label.path else label
        for label in value.labels
    )
    return Opaque(labels, of=value.of and f"{value.of}[]")


def keys(value: Dict) -> tuple[list[Any], Any]:
    """Give the keys of a dictionary; keys of an open item are names, not data."""
    known = [key_value(key) for key in value.slots if not isinstance(key, Rest)]
    if REST not in value.slots:
        return known, None
    rest = value.slots[REST]
    labels = {
        replace(label, counted=True) for label in deep_labels(rest) if label.kind is Kind.INPUT
    }
    labels |= deep_labels(value.slots.get(KEYS, UNKNOWN))
    labels.add(Label(Kind.KEY, minus=value.slots.get(MINUS, frozenset())))
    return known, Opaque(frozenset(labels), "str")


def key_value(key: Any) -> Any:
    """Give the value that a key of slots stands for."""
    return key if isinstance(key, OBJECTS) else from_constant(key)


def from_constant(known: Any, labels: Labels = NOTHING) -> Any:
    """Give the value that stands for a Python object; an unknown for what has no constant."""
    match known:
        case str() | bytes() | int() | float() | complex() | None:
            return Const(known, labels)
        case list() | tuple() | set() | frozenset():
            kind = type(known).__name__
            return sequence([from_constant(one, labels) for one in known], kind)
        case dict():
            return mapping({key: from_constant(held, labels) for key, held in known.items()})
    return known if isinstance(known, OBJECTS) else Opaque(labels)


def pairs(value: Dict) -> tuple[list[tuple[Any, Any]], tuple[Any, Any] | None]:
    """Give (known key, value) pairs and the pair that stands for all others."""
    known = [
        (key_value(key), held) for key, held in value.slots.items() if not isinstance(key, Rest)
    ]
    if REST not in value.slots:
        return known, None
    _, key = keys(value)
    rest = value.slots[REST]
    minus = value.slots.get(MINUS)
    if minus and isinstance(rest, Opaque):
        rest = replace(
            rest,
            labels=frozenset(replace(label, minus=label.minus | minus) for label in rest.labels),
        )
    return known, (key, rest)


def _steps(m: Machine, step: Any, node: ast.AST, frame: Frame) -> tuple[list[Any], Any]:
    """Call `__next__` until it surely raises; when that is not known, its values may be any."""
    known: list[Any] = []
    rest: Any = MISSING
    doubts = 0
    for _ in range(MAX_STEPS):
        before = len(frame.exits)
        mark = m.journal.mark()
        try:
            value = m.call(m, step, [], {}, node, frame)
        except Stopped:
            m.journal.undo(mark)
            del frame.exits[before:]
            break
        doubts += len(frame.exits) > before or doubts > 0
        del frame.exits[before:]
        if doubts:
            rest = join(rest, value)
            if doubts > MAX_DOUBTS:
                break
        else:
            known.append(value)
    else:
        rest = known[-1] if rest is MISSING else rest
    return known, None if rest is MISSING else rest


def _indexed(m: Machine, getter: Any, node: ast.AST, frame: Frame) -> tuple[list[Any], Any]:
    """Iterate by `__getitem__(0)`, `__getitem__(1)` and so on."""
    known: list[Any] = []
    for index in range(MAX_STEPS):
        before = len(frame.exits)
        try:
            value = m.call(m, getter, [Const(index)], {}, node, frame)
        except Stopped:
            del frame.exits[before:]
            return known, None
        if len(frame.exits) > before or value == UNKNOWN:
            del frame.exits[before:]
            return known, value
        known.append(value)
    return known, known[-1]


def _object(m: Machine, value: Any, node: ast.AST, frame: Frame) -> tuple[list[Any], Any]:
    method = m.get_attribute(m, value, "__iter__")
    if isinstance(method, Opaque):
        method = m.get_attribute(m, value, "__aiter__")
    if not isinstance(method, Opaque):
        iterator = m.call(m, method, [], {}, node, frame)
        if isinstance(iterator, Seq):
            return list(iterator.slots[ELTS]), iterator.slots.get(REST)
        if isinstance(iterator, Instance):
            for name in ("__next__", "__anext__"):
                step = m.get_attribute(m, iterator, name)
                if not isinstance(step, Opaque):
                    return _steps(m, step, node, frame)
        if isinstance(iterator, Opaque):
            return [], iterator
    if isinstance(value, Instance):
        found = m.observer.iterate(m, value, node, frame)
        if found is not None:
            return [], found
        getter = m.get_attribute(m, value, "__getitem__")
        if not isinstance(getter, Opaque):
            return _indexed(m, getter, node, frame)
    return [], Opaque(deep_labels(value), deep=True)
