"""Comparisons: what is known of their outcome, and nothing of what was compared."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from hushtable.scan.attributes import get_attribute
from hushtable.scan.frame import Frame, Machine
from hushtable.scan.lookup import plain
from hushtable.scan.members import slot_key
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    MAYBE,
    MINUS,
    MISSING,
    NONE,
    REST,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    ModuleValue,
    Opaque,
    Seq,
    options,
)

COMPARE: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("eq", operator.eq),
    ast.NotEq: ("ne", operator.ne),
    ast.Lt: ("lt", operator.lt),
    ast.LtE: ("le", operator.le),
    ast.Gt: ("gt", operator.gt),
    ast.GtE: ("ge", operator.ge),
}


def compare(m: Machine, op: ast.cmpop, left: Any, right: Any, node: ast.AST, frame: Frame) -> Any:
    """Evaluate one comparison; the result tells nothing of what was compared."""
    match op:
        case ast.Is() | ast.IsNot():
            same = _identical(left, right)
            return BOOLEAN if same is None else Const(same == isinstance(op, ast.Is))
        case ast.In() | ast.NotIn():
            found = contains(m, right, left, node, frame)
            return BOOLEAN if found is None else Const(found == isinstance(op, ast.In))
    name, compute = COMPARE[type(op)]
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            return Const(bool(compute(left.value, right.value)))
        except TypeError:
            return BOOLEAN
    if isinstance(left, Instance) and left.cls is not None:
        method = get_attribute(m, left, f"__{name}__")
        if isinstance(method, Bound):
            return m.call(m, method, [right], {}, node, frame)
    found = m.observer.native_operator(m, name, left, right)
    if found is not None:
        return found
    m.observer.compared(m, left, right)
    if isinstance(op, ast.Eq | ast.NotEq):
        same = _identical(left, right)
        if same is not None:
            return Const(same == isinstance(op, ast.Eq))
    return BOOLEAN


BOOLEAN = Opaque(hint="bool")


def _identical(left: Any, right: Any) -> bool | None:
    if isinstance(left, Choice) or isinstance(right, Choice):
        answers = {_identical(a, b) for a in options(left) for b in options(right)}
        return answers.pop() if len(answers) == 1 else None
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        return None
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value is right.value or left == right
    if NONE in (left, right):
        other = right if left == NONE else left
        fetched = isinstance(other, Dict) and REST in other.slots and other.native == "item"
        return None if fetched else False
    if isinstance(left, Class | Function | ModuleValue) or isinstance(right, Class | Function):
        return left is right
    if isinstance(left, Instance) and isinstance(right, Instance):
        enum = left.cls is not None and left.cls.cache.get("enum")
        return left is right if enum else (True if left is right else None)
    return True if left is right else None


def compare_values(left: Any, right: Any) -> bool | None:
    """Whether two values are equal: True, False, or None when that is not known."""
    if isinstance(left, Const) and isinstance(right, Const):
        return bool(left.value == right.value)
    if isinstance(left, Opaque | Choice) or isinstance(right, Opaque | Choice):
        return None
    if left is right:
        return True
    if (
        isinstance(left, Const) != isinstance(right, Const)
        and isinstance(left, Const | Dict | Seq | Class | Function)
        and isinstance(right, Const | Dict | Seq | Class | Function)
    ):
        return False
    return None


def contains(m: Machine, container: Any, key: Any, node: ast.AST, frame: Frame) -> bool | None:
    """Whether a container holds a value: True, False, or None when that is not known."""
    key = plain(key)
    match container:
        case Const(value=str() as text) if isinstance(key, Const) and isinstance(key.value, str):
            return key.value in text
        case Dict(slots=slots) if slot_key(key) is not MISSING:
            place = slot_key(key)
            if place in slots:
                sure = REST not in slots and place not in slots.get(MAYBE, ())
                return True if sure else None
            if REST in slots:
                return False if place in slots.get(MINUS, ()) else None
            return False
        case Seq(slots=slots):
            m.observer.member_test(m, key, container)
            known = [plain(one) for one in slots[ELTS]]
            if isinstance(key, Const):
                if any(one == key for one in known):
                    return None if ELTS in slots.get(MAYBE, ()) else True
                if REST not in slots and all(isinstance(one, Const) for one in known):
                    return False
        case Instance() if container.cls is not None:
            method = get_attribute(m, container, "__contains__")
            if isinstance(method, Bound):
                return truth(m.call(m, method, [key], {}, node, frame))
    m.observer.member_test(m, key, container)
    return None
