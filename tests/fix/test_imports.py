"""Imports are merged into those that are there, and go when nothing uses them."""

from __future__ import annotations

import pytest

from hushtable.fix import imports
from hushtable.fix.source import Source
from hushtable.model.edit import Edit, Import

PATH = "app.py"
LINE = "logger = logging.getLogger(__name__)"


def spliced(data: bytes, edits: list[Edit]) -> str:
    """Carry edits out."""
    for edit in sorted(edits, reverse=True):
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data.decode()


def with_imports(text: str, *wanted: tuple[str, str], setup: tuple[str, ...] = ()) -> str:
    """Bring imports into a text."""
    source = Source(PATH, text.encode())
    needed = [Import(PATH, module, name) for module, name in wanted]
    return spliced(source.data, imports.edits(source, needed, setup, {"app"}))


def test_names_join_the_statement_that_is_there() -> None:
    """A name goes into the import of its module, in order, on lines of its own if they are so."""
    text = "from fastapi import FastAPI, Request\nfrom a import (\n    One,\n    Two,\n)\n"
    made = with_imports(text, ("fastapi", "Query"), ("a", "Three"))
    assert made == (
        "from fastapi import FastAPI, Query, Request\nfrom a import (\n    One,\n    Three,\n"
        "    Two,\n)\n"
    )


def test_statements_go_into_their_group() -> None:
    """Standard library, other packages and own modules stand in groups of their own."""
    text = '"""Doc."""\n\nimport json\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n'
    made = with_imports(text, ("os", ""), ("app.db", "table"), ("boto3", ""), setup=(LINE,))
    assert made == (
        '"""Doc."""\n\nimport json\nimport os\n\nimport boto3\nfrom fastapi import FastAPI\n\n'
        f"from app.db import table\n\n{LINE}\n\napp = FastAPI()\n"
    )


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("x = 1\n", "import os\n\nx = 1\n"),
        ('"""Doc."""\n\nx = 1\n', '"""Doc."""\n\nimport os\n\nx = 1\n'),
        ("from a import b\n", "import os\n\nfrom a import b\n"),
        ("import os\n", "import os\n"),
    ],
)
def test_a_file_gets_its_first_import(text: str, made: str) -> None:
    """An import goes above the code, below the docstring, and is not made twice."""
    assert with_imports(text, ("os", "")) == made


def test_a_name_is_known_by_what_it_is_called() -> None:
    """An alias, or the module before the name, is what the file calls it."""
    source = Source(PATH, b"import os\nfrom fastapi import HTTPException as Stop\n")
    assert imports.has(source, "os", "environ") == "os.environ"
    assert imports.has(source, "fastapi", "HTTPException") == "Stop"
    assert imports.has(source, "fastapi", "Query") == ""


def test_what_nothing_uses_any_more_goes() -> None:
    """An import that lost its use goes; one that never had a use stays."""
    before = Source(PATH, b"from typing import Any\n\nfrom a import B, C\nimport d\n\nx: Any = B\n")
    after = Source(PATH, b"from typing import Any\n\nfrom a import B, C\nimport d\n\nx = 1\n")
    assert spliced(after.data, imports.idle(before, after)) == (
        "from a import C\nimport d\n\nx = 1\n"
    )
