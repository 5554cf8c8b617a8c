"""Arguments of a call: found by name, added, replaced and taken out, in the style of the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import libcst as cst

from hushtable.fix.elements import WIDTH, bare_end
from hushtable.fix.source import Source
from hushtable.model.edit import CannotFix, Edit


def last_name(call: cst.Call) -> str:
    """Give the last name of what is called: `query` of `self.table.query(...)`."""
    match call.func:
        case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
            return name
    return ""


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    """Give the argument of this name."""
    for one in call.args:
        if one.keyword is not None and one.keyword.value == name:
            return one
    return None


def unpacks(call: cst.Call) -> bool:
    """Whether the call takes arguments out of a map that stands elsewhere."""
    return any(one.star == "**" for one in call.args)


def text_of(node: cst.CSTNode | None) -> str | None:
    """Give the value of a plain string literal."""
    match node:
        case cst.SimpleString():
            value = node.evaluated_value
            return value if isinstance(value, str) else None
        case cst.ConcatenatedString():
            left, right = text_of(node.left), text_of(node.right)
            return None if left is None or right is None else left + right
    return None


def quoted(text: str) -> str:
    """Write a string literal with double quotes."""
    escaped = text.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return f'"{escaped}"'


def call_at(
    source: Source, line: int, column: int = -1, named: frozenset[str] = frozenset()
) -> cst.Call:
    """Give the call at a place: the one that begins there, else the only one on the line.

    Raises CannotFix when there is none, or it is not clear which is meant.
    """
    found = [one for one in source.on_line(cst.Call, line) if not named or last_name(one) in named]
    if not found:
        reason = f"the call at {source.path}:{line} is not written out"
        raise CannotFix(reason)
    at = source.line_start(line)
    here = [
        one
        for one in found
        if len(source.data[at : source.start(one)].decode("utf-8", "replace")) == column
    ]
    exact = [one for one in here if named] or here
    return (exact or found)[0]


def add(
    source: Source,
    call: cst.Call,
    pairs: Sequence[tuple[str, str]],
    instead: Mapping[cst.Arg, str] = MappingProxyType({}),
) -> list[Edit]:
    """Add keyword arguments at the end of a call, one a line where the call has them so.

    The name `**` adds a mapping. `instead` are values that other arguments get.
    """
    texts = [_broken(source, call, f"{name}{'' if name == '**' else '='}{value}")
             for name, value in pairs]  # fmt: skip
    others = [source.replace(arg.value, text) for arg, text in instead.items()]
    if not texts:
        return others
    if not call.args:
        return [source.insert(source.end(call) - _closing(source, call), ", ".join(texts))]
    first, last = call.args[0], call.args[-1]
    comma = isinstance(last.comma, cst.Comma)
    if source.line(first) != source.line(call):
        space = source.indentation(first)
        at = _after_comma(source, last) if comma else source.end(last)
        text = ",\n".join(f"{space}{one}" for one in texts)
        added = f"\n{text}," if comma else f",\n{text},"
        return [*others, source.insert(at, added)]
    if comma:
        at = _after_comma(source, last)
        return [*others, source.insert(at, " " + ", ".join(texts) + ",")]
    inline = f", {', '.join(texts)}"
    one_line = source.line(call) == source.last_line(call)
    grown = sum(len(edit.text) - (edit.end - edit.start) for edit in others)
    width = len(source.line_text(source.line(call))) + len(inline) + grown
    if width <= WIDTH or not one_line:
        return [*others, source.insert(source.end(last), inline)]
    return [_exploded(source, call, texts, instead)]


def _broken(source: Source, call: cst.Call, text: str) -> str:
    """Break a map that would not fit on a line of its own into a line for each pair."""
    space = source.indentation(call) + source.indent
    head, brace, body = text.partition("{")
    if len(space) + len(text) + 1 <= WIDTH or not brace or not text.endswith("}"):
        return text
    lines = "".join(f"{space}{source.indent}{pair},\n" for pair in body[:-1].split(", "))
    return f"{head}{{\n{lines}{space}}}"


def _after_comma(source: Source, arg: cst.Arg) -> int:
    return source.data.index(b",", bare_end(source, arg)) + 1


def _closing(source: Source, call: cst.Call) -> int:
    """Give how many bytes stand from the closing parenthesis of a call to its end."""
    text = source.data[source.start(call) : source.end(call)]
    return len(text) - text.rindex(b")")


def _exploded(
    source: Source, call: cst.Call, texts: list[str], instead: Mapping[cst.Arg, str]
) -> Edit:
    """Write each argument on a line of its own, as formatters do with what is too long."""
    space = source.indentation(call)
    inner = space + source.indent
    first, last = call.args[0], call.args[-1]
    held = []
    for one in call.args:
        end = source.start(one.value) if one in instead else bare_end(source, one)
        held.append(source.data[source.start(one) : end].decode() + instead.get(one, ""))
    lines = "".join(f"{inner}{one},\n" for one in [*held, *texts])
    return Edit(source.path, source.start(first), source.end(last), f"\n{lines}{space}")
