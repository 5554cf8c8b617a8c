"""Tests of how syntax of a newer Python is read by an older one."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.scan.newer_syntax import in_older_words
from hushtable.scan.source import parse


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ('key = f"A#{item["id"]}"', 'key = f"""A#{item["id"]}"""'),
        ("key = f'{item['id'] or ''}'", "key = f'''{item['id'] or ''}'''"),
        ('key = "a" f"{item["id"]}" "b"', 'key = "a" f"""{item["id"]}""" "b"'),
        ('key = f"{f"{item["id"]}"}"', 'key = f\'\'\'{f"""{item["id"]}"""}\'\'\''),
        ('key = f"{item["id"]!r:>{width}}{{"', 'key = f"""{item["id"]!r:>{width}}{{"""'),
        ('text = f"{"\\n".join(lines)} of {at}"', 'text = f"""{" ".join(lines)} of {at}"""'),
        ('text = f"{"#".join(lines)}"', 'text = f"""{" ".join(lines)}"""'),
        ('text = f"{\n    item["id"]  # why\n}"', 'text = f"""{\n    item["id"]  \n}"""'),
        ("def first[T: (int, str)](many: list[T]) -> T: ...", "def first(many: list[T]) -> T: ..."),
        ("class Store[K, V](Base): ...", "class Store(Base): ..."),
        ("class Store[\n    T,\n]: ...", "class Store: ..."),
        ("type Id = str", "Id = str"),
        ("type Page[T] = list[T]", "Page = list[T]"),
        (
            "try: ...\nexcept OSError, ValueError: ...",
            "try: ...\nexcept (OSError, ValueError): ...",
        ),
        ("text = t'{item['id']}'", "text = f'''{item['id']}'''"),
    ],
)
def test_newer_syntax_means_the_same(newer: str, older: str) -> None:
    """What was added to Python since 3.11 is read as the older words for it."""
    assert ast.dump(ast.parse(in_older_words(newer))) == ast.dump(ast.parse(older))
    assert ast.dump(parse(newer.encode())) == ast.dump(ast.parse(older))


def test_lines_keep_their_numbers() -> None:
    """Whatever is rewritten, a line is found where it was."""
    source = 'type Id = str\n\n\ndef get[\n    T,\n](x: T): ...\n\n\nkey = f"{x["a"]}"\nlast = 1\n'
    assert [node.lineno for node in parse(source.encode()).body][-1] == source.count("\n")


def test_text_is_left_alone() -> None:
    """What stands in a string or a comment is no statement."""
    source = '"""\ntype X = 1\nexcept A, B:\n"""\n# def f[T](): ...\ntext = "def f[T]"\n'
    assert in_older_words(source) == source


@given(st.text(alphabet="abf\"'{}[]()\\#:!=\n type", max_size=60))
def test_any_text_is_rewritten_or_left(text: str) -> None:
    """No text makes it fail, and no line is lost."""
    assert in_older_words(text).count("\n") <= text.count("\n")
