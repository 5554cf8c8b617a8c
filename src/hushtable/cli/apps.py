"""Finds the app of a tree where none is named: the modules that make a FastAPI, by reading them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hushtable.model.errors import UsageError
from hushtable.model.facts import Facts
from hushtable.scan.source import Unreadable, list_files, parse, read

_MAKER = "FastAPI"
_USUAL = ("app", "application", "api", "create_app", "make_app", "get_app", "build_app")
_ASIDE = frozenset(
    {"test", "tests", "testing", "example", "examples", "sample", "samples", "docs", "docs_src",
     "demo", "demos", "benchmarks", "scripts"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """An app of the tree: `module:attribute`, and how many routes of it a scan saw."""

    target: str
    routes: int = 0


def only_app(root: Path, exclude: tuple[str, ...] = (), known: Facts | None = None) -> str:
    """Give the app of a tree. Raises UsageError that lists them where it is not the only one."""
    found = apps(root, exclude, known)
    if not found:
        text = f"no app was found in {root}; name it, such as app.main:app"
        raise UsageError(text)
    if len(found) > 1:
        # One line: what is complained of is shown with its line breaks escaped.
        targets = " ".join(one.target for one in found)
        text = f"{root} holds several apps; name one of them: {targets}"
        raise UsageError(text)
    return found[0].target


def apps(root: Path, exclude: tuple[str, ...] = (), known: Facts | None = None) -> list[Served]:
    """Give the apps of a tree, those with most routes first, then by the shortest path.

    One app a module: the name that servers are usually told. Tests and examples are left out.
    """
    routes = Counter(route.app for route in known.routes) if known is not None else Counter()
    found: list[Served] = []
    for file in list_files(root, exclude).python:
        path = PurePosixPath(file.path)
        if _aside(path) or not all(map(_is_importable, path.with_suffix("").parts)):
            continue
        try:
            data = read(file)
            if _MAKER.encode() not in data:
                continue
            names = tuple(_attributes(parse(data)))
        except Unreadable:
            continue
        if names:
            module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            found.append(Served(f"{module}:{min(names, key=_rank)}", routes[module]))
    return sorted(found, key=lambda one: (-one.routes, one.target.count("."), one.target))


def _aside(path: PurePosixPath) -> bool:
    name = path.stem
    return (
        bool(_ASIDE & set(path.parts[:-1]))
        or name.startswith("test_")
        or name.endswith("_test")
        or name == "conftest"
    )


def _is_importable(part: str) -> bool:
    return part.replace("-", "_").isidentifier()


def _rank(name: str) -> tuple[int, str]:
    return (_USUAL.index(name) if name in _USUAL else len(_USUAL), name)


def _attributes(tree: ast.Module) -> Iterator[str]:
    """Give the names under which a module holds an app or what makes one."""
    makers: set[str] = set()
    for node in _statements(tree.body):
        match node:
            case ast.FunctionDef(name=name) if _makes(node) and _needs_nothing(node.args):
                makers.add(name)
                yield name
            case (
                ast.Assign(value=value, targets=[ast.Name(id=name)])
                | ast.AnnAssign(value=value, target=ast.Name(id=name))
            ) if _is_call_of(value, {_MAKER, *makers}):
                yield name
            case _:
                continue


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements that run when a module is imported, those of branches too."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With) and not _is_script(node):
            yield from _statements(node.body)
            yield from _statements(getattr(node, "orelse", []))


def _is_script(node: ast.stmt) -> bool:
    """Whether it is `if __name__ == "__main__":`, which an import leaves out."""
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _makes(function: ast.FunctionDef) -> bool:
    return any(_is_call_of(node, {_MAKER}) for node in ast.walk(function))


def _needs_nothing(arguments: ast.arguments) -> bool:
    plain = (*arguments.posonlyargs, *arguments.args)
    keywords = all(one is not None for one in arguments.kw_defaults)
    return len(plain) <= len(arguments.defaults) and keywords


def _is_call_of(node: ast.AST | None, names: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name in names
        case _:
            return False
