"""What a start that refuses its settings compares them with: `os.environ["BACKEND"] == "dynamodb"`.

A text that was made up is refused there. The constants in the function that gave up are the texts
that it knows, and each is tried in turn.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hushtable.prove.exchange import Complaint
from hushtable.prove.learn.beside import parsed
from hushtable.prove.sketch import Setting

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_STORE = "dynamo"


def compared(
    complaints: Iterable[Complaint], settings: Mapping[str, Setting], folder: str
) -> tuple[Setting, ...]:
    """Give settings other texts, of those that the refusing functions know; empty without any.

    `settings` are those that were supplied, by name. `folder` is the app's, with its last slash.
    """
    found: dict[str, Setting] = {}
    names = {name.lower(): name for name in settings}
    for complaint in complaints:
        for frame in complaint.frames:
            tree = parsed(frame.file) if frame.file.startswith(folder) else None
            for known, texts in _tested(tree, frame.line):
                name = names.get(known, "")
                if name and settings[name].text not in texts[-1:]:
                    text = _next(texts, settings[name].text)
                    why = "the start compares it"
                    found[name] = replace(settings[name], text=text, canary=False, why=why)
    return tuple(found.values())


def _next(texts: tuple[str, ...], text: str) -> str:
    return texts[texts.index(text) + 1] if text in texts else texts[0]


def _tested(tree: ast.Module | None, line: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the names, in lower case, that the function around a line compares, with the texts."""
    around = [
        node
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, _Function) and node.lineno <= line <= (node.end_lineno or line)
    ]
    texts: dict[str, list[str]] = {}
    for node in ast.walk(max(around, key=lambda one: one.lineno)) if around else ():
        if isinstance(node, ast.Compare):
            for name in _names(node.left):
                texts.setdefault(name.lower(), []).extend(_constants(node.comparators))
    for name, known in texts.items():
        if known:
            # The store that is here is the one to choose.
            told = sorted(dict.fromkeys(known), key=lambda text: _STORE not in text.lower())
            yield name, tuple(told)


def _names(node: ast.expr) -> Iterator[str]:
    """Give what a value may be called: a variable, an attribute, the name that is looked up."""
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                yield name


def _constants(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)) if text:
                yield text
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                yield from _constants(parts)
