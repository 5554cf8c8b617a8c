"""Text from a scanned program is shown as it is, and acts on nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.report.escape import inert, storable, visible, visible_lines

ANY_TEXT = st.text(st.characters(exclude_categories=[])) | st.text(
    st.sampled_from("a :#[]\x1b\x9b\u202e\u2066\u200b\ud800\udcff\n\r\t\\`|%@")
)


@given(ANY_TEXT)
def test_visible_text_is_one_line_of_plain_characters(text: str) -> None:
    """No control, format, surrogate, private or line-separating character is left."""
    shown = visible(text)
    assert not {unicodedata.category(each) for each in shown} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_visible_twice_is_visible_once(text: str) -> None:
    """Text that was made visible is left alone the second time."""
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /users/{id}", "GET /users/{id}"),
        ("gr\u00fc\u00dfe \u4f60\u597d", "gr\u00fc\u00dfe \u4f60\u597d"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202etxt", "\\u202etxt"),
        ("a\u00a0b", "a\\xa0b"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
        ("##[error]x", "##\\x5berror]x"),
    ],
)
def test_what_is_written_out(text: str, shown: str) -> None:
    """Letters of any script stay, and whatever acts is written out."""
    assert visible(text) == shown


@given(ANY_TEXT)
def test_lines_keep_their_number(text: str) -> None:
    """A block keeps its line feeds and nothing else that breaks lines."""
    lines = visible_lines(text)
    assert len(lines) == text.count("\n") + 1
    assert all(len(line.splitlines()) <= 1 for line in lines)


@given(ANY_TEXT)
def test_storable_text_is_utf8(text: str) -> None:
    """Storable text encodes, and text that always did is untouched."""
    storable(text).encode("utf-8")
    if not any("\ud800" <= each <= "\udfff" for each in text):
        assert storable(text) == text


@given(ANY_TEXT, st.sampled_from(["", " ", "    "]))
def test_no_line_begins_a_workflow_command(text: str, indent: str) -> None:
    """No line of a log begins with `::`, behind spaces or not."""
    assert not inert(indent + "::" + text).lstrip().startswith("::")
    assert not inert(text).lstrip().startswith("::")
