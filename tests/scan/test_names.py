"""Tests of which file an import means."""

from __future__ import annotations

import pytest

from hushtable.scan.names import Names
from hushtable.scan.source import SourceFile

PACKAGES = ("app/__init__.py", "app/tools/__init__.py")
FILES = (*PACKAGES, "app/main.py", "app/tools/jwt.py", "app/tools/logging.py", "jobs/queue.py",
         "jobs/run.py", "jobs/array/sort.py")  # fmt: skip


@pytest.mark.parametrize(
    ("dotted", "importer", "expected"),
    [
        ("app.tools.jwt", "app/main.py", "app/tools/jwt.py"),
        ("app", "app/main.py", "app/__init__.py"),
        ("app", "app/__init__.py", "app/__init__.py"),
        # A file named after the library that it wraps.
        ("jwt", "app/tools/jwt.py", None),
        ("logging", "app/tools/logging.py", None),
        # A package's own module is not the standard library's.
        ("logging", "app/tools/jwt.py", None),
        # A script beside its modules finds them first, as Python does.
        ("queue", "jobs/run.py", "jobs/queue.py"),
        ("queue", "app/main.py", None),
        # A folder that is no package comes after the standard library.
        ("array", "jobs/array/sort.py", None),
        ("boto3", "app/main.py", None),
    ],
)
def test_what_an_absolute_import_means(dotted: str, importer: str, expected: str | None) -> None:
    """An absolute import means the file that Python would find, or a library."""
    names = Names([SourceFile(path, path, 0, 0) for path in FILES])
    assert names.absolute(dotted, importer) == expected
