"""What is shown of a scanned file's text: names, and never a constant that may be a secret."""

from __future__ import annotations

import ast
import re

from hushtable.values.formats import hits
from hushtable.values.written import looks_random

HIDDEN = "***"
_MIXED = re.compile(r"[A-Za-z]\d")
_MIXED_OFTEN = 2
_MOST_LETTERS = 60


def spelled(node: ast.AST) -> str:
    """Spell an expression by its names alone: `client("x").get` is `client(…).get`."""
    return _spelled(node)[:_MOST_LETTERS]


def _spelled(node: ast.AST) -> str:
    # Step by step from the outside in: a chain of calls may be thousands long.
    parts: list[str] = []
    while True:
        match node:
            case ast.Name(id=name):
                return "".join([name, *reversed(parts)])
            case ast.Attribute(value=inner, attr=name):
                parts.append(f".{name}")
            case ast.Call(func=inner):
                parts.append("(…)")
            case ast.Subscript(value=inner):
                parts.append("[…]")
            case ast.Await(value=inner):
                pass
            case _:
                return "".join(["…", *reversed(parts)])
        node = inner


def is_secret(text: str) -> bool:
    """Tell whether a text has the format of a known token, or looks like a made one.

    Letters and digits that alternate tell a made text from words with a version or a date.
    """
    made = looks_random(text) and len(_MIXED.findall(text)) >= _MIXED_OFTEN
    return made or any(True for _ in hits(text))


def masked_path(path: str) -> str:
    """Mask the segments of a route's path that are secrets: a hook's path may hold its token."""
    return "/".join(HIDDEN if is_secret(part) else part for part in path.split("/"))
