"""Puts the gate that other routes of the app have before a route that has none."""

from __future__ import annotations

import re

import libcst as cst

from hushtable.fix import imports
from hushtable.fix.arguments import last_name
from hushtable.fix.decorators import route_call, with_dependency
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Import, Order


def change(order: Order, sources: Sources) -> Change:
    """Put the gate of other routes before the route at `order.place`.

    `order.word` is the function and `order.also[0]` where it is made; without a word,
    `order.also` are routes that have the gate, of which the first that can be copied is.
    """
    source = sources.source(order.place.path)
    call = route_call(source, order.place)
    gate, needed = _gate(order, sources) if order.word else _copied(order, sources)
    needed = (*needed, Import(order.place.path, "fastapi", "Depends"))
    return Change(tuple(with_dependency(source, call, f"Depends({gate})")), needed)


def _copied(order: Order, sources: Sources) -> tuple[str, tuple[Import, ...]]:
    """Give the dependency of a route that has the gate, where this file knows or can import it."""
    here = sources.source(order.place.path)
    for place in order.also:
        source = sources.source(place.path)
        function = source.function_at(place.line)
        for call in source.within(function, cst.Call):
            if last_name(call) not in {"Depends", "Security"} or not call.args:
                continue
            named = call.args[0].value
            if not isinstance(named, cst.Name):
                continue
            if place.path == order.place.path:
                if re.search(
                    rb"(?m)^(def |async def |)" + named.value.encode() + rb"\b", here.data
                ):
                    return named.value, ()
                continue
            module = next((m for m, n in imports.imported(source) if n == named.value), "")
            if module and not module.startswith("."):
                return named.value, (Import(order.place.path, module, named.value),)
    reason = "the dependency of the other routes cannot be named here"
    raise CannotFix(reason)


def _gate(order: Order, sources: Sources) -> tuple[str, tuple[Import, ...]]:
    """Give how the file calls the gate, and the import that makes it known."""
    place, word = order.also[0], order.word
    source = sources.source(order.place.path)
    made = sources.source(place.path)
    top = [
        one.name.value for one in made.tree.body if isinstance(one, cst.FunctionDef | cst.ClassDef)
    ]
    assigned = rb"(?m)^" + re.escape(word.encode()) + rb"\s*(?::[^=\n]+)?="
    if word not in top and not re.search(assigned, made.data):
        reason = f"`{word}` is not made at the top of {place.path}"
        raise CannotFix(reason)
    if place.path == order.place.path:
        first = next((n for n in made.all(cst.FunctionDef) if n.name.value == word), None)
        if first is not None and made.line(first) > order.place.line:
            reason = f"`{word}` is made below the route"
            raise CannotFix(reason)
        return word, ()
    module = imports.module_of(place.path, order.place.path, sources)
    called = imports.has(source, module, word)
    return (called, ()) if called else (word, (Import(order.place.path, module, word),))
