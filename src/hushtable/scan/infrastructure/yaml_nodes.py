"""A YAML or JSON document with line numbers, and CloudFormation's functions read as text.

The document stays a graph of nodes and is read where somebody looks: anchors that repeat one
another a billion times cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

Node = Any
"""A node of PyYAML's graph; None where there is none."""

_DEEPEST = 12
_MOST_ITEMS = 2_000
_NESTED = 200
"""Deepest nesting of a document; the C loader composes by recursion that nothing else bounds."""


class Malformed(Exception):  # noqa: N818 - the state of a file, not a fault of ours
    """A document that is no YAML. `line` is where; the text quotes nothing of the file."""

    def __init__(self, why: str, line: int) -> None:
        """Say what is wrong on which line, from 1."""
        super().__init__(why)
        self.line = line


def document(text: str, *, json: bool = False) -> Node:
    """Parse the first document of a text to its root node, None when it is empty.

    Raises `Malformed`.
    """
    yaml, loader = _yaml()
    # JSON may be indented with tabs, which YAML refuses.
    source = text.replace("\t", "  ") if json else text
    try:
        _check_depth(yaml, loader, source)
        return next(iter(yaml.compose_all(source, Loader=loader)), None)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = "not valid JSON" if json else "not valid YAML"
        # Newer releases of libyaml have a bound of their own, reached before ours is.
        if "nesting depth" in str(getattr(error, "problem", "")):
            message = "nested too deeply"
        raise Malformed(message, mark.line + 1 if mark else 1) from None
    except (RecursionError, ValueError):
        message = "nested too deeply"
        raise Malformed(message, 1) from None


def _check_depth(yaml: Any, loader: Any, source: str) -> None:
    """Raise `Malformed` for a first document nested too deeply, told from its events alone."""
    depth = 0
    for event in yaml.parse(source, Loader=loader):
        match event:
            case yaml.CollectionStartEvent():
                depth += 1
                if depth > _NESTED:
                    message = "nested too deeply"
                    raise Malformed(message, event.start_mark.line + 1)
            case yaml.CollectionEndEvent():
                depth -= 1
            case yaml.DocumentEndEvent():
                return


@cache
def _yaml() -> tuple[Any, Any]:
    """Load PyYAML, with libyaml's faster loader where it was built in."""
    yaml = import_module("yaml")
    return yaml, getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def line(node: Node) -> int:
    """Give the line of a node, from 1."""
    return int(node.start_mark.line) + 1


def get(node: Node, *path: str) -> Node:
    """Follow keys of mappings; None where one is missing."""
    for key in path:
        node = next((value for name, value, _ in items(node) if name == key), None)
    return node


def items(node: Node) -> Iterator[tuple[str, Node, int]]:
    """Give key, value and line of a mapping's entries; nothing for another node."""
    if node is None or node.id != "mapping":
        return
    for key, value in node.value[:_MOST_ITEMS]:
        if key.id == "scalar":
            yield str(key.value), value, line(key)


def elements(node: Node) -> list[Node]:
    """Give the elements of a sequence, the node alone for another one, [] for none."""
    if node is None:
        return []
    if node.id == "sequence":
        return list(node.value[:_MOST_ITEMS])
    return [node]


def texts(node: Node) -> tuple[str, ...]:
    """Give the texts of a sequence, or the one of a scalar or function."""
    if node is not None and str(node.tag).startswith("!"):
        return (text(node),)
    return tuple(text(element) for element in elements(node))


def text(node: Node, depth: int = 0) -> str:
    """Read a scalar or a function as text; what is looked up elsewhere becomes `${Name}`."""
    if node is None or depth > _DEEPEST:
        return ""
    tag = str(node.tag)
    if tag.startswith("!"):
        return _function(tag[1:], node, depth)
    if node.id == "scalar":
        return str(node.value)
    found = list(items(node))
    if len(found) == 1:
        name, value, _ = found[0]
        if name == "Ref" or name.startswith("Fn::"):
            return _function(name.removeprefix("Fn::"), value, depth)
    return "${?}"


def _function(name: str, node: Node, depth: int) -> str:
    match name:
        case "Ref":
            return f"${{{_plain(node)}}}"
        case "GetAtt":
            parts = [_plain(element) for element in elements(node)]
            return f"${{{'.'.join(parts)}}}"
        case "Sub":
            first = elements(node)
            return _plain(first[0]) if first else ""
        case "Join" if node.id == "sequence" and len(node.value) > 1:
            glue, parts = node.value[0], node.value[1]
            pieces = [text(part, depth + 1) for part in elements(parts)[:50]]
            return _plain(glue).join(pieces)[:2000]
        case _:
            return "${?}"


def _plain(node: Node) -> str:
    return str(node.value) if node is not None and node.id == "scalar" else "?"
