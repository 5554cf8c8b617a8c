"""Constrains a field of a request's body where its model declares it."""

from __future__ import annotations

import re

import libcst as cst

from hushtable.fix import models
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Import, Order

_TEXTS = re.compile(r"\bstr\b")


def change(order: Order, sources: Sources) -> Change:
    """Constrain the field `order.word` of the models `order.names` by `order.drop`."""
    found = Change()
    inside = ", ".join(order.drop)
    for name in order.names:
        head = re.compile(rb"(?m)^class[ \t]+" + re.escape(name.encode()) + rb"\b")
        for path in sorted(sources.texts):
            if path.endswith(".py") and head.search(sources.texts[path]):
                source = sources.source(path)
                owner = models.class_named(source, name)
                if owner is not None:
                    found += _constrained(source, owner, order.word, inside)
    if not found.edits:
        reason = f"where the field `{order.word}` is declared is not clear"
        raise CannotFix(reason)
    return found


def _constrained(source: Source, owner: cst.ClassDef, word: str, inside: str) -> Change:
    line = models.field_lines(owner).get(word)
    if line is None or not isinstance(line.body[0], cst.AnnAssign):
        return Change()
    annotation = line.body[0].annotation.annotation
    text = source.code(annotation)
    if "Annotated" in text or "Field(" in source.code(line) or not _TEXTS.search(text):
        return Change()
    made = _TEXTS.sub(lambda one: f"Annotated[{one[0]}, Field({inside})]", text, count=1)
    needed = (Import(source.path, "typing", "Annotated"), Import(source.path, "pydantic", "Field"))
    return Change((source.replace(annotation, made),), needed)
