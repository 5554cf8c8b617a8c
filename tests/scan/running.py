"""Runs a function of a source text on labelled values, for tests of the interpreter."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hushtable.scan.compose import compose
from hushtable.scan.frame import Machine, Module, Stopped
from hushtable.scan.labels import Kind, Label
from hushtable.scan.program import Program
from hushtable.scan.source import list_files
from hushtable.scan.values import MISSING, REST, Dict, Function, Opaque, deep_labels

sys.setrecursionlimit(12_000)


class Silence:
    """Notes that nobody keeps, and a library that knows nothing."""

    models: Mapping[str, Any] = MappingProxyType({})

    def __init__(self) -> None:
        self.verified: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return lambda *_args, **_kwargs: None

    def fresh(self) -> Silence:
        return self

    def knows(self, _name: str) -> bool:
        return False

    def call(self, _m: Any, _call: Any) -> None:
        return None


def machine(folder: Path) -> Machine:
    """Compose a machine on a folder of source files."""
    return compose(Program(list_files(folder)), Silence(), Silence())


def label(table: str = "users", *path: str) -> Label:
    """Make the label of an attribute, of the whole item without a path."""
    return Label(Kind.ATTRIBUTE, table=table, path=path, access=0)


def item(table: str = "users") -> Dict:
    """Make an item as a read gives it."""
    return Dict({REST: Opaque(frozenset({label(table)}))}, native="item")


def run(folder: Path, source: str, function: str, *args: Any, path: str = "app.py") -> Any:
    """Run `function` of a source text; None when it never returns."""
    (folder / path).write_text(source)
    m = machine(folder)
    module: Module = m.program.module(path)
    m.program.run_module(m, module)
    value = module.slots.get(function, MISSING)
    assert isinstance(value, Function), f"{function} is not a function of the source"
    try:
        return m.call(m, value, list(args), {}, value.node, m.program.frame_of(value))
    except Stopped:
        return None


def carried(value: Any) -> set[str]:
    """Give the attributes a value carries, in report form."""
    found = set()
    for one in deep_labels(value) if value is not None else ():
        if one.kind is Kind.ATTRIBUTE:
            text = str(one.attribute)
            found.add(text + "".join(f"-{name}" for name in sorted(one.minus)))
    return found
