"""Evaluates expressions."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from hushtable.model.place import Step
from hushtable.scan import assign, comparing, operators, pieces
from hushtable.scan.attributes import get_attribute
from hushtable.scan.comprehension import comprehension
from hushtable.scan.frame import PLACES, Frame, Machine, Stopped
from hushtable.scan.iterate import elements
from hushtable.scan.labels import NOTHING, Kind, joined_text
from hushtable.scan.members import get_item, promote, set_item
from hushtable.scan.positions import anything_of
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    FALSE,
    MISSING,
    REST,
    TRUE,
    UNKNOWN,
    WORK,
    Const,
    Dict,
    Instance,
    Native,
    Opaque,
    Rest,
    Seq,
    deep_labels,
    join,
    own_labels,
    sequence,
)


def evaluate(m: Machine, node: ast.expr, frame: Frame) -> Any:
    """Evaluate an expression."""
    m.steps += 1
    if m.steps > m.limit or WORK.places >= PLACES:
        m.charge()
    handler = EXPRESSIONS.get(type(node))
    return UNKNOWN if handler is None else handler(m, node, frame)


def _constant(_m: Machine, node: ast.Constant, _frame: Frame) -> Any:
    return Const(node.value)


def _name(m: Machine, node: ast.Name, frame: Frame) -> Any:
    return m.program.load(m, node.id, frame)


def _attribute(m: Machine, node: ast.Attribute, frame: Frame) -> Any:
    owner = evaluate(m, node.value, frame)
    found = get_attribute(m, owner, node.attr)
    if isinstance(found, Native):
        return m.observer.data_read(m, owner, node.attr, found)
    return found


def _subscript(m: Machine, node: ast.Subscript, frame: Frame) -> Any:
    owner = evaluate(m, node.value, frame)
    key = evaluate(m, node.slice, frame)
    return _followed(m, get_item(m, owner, key, node, frame), node, frame)


def _followed(m: Machine, value: Any, node: ast.AST, frame: Frame) -> Any:
    """Remember where a cursor was taken out of an answer, and where an exception became text."""
    if not isinstance(value, Opaque) or not value.labels:
        return value
    if not any(label.kind in FOLLOWED for label in value.labels):
        return value
    place = m.place(node, frame)
    labels = frozenset(
        replace(label, stack=(*label.stack, Step(place, FOLLOWED[label.kind])))
        if label.kind in FOLLOWED
        and len(label.stack) < MAX_STEPS
        and all(step.place.line != place.line for step in label.stack)
        else label
        for label in value.labels
    )
    return replace(value, labels=labels)


FOLLOWED = {Kind.CURSOR: "takes the cursor", Kind.EXCEPTION: "makes text of the exception"}
MAX_STEPS = 4


def _slice(m: Machine, node: ast.Slice, frame: Frame) -> Any:
    bounds = [
        Const(None) if part is None else evaluate(m, part, frame)
        for part in (node.lower, node.upper, node.step)
    ]
    known = None
    if all(isinstance(b, Const) and (b.value is None or isinstance(b.value, int)) for b in bounds):
        known = slice(*(b.value for b in bounds))
        if known.step == 0:
            known = None
    return Instance(native="slice", extra=known)


def _tuple(m: Machine, node: ast.Tuple, frame: Frame) -> Any:
    return _sequence(m, node.elts, frame, "tuple", node)


def _list(m: Machine, node: ast.List, frame: Frame) -> Any:
    return _sequence(m, node.elts, frame, "list", node)


def _set(m: Machine, node: ast.Set, frame: Frame) -> Any:
    made = _sequence(m, node.elts, frame, "set", node)
    made.slots[ELTS] = tuple(dict.fromkeys(made.slots[ELTS]))
    return made


def _sequence(m: Machine, nodes: list[ast.expr], frame: Frame, kind: str, node: ast.AST) -> Seq:
    known: list[Any] = []
    rest: Any = MISSING
    for one in nodes:
        if isinstance(one, ast.Starred):
            some, other = elements(m, evaluate(m, one.value, frame), one, frame)
            known += some
            if other is not None:
                rest = join(rest, other)
        else:
            known.append(evaluate(m, one, frame))
    made: Seq = _sited(m, node, frame, sequence(known, kind, None if rest is MISSING else rest))
    return made


def _sited(_m: Machine, node: ast.AST, frame: Frame, made: Any) -> Any:
    """Inside a widened loop, one allocation site makes one object."""
    if not frame.looping:
        return made
    known = frame.sites.get(id(node))
    if known is None:
        frame.sites[id(node)] = made
        return made
    if isinstance(made, Dict) and isinstance(known, Dict):
        for key, held in made.slots.items():
            if isinstance(key, Rest) and key is not REST:
                continue
            _m.journal.set(known.slots, key, join(known.slots.get(key, MISSING), held))
        return known
    return made


def _dict(m: Machine, node: ast.Dict, frame: Frame) -> Any:
    made = Dict({})
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            operators.update(m, made, evaluate(m, value, frame))
            continue
        name = evaluate(m, key, frame)
        set_item(m, made, name, evaluate(m, value, frame), node, frame)
    return _sited(m, node, frame, made)


def _binary(m: Machine, node: ast.BinOp, frame: Frame) -> Any:
    """Evaluate a chain `a + b + c` from its left end, however long it is."""
    chain = [node]
    while isinstance(chain[-1].left, ast.BinOp):
        chain.append(chain[-1].left)
    left = evaluate(m, chain[-1].left, frame)
    for one in reversed(chain):
        right = evaluate(m, one.right, frame)
        left = operators.binary(m, one.op, left, right, one, frame)
    return left


def _unary(m: Machine, node: ast.UnaryOp, frame: Frame) -> Any:
    value = evaluate(m, node.operand, frame)
    if isinstance(node.op, ast.Not):
        value = m.observer.truth_value(m, value, node, frame)
        m.asked |= own_labels(value)
    return operators.unary(m, node.op, value, node, frame)


def _boolean(m: Machine, node: ast.BoolOp, frame: Frame) -> Any:
    stops = not isinstance(node.op, ast.And)
    found: list[Any] = []
    mark = m.journal.mark()
    states = []
    for index, one in enumerate(node.values):
        try:
            value = evaluate(m, one, frame)
        except Stopped:
            if not found:
                raise
            break
        m.asked |= own_labels(value)
        known = truth(m.observer.truth_value(m, value, node, frame))
        last = index == len(node.values) - 1
        if known is stops or last:
            found.append(value)
            break
        if known is None:
            found += _as_outcome(value, stops=stops)
            states.append(m.journal.capture(mark))
            assign.refine(m, one, frame, holds=not stops)
    if states:
        states.append(m.journal.capture(mark))
        m.journal.undo(mark)
        m.journal.merge(states)
    return operators.pick(found)


def _as_outcome(value: Any, *, stops: bool) -> list[Any]:
    """What `a and b`, `a or b` gives when it stops at an unknown `a`."""
    from_bool = isinstance(value, Opaque) and value.hint == "bool"
    if from_bool:
        return [TRUE if stops else FALSE]
    if not stops:
        # A false value says nothing worth carrying.
        return [Opaque(hint=getattr(value, "hint", ""))]
    return [value]


def _compare(m: Machine, node: ast.Compare, frame: Frame) -> Any:
    left = evaluate(m, node.left, frame)
    result: Any = TRUE
    for op, comparator in zip(node.ops, node.comparators, strict=True):
        right = evaluate(m, comparator, frame)
        m.asked |= own_labels(left) | own_labels(right)
        answer = comparing.compare(m, op, left, right, node, frame)
        m.observer.tested(m, op, left, right, node, frame)
        if len(node.ops) == 1:
            return answer
        known = truth(answer)
        if known is False:
            return FALSE
        if known is None:
            result = comparing.BOOLEAN
        left = right
    return result


def _if_expression(m: Machine, node: ast.IfExp, frame: Frame) -> Any:
    test, asked = m.test(node.test, frame)
    known = truth(test)
    if known is not None:
        return evaluate(m, node.body if known else node.orelse, frame)
    mark = m.journal.mark()
    found, states = [], []
    m.conditions.append(asked)
    for arm, holds in ((node.body, True), (node.orelse, False)):
        assign.refine(m, node.test, frame, holds=holds)
        try:
            found.append(evaluate(m, arm, frame))
        except Stopped:
            m.journal.undo(mark)
            continue
        states.append(m.journal.take(mark))
    m.conditions.pop()
    if not found:
        raise Stopped
    m.journal.merge(states)
    shown = frozenset(label for label in asked if label.kind is Kind.ATTRIBUTE)
    if shown and all(isinstance(one, Const) for one in found):
        # `"yes" if item["paid"] else "no"` says what the attribute is in other words.
        found = [replace(one, labels=one.labels | shown) for one in found]
    return operators.pick(found)


def _call(m: Machine, node: ast.Call, frame: Frame) -> Any:
    function = _callee(m, node.func, frame)
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    extra: Any = MISSING
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            known, rest = elements(m, evaluate(m, arg.value, frame), arg, frame)
            args += known
            if rest is not None:
                extra = join(extra, rest)
        else:
            args.append(evaluate(m, arg, frame))
    for keyword in node.keywords:
        value = evaluate(m, keyword.value, frame)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
            continue
        holder = Dict({})
        operators.update(m, holder, value)
        for key, held in holder.slots.items():
            if isinstance(key, str):
                kwargs[key] = held
            elif key is REST:
                extra = join(
                    extra, Dict({k: v for k, v in holder.slots.items() if isinstance(k, Rest)})
                )
    made = m.call(m, function, args, kwargs, node, frame, None if extra is MISSING else extra)
    return _followed(m, made, node, frame)


IN_PLACE = {
    "pop": "dict",
    "update": "dict",
    "setdefault": "dict",
    "popitem": "dict",
    "clear": "dict",
    "append": "list",
    "extend": "list",
    "insert": "list",
    "sort": "list",
    "remove": "list",
    "reverse": "list",
}


def _callee(m: Machine, node: ast.expr, frame: Frame) -> Any:
    if not isinstance(node, ast.Attribute):
        return evaluate(m, node, frame)
    owner = evaluate(m, node.value, frame)
    if node.attr in IN_PLACE and isinstance(owner, Opaque) and owner.labels and not owner.deep:
        owner = promote(owner, IN_PLACE[node.attr])
        if isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
            assign.assign(m, node.value, owner, frame)
    return get_attribute(m, owner, node.attr)


def _joined(m: Machine, node: ast.JoinedStr, frame: Frame) -> Any:
    parts: list[str | None] = []
    labels = NOTHING
    for piece in node.values:
        value = evaluate(m, piece, frame)
        if isinstance(value, Const) and isinstance(value.value, str):
            labels |= value.labels
            parts.append(value.value)
        elif isinstance(value, Opaque) and value.parts is not None:
            labels |= value.labels
            parts += value.parts
        else:
            labels |= deep_labels(value)
            parts.append(None)
    if all(isinstance(part, str) for part in parts):
        return Const("".join(p for p in parts if p is not None), labels)
    return Opaque(joined_text(labels), "str", parts=tuple(parts[: pieces.MAX_PARTS]))


def _formatted(m: Machine, node: ast.FormattedValue, frame: Frame) -> Any:
    value = evaluate(m, node.value, frame)
    if node.format_spec is not None:
        evaluate(m, node.format_spec, frame)
    if isinstance(value, Const) and node.format_spec is None:
        conversion = repr if node.conversion == ord("r") else str
        try:
            return Const(conversion(value.value), value.labels)
        except ValueError:
            return Opaque(value.labels, "str")
    return _followed(m, m.observer.as_text(m, value, node, frame), node, frame)


def _lambda(m: Machine, node: ast.Lambda, frame: Frame) -> Any:
    return m.program.define_lambda(m, node, frame)


def _named(m: Machine, node: ast.NamedExpr, frame: Frame) -> Any:
    value = evaluate(m, node.value, frame)
    assign.assign(m, node.target, value, frame)
    return value


def _await(m: Machine, node: ast.Await, frame: Frame) -> Any:
    value = evaluate(m, node.value, frame)
    return m.observer.awaited(m, value, node, frame)


def _yield(m: Machine, node: ast.Yield, frame: Frame) -> Any:
    value = Const(None) if node.value is None else evaluate(m, node.value, frame)
    if frame.body is not None:
        if not frame.body(value, frame):
            raise Stopped
        return Const(None)
    if frame.yields is not None:
        frame.yields.append(value)
    if m.stores.get("starting") and len(m.stack) == 1:
        # A lifespan has started the app: what follows its `yield` is the shutdown, and where
        # something was raised before it, there is no app to ask.
        frame.exits.clear()
        raise Stopped
    return m.observer.sent(m, frame)


def _yield_from(m: Machine, node: ast.YieldFrom, frame: Frame) -> Any:
    value = evaluate(m, node.value, frame)
    if frame.yields is not None:
        known, rest = elements(m, value, node, frame)
        frame.yields += known
        if rest is not None:
            frame.yields.append(rest)
    return value.slots.get("return", UNKNOWN) if isinstance(value, Seq) else UNKNOWN


def _starred(m: Machine, node: ast.Starred, frame: Frame) -> Any:
    value = evaluate(m, node.value, frame)
    return anything_of(value) if isinstance(value, Seq) else value


EXPRESSIONS: dict[type[ast.expr], Any] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _if_expression,
    ast.Call: _call,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.Lambda: _lambda,
    ast.NamedExpr: _named,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: _starred,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: comprehension,
}
