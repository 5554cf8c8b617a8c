"""Arguments come and go in the style of their call."""

from __future__ import annotations

import libcst as cst
import pytest

from hushtable.fix.arguments import add
from hushtable.fix.elements import cut
from hushtable.fix.source import Source
from hushtable.model.edit import Edit


def first_call(text: str) -> tuple[Source, cst.Call]:
    """Parse a text and give its first call."""
    source = Source("app.py", text.encode())
    return source, next(iter(source.all(cst.Call)))


def spliced(source: Source, edits: list[Edit]) -> str:
    """Carry edits out."""
    data = source.data
    for edit in sorted(edits, reverse=True):
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data.decode()


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("f()\n", "f(b=1)\n"),
        ("f(a)\n", "f(a, b=1)\n"),
        ("f(a,)\n", "f(a, b=1,)\n"),
        ("f(**a)\n", "f(**a, b=1)\n"),
        ("f(\n    a,\n)\n", "f(\n    a,\n    b=1,\n)\n"),
        ("f(\n    a\n)\n", "f(\n    a,\n    b=1,\n)\n"),
        ("f(a,\n  c)\n", "f(a,\n  c, b=1)\n"),
        (f"f({'a' * 95})\n", f"f(\n    {'a' * 95},\n    b=1,\n)\n"),
    ],
)
def test_an_argument_is_added_in_the_style_of_its_call(text: str, made: str) -> None:
    """A new argument stands on the same line, on its own line, or breaks a line too long."""
    source, call = first_call(text)
    assert spliced(source, add(source, call, [("b", "1")])) == made


@pytest.mark.parametrize(
    ("text", "gone", "made"),
    [
        ("f(a, b, c)\n", (0,), "f(b, c)\n"),
        ("f(a, b, c)\n", (1, 2), "f(a)\n"),
        ("f(a, b, c)\n", (0, 2), "f(b)\n"),
        ("f(a, b, c)\n", (0, 1, 2), "f()\n"),
        ("f(\n    a,\n    b,\n)\n", (1,), "f(\n    a,\n)\n"),
    ],
)
def test_arguments_go_with_their_commas(text: str, gone: tuple[int, ...], made: str) -> None:
    """What is taken out takes its comma along, and leaves the layout of the others."""
    source, call = first_call(text)
    edits = cut(source, call.args, *(call.args[index] for index in gone))
    assert spliced(source, edits) == made
