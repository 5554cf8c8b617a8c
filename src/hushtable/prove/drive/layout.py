"""Where the sources of a project count from: the folders its modules are imported from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

LAYOUTS = ("", "src", "backend", "server", "api", "app", "service", "backend/src", "backend/app")


def standing(name: str, folder: Path) -> tuple[Path, str]:
    """Find the folder that a module's name counts from, and the name from there.

    A name that counts from the project's folder (`backend.app.main`) may be of a module whose own
    imports count from a folder below (`from app.users import ...`): then it is told from there,
    so that no module is imported twice under two names.
    """
    file, base = _found(name, folder)
    if file is None:
        return folder, name
    names, level = _imports(file)
    best, most = base, _count(base, names)
    for below in _between(file.parent, base):
        inside = file.parent.relative_to(below).parts
        count = _count(below, names)
        if count > most and len(inside) >= level:
            best, most = below, count
    parts = name.split(".")
    return best, ".".join(parts[len(best.relative_to(base).parts) :])


def holder(top: str, folder: Path, near: Path) -> Iterator[Path]:
    """Give the folders that hold a top-level module, those around `near` first."""
    if not top:
        return
    for base in dict.fromkeys((*_between(near, folder), *bases(folder))):
        if (base / f"{top}.py").is_file() or (base / top).is_dir():
            yield base


def bases(folder: Path) -> Iterator[Path]:
    """Give the folders of a project that its modules may be imported from, likeliest first."""
    yield from (folder / layout for layout in LAYOUTS)
    inside = sorted(path for path in folder.iterdir() if path.is_dir() and _plain(path))
    yield from inside
    for path in inside:
        yield from sorted(one for one in path.iterdir() if one.is_dir() and _plain(one))


def _found(name: str, folder: Path) -> tuple[Path | None, Path]:
    parts = Path(*name.split("."))
    for base in bases(folder):
        for file in ((base / parts).with_name(f"{parts.name}.py"), base / parts / "__init__.py"):
            if file.is_file():
                return file, base
    return None, folder


def _between(start: Path, end: Path) -> Iterator[Path]:
    """Give the folders from one up to another that it lies in, both included."""
    if start.is_relative_to(end):
        yield start
        if start != end:
            yield from _between(start.parent, end)


def _imports(file: Path) -> tuple[frozenset[str], int]:
    """Give the modules that a module imports, and how far up its relative imports go."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return frozenset(), 0
    names: set[str] = set()
    level = 0
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=imported):
                names.update(one.name for one in imported)
            case ast.ImportFrom(level=0, module=str(module)):
                names.add(module)
            case ast.ImportFrom(level=up):
                # `from . import x` asks for one package around the module.
                level = max(level, up)
            case _:
                continue
    return frozenset(names), level


def _count(base: Path, names: frozenset[str]) -> int:
    places = [base.joinpath(*one.split(".")) for one in names]
    return sum(one.with_name(f"{one.name}.py").is_file() or one.is_dir() for one in places)


def _plain(path: Path) -> bool:
    return path.name.isidentifier() or "-" in path.name
