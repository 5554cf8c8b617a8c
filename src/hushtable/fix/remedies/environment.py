"""Reads a credential from the environment instead of the source."""

from __future__ import annotations

import re

import libcst as cst

from hushtable.fix import imports
from hushtable.fix.arguments import last_name, text_of
from hushtable.fix.elements import cut
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Import, Order

SHORTEST = 6
"""No secret is shorter."""
_NOT_WORD = re.compile(r"[^A-Za-z0-9]+")


def change(order: Order, sources: Sources) -> Change:
    """Replace the literal named `order.word` at `order.place`."""
    source = sources.source(order.place.path)
    path = order.place.path
    name = _NOT_WORD.sub("_", order.word.rpartition(".")[2]).strip("_").upper()
    if not name or name[0].isdigit():
        reason = "the literal has no name to look for in the environment"
        raise CannotFix(reason)
    literal = _literal(source, order)
    owner = source.around(literal, cst.ClassDef)
    statement = source.around(literal, cst.AnnAssign)
    if owner is not None and statement is not None and _is_settings(source, owner):
        target = f"{source.code(statement.target)}: {source.code(statement.annotation.annotation)}"
        return Change((source.replace(statement, target),))
    called = imports.has(source, "os", "environ") or "os.environ"
    needed = (Import(path, "os"),) if called == "os.environ" else ()
    call = source.around(literal, cst.Call)
    if call is not None and last_name(call) in {"getenv", "get"}:
        index = next((i for i, one in enumerate(call.args) if one.value is literal), 0)
        if index == 1 and text_of(call.args[0].value):
            if last_name(call) == "getenv" or source.code(call.func).endswith("environ.get"):
                key = source.code(call.args[0].value)
                return Change((source.replace(call, f"{called}[{key}]"),), needed)
            return Change(tuple(cut(source, call.args, call.args[1])))
    return Change((source.replace(literal, f'{called}["{name}"]'),), needed)


def _literal(source: Source, order: Order) -> cst.SimpleString:
    """Give the string at a place that is long enough to be the secret."""
    found = [
        one
        for one in source.all(cst.SimpleString)
        if source.line(one) <= order.place.line <= source.last_line(one)
        and len(text_of(one) or "") >= SHORTEST
        and not isinstance(source.parent(one), cst.Expr)
        and not _is_key(source, one)
    ]
    if not found:
        reason = "the value is not a plain literal of its own"
        raise CannotFix(reason)
    named = [one for one in found if order.word and _named(source, one, order.word)]
    return max(named or found, key=lambda one: len(one.value))


def _is_key(source: Source, node: cst.SimpleString) -> bool:
    parent = source.parent(node)
    return isinstance(parent, cst.DictElement) and parent.key is node


def _named(source: Source, node: cst.SimpleString, word: str) -> bool:
    wanted = word.rpartition(".")[2].lower()
    match source.parent(node):
        case cst.Arg(keyword=cst.Name(value=name)):
            return name.lower() == wanted
        case cst.DictElement(key=key):
            return (text_of(key) or "").lower() == wanted
        case cst.AnnAssign(target=target):
            return source.code(target).lower().endswith(wanted)
        case cst.Assign(targets=[cst.AssignTarget(target=target)]):
            return source.code(target).lower().endswith(wanted)
    return False


def _is_settings(source: Source, owner: cst.ClassDef) -> bool:
    return any("Settings" in source.code(base.value) for base in owner.bases)
