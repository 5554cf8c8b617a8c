"""What hashes and checks passwords in a fixed program, run as it would be there."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from hushtable.fix import hashers
from hushtable.fix.source import Sources

LISTS = {
    "guard": {"requirements.txt": b"fastapi\nhushtable[guard]>=0.7\n"},
    "argon2": {"pyproject.toml": b'dependencies = ["argon2-cffi>=23.1"]\n'},
    "bcrypt": {"backend/requirements.txt": b"bcrypt==4.2 # passwords\n"},
    "scrypt": {"requirements.txt": b"# argon2-cffi, bcrypt\nhushtable[embedded]\nbcrypt-x\n"},
}


def written(name: str, folder: Path) -> ModuleType:
    """Write both functions into a module, and import it."""
    how = hashers.hasher(Sources(LISTS[name]))
    needed = sorted({*how.for_hash, *how.for_check})
    lines = [f"from {module} import {one}" if one else f"import {module}" for module, one in needed]
    text = "\n".join([*lines, how.hash.format(i="    "), how.check.format(i="    ")])
    file = folder / f"made_by_{name}.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", LISTS)
def test_a_password_matches_its_hash_alone(name: str, tmp_path: Path) -> None:
    """A password matches its own hash, another one does not, and neither does what was clear."""
    made, password = written(name, tmp_path), "\u00e9" * 80 + "\0b"
    stored = made.hash_password(password)
    assert name in stored or name in {"guard", "bcrypt"}
    assert made.password_matches(password, stored)
    assert not made.password_matches(f"{password}x", stored)
    assert not made.password_matches(password, password)


@pytest.mark.parametrize("name", LISTS)
def test_what_a_project_has_is_taken(name: str) -> None:
    """The library that a project names is the one that is used, and nothing new is needed."""
    modules = {module for module, _ in hashers.hasher(Sources(LISTS[name])).for_hash}
    wanted = {"guard": "hushtable.guard.hashed", "scrypt": "hashlib"}.get(name, name)
    assert wanted in modules
