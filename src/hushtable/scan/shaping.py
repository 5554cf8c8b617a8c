"""What a definition says before it runs: who owns a function, what makes a class, what yields."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.scan.lookup import mro
from hushtable.scan.values import (
    Class,
    Function,
    Generic,
    Instance,
)


def own(value: Any, cls: Class) -> None:
    """Tell a function of a class body which class it belongs to."""
    if isinstance(value, Function) and value.owner is None:
        value.owner = cls
        setter = value.slots.get("setter")
        if isinstance(setter, Function):
            setter.owner = cls
    elif isinstance(value, Instance) and isinstance(value.extra, Function):
        value.extra.owner = value.extra.owner or cls


def inherited_metaclass(cls: Class) -> Any:
    """Give the metaclass of the nearest base that has one."""
    for base in mro(cls)[1:]:
        if base.metaclass is not None:
            return base.metaclass
    for base in cls.bases:
        origin = base.origin if isinstance(base, Generic) else base
        if isinstance(origin, Class) and origin.metaclass is not None:
            return origin.metaclass
    return None


def yields(node: ast.AST) -> bool:
    """Whether a function's own body holds a `yield`."""
    if isinstance(node, ast.Lambda):
        return False
    pending: list[ast.AST] = list(getattr(node, "body", []))
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        pending.extend(ast.iter_child_nodes(one))
    return False
