"""Gives the values of a PartiQL statement as parameters, never as a part of its text."""

from __future__ import annotations

import re

import libcst as cst

from hushtable.fix import arguments
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Order


def change(order: Order, sources: Sources) -> Change:
    """Put `?` for each quoted hole of the statement at `order.place`."""
    source = sources.source(order.place.path)
    call = arguments.call_at(
        source, order.place.line, order.place.column, frozenset({"execute_statement"})
    )
    given = arguments.keyword(call, "Statement")
    text = _text(source, call, given)
    if given is None or text is None or arguments.keyword(call, "Parameters") is not None:
        reason = "the statement is not written as one text with holes"
        raise CannotFix(reason)
    edits, values = _asked(source, text)
    if not values:
        reason = "no quoted value stands in the statement"
        raise CannotFix(reason)
    typed = b"boto3.resource" not in source.data
    listed = ", ".join(f'{{"S": {value}}}' if typed else value for value in values)
    return Change((*edits, *arguments.add(source, call, [("Parameters", f"[{listed}]")])))


def _text(source: Source, call: cst.Call, given: cst.Arg | None) -> cst.FormattedString | None:
    if given is None:
        return None
    if isinstance(given.value, cst.FormattedString):
        return given.value
    function = source.around(call, cst.FunctionDef)
    if isinstance(given.value, cst.Name) and function is not None:
        found = [
            one.value
            for one in source.within(function, cst.Assign)
            if source.code(one.targets[0].target) == given.value.value
        ]
        if len(found) == 1 and isinstance(found[0], cst.FormattedString):
            return found[0]
    return None


def _asked(source: Source, text: cst.FormattedString) -> tuple[list[Edit], list[str]]:
    """Replace each hole that stands in single quotes; give the edits and the values in order."""
    edits: list[Edit] = []
    values: list[str] = []
    parts = text.parts
    for index, part in enumerate(parts):
        if not isinstance(part, cst.FormattedStringExpression):
            continue
        before = parts[index - 1] if index else None
        after = parts[index + 1] if index + 1 < len(parts) else None
        left = isinstance(before, cst.FormattedStringText) and before.value.endswith("'")
        right = isinstance(after, cst.FormattedStringText) and after.value.startswith("'")
        if not left or not right:
            continue
        if part.conversion or part.format_spec:
            reason = "a value of the statement is formatted"
            raise CannotFix(reason)
        start, end = source.start(part) - 1, source.end(part) + 1
        edits.append(Edit(source.path, start, end, "?"))
        values.append(source.code(part.expression))
    holes = sum(isinstance(one, cst.FormattedStringExpression) for one in parts)
    if holes == len(values) and not re.search(r"\{\{|\}\}", source.code(text)):
        at = source.start(text) + text.start.lower().index("f")
        edits.append(Edit(source.path, at, at + 1, ""))
    return edits, values
