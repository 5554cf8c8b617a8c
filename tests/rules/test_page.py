"""The language of the pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.rules.page import SECTIONS, PageError, parse, programs

PAGE = """A title.

An opening.

## Leaks

```python first
import boto3
return item  # leaks: email, profile.*
```

## Quiet

```python second
## no heading, a comment
return {}
```

## Remedy

Do it.

## Limits

Not all.
"""


def test_a_page_is_read() -> None:
    """A page gives its title, opening, sections and pairs of programs with their marks."""
    page = parse(PAGE, "page")
    assert page.title == "A title"
    assert page.summary == "An opening."
    assert tuple(page.sections) == SECTIONS
    assert page.sections["Remedy"] == "Do it."
    ((leaks, quiet),) = page.pairs
    assert (leaks.title, leaks.files[0][0], leaks.line) == ("first", "app.py", 7)
    (mark,) = leaks.marks
    assert (mark.path, mark.line, mark.names) == ("app.py", 2, {"email", "profile.*"})
    assert quiet.marks == ()
    assert quiet.files[0][1] == "## no heading, a comment\nreturn {}\n"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("A title.", "A title"), "the title"),
        (("A title.", "## Leaks"), "the title"),
        (("An opening.", ""), "no opening paragraph"),
        (("## Limits", "## Bounds"), "the sections must be"),
        (("## Remedy\n\nDo it.", ""), "the sections must be"),
        (("Do it.", ""), "the section Remedy is empty"),
        (("```python second", "```"), "language of a fence"),
        (("```python first", "```cobol"), "language of a fence"),
        (("return {}\n```", "return {}"), "is not closed"),
        (("return {}\n```", "return {}\n```\n```python\nx = 1\n```"), "must be pairs"),
        (("  # leaks: email, profile.*", ""), "marks no line"),
        (("return {}", "return {}  # leaks:"), "marks a line"),
        (("# leaks: email, profile.*", "# leaks email"), "marks no names"),
        (("# leaks: email, profile.*", "# leaks: email,"), "marks no names"),
        (("# leaks: email, profile.*", "# leaks: e mail"), "marks no names"),
        (("```python first", "```python first unproven"), "needs its reason"),
        (("```python first", '```python first unproven " "'), "needs its reason"),
        (("```python first", "```python first unfixed"), "unfixed needs its reason"),
        (("import boto3", "# file: ../x.py"), "leaves the program's folder"),
        (("import boto3", "# file: /x.py"), "leaves the program's folder"),
        (("import boto3", "# file: a.py\n# file: a.py"), "stands there twice"),
        (("import boto3\nreturn item  # leaks: email, profile.*", ""), "the program is empty"),
    ],
)
def test_a_wrong_page_is_refused(change: tuple[str, str], why: str) -> None:
    """A page outside the language is an error that names the page and the reason."""
    with pytest.raises(PageError, match=why) as caught:
        parse(PAGE.replace(*change), "ht999_page.py")
    assert str(caught.value).startswith("ht999_page.py")


def test_an_empty_page_is_refused() -> None:
    """A missing docstring is an error."""
    with pytest.raises(PageError, match="no page"):
        parse("", "page")


def test_a_program_may_have_several_files() -> None:
    """`# file:` begins another file, and marks count lines within their own file."""
    (program,) = programs(
        '```python two unproven "why not"\n# file: a/b.py\nx = 1\n# file: c.yaml\n'
        "y: 1\nz: 2  # leaks: z\n```",
        "case",
    )
    assert program.files == (("a/b.py", "x = 1\n"), ("c.yaml", "y: 1\nz: 2  # leaks: z\n"))
    assert (program.title, program.unproven) == ("two", "why not")
    assert [(mark.path, mark.line) for mark in program.marks] == [("c.yaml", 2)]


def test_a_case_file_needs_a_program() -> None:
    """A case file without a fence is an error, not a passing test."""
    with pytest.raises(PageError, match="no program"):
        programs("only words", "case")


@given(st.text() | st.lists(st.sampled_from(PAGE.splitlines())).map("\n".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text is a page or a PageError, never another error."""
    try:
        page = parse(text, "page")
    except PageError:
        return
    assert page.pairs


LINES = st.lists(
    st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs"))).filter(
        lambda line: "leaks" not in line and "```" not in line and not line.startswith("# file")
    ),
    min_size=1,
).filter(lambda lines: any(line.strip() for line in lines))


@given(LINES, st.lists(st.from_regex(r"[a-z]{1,5}", fullmatch=True), unique=True))
def test_programs_come_out_byte_for_byte(lines: list[str], names: list[str]) -> None:
    """What stands in a fence is what is scanned, byte for byte."""
    text = "\n".join([*lines, f"x  # leaks: {', '.join(names)}"]) + "\n"
    (program,) = programs(f"Words.\n\n```python a title\n{text}```\n", "case")
    assert program.files == (("app.py", text),)
    assert program.marks[0].names == set(names)
    assert program.marks[0].line == len(lines) + 1


def test_a_fence_may_claim_both() -> None:
    """A fence may say that no run witnesses it and that no fix closes it."""
    text = '```python two unproven "why not" unfixed "no way"\nx = 1\n```\n'
    (program,) = programs(text, "case")
    assert (program.title, program.unproven, program.unfixed) == ("two", "why not", "no way")
