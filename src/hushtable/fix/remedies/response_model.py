"""Gives a route a closed response model, as the type its handler returns."""

from __future__ import annotations

import re

import libcst as cst

from hushtable.fix import imports, models
from hushtable.fix.arguments import keyword, last_name
from hushtable.fix.elements import cut
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order


def change(order: Order, sources: Sources) -> Change:
    """Annotate the handler at `order.place` with a model `order.word` of `order.names`.

    `order.also` is where the answer leaves: a Response around it is taken off, since FastAPI
    would send it as it is.
    """
    source = sources.source(order.place.path)
    function = source.function_at(order.place.line)
    bare = [one for place in order.also for one in _unwrapped(source, function, place.line)]
    if order.also and _has_model(function) and bare and not _open(function):
        return Change(tuple(bare))
    fields = models.fields_of(order.names, sources)
    if not fields:
        reason = "nothing in the program says which attributes the client needs"
        raise CannotFix(reason)
    name, new = _model(source, order.word, function, fields)
    kind = f"list[{name}]" if order.many else name
    edits = [*bare, _annotated(source, function, kind), *_without_model(source, function)]
    if not new:
        return Change(tuple(edits))
    at = _above(source, function)
    edits.append(source.insert(at, models.written(name, fields, source.indent)))
    base = imports.has(source, "pydantic", "BaseModel") or "BaseModel"
    if base != "BaseModel":
        reason = "the file knows BaseModel by another name"
        raise CannotFix(reason)
    needed = (Import(source.path, "pydantic", "BaseModel"),)
    return Change(tuple(edits), needed, defines=((source.path, name),))


def _model(
    source: Source, word: str, function: cst.FunctionDef, fields: list[tuple[str, str]]
) -> tuple[str, bool]:
    """Give the model's name, and whether it is new: one with these very fields is used again."""
    known = models.class_named(source, word)
    if known is not None and source.code(known) + "\n\n\n" == models.written(
        word, fields, source.indent
    ):
        return word, False
    taken = re.search(rb"\b" + word.encode() + rb"\b", source.data) is not None
    if not taken:
        return word, True
    other = "".join(part.capitalize() for part in function.name.value.split("_")) + "Out"
    if re.search(rb"\b" + other.encode() + rb"\b", source.data):
        reason = f"the names `{word}` and `{other}` are taken"
        raise CannotFix(reason)
    return other, True


def _annotated(source: Source, function: cst.FunctionDef, kind: str) -> Edit:
    if function.returns is not None:
        return source.replace(function.returns.annotation, kind)
    start = source.end(function.params) if function.params.params else source.end(function.name)
    close = source.data.index(b")", start)
    body = source.start(function.body)
    for one in (*function.params.params, *function.params.kwonly_params):
        close = max(close, source.data.index(b")", source.end(one)))
    if close >= body:
        reason = "the head of the handler cannot be read"
        raise CannotFix(reason)
    return source.insert(close + 1, f" -> {kind}")


def _without_model(source: Source, function: cst.FunctionDef) -> list[Edit]:
    """Take `response_model=` out of the decorators: the annotation says it once."""
    found = []
    for one in function.decorators:
        if isinstance(one.decorator, cst.Call):
            given = keyword(one.decorator, "response_model")
            if given is not None:
                found.extend(cut(source, one.decorator.args, given))
    return found


def _has_model(function: cst.FunctionDef) -> bool:
    return any(
        isinstance(one.decorator, cst.Call) and keyword(one.decorator, "response_model") is not None
        for one in function.decorators
    )


def _open(function: cst.FunctionDef) -> bool:
    """Whether the response model is a plain map or anything at all."""
    for one in function.decorators:
        given = (
            keyword(one.decorator, "response_model")
            if isinstance(one.decorator, cst.Call)
            else None
        )
        if given is not None:
            text = cst.Module([]).code_for_node(given.value)
            return bool(re.search(r"\b(dict|Dict|Any|None|object|Mapping)\b", text))
    return False


def _unwrapped(source: Source, function: cst.FunctionDef, line: int) -> list[Edit]:
    """Take a Response off what it holds, when it holds nothing else."""
    found = []
    for node in source.within(function, cst.Return):
        if not source.line(node) <= line <= source.last_line(node):
            continue
        call = node.value
        if not isinstance(call, cst.Call) or not last_name(call).endswith("Response"):
            continue
        content = keyword(call, "content") or next(
            (one for one in call.args if one.keyword is None), None
        )
        others = [
            one
            for one in call.args
            if one is not content and source.code(one).rstrip(", ") != "status_code=200"
        ]
        if content is None or others:
            reason = "the Response carries a status or headers of its own"
            raise CannotFix(reason)
        value = content.value
        if isinstance(value, cst.Call) and last_name(value) == "jsonable_encoder":
            value = value.args[0].value
        found.append(source.replace(call, source.code(value)))
    return found


def _above(source: Source, function: cst.FunctionDef) -> int:
    """Give the first byte of the comments above a function at the top of a file."""
    if source.parent(function) is not source.tree:
        reason = "the handler is made inside another function"
        raise CannotFix(reason)
    line = source.line_at(source.start(function))
    while line > 1 and source.line_text(line - 1).startswith("#"):
        line -= 1
    return source.line_start(line)
