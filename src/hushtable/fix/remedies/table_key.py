"""Gives a table the key of its own that another table of the file has."""

from __future__ import annotations

import re
from collections.abc import Callable

from hushtable.fix.source import Plain, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Order

_TERRAFORM = re.compile(r"server_side_encryption\s*\{")
_TEMPLATE = re.compile(r"SSESpecification\s*:")


def change(order: Order, sources: Sources) -> Change:
    """Repeat the encryption of the table at `order.also[0]` for the table at `order.place`."""
    plain = sources.plain(order.place.path)
    if any(place.path != plain.path for place in order.also):
        reason = "the table with a key of its own is defined in another file"
        raise CannotFix(reason)
    starts = (order.place.line, order.also[0].line)
    if plain.path.endswith(".tf"):
        (first, last), other = (_braces(plain, line) for line in starts)
        block = _found(plain, other, _TERRAFORM, _braces)
        at, text = last, ["\n", *block]
    else:
        (first, last), other = (_indented(plain, line) for line in starts)
        block = _found(plain, other, _TEMPLATE, _indented)
        at = last + 1
        text = _placed(plain, first, last, block)
    if any(
        _TERRAFORM.search(one) or _TEMPLATE.search(one) for one in plain.lines[first - 1 : last]
    ):
        reason = "the table says how it is encrypted already"
        raise CannotFix(reason)
    return Change((_inserted(plain, at, text),))


def _inserted(plain: Plain, line: int, text: list[str]) -> Edit:
    at = plain.line_start(line)
    joined = "".join(text).replace("\r\n", "\n")
    if at and plain.data[at - 1 : at] != b"\n":
        joined = "\n" + joined
    return Edit(plain.path, at, at, joined)


def _found(
    plain: Plain,
    within: tuple[int, int],
    pattern: re.Pattern[str],
    bounds: Callable[[Plain, int], tuple[int, int]],
) -> list[str]:
    for line in range(within[0], within[1] + 1):
        if pattern.search(plain.lines[line - 1]):
            first, last = bounds(plain, line)
            return [f"{one.rstrip()}\n" for one in plain.lines[first - 1 : last]]
    reason = "the key of the other table is not written in its definition"
    raise CannotFix(reason)


def _braces(plain: Plain, line: int) -> tuple[int, int]:
    """Give the first and last line of a block in braces."""
    depth = 0
    for number in range(line, len(plain.lines) + 1):
        bare = re.sub(r'"(?:\\.|[^"\\])*"|#.*|//.*', "", plain.lines[number - 1])
        depth += bare.count("{") - bare.count("}")
        if depth <= 0:
            return line, number
    reason = f"the block at {plain.path}:{line} does not end"
    raise CannotFix(reason)


def _indented(plain: Plain, line: int) -> tuple[int, int]:
    """Give the first and last line of a mapping whose parts stand deeper."""
    depth, last = _depth(plain.lines[line - 1]), line
    for number in range(line + 1, len(plain.lines) + 1):
        text = plain.lines[number - 1]
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        if _depth(text) <= depth:
            break
        last = number
    return line, last


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _placed(plain: Plain, first: int, last: int, block: list[str]) -> list[str]:
    """Indent a block as the properties of the resource are, which it ends."""
    for number in range(first, last):
        if re.match(r"\s*Properties\s*:\s*(?:#.*)?$", plain.lines[number - 1]):
            start, end = _indented(plain, number)
            if start == end or end != last:
                break
            here = _depth(plain.lines[number])
            there = _depth(block[0])
            return [" " * here + one[there:] for one in block]
    reason = "the properties of the table are not written line by line at its end"
    raise CannotFix(reason)
