"""Sources are parsed with the bytes each node covers, or left alone with a reason."""

from __future__ import annotations

import codecs

import libcst as cst
import pytest

from hushtable.fix.source import MAX_BYTES, Source, Sources
from hushtable.model.edit import CannotFix

TEXT = '# \u00e9\nimport os\n\n\n@app.get("/x")\ndef f(a: int) -> str:\n    return f"\u00e9{a}"\n'


@pytest.mark.parametrize("begin", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_node_covers_its_bytes(begin: bytes, newline: str) -> None:
    """The span of a node holds its text, whatever the line ends are, with a BOM and without."""
    data = begin + TEXT.replace("\n", newline).encode()
    source = Source("app.py", data)
    (returned,) = source.all(cst.Return)
    assert data[source.start(returned) : source.end(returned)] == 'return f"\u00e9{a}"'.encode()
    assert (source.line(returned), source.indentation(returned)) == (7, "    ")
    assert source.newline == newline


def test_a_function_is_found_by_its_decorator() -> None:
    """A function begins with its first decorator, and its head ends where its block begins."""
    source = Source("app.py", TEXT.encode())
    assert source.function_at(5) is source.function_at(6)
    with pytest.raises(CannotFix):
        source.function_at(7)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"def f(:\n", "does not parse"),
        (b"# coding: latin-1\nx = '\xe9'\n", "not in UTF-8"),
        (b"x = '\xff'\n", "not in UTF-8"),
        (b"x" * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_what_cannot_be_edited_is_told(data: bytes, why: str) -> None:
    """A file that does not parse, is in another encoding or huge is refused with the reason."""
    with pytest.raises(CannotFix, match=why):
        Source("app.py", data)


def test_only_python_of_the_tree_is_edited() -> None:
    """A path outside the tree, or of another language, is refused."""
    sources = Sources({"main.tf": b""})
    for path in ("main.tf", "other.py"):
        with pytest.raises(CannotFix):
            sources.source(path)
