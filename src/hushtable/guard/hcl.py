"""Writes the little of Terraform's language that definitions need: blocks, values, jsonencode."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Expression(str):
    """An expression, written as it is."""

    __slots__ = ()


class Interpolated(str):
    """A text in which `${...}` is Terraform's own."""

    __slots__ = ()


def encoded(document: Mapping[str, Any]) -> Expression:
    """Write a document as `jsonencode({...})`, to stand in a block."""
    return Expression(f"jsonencode({value(document, 1)})")


def block(head: str, body: Mapping[str, Any], inner: Iterable[tuple[str, Any]] = ()) -> str:
    """Write a block with its arguments, and the blocks within it."""
    lines = [_arguments(body, 1)] if body else []
    for name, said in inner:
        lines.append(f"\n  {name} {{\n{_arguments(said, 2)}  }}\n")
    return f"{head} {{\n{''.join(lines)}}}\n" if lines else f"{head} {{}}\n"


def value(said: Any, depth: int = 0) -> str:
    """Write a value. A text that is not Terraform's own means every character of it."""
    inside, outside = "  " * (depth + 1), "  " * depth
    match said:
        case Expression():
            return str(said)
        case Interpolated():
            return json.dumps(str(said), ensure_ascii=False)
        case str():
            return quoted(said)
        case bool() | int():
            return json.dumps(said)
        case Mapping():
            named = {_key(name): one for name, one in said.items()}
            return f"{{\n{_arguments(named, depth + 1)}{outside}}}" if said else "{}"
        case list() | tuple():
            lines = (f"{inside}{value(one, depth + 1)},\n" for one in said)
            return f"[\n{''.join(lines)}{outside}]" if said else "[]"
        case _:
            message = f"Terraform has no {type(said).__name__}"
            raise TypeError(message)


def _arguments(said: Mapping[str, Any], depth: int) -> str:
    """Write arguments as `terraform fmt` does: neighbours of one line each are aligned."""
    written = [(name, value(one, depth)) for name, one in said.items()]
    lines: list[str] = []
    for long, group in groupby(written, key=lambda one: "\n" in one[1]):
        neighbours = list(group)
        wide = 0 if long else max(len(name) for name, _ in neighbours)
        lines += [f"{'  ' * depth}{name:<{wide}} = {text}\n" for name, text in neighbours]
    return "".join(lines)


def quoted(text: str) -> str:
    """Quote a text in which nothing is a template."""
    marked = re.sub(r"([$%])(?=\{)", r"\1\1", text)
    return json.dumps(marked, ensure_ascii=False)


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else quoted(name)
