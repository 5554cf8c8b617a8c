"""Binding: names, targets, deletion, and what a condition teaches about a name."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from hushtable.scan import operators
from hushtable.scan.attributes import delete_attribute, set_attribute
from hushtable.scan.frame import Frame, Machine
from hushtable.scan.iterate import elements
from hushtable.scan.labels import Kind, Label
from hushtable.scan.members import delete_item, get_item, promote, set_item
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    MAYBE,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Choice,
    Const,
    Dict,
    Opaque,
    Seq,
    join,
    options,
    sequence,
)

joined = join


def scope_of(name: str, frame: Frame) -> dict[Any, Any]:
    """Give the slots a name is bound in."""
    if name in frame.globals:
        return frame.module.slots
    if name in frame.nonlocals:
        outer = frame.parent
        while outer is not None:
            if name in outer.slots and not outer.is_class:
                return outer.slots
            outer = outer.parent
    return frame.slots


def bind(m: Machine, name: str, value: Any, frame: Frame) -> None:
    """Bind a name."""
    m.journal.set(scope_of(name, frame), name, value)


def assign(m: Machine, target: ast.expr, value: Any, frame: Frame) -> None:
    """Assign to any target."""
    match target:
        case ast.Name(id=name):
            bind(m, name, value, frame)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(m, targets, value, target, frame)
        case ast.Starred(value=inner):
            assign(m, inner, value, frame)
        case ast.Attribute(value=owner, attr=name):
            set_attribute(m, m.evaluate(m, owner, frame), name, value, target, frame)
        case ast.Subscript(value=owner, slice=index):
            holder = mutable(m, owner, frame)
            set_item(m, holder, m.evaluate(m, index, frame), value, target, frame)


def _unpack(m: Machine, targets: list[ast.expr], value: Any, node: ast.AST, frame: Frame) -> None:
    known, rest = elements(m, value, node, frame)
    star = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    if star is None:
        for index, target in enumerate(targets):
            part = known[index] if index < len(known) else rest
            assign(m, target, UNKNOWN if part is None else part, frame)
        return
    after = len(targets) - star - 1
    for index, target in enumerate(targets[:star]):
        part = known[index] if index < len(known) else rest
        assign(m, target, UNKNOWN if part is None else part, frame)
    middle = known[star : len(known) - after] if after else known[star:]
    assign(m, targets[star], sequence(middle, rest=rest), frame)
    for index, target in enumerate(targets[star + 1 :]):
        at = len(known) - after + index
        part = known[at] if star <= at < len(known) else rest
        assign(m, target, UNKNOWN if part is None else part, frame)


def mutable(m: Machine, node: ast.expr, frame: Frame) -> Any:
    """Evaluate an expression that is about to be changed in place.

    An unknown that carries labels becomes a dictionary with identity at the name or key it is
    read from, so that what is written to it or taken from it is remembered.
    """
    value = m.evaluate(m, node, frame)
    if isinstance(value, Opaque) and value.labels and not value.deep:
        promoted = promote(value)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            assign(m, node, promoted, frame)
        return promoted
    return value


def augmented(m: Machine, node: ast.AugAssign, frame: Frame) -> bool:
    """Run `target op= value`."""
    target = node.target
    current = m.evaluate(m, _loaded(target), frame)
    value = m.evaluate(m, node.value, frame)
    if all(_is_changed(node.op, option) for option in options(current)):
        m.journal.apart(options(current), lambda one: _change(m, node, one, value, frame))
        return True
    result = operators.binary(m, node.op, current, value, node, frame, in_place=True)
    assign(m, target, result, frame)
    return True


def _is_changed(op: ast.operator, value: Any) -> bool:
    """Whether an operator with `=` changes a value in place, for all that hold it."""
    match value:
        case Seq(kind="list" | "deque"):
            return isinstance(op, ast.Add)
        case Seq(kind="set"):
            return isinstance(op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor)
        case Dict():
            return isinstance(op, ast.BitOr)
    return False


def _change(m: Machine, node: ast.AugAssign, current: Any, value: Any, frame: Frame) -> None:
    if isinstance(current, Dict):
        operators.update(m, current, value)
        return
    made = operators.binary(m, node.op, current, value, node, frame)
    m.journal.set(current.slots, ELTS, made.slots[ELTS])
    if current.kind != "set":
        operators.extend_rest(m, current, made.slots.get(REST))
        return
    for key in (REST, MAYBE):
        if key in made.slots:
            m.journal.set(current.slots, key, made.slots[key])
        else:
            m.journal.delete(current.slots, key)


def _loaded(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.copy_location(ast.Name(name, ast.Load()), target)
        case ast.Attribute(value=owner, attr=attr):
            return ast.copy_location(ast.Attribute(owner, attr, ast.Load()), target)
        case ast.Subscript(value=owner, slice=index):
            return ast.copy_location(ast.Subscript(owner, index, ast.Load()), target)
    return target


def delete(m: Machine, target: ast.expr, frame: Frame) -> None:
    """Run `del target`."""
    match target:
        case ast.Name(id=name):
            m.journal.delete(scope_of(name, frame), name)
        case ast.Attribute(value=owner, attr=name):
            delete_attribute(m, m.evaluate(m, owner, frame), name, target, frame)
        case ast.Subscript(value=owner, slice=index):
            delete_item(m, mutable(m, owner, frame), m.evaluate(m, index, frame))
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for one in targets:
                delete(m, one, frame)


def refine(m: Machine, test: ast.expr, frame: Frame, *, holds: bool) -> None:
    """Narrow a name by a condition: drop the alternatives that contradict it."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            refine(m, operand, frame, holds=not holds)
        case ast.BoolOp(op=ast.And(), values=values) if holds:
            for value in values:
                refine(m, value, frame, holds=True)
        case ast.BoolOp(op=ast.Or(), values=values) if not holds:
            for value in values:
                refine(m, value, frame, holds=False)
        case ast.Name(id=name):
            _keep(m, name, frame, lambda v: truth(v) is not (not holds))
        case ast.NamedExpr(target=ast.Name(id=name)):
            _keep(m, name, frame, lambda v: truth(v) is not (not holds))
        case ast.Compare(
            left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=None)]
        ) if isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
            is_none = holds == isinstance(op, ast.Is | ast.Eq)
            _keep(m, name, frame, lambda v: is_none or v != NONE)
            if is_none:
                scope = scope_of(name, frame)
                if isinstance(scope.get(name), Opaque | Choice):
                    m.journal.set(scope, name, NONE)
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[names]) if isinstance(
            scope_of(name, frame).get(name), Opaque
        ) and keys_of(scope_of(name, frame)[name]):
            _narrow_key(m, name, op, m.evaluate(m, names, frame), frame, holds=holds)
        case ast.Compare(left=ast.Name(id=name), ops=[ast.In() | ast.NotIn() as op]) if (
            holds == isinstance(op, ast.In)
        ):
            _listed(m, name, m.evaluate(m, test.comparators[0], frame), frame)
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=known)]
        ) if holds:
            scope = scope_of(name, frame)
            if isinstance(scope.get(name), Opaque):
                m.journal.set(scope, name, Const(known))


def _keep(m: Machine, name: str, frame: Frame, keeps: Any) -> None:
    scope = scope_of(name, frame)
    value = scope.get(name, MISSING)
    if isinstance(value, Choice):
        kept = [option for option in value.options if keeps(option)]
        if kept and len(kept) < len(value.options):
            m.journal.set(scope, name, kept[0] if len(kept) == 1 else Choice(tuple(kept)))


def keys_of(value: Any) -> list[Label]:
    """Give the KEY labels of a value that is the name of some attribute."""
    if not isinstance(value, Opaque):
        return []
    return [label for label in value.labels if label.kind is Kind.KEY]


def _listed(m: Machine, name: str, names: Any, frame: Frame) -> None:
    """An input that is one of a fixed list is no free text any more."""
    scope = scope_of(name, frame)
    value = scope.get(name)
    known, rest = elements(m, names, ast.Constant(None), frame)
    if not isinstance(value, Opaque) or rest is not None or not known:
        return
    labels = frozenset(
        replace(label, validated=True, capped=True) if label.kind is Kind.INPUT else label
        for label in value.labels
    )
    if labels != value.labels:
        m.journal.set(scope, name, replace(value, labels=labels))


def _narrow_key(
    m: Machine, name: str, op: ast.cmpop, names: Any, frame: Frame, *, holds: bool
) -> None:
    """Learn from `k in NAMES`, `k != "password"` which attributes a key can still be."""
    match op:
        case ast.In() | ast.NotIn():
            positive = holds == isinstance(op, ast.In)
            known, rest = elements(m, names, ast.Constant(None), frame)
            listed = [one.value for one in known if isinstance(one, Const)]
            if rest is not None or len(listed) < len(known):
                return
        case ast.Eq() | ast.NotEq() if isinstance(names, Const):
            positive = holds == isinstance(op, ast.Eq)
            listed = [names.value]
        case _:
            return
    value = scope_of(name, frame)[name]
    text = frozenset(str(one) for one in listed)
    labels = set()
    for label in value.labels:
        if label.kind is not Kind.KEY:
            labels.add(label)
        elif positive:
            labels.add(replace(label, path=tuple(sorted(text - label.minus)), own=True))
        else:
            labels.add(replace(label, minus=label.minus | text))
    m.journal.set(scope_of(name, frame), name, replace(value, labels=frozenset(labels)))


def read_item(m: Machine, owner: Any, key: Any, node: ast.AST, frame: Frame) -> Any:
    """Read `owner[key]` for callers outside expressions."""
    return get_item(m, owner, key, node, frame)
