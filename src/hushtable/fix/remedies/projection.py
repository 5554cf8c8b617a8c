"""Asks a read for the attributes that are used, every name behind a placeholder."""

from __future__ import annotations

import libcst as cst

from hushtable.fix import arguments, imports, placeholders
from hushtable.fix.installed import needs
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Import, Order

READS = frozenset({"get_item", "query", "scan"})
PYNAMODB = "pynamodb"
MODEL_READS = frozenset({"get", "query", "scan"})


def change(order: Order, sources: Sources) -> Change:
    """Add a ProjectionExpression of `order.names` to the read at `order.place`.

    `order.word` is the library that reads; PynamoDB takes a list of names.
    """
    source = sources.source(order.place.path)
    if order.word == PYNAMODB:
        call = arguments.call_at(source, order.place.line, order.place.column, MODEL_READS)
        if arguments.keyword(call, "attributes_to_get") is not None:
            reason = "the read names its attributes already"
            raise CannotFix(reason)
        tops = dict.fromkeys(name.partition(".")[0] for name in order.names)
        listed = f"[{', '.join(map(arguments.quoted, tops))}]"
        return Change(tuple(arguments.add(source, call, [("attributes_to_get", listed)])))
    call = arguments.call_at(source, order.place.line, order.place.column, READS)
    if arguments.keyword(call, "ProjectionExpression") is not None:
        reason = "the read has a ProjectionExpression already"
        raise CannotFix(reason)
    shown = _view(order, sources) if _may_unpack(call) else None
    if shown is not None:
        view, needed = shown
        more = [("**", f"projection({view})")]
        return Change(tuple(arguments.add(source, call, more)), needed)
    taken = placeholders.taken_by(source, call)
    texts, new = placeholders.aliased(order.names, taken)
    names = [("ProjectionExpression", arguments.quoted(", ".join(texts)))]
    return Change(tuple(placeholders.with_names(source, call, new, names)))


def _may_unpack(call: cst.Call) -> bool:
    """Whether a call takes a projection as a mapping: it names no attributes of its own yet."""
    named = arguments.keyword(call, "ExpressionAttributeNames") is not None
    return not named and not arguments.unpacks(call)


def _view(order: Order, sources: Sources) -> tuple[str, tuple[Import, ...]] | None:
    """Give the guard's View of just these attributes, and what the file must import for it."""
    if not needs(sources, "hushtable", "hushtable.guard", "guard"):
        return None
    here = order.place.path
    for path in sorted(sources.texts, key=lambda path: (path != here, path)):
        if not path.endswith(".py") or b"(View[" not in sources.texts[path]:
            continue
        for one in sources.source(path).all(cst.ClassDef):
            if _fields(one) == frozenset(order.names):
                name = one.name.value
                needed = [Import(here, "hushtable.guard", "projection")]
                try:
                    if path != here:
                        needed.append(Import(here, imports.module_of(path, here, sources), name))
                except CannotFix:
                    continue
                return name, tuple(needed)
    return None


def _fields(view: cst.ClassDef) -> frozenset[str]:
    """Give the attributes that a View shows by their own names; nothing of what is no such View."""
    bases = [one.value for one in view.bases]
    if not any(
        isinstance(one, cst.Subscript) and isinstance(one.value, cst.Name)
        and one.value.value == "View" for one in bases
    ):  # fmt: skip
        return frozenset()
    lines = view.body.body if isinstance(view.body, cst.IndentedBlock) else ()
    found = [
        each for line in lines if isinstance(line, cst.SimpleStatementLine)
        for each in line.body if isinstance(each, cst.AnnAssign)
    ]  # fmt: skip
    plain = all(
        isinstance(one.target, cst.Name) and isinstance(one.annotation.annotation, cst.Name)
        for one in found
    )
    named = (one.target.value for one in found if isinstance(one.target, cst.Name))
    return frozenset(named) if plain else frozenset()
