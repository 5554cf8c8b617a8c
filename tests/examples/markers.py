"""Reads the `# leaks HT101: users.email; HT602` comments of an example service."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

Marker = tuple[str, int, str, tuple[str, ...]]
"""(path relative to the folder, line, rule code, attributes that must escape)."""

_INFRASTRUCTURE = frozenset({".yaml", ".yml", ".tf"})
_COMMENT = re.compile(r"(?:^|\s)(#.*)$")
_MARKER = re.compile(r"#+\s*leaks\b(?P<list>.*)", re.DOTALL)
_PART = re.compile(r"\s*(?P<code>HT\d{3})\s*(?::(?P<attributes>[^:]*))?")
_ATTRIBUTE = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*(?:\.(?:\*|[\w-]+))")


class MarkerError(ValueError):
    """A marker is malformed; the text says where."""


def markers(folder: Path) -> list[Marker]:
    """Give every marker of a folder's Python, YAML and Terraform files, by path and line.

    Raises MarkerError for a comment that starts with `leaks` and is no marker.
    """
    found: list[Marker] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".py":
            comments = _python_comments(path.read_text(encoding="utf-8"))
        elif path.suffix in _INFRASTRUCTURE:
            comments = _other_comments(path.read_text(encoding="utf-8"))
        else:
            continue
        for line, comment in comments:
            found += [(name, line, *part) for part in parse(comment, f"{name}:{line}")]
    return found


def parse(comment: str, where: str = "comment") -> list[tuple[str, tuple[str, ...]]]:
    """Give the (code, attributes) of one comment, [] when it is no marker. Raises MarkerError."""
    marker = _MARKER.fullmatch(comment.strip())
    if marker is None:
        return []
    parts = []
    for text in marker["list"].split(";"):
        part = _PART.fullmatch(text)
        if part is None:
            message = f"{where}: a marker is `# leaks CODE: table.attribute, ...; CODE`"
            raise MarkerError(message)
        attributes: tuple[str, ...] = ()
        if part["attributes"] is not None:
            attributes = tuple(name.strip() for name in part["attributes"].split(","))
            if not all(_ATTRIBUTE.fullmatch(name) for name in attributes):
                message = f"{where}: an attribute is `table.path` or `table.*`"
                raise MarkerError(message)
        parts.append((part["code"], attributes))
    return parts


def _python_comments(source: str) -> Iterator[tuple[int, str]]:
    """Give the comments of a Python file, and nothing that only looks like one in a string."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _other_comments(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        comment = _COMMENT.search(line)
        if comment is not None:
            yield number, comment[1]
