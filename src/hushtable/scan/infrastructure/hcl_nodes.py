"""An HCL document with the places of its parts; expressions are kept as text, none is evaluated.

The document stays the tree that the parser made and is read where somebody looks, so that nesting
costs no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from time import process_time
from typing import Any

_DEEPEST = 600
"""Deepest nesting of the tree, where one bracket is three levels of it."""
_PIECE = 4_096
"""How much of the text the parser is given at a time, in bytes."""
_SECONDS = 5.0
"""How long the parser may take. A megabyte takes less than one, but trying repairs behind an
error, and some repeated openings, take time that grows with the square of the length."""
_ESCAPE = re.compile(
    r'\\(?P<plain>["\\nrt])|\\u(?P<code>[0-9a-fA-F]{4})|(?P<twice>[$%])(?P=twice)\{'
)
_PLAIN = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_UNQUOTED = frozenset({"template_literal", "template_interpolation", "template_directive"})


@dataclass(frozen=True, slots=True)
class Part:
    """A node of the tree in its document; its body, block, attribute or expression."""

    node: Any
    source: bytes

    @property
    def kind(self) -> str:
        """Name what the grammar calls it."""
        return str(self.node.type)

    @property
    def line(self) -> int:
        """Give the line it begins on, from 1."""
        return int(self.node.start_point[0]) + 1

    @property
    def raw(self) -> str:
        """Give it as written."""
        return self.source[self.node.start_byte : self.node.end_byte].decode("utf-8", "replace")

    def parts(self, *kinds: str) -> list[Part]:
        """Give what it is made of, all named parts or those of some kinds."""
        return [
            Part(child, self.source)
            for child in self.node.children
            if (child.type in kinds if kinds else child.is_named and not child.is_extra)
        ]


@dataclass(frozen=True, slots=True)
class Block:
    """A block: `resource "kind" "name" { ... }`. What a `dynamic` block repeats is one as well."""

    kind: str
    labels: tuple[str, ...]
    body: Part
    line: int
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """The blocks of a file that were read, and what is wrong with the file, if something is."""

    blocks: tuple[Block, ...] = ()
    fault: tuple[int, str] | None = None
    """(line, why); the text quotes nothing of the file."""


def document(text: str) -> Document:
    """Parse a text; of a broken one, give the blocks that stand whole beside the error."""
    source = text.encode("utf-8", "replace")
    if not source.endswith(b"\n"):
        # The grammar wants a line break behind the last heredoc.
        source += b"\n"
    root, reached = _parsed(source)
    if root is None:
        line = source.count(b"\n", 0, reached) + 1
        return Document(fault=(line, "takes too long to parse"))
    deep = _too_deep(root)
    if deep is not None:
        return Document(fault=(deep, "nested too deeply"))
    broken = _error(root)
    found = [
        block
        for part in [Part(root, source), *Part(root, source).parts("body")]
        for block in blocks(part)
    ]
    fault = None if broken is None else (broken, "not valid HCL")
    return Document(tuple(found), fault)


@cache
def _language() -> tuple[Any, Any]:
    """Load the parser when the first file asks for it."""
    library, grammar = import_module("tree_sitter"), import_module("tree_sitter_hcl")
    return library, library.Language(grammar.language())


def _parsed(source: bytes) -> tuple[Any, int]:
    """Give the root of the tree and its end; None and how far it came when it takes too long."""
    library, language = _language()
    last = process_time() + _SECONDS
    reached = 0

    def piece(offset: int, _: object) -> bytes:
        return source[offset : offset + _PIECE]

    def stop(offset: int, _: object) -> bool:
        nonlocal reached
        reached = offset
        return process_time() > last

    try:
        # Given the whole text at once, the parser asks nobody whether to go on.
        tree = library.Parser(language).parse(piece, progress_callback=stop)
    except ValueError:
        return None, reached
    return tree.root_node, reached


def _too_deep(root: Any) -> int | None:
    """Give the line of a part nested too deeply, if there is one."""
    level = [root]
    for _ in range(_DEEPEST):
        # A part made of few others cannot be nested deeply.
        level = [
            child for node in level for child in node.children if child.descendant_count > _DEEPEST
        ]
        if not level:
            return None
    return int(level[0].start_point[0]) + 1


def _error(root: Any) -> int | None:
    """Give the line of the first error, if there is one."""
    pending = [root] if root.has_error else []
    at = root
    while pending:
        at = pending.pop()
        if at.is_error or at.is_missing:
            break
        pending.extend(child for child in reversed(at.children) if child.has_error)
    return int(at.start_point[0]) + 1 if root.has_error else None


def blocks(body: Part, *kinds: str) -> Iterator[Block]:
    """Give the blocks of a body, all or those of some kinds, and what `dynamic` ones repeat."""
    for block in _written(body):
        found = [block]
        if block.kind == "dynamic" and block.labels:
            kind = block.labels[0]
            contents = [inner for inner in _written(block.body) if inner.kind == "content"]
            found = [Block(kind, (), one.body, block.line, dynamic=True) for one in contents]
        yield from (one for one in found if not kinds or one.kind in kinds)


def _written(body: Part) -> Iterator[Block]:
    for part in body.parts("block"):
        if part.node.has_error:
            continue
        name, *labels = (label(one) for one in part.parts("identifier", "string_lit"))
        yield Block(name, tuple(labels), next(iter(part.parts("body")), part), part.line)


def label(part: Part) -> str:
    """Read a name, quoted or not."""
    return text(part) if part.kind == "string_lit" else part.raw


def value(body: Part, name: str) -> Part | None:
    """Give the value of an attribute of a body, or of an object's element; None without one."""
    return next((found for key, found in items(body) if key == name), None)


def items(part: Part | None) -> Iterator[tuple[str, Part]]:
    """Give names and values of a body's attributes or an object's elements."""
    if part is None:
        return
    held = part if part.kind in {"body", "block"} else _unwrapped(part)
    for element in held.parts("attribute", "object_elem"):
        ends = element.parts("identifier", "expression")
        if len(ends) == 2:  # noqa: PLR2004 - name and value
            yield _name(ends[0]), ends[1]


def elements(part: Part | None) -> list[Part]:
    """Give the elements of a list, the part alone for another one, none for none."""
    if part is None:
        return []
    held = _unwrapped(part)
    return held.parts("expression") if held.kind == "tuple" else [part]


def is_object(part: Part) -> bool:
    """Whether an expression is an object, `{ ... }`."""
    return _unwrapped(part).kind == "object"


def argument(part: Part | None, function: str) -> Part | None:
    """Give the first argument of a call of one function; None where there is no such call."""
    held = None if part is None else _unwrapped(part)
    if held is None or held.kind != "function_call":
        return None
    name, *rest = held.parts("identifier", "function_arguments")
    if name.raw != function or not rest:
        return None
    return next(iter(rest[0].parts("expression")), None)


def heredoc(part: Part | None) -> tuple[str, int] | None:
    """Give the lines of a heredoc as written, and the line it opens on; None for another part."""
    held = None if part is None else _unwrapped(part)
    if held is None or held.kind != "heredoc_template":
        return None
    ends = held.parts("heredoc_identifier")
    inner = held.source[ends[0].node.end_byte : ends[-1].node.start_byte]
    return inner.decode("utf-8", "replace"), held.line


def text(part: Part | None) -> str:
    """Read an expression as text; what is looked up or worked out elsewhere becomes `${...}`."""
    if part is None:
        return ""
    held = _unwrapped(part)
    match held.kind:
        case "null_lit":
            return ""
        case "bool_lit" | "numeric_lit":
            return held.raw
        case "string_lit" | "quoted_template":
            return "".join(
                _ESCAPE.sub(_escaped, one.raw) if one.kind == "template_literal" else one.raw
                for one in held.parts()
                if one.kind in _UNQUOTED
            )
        case "heredoc_template":
            read = heredoc(held)
            return read[0] if read else ""
        case _:
            return f"${{{' '.join(held.raw.split())}}}"


def texts(part: Part | None) -> tuple[str, ...]:
    """Read the texts of a list, or the one of another expression."""
    return tuple(text(element) for element in elements(part))


def _name(part: Part) -> str:
    """Read the name of an attribute or a key; the key `(x)` is worked out, the key `x` is not."""
    if part.kind == "identifier":
        return part.raw
    held = _unwrapped(part)
    return held.raw if held.kind == "identifier" and not part.raw.startswith("(") else text(part)


def _unwrapped(part: Part) -> Part:
    """Take off what only holds one other part: brackets, `"${...}"`, the layers of the grammar."""
    while part.kind in _LAYERS:
        inner = part.parts()
        if part.kind == "quoted_template":
            if [one.kind for one in inner[1:-1]] != ["template_interpolation"]:
                return part
            inner = inner[1].parts("expression")
        if len(inner) != 1:
            return part
        part = inner[0]
    return part


_LAYERS = frozenset(
    {"expression", "collection_value", "literal_value", "template_expr", "quoted_template",
     "variable_expr"}
)  # fmt: skip


def _escaped(match: re.Match[str]) -> str:
    if match["twice"]:
        return f"{match['twice']}{{"
    return chr(int(match["code"], 16)) if match["code"] else _PLAIN[match["plain"]]
