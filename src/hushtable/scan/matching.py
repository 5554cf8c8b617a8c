"""`match` statements: known subjects take one arm, unknown ones try each."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from hushtable.scan import assign
from hushtable.scan.attributes import get_attribute
from hushtable.scan.comparing import compare
from hushtable.scan.frame import Frame, Machine
from hushtable.scan.iterate import elements
from hushtable.scan.lookup import mro
from hushtable.scan.members import delete_item, dict_item
from hushtable.scan.truth import truth
from hushtable.scan.values import (
    ELTS,
    REST,
    UNKNOWN,
    Class,
    Const,
    Dict,
    Instance,
    Native,
    Opaque,
    Seq,
    deep_labels,
    options,
    sequence,
)


def match_statement(
    m: Machine, node: ast.Match, frame: Frame, run: Callable[..., bool], branch: Callable[..., bool]
) -> bool:
    """Run a `match`."""
    subject = m.evaluate(m, node.subject, frame)
    arms: list[tuple[Any, Any]] = []
    for case in node.cases:
        answer = matches(m, case.pattern, subject, frame)
        if answer is False:
            continue
        if answer is True and case.guard is not None:
            bind(m, case.pattern, subject, frame)
            guard = truth(m.evaluate(m, case.guard, frame))
            if guard is False:
                continue
            answer = guard
        arm = (lambda c=case: _arm(m, c, subject, frame, run), None)
        if answer is True and not arms:
            return arm[0]()
        arms.append(arm)
        if answer is True:
            break
    else:
        arms.append((lambda: True, None))
    return branch(m, deep_labels(subject), arms)


def _arm(m: Machine, case: ast.match_case, subject: Any, frame: Frame, run: Any) -> bool:
    bind(m, case.pattern, subject, frame)
    return bool(run(m, case.body, frame))


def matches(m: Machine, pattern: ast.pattern, subject: Any, frame: Frame) -> bool | None:
    """Whether a pattern matches: True, False, or None when that is not known."""
    if len(options(subject)) > 1:
        answers = {matches(m, pattern, option, frame) for option in options(subject)}
        return answers.pop() if len(answers) == 1 else None
    match pattern:
        case ast.MatchValue(value=node):
            answer = compare(m, ast.Eq(), subject, m.evaluate(m, node, frame), node, frame)
            return truth(answer)
        case ast.MatchSingleton(value=value):
            return truth(compare(m, ast.Is(), subject, Const(value), pattern, frame))
        case ast.MatchAs(pattern=None) | ast.MatchStar():
            return True
        case ast.MatchAs(pattern=inner):
            return True if inner is None else matches(m, inner, subject, frame)
        case ast.MatchOr(patterns=patterns):
            return _any(matches(m, one, subject, frame) for one in patterns)
        case ast.MatchSequence(patterns=patterns):
            return _sequence(m, patterns, subject, frame)
        case ast.MatchMapping(keys=keys, patterns=patterns):
            return _mapping(m, keys, patterns, subject, frame)
        case ast.MatchClass():
            return _class(m, pattern, subject, frame)
    return None


def _any(answers: Any) -> bool | None:
    found = list(answers)
    return True if True in found else (None if None in found else False)


def _all(answers: Any) -> bool | None:
    found = list(answers)
    return False if False in found else (None if None in found else True)


def _sequence(m: Machine, patterns: list[ast.pattern], subject: Any, frame: Frame) -> bool | None:
    if isinstance(subject, Opaque):
        return None
    if not isinstance(subject, Seq) or subject.kind == "set":
        return False
    known = subject.slots[ELTS]
    if REST in subject.slots:
        return None
    star = next((i for i, p in enumerate(patterns) if isinstance(p, ast.MatchStar)), None)
    if star is None:
        if len(known) != len(patterns):
            return False
        return _all(matches(m, p, v, frame) for p, v in zip(patterns, known, strict=True))
    if len(known) < len(patterns) - 1:
        return False
    tail = patterns[star + 1 :]
    pairs = [*zip(patterns[:star], known, strict=False)]
    pairs += zip(tail, known[len(known) - len(tail) :], strict=True)
    return _all(matches(m, p, v, frame) for p, v in pairs)


def _mapping(
    m: Machine, keys: list[ast.expr], patterns: list[ast.pattern], subject: Any, frame: Frame
) -> bool | None:
    if not isinstance(subject, Dict):
        return None if isinstance(subject, Opaque) else False
    answers: list[bool | None] = []
    for key, pattern in zip(keys, patterns, strict=True):
        name = m.evaluate(m, key, frame)
        if isinstance(name, Const) and name.value in subject.slots:
            answers.append(matches(m, pattern, subject.slots[name.value], frame))
        else:
            answers.append(None if REST in subject.slots else False)
    return _all(answers)


def _class(m: Machine, pattern: ast.MatchClass, subject: Any, frame: Frame) -> bool | None:
    cls = m.evaluate(m, pattern.cls, frame)
    known: bool | None = None
    if isinstance(cls, Class) and isinstance(subject, Instance) and subject.cls is not None:
        known = cls in mro(subject.cls)
    elif isinstance(cls, Native) and isinstance(subject, Const | Dict | Seq):
        name = type(subject.value).__name__ if isinstance(subject, Const) else subject.kind
        known = cls.name == f"builtins.{name}"
    elif isinstance(cls, Class) and isinstance(subject, Const | Dict | Seq):
        known = False
    if known is False:
        return False
    answers: list[bool | None] = [known]
    for name, inner in _attributes(cls, pattern):
        answers.append(matches(m, inner, get_attribute(m, subject, name), frame))
    return _all(answers)


def _attributes(cls: Any, pattern: ast.MatchClass) -> list[tuple[str, ast.pattern]]:
    names: list[str] = []
    if isinstance(cls, Class):
        listed = cls.slots.get("__match_args__")
        if isinstance(listed, Seq):
            names = [str(one.value) for one in listed.slots[ELTS] if isinstance(one, Const)]
        else:
            names = list(cls.cache.get("fields", ()))
    pairs = list(zip(names, pattern.patterns, strict=False))
    pairs += zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)
    return pairs


def bind(m: Machine, pattern: ast.pattern, subject: Any, frame: Frame) -> None:
    """Bind the names of a pattern that matched."""
    match pattern:
        case ast.MatchAs(pattern=inner, name=name):
            if inner is not None:
                bind(m, inner, subject, frame)
            if name is not None:
                assign.bind(m, name, subject, frame)
        case ast.MatchOr(patterns=patterns):
            for one in patterns:
                if matches(m, one, subject, frame) is not False:
                    bind(m, one, subject, frame)
        case ast.MatchSequence(patterns=patterns):
            _bind_sequence(m, patterns, subject, frame)
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            for key, one in zip(keys, patterns, strict=True):
                wanted = m.evaluate(m, key, frame)
                value = (
                    dict_item(subject, wanted)
                    if isinstance(subject, Dict)
                    else (assign.read_item(m, subject, wanted, key, frame))
                )
                bind(m, one, value, frame)
            if rest is not None:
                left = (
                    Dict(dict(subject.slots))
                    if isinstance(subject, Dict)
                    else (Dict({REST: subject}))
                )
                for key in keys:
                    delete_item(m, left, m.evaluate(m, key, frame))
                assign.bind(m, rest, left, frame)
        case ast.MatchClass(cls=cls):
            for attribute, one in _attributes(m.evaluate(m, cls, frame), pattern):
                bind(m, one, get_attribute(m, subject, attribute), frame)
            if len(pattern.patterns) == 1 and isinstance(subject, Const | Opaque):
                bind(m, pattern.patterns[0], subject, frame)


def _bind_sequence(m: Machine, patterns: list[ast.pattern], subject: Any, frame: Frame) -> None:
    known, rest = elements(m, subject, ast.Constant(None), frame)
    star = next((i for i, p in enumerate(patterns) if isinstance(p, ast.MatchStar)), None)
    tail = 0 if star is None else len(patterns) - star - 1
    for index, one in enumerate(patterns):
        if isinstance(one, ast.MatchStar):
            if one.name is not None:
                middle = known[index : len(known) - tail]
                assign.bind(m, one.name, sequence(middle, rest=rest), frame)
            continue
        at = index if star is None or index < star else len(known) - (len(patterns) - index)
        value = known[at] if 0 <= at < len(known) else rest
        bind(m, one, UNKNOWN if value is None else value, frame)
