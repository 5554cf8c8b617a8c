"""The Markdown report: what it tells, and that text from a scanned program stays text."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from hushtable.report import markdown
from hushtable.report.escape import visible
from hushtable.report.report import Report
from tests.report.samples import poisoned, told

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TEXT = st.text(st.characters(exclude_categories=[])) | st.text(
    st.sampled_from("ab |`*_[]()<>!&#@\\~:/.-1\n=+")
)


def tokens(text: str) -> list[Token]:
    """Give the tokens of a document, those within lines included."""
    return [each for token in PARSER.parse(text) for each in (token, *(token.children or ()))]


def test_it_tells_map_findings_and_coverage(report: Report) -> None:
    """The document has the score, the map, the findings by severity and the coverage."""
    text = markdown.render(report)
    assert "**Score 52 of 100, grade D, without what was not examined (1).**" in text
    assert "| `GET /search` | credential: `users.password_hash`<br>personal: `users.name` |" in text
    assert text.index("## Critical") < text.index("## Medium") < text.index("## Not examined")
    assert "`app/store.py:8`" in text
    assert "```text\nDeclare what may leave:\n    class UserOut(BaseModel):" in text
    assert "## Suppressed" in text


def test_names_in_backticks_become_code() -> None:
    """Names in single backticks become code spans, and a lone backtick is text."""
    assert markdown.prose("reads `a*b` now") == "reads `a*b` now"
    assert markdown.prose("a ` b") == "a \\` b"


@given(TEXT)
def test_prose_is_text_and_code_only(text: str) -> None:
    """Any sentence parses to text and code spans, with the same characters."""
    found = tokens("x " + markdown.prose(text))
    assert {token.type for token in found} <= {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
        "code_inline",
    }
    read = "".join(token.content for token in found if token.type != "inline")
    assert re.sub(r"[` ]", "", read) == re.sub(r"[` ]", "", "x" + visible(text))


@given(TEXT)
def test_prose_mentions_and_links_nobody(text: str) -> None:
    """No mention, bare link or issue number is left for a forge to link."""
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", markdown.prose(text))
    assert not re.search(r"@\w|https?://|www\.|(?<!&)(?<!\\)#\d", outside)


@given(TEXT)
def test_code_cannot_be_left(text: str) -> None:
    """Any text in a code span is one code span."""
    found = tokens("x " + markdown.code(text) + " y")
    spans = [token for token in found if token.type == "code_inline"]
    assert len(spans) == 1
    assert spans[0].content.strip() == (visible(text).strip())


@given(TEXT)
def test_a_cell_stays_one_cell(text: str) -> None:
    """Any text in a cell leaves the table with its columns."""
    cell = markdown.code(text, in_table=True)
    found = tokens(f"| a | b |\n| --- | --- |\n| {cell} | end |")
    assert sum(token.type == "td_open" for token in found) == 2
    assert [token.content for token in found if token.type == "inline"][-1] == "end"


@given(TEXT)
def test_a_block_cannot_be_left(text: str) -> None:
    """Any text in a fenced block is one fenced block."""
    found = PARSER.parse("\n".join(markdown.block(text)))
    assert [token.type for token in found] == ["fence"]


def test_hostile_text_makes_no_html_and_no_link(hostile: Report) -> None:
    """Nothing in any field becomes HTML, a link, an image or a heading."""
    found = tokens(markdown.render(hostile))
    html = {token.content for token in found if token.type in {"html_inline", "html_block"}}
    assert html <= {"<br>"}
    assert not {token.type for token in found} & {"link_open", "image"}
    assert "\x1b" not in markdown.render(hostile)


@settings(max_examples=40, deadline=None)
@given(TEXT)
def test_the_headings_are_ours(text: str) -> None:
    """Any text in any field leaves the document with the same headings and tables."""
    expected = [t.tag for t in PARSER.parse(markdown.render(told(poisoned("a")))) if t.tag]
    got = [t.tag for t in PARSER.parse(markdown.render(told(poisoned(text)))) if t.tag]
    assert got.count("h2") == expected.count("h2")
    assert got.count("h3") == expected.count("h3")
    assert got.count("td") == expected.count("td")
