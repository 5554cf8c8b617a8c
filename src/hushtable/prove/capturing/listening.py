"""Compiles the app's modules so that they tell of exceptions, where the interpreter does not.

Before Python 3.12 the interpreter tells of exceptions to a trace function alone, and a thread that
is traced runs two to three times slower, in every library. So what passes an exception on, or
catches it, says so itself: a handler that only tells and raises on stands around the body of each
function, of each `with`, and of the module, and each handler of the app's own tells first. The
lines, the tracebacks and the files are what they were; a body that raises nothing costs nothing.

What is not heard: an exception in a lambda or a comprehension that a library catches before it
comes to a function of the app.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from types import CodeType

TELL = "__hushtable_raised__"
"""The name, among the builtins, of what is told."""


def listening(source: bytes, file: str) -> CodeType:
    """Compile a module so that it tells of every exception; plainly where that cannot be."""
    tree = ast.parse(source, file)
    try:
        heard = ast.fix_missing_locations(_Listening().visit(tree))
        return compile(heard, file, "exec", dont_inherit=True)
    except (SyntaxError, RecursionError):
        # Blocks may be nested only so deep, and each `with` takes one more here.
        return compile(source, file, "exec", dont_inherit=True)


class Loading:
    """Compiles each module whose file `concerns` is true for, from `start` to `stop`."""

    def __init__(self, concerns: Callable[[str], bool]) -> None:
        """Prepare, without changing anything yet."""
        self._concerns = concerns
        self._get_code = SourceFileLoader.get_code

    def start(self) -> None:
        """Compile what is imported from now on."""
        concerns = self._concerns
        before = self._get_code = SourceFileLoader.get_code

        def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
            file = self.get_filename(fullname)
            if not concerns(file):
                return before(self, fullname)
            return listening(self.get_data(file), file)

        SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]

    def stop(self) -> None:
        """Let modules be imported as ever. What was compiled stays so."""
        SourceFileLoader.get_code = self._get_code  # type: ignore[method-assign]


class _Listening(ast.NodeTransformer):
    """Lets whatever an exception passes, or ends in, tell of it."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        self.generic_visit(node)
        node.body = _heard(node.body)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.body = _heard(node.body)
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        self.generic_visit(node)
        node.body = _heard(node.body)
        return node

    def visit_With(self, node: ast.With) -> ast.With:
        self.generic_visit(node)
        node.body = _heard(node.body)
        return node

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AsyncWith:
        self.generic_visit(node)
        node.body = _heard(node.body)
        return node

    def visit_Try(self, node: ast.Try) -> ast.Try:
        self.generic_visit(node)
        if node.finalbody:
            # A jump out of `finally`, or an exception there, ends the one that is on its way.
            inner: list[ast.stmt] = node.body
            if node.handlers:
                whole = ast.Try(node.body, node.handlers, node.orelse, [])
                inner = [ast.copy_location(whole, node)]
            node.body, node.handlers, node.orelse = _heard(inner), [], []
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        self.generic_visit(node)
        node.body.insert(0, _told(node.body[0]))
        return node


def _heard(body: list[ast.stmt]) -> list[ast.stmt]:
    """Put a body into a handler that tells and raises on; what must stand first stays there."""
    first = next((at for at, one in enumerate(body) if not _stands_first(one)), len(body))
    rest = body[first:]
    if not rest:
        return body
    on = ast.copy_location(ast.Raise(), rest[0])
    handler = ast.copy_location(ast.ExceptHandler(body=[_told(rest[0]), on]), rest[0])
    whole = ast.Try(body=rest, handlers=[handler], orelse=[], finalbody=[])
    return [*body[:first], ast.copy_location(whole, rest[0])]


def _stands_first(statement: ast.stmt) -> bool:
    """Whether a statement raises nothing and may have to stand first: a docstring, a future."""
    match statement:
        case ast.Expr(ast.Constant(str())) | ast.ImportFrom(module="__future__"):
            return True
        case _:
            return False


def _told(near: ast.stmt) -> ast.stmt:
    call = ast.Expr(ast.Call(ast.Name(TELL, ast.Load()), [], []))
    return ast.copy_location(call, near)
