"""Modules asked for by name: `importlib.import_module` and `__import__`."""

from __future__ import annotations

from typing import Any

from hushtable.scan.carrying import carried
from hushtable.scan.frame import Call, Machine
from hushtable.scan.values import (
    UNKNOWN,
    Const,
)


def import_by_name(m: Machine, call: Call) -> Any:
    """Evaluate `importlib.import_module(name)` and `__import__(name)`."""
    name = call.argument(0, "name", default=UNKNOWN)
    if isinstance(name, Const) and isinstance(name.value, str):
        dotted = name.value
        package = call.argument(1, "package")
        if dotted.startswith(".") and isinstance(package, Const):
            level = len(dotted) - len(dotted.lstrip("."))
            parts = str(package.value).split(".")
            dotted = ".".join([*parts[: len(parts) - level + 1], dotted.lstrip(".")])
        whole = call.name != "builtins.__import__" or bool(call.argument(3, "fromlist"))
        return m.program.import_module(m, dotted, call.frame.module, whole=whole)
    return carried(call)
