"""Changes into texts: all of a file together, never overlapping, all or nothing, and it parses."""

from __future__ import annotations

import ast
import codecs
import importlib
import pkgutil
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import PurePosixPath

import hushtable.fix.remedies
from hushtable.fix import imports
from hushtable.fix.source import Plain, Source, Sources
from hushtable.model.edit import CannotFix, Change, Edit, Order

Carry = Callable[[Order, Sources], Change]


@cache
def remedies() -> Mapping[str, Carry]:
    """Find the remedies by file name, so that a new one is one new file."""
    found = {}
    for module in pkgutil.iter_modules(hushtable.fix.remedies.__path__):
        loaded = importlib.import_module(f"{hushtable.fix.remedies.__name__}.{module.name}")
        found[module.name] = loaded.change
    return found


def change(order: Order, sources: Sources) -> Change:
    """Carry out an order, and what goes along with it where that can be done.

    Raises CannotFix with the reason when the order itself cannot be carried out.
    """
    made = remedies()[order.remedy](order, sources)
    for other in order.along:
        try:
            more = change(other, sources)
        except CannotFix:
            continue
        if not overlap([made], more):
            made += more
    return made


def overlap(changes: Iterable[Change], other: Change) -> bool:
    """Whether a change touches bytes, or adds a name, that one of the changes does too."""
    mine = sorted(set(other.edits))
    for one in changes:
        if set(one.defines) & set(other.defines):
            return True
        for edit in set(one.edits):
            if any(_meet(edit, each) for each in mine):
                return True
    return False


def apply(sources: Sources, changes: Iterable[Change], *, tidy: bool = True) -> dict[str, bytes]:
    """Give the new texts of the files that the changes touch.

    `tidy`: imports that are left without a use are taken out, which parses each file once more.
    Raises CannotFix when edits overlap, or a text would not parse.
    """
    together = Change()
    for one in changes:
        together += one
    by_path: dict[str, list[Edit]] = defaultdict(list)
    for edit in together.edits:
        by_path[edit.path].append(edit)
    own = {
        PurePosixPath(path).parts[0].removesuffix(".py")
        for path in sources.texts
        if path.endswith(".py")
    }
    own |= _packages(sources)
    wanted = {one.path for one in together.imports} | {path for path, _ in together.setup}
    for path in sorted(wanted):
        needed = [one for one in together.imports if one.path == path]
        lines = [line for where, line in together.setup if where == path]
        found = imports.edits(sources.source(path), needed, lines, own)
        by_path[path] = _above(found, by_path[path])
    return {path: _made(sources, path, edits, tidy=tidy) for path, edits in sorted(by_path.items())}


def _made(sources: Sources, path: str, edits: list[Edit], *, tidy: bool) -> bytes:
    if not path.endswith(".py"):
        return _spliced(sources.plain(path), edits)
    made = _spliced(sources.source(path), edits)
    return _tidied(sources, path, made) if tidy else made


def _above(found: list[Edit], edits: list[Edit]) -> list[Edit]:
    """Put imports before what else is put in at their place."""
    tops = {edit.start: edit for edit in found if edit.start == edit.end}
    both = [edit for edit in edits if edit.start == edit.end and edit.start in tops]
    joined = {
        Edit(edit.path, edit.start, edit.end, f"{tops[edit.start].text}\n{edit.text}")
        for edit in both
    }
    taken = {edit.start for edit in both}
    alone = [edit for edit in found if edit.start != edit.end or edit.start not in taken]
    return [*(edit for edit in edits if edit not in both), *alone, *joined]


def _packages(sources: Sources) -> set[str]:
    """Give the names of folders that hold modules: `app` of `backend/app/main.py`."""
    return {
        part
        for path in sources.texts
        if path.endswith(".py")
        for part in PurePosixPath(path).parts[:-1]
    }


def _tidied(sources: Sources, path: str, made: bytes) -> bytes:
    """Take out the imports that the changes left without a use."""
    after = Source(path, made)
    return _spliced(after, imports.idle(sources.source(path), after))


def _spliced(source: Source | Plain, edits: list[Edit]) -> bytes:
    ordered = sorted(set(edits))
    for one, other in pairwise(ordered):
        if _meet(one, other):
            reason = f"two changes meet at {source.path}:{source.line_at(other.start)}"
            raise CannotFix(reason)
    parts, at = [], 0
    for edit in ordered:
        parts += [source.data[at : edit.start], _newlines(edit.text, source.newline)]
        at = edit.end
    made = b"".join([*parts, source.data[at:]])
    if source.path.endswith(".py"):
        _must_parse(source.path, made)
    return made


def _newlines(text: str, newline: str) -> bytes:
    return (text if newline == "\n" else text.replace("\n", newline)).encode()


def _must_parse(path: str, data: bytes) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(data.removeprefix(codecs.BOM_UTF8).decode())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = f"the change would leave {path} in a form that does not parse"
        raise CannotFix(reason) from error


def _meet(one: Edit, other: Edit) -> bool:
    if one.path != other.path or one == other:
        return False
    if one.start == one.end and other.start == other.end:
        return one.start == other.start
    return one.start < other.end and other.start < one.end
