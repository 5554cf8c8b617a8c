"""What is read beside the program itself: literals, allow comments, infrastructure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hushtable.model.facts import Allow, Literal, PolicyStatement, TableDefinition, Unknown
from hushtable.model.place import Place
from hushtable.scan import literals
from hushtable.scan.allows import allows
from hushtable.scan.infrastructure import read as read_infrastructure
from hushtable.scan.infrastructure import wants as wants_infrastructure
from hushtable.scan.infrastructure.wanted import TEMPLATES, TERRAFORM
from hushtable.scan.load import Loaded, fault
from hushtable.scan.source import SourceFile, Unreadable, decode, parse
from hushtable.values.formats import hits

MAY_HOLD = re.compile(
    rb"(?i)(?:passw|pwd|secret|token|api_?key|access_?key|credential|private_?key)[\w\"']*\s*\]?"
    rb"\s*[:=,(][^\n]{0,60}[\"']|AKIA[A-Z0-9]{12}|-----BEGIN|://[^/\s:]+:[^@\s]+@|eyJ[\w-]{8}|"
    rb"(?:sk|ghp|xox[bp]|SG|AIza)[-_.\w]{16}"
)
"""What a Python file must hold to be parsed for its literals alone."""
INFRASTRUCTURE = (*TERRAFORM, *TEMPLATES)
HEAD = 65_536
"""How much of a configuration file tells whether it is a template, in bytes."""
MAX_TEXT = 4_000_000
"""A larger text is told as unknown: searching this many bytes takes about a second."""


@dataclass(frozen=True, slots=True)
class Around:
    """The facts found beside the program."""

    literals: tuple[Literal, ...]
    allows: tuple[Allow, ...]
    tables: tuple[TableDefinition, ...]
    policies: tuple[PolicyStatement, ...]
    unknown: tuple[Unknown, ...]


def read(loaded: Loaded, python: list[SourceFile], other: list[SourceFile]) -> Around:
    """Read what lies beside the program in some of its files."""
    found: list[Literal] = []
    allowed: list[Allow] = []
    tables: list[TableDefinition] = []
    policies: list[PolicyStatement] = []
    unknown: list[Unknown] = []
    for file in python:
        path, data = file.path, loaded.sources.get(file.path)
        if data is None:
            continue
        try:
            found += _of_python(loaded, path, data)
            if b"hush:" in data:
                allowed += allows(decode(data), path)
            if wants_infrastructure(path, data):
                _defined(path, file.full, tables, policies, unknown)
        except Unreadable as error:
            unknown.append(Unknown(Place(path, 1), str(error)))
        except RecursionError:
            unknown.append(Unknown(Place(path, 1), "nested too deeply to follow"))
    for file in other:
        try:
            _other(file, found, allowed)
            if PurePosixPath(file.path).suffix.lower() in INFRASTRUCTURE and wants_infrastructure(
                file.path, _head(file)
            ):
                _defined(file.path, file.full, tables, policies, unknown)
        except Unreadable as error:
            unknown.append(Unknown(Place(file.path, 1), str(error)))
        except OSError as error:
            unknown.append(Unknown(Place(file.path, 1), f"cannot be read: {error.strerror}"))
        except Exception as error:  # noqa: BLE001 - one file's fault must not hide the others
            unknown.append(fault(file.path, error))
    return Around(tuple(found), tuple(allowed), tuple(tables), tuple(policies), tuple(unknown))


def joined(parts: list[Around]) -> Around:
    """Put parts together, in their order."""
    return Around(
        tuple(one for part in parts for one in part.literals),
        tuple(one for part in parts for one in part.allows),
        tuple(one for part in parts for one in part.tables),
        tuple(one for part in parts for one in part.policies),
        tuple(one for part in parts for one in part.unknown),
    )


def _head(file: SourceFile) -> bytes:
    """Give enough of a file to tell whether it defines infrastructure."""
    with Path(file.full).open("rb") as opened:
        return opened.read(HEAD)


def _defined(
    path: str,
    full: str,
    tables: list[TableDefinition],
    policies: list[PolicyStatement],
    unknown: list[Unknown],
) -> None:
    found = read_infrastructure(Path(full), path)
    tables += found.tables
    policies += found.policies
    unknown += found.unknown


def _of_python(loaded: Loaded, path: str, data: bytes) -> tuple[Literal, ...]:
    """Read literals of a file that matters; others only when a line looks like a credential."""
    # Only what was parsed before the first job: what else is parsed depends on who plays what.
    tree = loaded.machine.program.modules[path].tree if path in loaded.known else None
    if tree is None:
        if path in loaded.failed or not MAY_HOLD.search(data):
            return ()
        if literals.is_test(path) and next(hits(decode(data)), None) is None:
            return ()  # in tests only known formats are told
        tree = parse(data)
    return literals.literals(tree, path, decode(data))


def _other(file: SourceFile, found: list[Literal], allowed: list[Allow]) -> None:
    if not literals.wants(file.path):
        return
    if file.size > MAX_TEXT:
        text = "too large to be searched for credentials"
        raise Unreadable(text)
    text = Path(file.full).read_bytes().decode("utf-8", "replace")
    found += literals.literals_in_text(text, file.path)
    if "hush:" in text:
        allowed += allows(text, file.path)
