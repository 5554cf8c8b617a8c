"""Comprehensions: allow-lists keep the named attributes, deny-lists hold all minus."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.scan import assign
from hushtable.scan.frame import Frame, Machine
from hushtable.scan.iterate import elements
from hushtable.scan.members import set_item
from hushtable.scan.truth import truth
from hushtable.scan.values import ELTS, MISSING, REST, Dict, Seq, join, sequence

MAX_ELEMENTS = 64
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
KINDS = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "iterator"}


def comprehension(m: Machine, node: Comprehension, frame: Frame) -> Any:
    """Evaluate a comprehension in a scope of its own."""
    inner = Frame(
        frame.module,
        {},
        mark=m.journal.mark(),
        function=frame.function,
        owner=frame.owner,
        parent=frame,
        looping=frame.looping,
        sites=frame.sites,
        exits=frame.exits,
        handling=frame.handling,
    )
    if isinstance(node, ast.DictComp):
        made: Dict | Seq = Dict({})
    else:
        made = sequence((), KINDS[type(node)])
    _generate(m, node, 0, inner, frame, made, exact=True)
    return made


def _generate(
    m: Machine,
    node: Comprehension,
    index: int,
    inner: Frame,
    outer: Frame,
    made: Dict | Seq,
    *,
    exact: bool,
) -> None:
    if index == len(node.generators):
        _emit(m, node, inner, made, exact=exact)
        return
    generator = node.generators[index]
    iterable = m.evaluate(m, generator.iter, outer if index == 0 else inner)
    known, rest = elements(m, iterable, generator.iter, inner)
    if len(known) > MAX_ELEMENTS:
        m.counters.bounds += 1
        for one in known[MAX_ELEMENTS:]:
            rest = join(MISSING if rest is None else rest, one)
        known = known[:MAX_ELEMENTS]
    for one, is_known in [
        *((k, True) for k in known),
        *([(rest, False)] if rest is not None else []),
    ]:
        assign.assign(m, generator.target, one, inner)
        sure = exact and is_known
        passes = True
        for condition in generator.ifs:
            answer = truth(m.evaluate(m, condition, inner))
            if answer is False:
                passes = False
                break
            if answer is None:
                sure = False
                assign.refine(m, condition, inner, holds=True)
        if passes:
            _generate(m, node, index + 1, inner, outer, made, exact=sure)


def _emit(m: Machine, node: Comprehension, inner: Frame, made: Dict | Seq, *, exact: bool) -> None:
    if isinstance(node, ast.DictComp):
        key = m.evaluate(m, node.key, inner)
        set_item(m, made, key, m.evaluate(m, node.value, inner), node, inner)
        return
    value = m.evaluate(m, node.elt, inner)
    slots = made.slots
    if exact and len(slots[ELTS]) < MAX_ELEMENTS:
        m.journal.set(slots, ELTS, (*slots[ELTS], value))
    else:
        m.journal.set(slots, REST, join(slots.get(REST, MISSING), value))
