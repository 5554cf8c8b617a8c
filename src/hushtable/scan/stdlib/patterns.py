"""re: patterns, matches and what they put in place of text."""

from __future__ import annotations

import re
from typing import Any

from hushtable.scan.carrying import (
    ask,
    computed,
    fixed,
    is_modest,
    labels_in,
)
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.labels import NOTHING
from hushtable.scan.operators import pick
from hushtable.scan.values import (
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Const,
    Dict,
    Function,
    Instance,
    Opaque,
    Partial,
    deep_labels,
    sequence,
)

NUMBER = Opaque(hint="int")

MAX_SUBJECT = 512


def _pattern_of(call: Call) -> tuple[Any, list[Any]]:
    """Give the pattern of a call and its other arguments: `re.sub(p, ...)`, `p.sub(...)`."""
    if isinstance(call.receiver, Instance):
        return call.receiver.slots.get("pattern", UNKNOWN), call.args
    args = call.args or [call.kwargs.get("pattern", UNKNOWN)]
    return args[0], args[1:]


def _compile(_m: Machine, call: Call) -> Any:
    slots = {"pattern": call.argument(0, "pattern", default=UNKNOWN)}
    return Instance(native="re.Pattern", slots=slots)


def _subject(call: Call, rest: list[Any], at: int = 0) -> Any:
    return rest[at] if len(rest) > at else call.kwargs.get("string", UNKNOWN)


def _known_match(name: str, pattern: Any, subject: Any) -> bool | None:
    """Whether a constant pattern matches a constant text; simple patterns only.

    A pattern with a repetition inside a group could take time without bound.
    """
    if (
        isinstance(pattern, Const)
        and isinstance(subject, Const)
        and isinstance(pattern.value, str)
        and isinstance(subject.value, str)
        and len(subject.value) <= MAX_SUBJECT
        and "(" not in pattern.value
        and is_modest(pattern.value)
    ):
        try:
            return getattr(re, name)(pattern.value, subject.value) is not None
        except (re.error, RecursionError, OverflowError):
            return None
    return None


def _match(name: str) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        pattern, rest = _pattern_of(call)
        subject = _subject(call, rest)
        known = _known_match(name, pattern, subject)
        if known is False:
            return NONE
        made = Instance(native="re.Match", slots={"text": subject})
        if known is None:
            m.may_raise(call.name)
            return pick([made, NONE])
        return made

    return handler


def _held_text(call: Call, hint: str = "str") -> Any:
    return Opaque(deep_labels(call.receiver) if call.receiver is not None else NOTHING, hint)


def _groups(_m: Machine, call: Call) -> Any:
    return sequence((), "tuple", _held_text(call))


def _group_dict(_m: Machine, call: Call) -> Any:
    return Dict({REST: Opaque(deep_labels(call.receiver), "str", deep=True)})


def _group(_m: Machine, call: Call) -> Any:
    if len(call.args) > 1:
        return sequence([_held_text(call) for _ in call.args], "tuple")
    return _held_text(call)


def _find_all(_m: Machine, call: Call) -> Any:
    _, rest = _pattern_of(call)
    subject = _subject(call, rest)
    piece = Opaque(deep_labels(subject), "str")
    if call.name.endswith("finditer"):
        piece_of = Instance(native="re.Match", slots={"text": subject})
        return sequence((), "iterator", piece_of)
    return sequence((), rest=piece)


def _substitute(m: Machine, call: Call) -> Any:
    pattern, rest = _pattern_of(call)
    replacement = rest[0] if rest else call.kwargs.get("repl", UNKNOWN)
    subject = _subject(call, rest, 1)
    if (
        isinstance(pattern, Const)
        and isinstance(replacement, Const)
        and isinstance(subject, Const)
        and isinstance(subject.value, str)
        and len(subject.value) <= MAX_SUBJECT
        and isinstance(pattern.value, str)
        and "(" not in pattern.value
    ):
        try:
            made = re.sub(pattern.value, replacement.value, subject.value)
        except (re.error, TypeError, RecursionError):
            return Opaque(labels_in([replacement, subject]), "str")
        return Const(made, labels_in([replacement, subject]))
    if isinstance(replacement, Function | Bound | Partial):
        found = Instance(native="re.Match", slots={"text": subject})
        replacement = ask(m, replacement, [found], call)
    labels = labels_in([replacement, subject])
    if isinstance(pattern, Const) and pattern.value in WHOLE:
        labels = labels_in([replacement])
    text = Opaque(labels, "str")
    return sequence([text, NUMBER], "tuple") if call.name.endswith("subn") else text


WHOLE = frozenset({".*", ".+", ".", r"[\s\S]*", r"[\s\S]+", r"(?s).*", r"(?s).+", r"\w", r"\S"})
"""Patterns that match all of a text: what replaces them is all that is left."""


def _split(_m: Machine, call: Call) -> Any:
    _, rest = _pattern_of(call)
    return sequence((), rest=Opaque(deep_labels(_subject(call, rest)), "str"))


RE: dict[str, Handler] = {
    "match": _match("match"),
    "search": _match("search"),
    "fullmatch": _match("fullmatch"),
    "findall": _find_all,
    "finditer": _find_all,
    "sub": _substitute,
    "subn": _substitute,
    "split": _split,
}
MATCH: dict[str, Handler] = {
    "group": _group,
    "groups": _groups,
    "groupdict": _group_dict,
    "__getitem__": _group,
    "expand": _group,
    "start": fixed(NUMBER),
    "end": fixed(NUMBER),
    "span": fixed(Opaque(hint="tuple")),
}


NATIVES: dict[str, Any] = {
    "re.compile": _compile,
    "re.escape": computed(re.escape, "str"),
    **{f"re.{name}": handler for name, handler in RE.items()},
    **{f"re.Pattern.{name}": handler for name, handler in RE.items()},
    **{f"re.Match.{name}": handler for name, handler in MATCH.items()},
}
ATTRIBUTES: dict[str, Any] = {
    "re.Match.string": lambda _m, owner: Opaque(deep_labels(owner), "str"),
    "re.Match.lastgroup": lambda _m, owner: Opaque(deep_labels(owner), "str"),
    "re.Pattern.pattern": lambda _m, owner: owner.slots.get("pattern", UNKNOWN),
}
