"""The texts of a tree, parsed by LibCST when they are asked for, with the bytes each node covers.

Edits are spans of bytes. So what lies outside them cannot change, whatever the file holds.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import TypeVar

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper, ParentNodeProvider

from hushtable.model.edit import CannotFix, Edit

MAX_BYTES = 1_000_000
"""A larger file is left alone: nobody reviews a patch of it."""

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BREAK = re.compile(rb"\r\n|\r|\n")

Node = TypeVar("Node", bound=cst.CSTNode)


class Source:
    """One Python file: its syntax, and where each node stands."""

    def __init__(self, path: str, data: bytes) -> None:
        """Parse a file. Raises CannotFix when it is no source that can be edited."""
        self.path = path
        self.data = data
        self._shift = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        text = _text(data[self._shift :])
        try:
            wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=False)
            self._spans: Mapping[cst.CSTNode, CodeSpan] = wrapper.resolve(ByteSpanPositionProvider)
            self._parents: Mapping[cst.CSTNode, cst.CSTNode] = wrapper.resolve(ParentNodeProvider)
        except (cst.ParserSyntaxError, RecursionError) as error:
            reason = f"{path} does not parse"
            raise CannotFix(reason) from error
        self.tree = wrapper.module
        self._by_kind: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        self._starts = [0, *(match.end() for match in _BREAK.finditer(data))]
        first = _BREAK.search(data)
        self.newline = first[0].decode() if first else "\n"
        self.indent = self.tree.default_indent

    # places ---------------------------------------------------------------------------------

    def start(self, node: cst.CSTNode) -> int:
        """Give the first byte of a node; a function or class begins with its first decorator."""
        if isinstance(node, cst.FunctionDef | cst.ClassDef) and node.decorators:
            node = node.decorators[0]
        return self._shift + self._spans[node].start

    def end(self, node: cst.CSTNode) -> int:
        """Give the byte after a node."""
        span = self._spans[node]
        return self._shift + span.start + span.length

    def code(self, node: cst.CSTNode) -> str:
        """Give the text of a node."""
        return self.data[self.start(node) : self.end(node)].decode()

    def line(self, node: cst.CSTNode) -> int:
        """Give the line a node begins on, from 1."""
        return self.line_at(self._shift + self._spans[node].start)

    def last_line(self, node: cst.CSTNode) -> int:
        """Give the line a node ends on, from 1."""
        return self.line_at(max(self.start(node), self.end(node) - 1))

    def line_at(self, offset: int) -> int:
        """Give the line of a byte, from 1."""
        return bisect_right(self._starts, offset)

    def line_start(self, line: int) -> int:
        """Give the first byte of a line; the end of the file for a line past it."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.data)

    def line_text(self, line: int) -> str:
        """Give a line without its end."""
        end = self.line_start(line + 1)
        return self.data[self.line_start(line) : end].decode().rstrip("\r\n")

    def indentation(self, node: cst.CSTNode) -> str:
        """Give the white space that the line of a node begins with."""
        text = self.line_text(self.line_at(self.start(node)))
        return text[: len(text) - len(text.lstrip(" \t"))]

    # nodes ----------------------------------------------------------------------------------

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Give the node around a node."""
        return self._parents.get(node)

    def around(self, node: cst.CSTNode, kind: type[Node]) -> Node | None:
        """Give the nearest node of a kind around a node."""
        found = self.parent(node)
        while found is not None and not isinstance(found, kind):
            found = self.parent(found)
        return found

    def all(self, kind: type[Node]) -> Iterator[Node]:
        """Give every node of a kind, in the order of the file."""
        if kind not in self._by_kind:
            found: list[cst.CSTNode] = [node for node in self._spans if isinstance(node, kind)]
            found.sort(key=lambda node: (self.start(node), -self.end(node)))
            self._by_kind[kind] = found
        for node in self._by_kind[kind]:
            if isinstance(node, kind):
                yield node

    def within(self, outer: cst.CSTNode, kind: type[Node]) -> list[Node]:
        """Give the nodes of a kind inside a node, itself included, in the order of the file."""
        first, last = self.start(outer), self.end(outer)
        return [
            node for node in self.all(kind) if first <= self.start(node) and self.end(node) <= last
        ]

    def on_line(self, kind: type[Node], line: int) -> list[Node]:
        """Give the nodes of a kind that begin on a line."""
        return [node for node in self.all(kind) if self.line(node) == line]

    def function_at(self, line: int) -> cst.FunctionDef:
        """Give the function whose decorators or head stand on a line. Raises CannotFix."""
        for node in self.all(cst.FunctionDef):
            first, last = self.line_at(self.start(node)), self.line(node.body)
            if isinstance(node.body, cst.IndentedBlock) and node.body.body:
                last = self.line_at(self.start(node.body.body[0]))
            if first <= line <= max(self.line(node.name), last - 1):
                return node
        reason = f"no function begins at {self.path}:{line}"
        raise CannotFix(reason)

    def function_around(self, line: int) -> cst.FunctionDef | None:
        """Give the innermost function around a line."""
        found = [
            node
            for node in self.all(cst.FunctionDef)
            if self.line_at(self.start(node)) <= line <= self.last_line(node)
        ]
        return found[-1] if found else None

    def statement_at(self, line: int) -> cst.SimpleStatementLine:
        """Give the smallest simple statement around a line. Raises CannotFix."""
        found = [
            node
            for node in self.all(cst.SimpleStatementLine)
            if self.line(node) <= line <= self.last_line(node)
        ]
        if not found:
            reason = f"no statement stands at {self.path}:{line}"
            raise CannotFix(reason)
        return found[-1]

    # edits ----------------------------------------------------------------------------------

    def replace(self, node: cst.CSTNode, text: str) -> Edit:
        """Put a text in place of a node."""
        return Edit(self.path, self.start(node), self.end(node), text)

    def insert(self, offset: int, text: str) -> Edit:
        """Put a text at a byte."""
        return Edit(self.path, offset, offset, text)

    def before(self, node: cst.CSTNode, lines: list[str]) -> Edit:
        """Put lines before a statement, indented as it is."""
        space = self.indentation(node)
        return self.insert(self.start(node), "".join(f"{line}\n{space}" for line in lines))

    def remove_line(self, node: cst.CSTNode) -> Edit:
        """Take the whole lines of a statement out, and an empty one below if it stood alone."""
        first, last = self.line(node), self.last_line(node)
        alone = first == 1 or not self.line_text(first - 1).strip()
        more = alone and last < len(self._starts) and not self.line_text(last + 1).strip()
        end = self.line_start(last + (2 if more else 1))
        return Edit(self.path, self.line_start(first), end, "")


class Plain:
    """A file of another language: its bytes and lines."""

    def __init__(self, path: str, data: bytes) -> None:
        """Take the text. Raises CannotFix when it is none that can be edited."""
        self.path = path
        self.data = data
        self.lines = _text(data).splitlines(keepends=True)
        first = _BREAK.search(data)
        self.newline = first[0].decode() if first else "\n"

    def line_at(self, offset: int) -> int:
        """Give the line of a byte, from 1."""
        return self.data.count(b"\n", 0, offset) + 1

    def line_start(self, line: int) -> int:
        """Give the first byte of a line; the end of the file for a line past it."""
        return sum(len(one.encode()) for one in self.lines[: line - 1])


class Sources:
    """The texts of a tree by path."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        """Take the texts; nothing is parsed yet."""
        self.texts = texts
        self._parsed: dict[str, Source] = {}

    def source(self, path: str) -> Source:
        """Give a parsed file. Raises CannotFix when there is none, or it cannot be edited."""
        if path not in self._parsed:
            if path not in self.texts or not path.endswith(".py"):
                reason = f"{path} is not a Python file of this tree"
                raise CannotFix(reason)
            self._parsed[path] = Source(path, self.texts[path])
        return self._parsed[path]

    def plain(self, path: str) -> Plain:
        """Give a file of another language. Raises CannotFix when there is none."""
        if path not in self.texts:
            reason = f"{path} is not a file that can be changed here"
            raise CannotFix(reason)
        return Plain(path, self.texts[path])


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        reason = f"the file is larger than {MAX_BYTES // 1_000_000} MB"
        raise CannotFix(reason)
    for line in data.split(b"\n", 2)[:2]:
        coding = _CODING.match(line)
        if coding and codecs.lookup(coding[1].decode()).name != "utf-8":
            reason = "the file is not in UTF-8"
            raise CannotFix(reason)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        reason = "the file is not in UTF-8"
        raise CannotFix(reason) from error
