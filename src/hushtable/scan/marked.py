"""What Records of hushtable's own runtime library say of attributes: `Annotated[str, Personal]`.

A mark is the program's own word, so it comes before what a name suggests, and after what the
configuration says. It counts for the table, whoever reads it: through a View, or with boto3 beside
it. A mark on a map counts for what is inside.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.scan.annotations import class_of, descends_from, members
from hushtable.scan.fields import Field
from hushtable.scan.frame import Machine, Module
from hushtable.scan.records import table_name
from hushtable.scan.schema import schema_of
from hushtable.scan.values import Class, Generic

RECORDS = ("hushtable.guard.Record", "hushtable.guard.record.Record")
CATEGORIES = {
    "Credential": Category.CREDENTIAL,
    "Hashed": Category.CREDENTIAL,
    "Financial": Category.FINANCIAL,
    "Health": Category.HEALTH,
    "Personal": Category.PERSONAL,
    "Internal": Category.INTERNAL,
}
"""Marks by the names the library gives them, what weighs most first."""
DEEP = 6
"""Maps within maps that are followed."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """The marks of a program's Records, by table and path."""

    tables: Mapping[str, Mapping[Path, Sensitivity]]

    def of(self, table: str, path: Path) -> Sensitivity | None:
        """Give what is said of an attribute, or of the map it lies in; None where nothing is."""
        said = self.tables.get(table)
        if said is None:
            return None
        own = tuple(part for part in path if part not in {"*", "[]"})
        ends = (own[:end] for end in range(len(own), 0, -1))
        return next((said[end] for end in ends if end in said), None)

    def over(self, guessed: Sensitivity, table: str, path: Path) -> Sensitivity:
        """Give what is said of an attribute, in place of what was guessed; a user's word stays."""
        found = None if guessed.kind == "declared" else self.of(table, path)
        if found is None:
            return guessed
        # What kind of credential it is, a name says better than a mark.
        same = guessed.kind and guessed.category is found.category
        return replace(found, kind=guessed.kind) if same else found

    def __str__(self) -> str:
        """Write everything down, in one order: results of earlier runs are known by it."""
        return repr(sorted((table, sorted(said.items())) for table, said in self.tables.items()))


def marked_by(m: Machine) -> Marked:
    """Gather what the Records of the modules that were loaded say.

    Where several say different things of one attribute, what weighs most holds.
    """
    tables: dict[str, dict[Path, Sensitivity]] = {}
    order = list(Category)
    for cls in m.stores.get("classes", ()):
        if "table" not in cls.keywords or not descends_from(cls, *RECORDS):
            continue
        said = tables.setdefault(table_name(cls.keywords["table"]), {})
        for path, one in _said(m, (cls,), ((),), cls.name):
            known = said.get(path)
            if known is None or order.index(one.category) < order.index(known.category):
                said[path] = one
    return Marked(tables)


def _said(
    m: Machine, within: tuple[Class, ...], under: tuple[Path, ...], name: str
) -> Iterator[tuple[Path, Sensitivity]]:
    """Give the marks of a class' fields, by the paths that they and their maps are stored under.

    `within` are the classes on the way, that of these fields last.
    """
    schema = schema_of(m, within[-1]) if len(within) <= DEEP else None
    for field in schema.fields.values() if schema is not None else ():
        own = f"{name}.{field.name}"
        words = _words(field)
        # A View names a field, and code with boto3 what it is stored as.
        names = dict.fromkeys((field.name, words.get("Stored", "") or field.name))
        paths = tuple((*path, one) for path in under for one in names)
        category = next((what for mark, what in CATEGORIES.items() if mark in words), None)
        if category is not None:
            told = Sensitivity(category, "declared", f"declared by {own}")
            yield from ((path, told) for path in paths)
        for inner in _classes(field.type):
            if inner not in within:
                yield from _said(m, (*within, inner), paths, own)


def _classes(value: Any) -> Iterator[Class]:
    """Give the classes in a type, those in its lists and unions too."""
    for member in members(value) if value is not None else ():
        inner = class_of(member)
        if inner is not None:
            yield inner
        elif isinstance(member, Generic):
            for argument in member.arguments:
                yield from _classes(argument)


def _words(field: Field) -> dict[str, str]:
    """Give the names in an annotation, with the text each is called with, through aliases too."""
    found: dict[str, str] = {}
    if field.annotation is None or field.owner is None:
        return found
    left: list[tuple[ast.expr, int]] = [(field.annotation, DEEP)]
    while left:
        annotation, deep = left.pop()
        for node in ast.walk(annotation):
            match node:
                case ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name),
                    args=[ast.Constant(value=str() as text)],
                ):
                    found[name] = text
                case ast.Name(id=name):
                    found.setdefault(name, "")
                    alias = _alias(field.owner.module, name) if deep else None
                    if alias is not None:
                        left.append((alias, deep - 1))
                case ast.Attribute(attr=name):
                    found.setdefault(name, "")
    return found


def _alias(module: Module, name: str) -> ast.expr | None:
    """Give what a name stands for that its module assigns once: `Secret = Annotated[...]`."""
    said: list[Any] = []
    for one in module.tree.body if module.tree is not None else ():
        match one:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                said.append(value)
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if (
                target == name
            ):
                said.append(value)
    return said[0] if len(said) == 1 else None
