"""Answers with a fixed text and an id that the log knows too, instead of an exception's text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from hushtable.fix import imports
from hushtable.fix.arguments import last_name
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order

ERROR_ID = "error_id"
TEXT = "internal error"
_LOGGERS = re.compile(
    rb"^(\w*log(?:ger)?\w*)\s*(?::[^=\n]+)?=\s*[\w.]*(?:get_?logger|Logger)\b",
    re.IGNORECASE | re.MULTILINE,
)
_SPEAKS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_MADE = "logger = logging.getLogger(__name__)"
_TRACEBACKS = frozenset({"format_exc", "format_exception", "format_tb", "exc_info", "format_stack"})


def change(order: Order, sources: Sources) -> Change:
    """Take the exception out of the answer at `order.place`, and log it with an error id."""
    source = sources.source(order.place.path)
    statement = _statement(source, order.place.line)
    name, block = _caught(source, statement)
    telling = list(_outermost(source, _telling(source, statement, name)))
    begin: cst.CSTNode = statement
    if not telling:
        begin, telling = _assigned(source, statement, block, name)
    edits = [edit for one in telling for edit in _silenced(source, one, name)]
    logged, more = _logged(source, begin, name)
    return Change((*edits, logged), more.imports, more.setup)


def _statement(source: Source, line: int) -> cst.SimpleStatementLine:
    statement = source.statement_at(line)
    if not isinstance(statement.body[0], cst.Return | cst.Raise | cst.Assign | cst.Expr):
        reason = "what answers here is neither a return nor a raise"
        raise CannotFix(reason)
    return statement


def _caught(source: Source, node: cst.CSTNode) -> tuple[str, cst.CSTNode]:
    """Give the name of the exception that is handled here, and the block that handles it."""
    handler = source.around(node, cst.ExceptHandler)
    if handler is not None:
        match handler.name:
            case cst.AsName(name=cst.Name(value=name)):
                return name, handler.body
        return "", handler.body
    function = source.around(node, cst.FunctionDef)
    params = function.params.params if function is not None else ()
    decorated = function is not None and any(
        "exception_handler" in source.code(one) for one in function.decorators
    )
    if function is not None and (decorated or _registered(source, function)):
        two = 2
        if len(params) >= two:
            return params[1].name.value, function.body
    reason = "the exception was caught elsewhere"
    raise CannotFix(reason)


def _registered(source: Source, function: cst.FunctionDef) -> bool:
    name = function.name.value
    return any(
        last_name(call) in {"add_exception_handler", "exception_handler"}
        and any(isinstance(a.value, cst.Name) and a.value.value == name for a in call.args)
        for call in source.all(cst.Call)
    ) or "exc" in "".join(one.name.value for one in function.params.params[1:2])


def _telling(source: Source, inside: cst.CSTNode, name: str) -> Iterator[cst.BaseExpression]:
    """Give what holds the exception's text: `str(e)`, `e.args[0]`, `{e}` in a text, a traceback."""
    for node in source.within(inside, cst.Name):
        if name and node.value == name and not _is_cause(source, node):
            yield _grown(source, node)
    for call in source.within(inside, cst.Call):
        if last_name(call) in _TRACEBACKS:
            yield _grown(source, call)


def _is_cause(source: Source, node: cst.Name) -> bool:
    parent = source.parent(node)
    if isinstance(parent, cst.From):
        return True
    match parent:
        case cst.Arg(keyword=cst.Name(value=word)):
            return word in {"exc_info", "cause"}
        case cst.Attribute(value=value, attr=cst.Name(value=word)) if value is node:
            # A status is a number that the program chose.
            return word in {"status_code", "http_status", "code"}
    return isinstance(parent, cst.Attribute) and parent.attr is node


def _grown(source: Source, node: cst.BaseExpression) -> cst.BaseExpression:
    """Grow from a name to the largest expression that is only about it."""
    while True:
        parent = source.parent(node)
        match parent:
            case cst.Attribute(value=value) | cst.Subscript(value=value) if value is node:
                node = parent
            case cst.Call(func=func) if func is node:
                node = parent
            case cst.Arg(keyword=None):
                call = source.parent(parent)
                if isinstance(call, cst.Call) and _tells(call):
                    node = call
                else:
                    return node
            case _:
                return node


def _tells(call: cst.Call) -> bool:
    return last_name(call) in {"str", "repr", "type", "getattr", "join", "format", "escape"}


def _outermost(source: Source, found: Iterator[cst.BaseExpression]) -> Iterator[cst.BaseExpression]:
    nodes = list(dict.fromkeys(found))
    for one in nodes:
        inside = (
            other is not one
            and source.start(other) <= source.start(one)
            and source.end(one) <= source.end(other)
            for other in nodes
        )
        if not any(inside):
            yield one


def _assigned(
    source: Source, statement: cst.CSTNode, block: cst.CSTNode, name: str
) -> tuple[cst.CSTNode, list[cst.BaseExpression]]:
    """Look for the text in what the block assigned to a name that the answer uses."""
    used = {node.value for node in source.within(statement, cst.Name)}
    for line in source.within(block, cst.SimpleStatementLine):
        match line.body[0]:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=target))]):
                telling = list(_outermost(source, _telling(source, line, name)))
                if target in used and telling:
                    return line, telling
    reason = "the exception's text is put together elsewhere"
    raise CannotFix(reason)


def _silenced(source: Source, node: cst.BaseExpression, name: str) -> list[Edit]:
    """Put the error id in place of one expression; in a text, in place of the hole."""
    parent = source.parent(node)
    if isinstance(parent, cst.FormattedStringExpression):
        return [source.replace(parent, f"error {{{ERROR_ID}}}")]
    match parent:
        case cst.BinaryOperation(operator=cst.Add()):
            return [source.replace(node, ERROR_ID)]
        case cst.Arg() | cst.DictElement() | cst.Assign() | cst.Return():
            quote = f'f"{TEXT} {{{ERROR_ID}}}"'
            return [source.replace(node, quote)]
    reason = f"how `{name}` comes into the answer is not clear"
    raise CannotFix(reason)


def _logged(source: Source, before: cst.CSTNode, name: str) -> tuple[Edit, Change]:
    """Make the error id, and log the exception with it, before the answer."""
    found = _LOGGERS.findall(source.data)
    logger = found[0].decode() if found else "logger"
    handler = source.around(before, cst.ExceptHandler)
    info = f", exc_info={name}" if handler is None and name else ""
    call = "error" if info else "exception"
    needed = [Import(source.path, "uuid", "uuid4")]
    setup: tuple[tuple[str, str], ...] = ()
    if not found:
        needed.append(Import(source.path, "logging"))
        setup = ((source.path, _MADE),)
    called = imports.has(source, "uuid", "uuid4") or "uuid4"
    structured = b"structlog" in source.data or b"loguru" in source.data
    said = f'"error", {ERROR_ID}={ERROR_ID}' if structured else f'"error %s", {ERROR_ID}'
    lines = [f"{ERROR_ID} = {called}().hex", f"{logger}.{call}({said}{info})"]
    return source.before(before, lines), Change((), tuple(needed), setup)
