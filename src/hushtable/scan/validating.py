"""The validators of models: which there are, when they run, and what they make of a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from hushtable.scan.annotations import (
    metadata,
)
from hushtable.scan.frame import Frame, Machine, Stopped
from hushtable.scan.lookup import mro
from hushtable.scan.values import (
    ELTS,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    Instance,
    Seq,
    Value,
)

MODE_BEFORE, MODE_AFTER = "before", "after"


def converted(m: Machine, function: Any, held: Any) -> Any:
    """Give what a validator makes of a value; the value itself when it never returns."""
    made = run_quietly(m, function, [held])
    return held if made is None else made


def run_quietly(m: Machine, function: Any, args: list[Any]) -> Any:
    """Call a hook of a class; None when it never returns. What it raises is a validation error."""
    node: ast.AST = ast.Constant(None)
    module = m.program.no_frame.module
    inner = function.function if isinstance(function, Bound) else function
    if isinstance(inner, Function):
        module, node = inner.module, inner.node
    try:
        return m.call(m, function, args, {}, node, Frame(module, {}, mark=m.journal.mark()))
    except Stopped:
        return None


def validators(cls: Class) -> list[tuple[Function, Instance]]:
    """Give the validators of a model class, its ancestors' first, the overridden left out."""
    found: dict[str, tuple[Function, Instance]] = {}
    for one in reversed(mro(cls)):
        for name, held in one.slots.items():
            if isinstance(held, Function) and isinstance(held.slots.get("validates"), Instance):
                found[name] = (held, held.slots["validates"])
            else:
                found.pop(name, None)
    return list(found.values())


def mode_of(info: Instance) -> str:
    """Say when a validator runs: before or after its field, or its model."""
    mode = info.slots.get("mode")
    return str(mode.value) if isinstance(mode, Const) else MODE_AFTER


def applies(info: Instance, name: str) -> bool:
    """Whether a validator is for this field."""
    listed = info.slots.get("fields")
    if not isinstance(listed, Seq):
        return False
    return any(isinstance(one, Const) and one.value in {name, "*"} for one in listed.slots[ELTS])


def annotated_validators(type_: Value | None) -> Iterator[tuple[Any, str]]:
    """Give the validators that `Annotated[...]` names, with when they run."""
    for one in metadata(type_):
        if isinstance(one, Instance) and one.native in {
            "pydantic.BeforeValidator",
            "pydantic.AfterValidator",
        }:
            mode = MODE_BEFORE if one.native.endswith("BeforeValidator") else MODE_AFTER
            yield one.slots.get("func", UNKNOWN), mode
