"""Parts of a built text whose beginning or end is constant: `f"user#{name}".split("#")[0]`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hushtable.scan.labels import Kind, Labels
from hushtable.scan.values import Const, Opaque, sequence

MAX_PARTS = 64
"""A text of as many parts may have been cut: its end is not known."""
OF_CONSTANTS = frozenset({Kind.CALLER, Kind.SETTING, Kind.FRESH})
"""What a constant can carry itself; all else came with what filled the holes."""


def beginning(value: Opaque) -> str:
    """Give the constant text a built text begins with."""
    return _run(value.parts or ())


def ending(value: Opaque) -> str:
    """Give the constant text a built text ends with."""
    parts = value.parts or ()
    if len(parts) >= MAX_PARTS:
        return ""
    return _run(tuple(None if p is None else p[::-1] for p in reversed(parts)))[::-1]


def _run(parts: tuple[str | None, ...]) -> str:
    text = ""
    for part in parts:
        if part is None:
            break
        text += part
    return text


def constant(value: Opaque, text: str) -> Const:
    """Give a constant piece of a built text; what filled the holes is not in it."""
    return Const(text, of_constants(value.labels))


def of_constants(labels: Labels) -> Labels:
    """Leave out the labels that no constant carries."""
    return frozenset(label for label in labels if label.kind in OF_CONSTANTS)


def without_parts(value: Opaque) -> Opaque:
    """Give any piece of a text: which one is not known."""
    return replace(value, parts=None) if value.parts is not None else value


def shortened(value: Opaque, *, first: int = 0, last: int = 0) -> Opaque:
    """Cut characters that are known off the beginning and the end."""
    parts = list(value.parts or ())
    for count, at in ((first, 0), (last, -1)):
        left = count
        while left and parts:
            text = parts[at] or ""
            parts[at] = text[left:] if at == 0 else text[: max(0, len(text) - left)]
            left = max(0, left - len(text))
            if not parts[at]:
                del parts[at]
    return replace(value, parts=tuple(parts) or None)


def item(value: Opaque, index: int) -> Any:
    """Evaluate `text[index]`."""
    known = beginning(value) if index >= 0 else ending(value)
    if -len(known) <= index < len(known):
        return constant(value, known[index])
    return without_parts(value)


def part(value: Opaque, bounds: Any) -> Any:
    """Evaluate `text[start:stop]`."""
    if not isinstance(bounds, slice) or bounds.step not in {None, 1}:
        return without_parts(value)
    head, tail = beginning(value), ending(value)
    match bounds.start or 0, bounds.stop:
        case int() as start, int() as stop if start >= 0 and 0 <= stop <= len(head):
            return constant(value, head[start:stop])
        case int() as start, (int() | None) as stop if -len(tail) <= start < 0 and (
            stop is None or stop < 0
        ):
            return constant(value, tail[start:stop])
        case int() as start, None if 0 <= start <= len(head):
            return shortened(value, first=start)
        case 0, int() as stop if -len(tail) <= stop < 0:
            return shortened(value, last=-stop)
    return without_parts(value)


def split(value: Opaque, separator: str, limit: int) -> Any:
    """Evaluate `text.split(separator, limit)`: None when nothing of it is known."""
    found = beginning(value).split(separator, limit)
    known = [constant(value, piece) for piece in found[:-1]]
    if not known:
        return None
    other = Opaque(value.labels, "str")
    if len(known) == limit:
        taken = sum(len(piece) + len(separator) for piece in found[:-1])
        return sequence([*known, shortened(value, first=taken)])
    return sequence([*known, other], "list", other)


def split_from_right(value: Opaque, separator: str, limit: int) -> Any:
    """Evaluate `text.rsplit(separator, limit)`: None unless the end alone decides it."""
    found = ending(value).rsplit(separator, limit)[1:]
    if limit < 1 or len(found) < limit:
        return None
    taken = sum(len(piece) + len(separator) for piece in found)
    known = [constant(value, piece) for piece in found]
    return sequence([shortened(value, last=taken), *known])


def partition(value: Opaque, separator: str) -> Any:
    """Evaluate `text.partition(separator)`: None when the beginning does not decide it."""
    first, found, _ = beginning(value).partition(separator)
    if not found:
        return None
    rest = shortened(value, first=len(first) + len(found))
    return sequence([constant(value, first), constant(value, found), rest], "tuple")


def partition_from_right(value: Opaque, separator: str) -> Any:
    """Evaluate `text.rpartition(separator)`: None when the end does not decide it."""
    _, found, last = ending(value).rpartition(separator)
    if not found:
        return None
    rest = shortened(value, last=len(last) + len(found))
    return sequence([rest, constant(value, found), constant(value, last)], "tuple")


def starts_with(value: Opaque, prefix: str) -> bool | None:
    """Say whether a text begins with a prefix, None when that is not known."""
    known = beginning(value)
    return (
        known.startswith(prefix)
        if len(known) >= len(prefix) or not prefix.startswith(known)
        else None
    )


def ends_with(value: Opaque, suffix: str) -> bool | None:
    """Say whether a text ends with a suffix, None when that is not known."""
    known = ending(value)
    return (
        known.endswith(suffix) if len(known) >= len(suffix) or not suffix.endswith(known) else None
    )


def without_prefix(value: Opaque, prefix: str) -> Any:
    """Evaluate `text.removeprefix(prefix)`: None when the beginning does not decide it."""
    match starts_with(value, prefix):
        case True:
            return shortened(value, first=len(prefix))
        case False:
            return value
    return None


def without_suffix(value: Opaque, suffix: str) -> Any:
    """Evaluate `text.removesuffix(suffix)`: None when the end does not decide it."""
    match ends_with(value, suffix):
        case True:
            return shortened(value, last=len(suffix))
        case False:
            return value
    return None
