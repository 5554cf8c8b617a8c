"""Checks a name that the client chooses against a fixed set, before anything is done with it."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import imports
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Import, Order

BAD_REQUEST = 400


def change(order: Order, sources: Sources) -> Change:
    """Refuse what is not in `order.names` where the handler at `order.place` begins.

    `order.word` is the parameter; with `order.many` its keys are checked.
    """
    source = sources.source(order.place.path)
    function = source.function_at(order.place.line)
    params = {one.name.value for one in (*function.params.params, *function.params.kwonly_params)}
    if order.word not in params:
        reason = f"`{order.word}` is not a parameter of the handler"
        raise CannotFix(reason)
    if not order.names:
        reason = "nothing in the program says which names are meant"
        raise CannotFix(reason)
    if not isinstance(function.body, cst.IndentedBlock):
        reason = "the handler has no block to put a check into"
        raise CannotFix(reason)
    listed = "{" + ", ".join(f'"{name}"' for name in order.names) + "}"
    name = "name" if order.many else order.word
    raising = imports.has(source, "fastapi", "HTTPException") or "HTTPException"
    lines = [
        f"if {name} not in {listed}:",
        f'{source.indent}raise {raising}({BAD_REQUEST}, "unknown field")',
    ]
    if order.many:
        lines = [f"for {name} in {order.word}:", *(source.indent + line for line in lines)]
    first = function.body.body[0]
    body = function.body.body
    if function.get_docstring() is not None:
        if len(body) == 1:
            reason = "the handler does nothing"
            raise CannotFix(reason)
        first = body[1]
    needed = (Import(source.path, "fastapi", "HTTPException"),)
    return Change((source.before(first, lines),), needed)
