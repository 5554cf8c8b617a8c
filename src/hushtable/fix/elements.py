"""Elements that commas part, in a call, a map, a list or an import: taken out with their commas."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from hushtable.fix.source import Source
from hushtable.model.edit import Edit

WIDTH = 100
"""What is longer is broken into lines."""


def cut(source: Source, elements: Sequence[cst.CSTNode], *gone: cst.CSTNode) -> list[Edit]:
    """Take some of the elements that commas part, with their commas and the space around them."""
    found: list[Edit] = []
    out = [any(one is other for other in gone) for one in elements]
    index, many = 0, len(elements)
    while index < many:
        if not out[index]:
            index += 1
            continue
        first = index
        while index < many and out[index]:
            index += 1
        begin = source.start(elements[first])
        if index < many:
            end = source.start(elements[index])
        elif first:
            begin = bare_end(source, elements[first - 1])
            end = bare_end(source, elements[-1])
        else:
            end = _behind(source, elements[-1])
        found.append(Edit(source.path, begin, end, ""))
    return found


def bare_end(source: Source, node: cst.CSTNode) -> int:
    """Give the end of an element, without the comma that some of them count as theirs."""
    comma = getattr(node, "comma", None)
    end = source.end(node)
    if isinstance(comma, cst.Comma):
        text = source.data[source.start(node) : end].decode().rstrip()
        if text.endswith(","):
            return source.start(node) + len(text[:-1].rstrip().encode())
    return end


def _behind(source: Source, node: cst.CSTNode) -> int:
    end = bare_end(source, node)
    comma = getattr(node, "comma", None)
    return source.data.index(b",", end) + 1 if isinstance(comma, cst.Comma) else end
