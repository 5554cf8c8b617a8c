"""Lets the service's own HTTPException pass a broad `except`."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import imports
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Import, Order

FASTAPI = ("fastapi", "starlette.exceptions", "fastapi.exceptions")


def change(order: Order, sources: Sources) -> Change:
    """Put `except HTTPException: raise` above the clause at `order.place`."""
    source = sources.source(order.place.path)
    for handler in source.on_line(cst.ExceptHandler, order.place.line):
        named = (imports.has(source, module, "HTTPException") for module in FASTAPI)
        name = next((one for one in named if one), "")
        needed = () if name else (Import(order.place.path, "fastapi", "HTTPException"),)
        space = source.indentation(handler)
        text = f"except {name or 'HTTPException'}:\n{space}{source.indent}raise\n{space}"
        return Change((source.insert(source.start(handler), text),), needed)
    reason = f"no except clause begins at {order.place}"
    raise CannotFix(reason)
