"""ExpressionAttributeNames: the aliases a call has, and those a change adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import libcst as cst

from hushtable.fix.arguments import add, keyword, quoted, text_of, unpacks
from hushtable.fix.elements import bare_end
from hushtable.fix.source import Source
from hushtable.model.edit import CannotFix, Edit

NAMES = "ExpressionAttributeNames"
_NOT_WORD = re.compile(r"[^A-Za-z0-9_]")


def aliased(paths: Iterable[str], taken: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Put every name of every path behind a placeholder.

    `taken` are the placeholders the call has; one that stands for the name already is used again.
    Gives the paths in placeholders, and the placeholders that are new.
    """
    new: dict[str, str] = {}
    texts = []
    for path in dict.fromkeys(paths):
        parts = []
        for name in path.split("."):
            known = next((a for a, n in {**taken, **new}.items() if n == name), "")
            alias = known or f"#{_NOT_WORD.sub('_', name) or 'a'}"
            while not known and alias in {**taken, **new}:
                alias += "_"
            if not known:
                new[alias] = name
            parts.append(alias)
        texts.append(".".join(parts))
    return texts, new


def taken_by(source: Source, call: cst.Call) -> dict[str, str]:
    """Give the placeholders of a call. Raises CannotFix when they are not written out."""
    argument = keyword(call, NAMES)
    if argument is None:
        if unpacks(call) and NAMES.encode() in _function_text(source, call):
            reason = f"the {NAMES} of the call are put together elsewhere"
            raise CannotFix(reason)
        return {}
    value = argument.value
    if not isinstance(value, cst.Dict):
        reason = f"the {NAMES} of the call are not written in it"
        raise CannotFix(reason)
    found = {}
    for element in value.elements:
        pair = isinstance(element, cst.DictElement)
        alias = text_of(element.key) if isinstance(element, cst.DictElement) else None
        name = text_of(element.value) if pair else None
        if alias is None or name is None:
            reason = f"the {NAMES} of the call are not constant"
            raise CannotFix(reason)
        found[alias] = name
    return found


def with_names(
    source: Source,
    call: cst.Call,
    new: Mapping[str, str],
    more: list[tuple[str, str]],
    instead: Mapping[cst.Arg, str] = MappingProxyType({}),
) -> list[Edit]:
    """Add placeholders to a call, and other arguments with them."""
    argument = keyword(call, NAMES)
    pairs = ", ".join(f"{quoted(alias)}: {quoted(name)}" for alias, name in new.items())
    if argument is None or not isinstance(argument.value, cst.Dict):
        named = [(NAMES, f"{{{pairs}}}")] if new else []
        return add(source, call, [*more, *named], instead)
    if not new:
        return add(source, call, more, instead)
    held = argument.value
    at = bare_end(source, held.elements[-1]) if held.elements else source.end(held) - 1
    comma = ", " if held.elements else ""
    head = source.data[source.start(held) : at].decode()
    tail = source.data[at : source.end(held)].decode()
    return add(source, call, more, {**instead, argument: f"{head}{comma}{pairs}{tail}"})


def _function_text(source: Source, call: cst.Call) -> bytes:
    function = source.around(call, cst.FunctionDef)
    return source.data if function is None else source.code(function).encode()
