"""Imports that a change needs, merged into those a file has, in the order linters want."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from hushtable.fix.elements import WIDTH, cut
from hushtable.fix.source import Source, Sources
from hushtable.model.edit import CannotFix, Edit, Import

_FUTURE, _STANDARD, _FOREIGN, _OWN = range(4)


@dataclass(frozen=True, slots=True)
class _Held:
    """An import statement at the top of a file."""

    line: cst.SimpleStatementLine
    node: cst.Import | cst.ImportFrom
    group: int
    rank: tuple[bool, str]


def has(source: Source, module: str, name: str) -> str:
    """Give what the file calls `module.name` (or `module`), empty when it does not import it."""
    for line in _imports(source):
        for node in line.body:
            match node:
                case cst.ImportFrom(names=names) if not isinstance(names, cst.ImportStar):
                    if name and _module(node) == module:
                        for one in names:
                            if one.evaluated_name == name:
                                return one.evaluated_alias or name
                case cst.Import(names=names):
                    for one in names:
                        if one.evaluated_name == module:
                            called = one.evaluated_alias or module
                            return f"{called}.{name}" if name else called
    return ""


def imported(source: Source) -> Iterator[tuple[str, str]]:
    """Give (module, name) of what a file imports by name."""
    for line in _imports(source):
        for node in line.body:
            if isinstance(node, cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
                for one in node.names:
                    if one.evaluated_alias is None:
                        yield _module(node), one.evaluated_name


def module_of(path: str, importer: str, sources: Sources) -> str:
    """Give the name of a module, as files of the tree import it, for the file that is to.

    Raises CannotFix where none does.
    """
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    pattern = re.compile(rb"(?m)^[ \t]*from[ \t]+([\w.]+)[ \t]+import\b")
    here = importer.rpartition("/")[0]
    # A file of the same folder names it as this one can, however the app is started.
    found: dict[str, bool] = {}
    for other in sorted(sources.texts):
        for match in pattern.finditer(sources.texts[other]) if other.endswith(".py") else ():
            name = match[1].decode()
            ends = name.lstrip(".").split(".")
            beside = other.rpartition("/")[0] == here
            near = not name.startswith(".") or beside
            if near and ends[-1] and parts[-len(ends) :] == ends:
                found[name] = found.get(name, False) or beside
    if found:
        return max(found, key=lambda name: (found[name], not name.startswith("."), len(name)))
    reason = f"no file imports from {path}, so the name of its module is not known"
    raise CannotFix(reason)


def edits(
    source: Source, wanted: Iterable[Import], setup: Iterable[str], own: Collection[str]
) -> list[Edit]:
    """Give the edits that bring imports, and lines below them, into a file.

    `own` are the top-level names of the tree itself, whose imports stand last.
    """
    held = list(_held(source, own))
    places: dict[int, list[tuple[int, tuple[bool, str], str, bool]]] = defaultdict(list)
    found: list[Edit] = []
    missing = sorted({one for one in wanted if not has(source, one.module, one.name)})
    merged: dict[str, list[str]] = defaultdict(list)
    for one in missing:
        merged[one.module if one.name else f"import {one.module}"].append(one.name)
    for key, names in merged.items():
        plain = key.startswith("import ")
        module = key.removeprefix("import ")
        known = None if plain else _from(held, module)
        if known is not None:
            found.extend(_widened(source, known, names))
            continue
        text = key if plain else f"from {module} import {', '.join(sorted(names, key=_order))}"
        group = _group(module, own)
        rank = (not plain, module.casefold())
        offset, after = _slot(source, held, group, rank)
        places[offset].append((group, rank, text, after))
    bottom = _bottom(source, held)
    lines = [line for line in dict.fromkeys(setup) if line.encode() not in source.data]
    for offset, added in places.items():
        found.append(source.insert(offset, _block(source, offset, sorted(added), held)))
    if lines:
        text = "".join(f"\n{line}\n" for line in lines)
        at_end = [edit for edit in found if edit.start == bottom and edit.start == edit.end]
        for edit in at_end:
            found.remove(edit)
            text = edit.text + text
        found.append(source.insert(bottom, text))
    return found


def idle(before: Source, after: Source) -> list[Edit]:
    """Take out of `after` the imports that nothing uses any more and something used before.

    What was imported without a use stays: somebody may import it from here.
    """
    found: list[Edit] = []
    used, still = _words(before), _words(after)
    for line in _imports(after):
        node = line.body[0]
        if len(line.body) > 1 or not isinstance(node, cst.Import | cst.ImportFrom):
            continue
        if isinstance(node.names, cst.ImportStar):
            continue
        called = [one.evaluated_alias or one.evaluated_name.partition(".")[0] for one in node.names]
        gone = [
            alias
            for alias, name in zip(node.names, called, strict=True)
            if name in used and name not in still and _module_of(node) != "__future__"
        ]
        if len(gone) == len(node.names):
            found.append(after.remove_line(line))
        else:
            found.extend(cut(after, node.names, *gone))
    return found


def _module_of(node: cst.Import | cst.ImportFrom) -> str:
    return _module(node) if isinstance(node, cst.ImportFrom) else ""


def _words(source: Source) -> set[str]:
    """Give every word of a file outside its imports, those in texts and comments too."""
    spans = [(source.start(line), source.end(line)) for line in _imports(source)]
    text, at = b"", 0
    for start, end in spans:
        text += source.data[at:start] + b" "
        at = end
    return set(re.findall(r"\w+", (text + source.data[at:]).decode("utf-8", "replace")))


def _imports(source: Source) -> Iterator[cst.SimpleStatementLine]:
    for line in source.tree.body:
        if isinstance(line, cst.SimpleStatementLine) and isinstance(
            line.body[0], cst.Import | cst.ImportFrom
        ):
            yield line


def _held(source: Source, own: Collection[str]) -> Iterator[_Held]:
    for line in _imports(source):
        node = line.body[0]
        if isinstance(node, cst.ImportFrom):
            module = _module(node)
            group = _OWN if module.startswith(".") else _group(module, own)
            yield _Held(line, node, group, (True, module.casefold()))
        elif isinstance(node, cst.Import):
            module = node.names[0].evaluated_name
            yield _Held(line, node, _group(module, own), (False, module.casefold()))


def _module(node: cst.ImportFrom) -> str:
    name = cst.Module([]).code_for_node(node.module) if node.module is not None else ""
    return "." * len(node.relative) + name


def _group(module: str, own: Collection[str]) -> int:
    top = module.partition(".")[0]
    if top == "__future__":
        return _FUTURE
    if top in own or not top:
        return _OWN
    return _STANDARD if top in sys.stdlib_module_names else _FOREIGN


def _from(held: list[_Held], module: str) -> _Held | None:
    for one in held:
        if (
            isinstance(one.node, cst.ImportFrom)
            and _module(one.node) == module
            and not isinstance(one.node.names, cst.ImportStar)
        ):
            return one
    return None


def _widened(source: Source, held: _Held, names: list[str]) -> list[Edit]:
    node = held.node
    if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
        return []
    present = list(node.names)
    all_names = [*((source.code(one).rstrip(", \t")) for one in present), *names]
    if node.lpar is None:
        head = f"from {_module(node)} import "
        ordered = sorted(all_names, key=_order)
        if len(head) + len(", ".join(ordered)) <= WIDTH:
            return [source.replace(node, head + ", ".join(ordered))]
        listed = "".join(f"    {name},\n" for name in ordered)
        return [source.replace(node, f"{head}(\n{listed})")]
    found: list[Edit] = []
    many = source.line(node) != source.last_line(node)
    for name in names:
        later = next((x for x in present if _order(x.evaluated_name) > _order(name)), None)
        if later is not None:
            space = f"\n{source.indentation(later)}" if _alone(source, later) else " "
            found.append(source.insert(source.start(later), f"{name},{space}"))
            continue
        last = present[-1]
        space = f"\n{source.indentation(last)}" if many and _alone(source, last) else " "
        found.append(source.insert(source.start(last), f"{name},{space}"))
    return _united(found)


def _united(found: list[Edit]) -> list[Edit]:
    together: dict[tuple[str, int], str] = {}
    for one in found:
        together[one.path, one.start] = together.get((one.path, one.start), "") + one.text
    return [Edit(path, at, at, text) for (path, at), text in together.items()]


def _alone(source: Source, alias: cst.ImportAlias) -> bool:
    line = source.line_text(source.line(alias)).strip()
    return line.rstrip(",").strip() == source.code(alias).rstrip(", \t\r\n")


def _order(name: str) -> tuple[int, str]:
    bare = name.partition(" ")[0]
    kind = 0 if bare.isupper() and len(bare) > 1 else (1 if bare[:1].isupper() else 2)
    return kind, bare.casefold()


def _slot(
    source: Source, held: list[_Held], group: int, rank: tuple[bool, str]
) -> tuple[int, bool]:
    """Give where a new import statement goes, and whether it stands after what is there."""
    later = [one for one in held if (one.group, one.rank) > (group, rank)]
    earlier = [one for one in held if (one.group, one.rank) <= (group, rank)]
    if later and not (earlier and earlier[-1].group == group != later[0].group):
        return source.start(later[0].line), False
    if earlier:
        return source.line_start(source.last_line(earlier[-1].line) + 1), True
    return _bottom(source, held), True


def _bottom(source: Source, held: list[_Held]) -> int:
    """Give the line below the imports, or below the docstring, or the first."""
    if held:
        return source.line_start(max(source.last_line(one.line) for one in held) + 1)
    body = source.tree.body
    if body and source.tree.get_docstring() is not None:
        return source.line_start(source.last_line(body[0]) + 1)
    return source.start(body[0]) if body else len(source.data)


def _block(
    source: Source,
    offset: int,
    added: list[tuple[int, tuple[bool, str], str, bool]],
    held: list[_Held],
) -> str:
    """Write statements for one place, with an empty line between groups."""
    lines: list[str] = []
    previous = None
    for group, _, text, _ in added:
        if previous is not None and group != previous:
            lines.append("")
        lines.append(text)
        previous = group
    first, last = added[0][0], added[-1][0]
    after = added[0][3]
    text = "".join(f"{line}\n" for line in lines)
    if after:
        above = [one.group for one in held if source.end(one.line) <= offset]
        if above and above[-1] != first:
            text = f"\n{text}"
        if not held:
            text = f"{text}\n" if source.tree.get_docstring() is None else f"\n{text}"
        return text
    below = next((one.group for one in held if source.start(one.line) >= offset), last)
    return f"{text}\n" if below != last else text
