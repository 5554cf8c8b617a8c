"""Pydantic models: their fields found, and new ones written, with types the program declares."""

from __future__ import annotations

import keyword
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import libcst as cst

from hushtable.fix.source import Source, Sources

SCALARS = "str | int | float | bool"
_KNOWN = frozenset({"str", "int", "float", "bool", "Decimal", "datetime", "date"})
_SAME = {"UUID": "str", "EmailStr": "str", "HttpUrl": "str", "constr": "str", "conint": "int"}
"""What a type is once it is stored and read again."""
_PLAIN = frozenset({"str", "int", "float", "bool"})
_RESERVED = frozenset({"model_config", "model_fields", "model_computed_fields", "model_extra"})


def fields_of(names: Iterable[str], sources: Sources) -> list[tuple[str, str]]:
    """Give (name, type) of the names that can be fields, each optional.

    A type is what the program declares for the name wherever it declares one. Where these are
    containers, nobody knows what is in them, and the name is left out.
    """
    wanted = [name for name in dict.fromkeys(names) if is_field(name)]
    declared = _declared(wanted, sources.texts)
    found = []
    for name in wanted:
        types = declared.get(name, set())
        if not types:
            found.append((name, f"{SCALARS} | None"))
        elif types <= _PLAIN:
            found.append((name, f"{' | '.join(sorted(types, key=SCALARS.index))} | None"))
        elif types <= _KNOWN:
            found.append((name, f"{SCALARS} | None"))
    return found


def is_field(name: str) -> bool:
    """Whether a name can be the name of a field."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        and name not in _RESERVED
    )


def written(name: str, fields: Iterable[tuple[str, str]], indent: str) -> str:
    """Write a closed model, followed by the two empty lines that part it from what is below."""
    lines = "".join(f"{indent}{field}: {kind} = None\n" for field, kind in fields)
    return f"class {name}(BaseModel):\n{lines}\n\n"


def class_named(source: Source, name: str) -> cst.ClassDef | None:
    """Give a class of this name at the top of a file."""
    for node in source.tree.body:
        if isinstance(node, cst.ClassDef) and node.name.value == name:
            return node
    return None


def class_at(source: Source, line: int) -> cst.ClassDef | None:
    """Give the class whose head stands on a line."""
    for node in source.all(cst.ClassDef):
        if source.line_at(source.start(node)) <= line <= source.line(node.name):
            return node
    return None


def field_lines(owner: cst.ClassDef) -> dict[str, cst.SimpleStatementLine]:
    """Give the statement that declares each field of a class."""
    found: dict[str, cst.SimpleStatementLine] = {}
    for line in owner.body.body:
        if isinstance(line, cst.SimpleStatementLine):
            match line.body[0]:
                case cst.AnnAssign(target=cst.Name(value=name)):
                    found[name] = line
    return found


def used_as_input(name: str, texts: Mapping[str, bytes]) -> bool:
    """Whether a parameter somewhere is of this class."""
    pattern = re.compile(rb"[(,]\s*\w+\s*:\s*(?:Annotated\[)?\s*" + name.encode() + rb"\b")
    return any(pattern.search(text) for path, text in texts.items() if path.endswith(".py"))


def uses(name: str, texts: Mapping[str, bytes]) -> int:
    """Count how often a name stands in the program, its definition included."""
    pattern = re.compile(rb"\b" + name.encode() + rb"\b")
    imported = re.compile(rb"(?m)^[ \t]*(?:from\b.*\bimport\b|import\b).*$")
    return sum(
        len(pattern.findall(imported.sub(b"", text)))
        for path, text in texts.items()
        if path.endswith(".py")
    )


def _declared(names: list[str], texts: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Find `name: type` of the names anywhere in the program."""
    found: dict[str, set[str]] = defaultdict(set)
    if not names:
        return found
    either = "|".join(re.escape(name) for name in names)
    pattern = re.compile(
        rf"(?<![\w.\"'])({either})[ \t]*:[ \t]*"
        r"(?:(?:Optional|Annotated)\[\s*)?(?:\w+\.)?([A-Za-z_]\w*)"
        r"(?=\s*(?:[\]|,)=\n#\[(]|$))".encode()
    )
    for path, text in texts.items():
        if path.endswith(".py"):
            for match in pattern.finditer(text):
                found[match[1].decode()].add(match[2].decode())
    return {
        name: {_SAME.get(kind, kind) for kind in kinds - {"None"}} for name, kinds in found.items()
    }
