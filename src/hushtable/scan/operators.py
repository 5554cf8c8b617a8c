"""Operators: constants are computed, everything else keeps what its parts carry."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from hushtable.scan.attributes import get_attribute
from hushtable.scan.combining import combined, content, is_doubted
from hushtable.scan.frame import Frame, Machine, surely_raise
from hushtable.scan.iterate import element_of, elements
from hushtable.scan.labels import joined_text
from hushtable.scan.members import dict_item
from hushtable.scan.overriding import override
from hushtable.scan.pieces import MAX_PARTS
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    MAYBE,
    MINUS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Dict,
    Generic,
    Instance,
    Native,
    Opaque,
    Rest,
    Seq,
    choice,
    deep_labels,
    join,
    options,
    sequence,
)

MAX_CONST = 4096
MAX_ELEMENTS = 1024
"""The longest list whose elements are kept apart."""

BINARY: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul),
    ast.Div: ("truediv", operator.truediv),
    ast.FloorDiv: ("floordiv", operator.floordiv),
    ast.Mod: ("mod", operator.mod),
    ast.Pow: ("pow", operator.pow),
    ast.LShift: ("lshift", operator.lshift),
    ast.RShift: ("rshift", operator.rshift),
    ast.BitOr: ("or", operator.or_),
    ast.BitAnd: ("and", operator.and_),
    ast.BitXor: ("xor", operator.xor),
    ast.MatMult: ("matmul", operator.matmul),
}
DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)


def binary(
    m: Machine,
    op: ast.operator,
    left: Any,
    right: Any,
    node: ast.AST,
    frame: Frame,
    *,
    in_place: bool = False,
) -> Any:
    """Evaluate `left op right`."""
    name, compute = BINARY[type(op)]
    if isinstance(left, Const) and isinstance(right, Const):
        if (
            isinstance(op, DIVISIONS)
            and right.value in (0, 0.0)
            and not isinstance(left.value, str | bytes)
        ):
            return surely_raise(m, "ZeroDivisionError", node, frame)
        return _constant(op, compute, left, right)
    if isinstance(left, Instance) or isinstance(right, Instance):
        found = _overloaded(m, name, left, right, node, frame, in_place=in_place)
        if found is not MISSING:
            return found
    match op:
        case ast.Add() if isinstance(left, Seq) or isinstance(right, Seq):
            return _concatenate(m, left, right, node, frame)
        case ast.Add():
            return _add_text(left, right)
        case ast.Mult() if isinstance(left, Seq) and isinstance(right, Const):
            return _repeat(left, right)
        case ast.Mod() if isinstance(left, Const) and isinstance(left.value, str):
            if isinstance(right, Dict):
                right = _named(left.value, right)
            return _filled(left, right)
        case ast.BitOr() if isinstance(left, Dict) or isinstance(right, Dict):
            return _merge(m, left, right)
        case ast.BitOr() if isinstance(left, Class | Native | Generic | Const):
            return Generic(Native("typing.Union"), (left, right))
        case ast.BitAnd() if isinstance(left, Opaque) and isinstance(right, Seq):
            # `caller.roles & {"staff"}` asks for a role as `in` does.
            m.observer.tested(m, op, left, right, node, frame)
            return _set_operation(m, op, sequence((), "set", element_of(left)), right, node, frame)
        case ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor() if isinstance(left, Seq):
            return _set_operation(m, op, left, right, node, frame)
    return Opaque(deep_labels(left) | deep_labels(right), deep=True)


def _constant(
    op: ast.operator, compute: Callable[[Any, Any], Any], left: Const, right: Const
) -> Any:
    labels = left.labels | right.labels
    small = not isinstance(op, ast.Pow | ast.LShift | ast.Mult) or _is_small(left, right)
    if isinstance(left.value, str | bytes) and isinstance(op, ast.Mod):
        small = (
            WIDE.search(left.value if isinstance(left.value, str) else left.value.decode("latin-1"))
            is None
        )
    if small:
        try:
            result = compute(left.value, right.value)
        except (TypeError, ValueError, ArithmeticError, RecursionError):
            return Opaque(labels)
        if not isinstance(result, str | bytes) or len(result) <= MAX_CONST:
            return Const(result, labels)
    return Opaque(labels)


def _is_small(left: Const, right: Const) -> bool:
    return all(
        (isinstance(v, int) and abs(v) < MAX_CONST)
        or isinstance(v, float)
        or (isinstance(v, str | bytes) and len(v) < MAX_CONST)
        for v in (left.value, right.value)
    ) and not (isinstance(left.value, str | bytes) and len(left.value) * right.value > MAX_CONST)


def _overloaded(
    m: Machine, name: str, left: Any, right: Any, node: ast.AST, frame: Frame, *, in_place: bool
) -> Any:
    attempts = [(f"__i{name}__", left, right)] if in_place else []
    attempts += [(f"__{name}__", left, right), (f"__r{name}__", right, left)]
    for dunder, receiver, other in attempts:
        if isinstance(receiver, Instance) and receiver.cls is not None:
            method = get_attribute(m, receiver, dunder)
            if isinstance(method, Bound):
                return m.call(m, method, [other], {}, node, frame)
    found = m.observer.native_operator(m, name, left, right)
    return MISSING if found is None else found


def _concatenate(m: Machine, left: Any, right: Any, node: ast.AST, frame: Frame) -> Seq:
    first, first_rest = elements(m, left, node, frame)
    second, second_rest = elements(m, right, node, frame)
    rest = join(
        MISSING if first_rest is None else first_rest,
        MISSING if second_rest is None else second_rest,
    )
    kind = left.kind if isinstance(left, Seq) else "list"
    if len(first) + len(second) > MAX_ELEMENTS:
        for one in {id(v): v for v in (*first, *second)}.values():
            rest = join(rest, one)
        return sequence((), kind, rest)
    if first_rest is not None:
        for one in second:
            rest = join(rest, one)
        return sequence(first, kind, rest)
    return sequence([*first, *second], kind, None if rest is MISSING else rest)


def text_parts(value: Any) -> tuple[str | None, ...]:
    """Give the constant pieces of a text, None for what is not known."""
    match value:
        case Const(value=str() as text):
            return (text,)
        case Const(value=int() | float() as number):
            return (str(number),)
        case Opaque(parts=parts) if parts is not None:
            return parts
    return (None,)


def _add_text(left: Any, right: Any) -> Any:
    labels = joined_text(deep_labels(left) | deep_labels(right))
    parts = (*_added_parts(left), *_added_parts(right))
    if any(isinstance(p, str) for p in parts) and len(parts) <= MAX_PARTS:
        return Opaque(labels, "str", parts=parts)
    hint = "str" if "str" in {getattr(left, "hint", ""), getattr(right, "hint", "")} else ""
    return Opaque(labels, hint, deep=not hint)


def _added_parts(value: Any) -> tuple[str | None, ...]:
    """Give the pieces of one side of `+`, where a number is added and not written."""
    number = isinstance(value, Const) and not isinstance(value.value, str)
    return (None,) if number else text_parts(value)


WIDE = re.compile(r"\d{4,}")
"""A width in a template that would make a text too long to compute."""
NAMED = re.compile(r"%\((\w+)\)")


def _filled(template: Const, right: Any) -> Any:
    """Evaluate `template % values`."""
    labels = deep_labels(right) | template.labels
    given = right.slots[ELTS] if isinstance(right, Seq) and REST not in right.slots else (right,)
    if all(isinstance(one, Const) for one in given) and not WIDE.search(template.value):
        try:
            return Const(template.value % tuple(one.value for one in given), labels)
        except (TypeError, ValueError, OverflowError):
            return Opaque(labels, "str")
    return Opaque(labels, "str", parts=_percent(template.value))


def _named(template: str, values: Dict) -> Seq:
    """Give the values that a template names: `%(email)s`."""
    return sequence([dict_item(values, Const(name)) for name in NAMED.findall(template)])


def _percent(template: str) -> tuple[str | None, ...]:
    parts: list[str | None] = []
    for index, piece in enumerate(HOLE.split(template.replace("%%", "\0"))[:MAX_PARTS]):
        parts += [None] if index else []
        parts.append(piece.replace("\0", "%"))
    return tuple(parts[:MAX_PARTS])


HOLE = re.compile(r"%(?:\(\w+\))?[-+ #0-9.*]*[a-zA-Z]")


MAX_REPEATED = 256
"""The longest `list * number` whose elements are kept apart."""


def _repeat(left: Seq, right: Const) -> Any:
    known = left.slots[ELTS]
    if isinstance(right.value, int) and len(known) * max(right.value, 0) <= MAX_REPEATED:
        return sequence(known * right.value, left.kind, left.slots.get(REST))
    rest: Any = left.slots.get(REST, MISSING)
    for one in known:
        rest = join(rest, one)
    return sequence((), left.kind, None if rest is MISSING else rest)


def _merge(m: Machine, left: Any, right: Any) -> Dict:
    result = Dict({})
    update(m, result, left)
    update(m, result, right)
    return result


def update(m: Machine, target: Dict, value: Any) -> None:
    """Copy what `value` holds into a dictionary, as `dict.update` and `**value` do."""
    known_alternatives = [option for option in options(value) if option != NONE]
    if len(known_alternatives) > 1:
        # Only one of them is copied: what was there may stay.
        for option in known_alternatives:
            _copy_weakly(m, target, option)
        return
    for option in known_alternatives:
        _copy(m, target, option)


def _copy(m: Machine, target: Dict, value: Any) -> None:
    slots = target.slots
    match value:
        case Dict():
            rest = value.slots.get(REST, MISSING)
            if rest is not MISSING:
                own = slots.get(REST, MISSING)
                m.journal.set(slots, REST, join(own, rest))
                minus = value.slots.get(MINUS, frozenset())
                override(m, slots, rest, kept=minus)
                if own is not MISSING:
                    minus &= slots.get(MINUS, frozenset())
                if minus:
                    m.journal.set(slots, MINUS, minus)
            maybe = value.slots.get(MAYBE, ())
            for key, held in list(value.slots.items()):
                if key in maybe:
                    _copy_maybe(m, target, key, held)
                elif not isinstance(key, Rest):
                    m.journal.set(slots, key, held)
        case Instance() if DATA_SLOT in value.slots:
            _copy(m, target, value.slots[DATA_SLOT])
        case Instance():
            found = m.observer.as_mapping(m, value)
            if found is not None:
                _copy(m, target, found)
        case Seq():
            for pair in value.slots[ELTS]:
                if isinstance(pair, Seq) and len(pair.slots[ELTS]) == 2:  # noqa: PLR2004 - a pair
                    key, held = pair.slots[ELTS]
                    if isinstance(key, Const):
                        m.journal.set(slots, key.value, held)
                    else:
                        m.journal.set(slots, REST, join(slots.get(REST, MISSING), held))
            if REST in value.slots:
                labels = deep_labels(value.slots[REST])
                m.journal.set(slots, REST, join(slots.get(REST, MISSING), Opaque(labels)))
        case Opaque():
            override(m, slots, value)
            m.journal.set(slots, REST, join(slots.get(REST, MISSING), value))


def _copy_maybe(m: Machine, target: Dict, key: Any, held: Any) -> None:
    """Copy an entry that may be missing: then what the dictionary holds under it stays."""
    slots = target.slots
    before = slots.get(key, MISSING)
    if before is MISSING and REST in slots and key not in slots.get(MINUS, ()):
        before = dict_item(target, Const(key))
    if before is MISSING:
        m.journal.set(slots, MAYBE, slots.get(MAYBE, frozenset()) | {key})
    m.journal.set(slots, key, join(before, held))


def _copy_weakly(m: Machine, target: Dict, value: Any) -> None:
    if not isinstance(value, Dict):
        _copy(m, target, value)
        return
    for key, held in value.slots.items():
        if key is MINUS or key is MAYBE:
            continue
        m.journal.set(target.slots, key, join(target.slots.get(key, MISSING), held))


DATA_SLOT = "__data__"


def extend_rest(m: Machine, owner: Seq, rest: Any) -> None:
    """Say that a list also holds unknown elements."""
    if rest is not None:
        m.journal.set(owner.slots, REST, join(owner.slots.get(REST, MISSING), rest))


def _set_operation(
    m: Machine, op: ast.operator, left: Seq, right: Any, node: ast.AST, frame: Frame
) -> Any:
    first, first_rest = elements(m, left, node, frame)
    second, second_rest = elements(m, right, node, frame)
    known = first_rest is None and second_rest is None
    known = known and not (is_doubted(left) or is_doubted(right))
    if known and all(isinstance(v, Const) for v in (*first, *second)):
        a, b = dict.fromkeys(first), dict.fromkeys(second)
        match op:
            case ast.BitOr():
                return sequence([*a, *(v for v in b if v not in a)], left.kind)
            case ast.BitAnd():
                return sequence([v for v in a if v in b], left.kind)
            case ast.Sub():
                return sequence([v for v in a if v not in b], left.kind)
            case _:
                return sequence([*(v for v in a if v not in b), *(v for v in b if v not in a)])
    if type(op) in COMBINED:
        others = (second, second_rest, is_doubted(right))
        return combined(COMBINED[type(op)], left.kind, content(left), others)
    return _concatenate(m, left, right, node, frame)


COMBINED: dict[type[ast.operator], str] = {
    ast.BitAnd: "intersection",
    ast.Sub: "difference",
    ast.BitXor: "symmetric_difference",
}


def unary(m: Machine, op: ast.unaryop, value: Any, node: ast.AST, frame: Frame) -> Any:
    """Evaluate `op value`."""
    if isinstance(op, ast.Not):
        known = truth(value)
        if known is None:
            return Opaque(hint="bool", labels=frozenset(), of=getattr(value, "of", ""))
        return Const(not known)
    if isinstance(value, Const):
        try:
            match op:
                case ast.USub():
                    return Const(-value.value, value.labels)
                case ast.UAdd():
                    return Const(+value.value, value.labels)
                case _:
                    return Const(~value.value, value.labels)
        except TypeError:
            return Opaque(value.labels)
    if isinstance(value, Instance):
        dunder = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}[type(op)]
        method = get_attribute(m, value, dunder)
        if isinstance(method, Bound):
            return m.call(m, method, [], {}, node, frame)
    return Opaque(deep_labels(value), deep=True)


def pick(values: list[Any]) -> Any:
    """Join several values."""
    kept: list[Any] = []
    for one in values:
        for option in options(one):
            if option not in kept:
                kept.append(option)
    return choice(kept) if kept else UNKNOWN
