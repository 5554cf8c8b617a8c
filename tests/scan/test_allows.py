"""Tests of allow comments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.facts import Allow
from hushtable.model.place import Place
from hushtable.scan.allows import allows


def test_at_the_end_of_a_line() -> None:
    """A comment behind code speaks for its own line."""
    text = "x = 1\nreturn item  # hush: allow HT101 because the item is public\n"
    assert allows(text, "app.py") == (
        Allow(Place("app.py", 2, 13), ("HT101",), "the item is public", 2),
    )


def test_on_a_line_of_its_own() -> None:
    """A comment on its own line speaks for the next line of code, past comments and blanks."""
    text = "# hush: allow HT401 because health check\n# more\n\n@app.get('/health')\ndef h(): ...\n"
    (allow,) = allows(text, "app.py")
    assert allow.line == 4


def test_several_codes_and_names() -> None:
    """Codes and rule names may be listed, in any case, with or without commas."""
    text = "f()  # hush: allow ht101, HT102 Raw-Item-Returned because: internal tool\n"
    (allow,) = allows(text, "app.py")
    assert allow.codes == ("HT101", "HT102", "raw-item-returned")
    assert allow.reason == "internal tool"


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# hush: allow HT101", ("HT101",)),
        ("# hush: allow HT101 because", ("HT101",)),
        ("# hush: allow HT101 because   ", ("HT101",)),
        ("# hush: alow HT101 because typo", ()),
        ("# hush: allow because I said so", ("because",)),
        ("# hush: HT101 because reasons", ()),
        ("# hush:", ()),
        ("# hush: allow 101 because of", ()),
        ("#hush:allow", ()),
    ],
)
def test_what_cannot_be_read_has_no_reason(comment: str, codes: tuple[str, ...]) -> None:
    """A missing reason or an unreadable comment gives an allow with an empty reason."""
    (allow,) = allows(f"x = 1  {comment}\n", "app.py")
    assert allow.reason == ""
    assert allow.line == 1
    if codes != ("because",):
        assert allow.codes == codes


@pytest.mark.parametrize(
    "text",
    [
        "x = '# hush: allow HT101 because a string'\n",
        '"""\n# hush: allow HT101 because a docstring\n"""\n',
        "# see hush: allow HT101 because prose\n",
        "x = 1  # nothing here\n",
        "",
    ],
)
def test_what_is_no_comment_of_ours(text: str) -> None:
    """Strings and comments that only mention the mark are not ours."""
    assert allows(text, "app.py") == ()


@pytest.mark.parametrize("name", ["template.yaml", "main.tf", "serverless.yml"])
def test_other_formats(name: str) -> None:
    """YAML and HCL comments are read by line."""
    text = (
        "a:\n  # hush: allow HT605 because a public catalogue\n\n  b: 1\n"
        "c: 2 # hush: allow HT404 because demo\n"
    )
    first, second = allows(text, name)
    assert (first.line, first.codes) == (4, ("HT605",))
    assert (second.line, second.reason) == (5, "demo")


def test_slashes_open_a_comment_in_hcl() -> None:
    """`//` opens a comment outside Python, and a quoted mark is none."""
    text = (
        'a = "x" // hush: allow HT605 because test table\nb = " # hush: allow HT605 because no"\n'
    )
    (allow,) = allows(text, "main.tf")
    assert allow.line == 1


def test_a_file_python_cannot_split() -> None:
    """A Python file with a syntax error still has its comments."""
    text = "x = (\ny  # hush: allow HT101 because broken file\n"
    (allow,) = allows(text, "broken.py")
    assert allow.line == 2


def test_at_the_end_of_a_file() -> None:
    """A comment with no code after it speaks for its own line."""
    (allow,) = allows("x = 1\n# hush: allow HT101 because last\n", "app.py")
    assert allow.line == 2


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["a.py", "a.tf"]))
def test_any_text_is_read(before: str, after: str, name: str) -> None:
    """Any text gives allows whose lines stand in the file."""
    text = f"{before}# hush: allow {after}"
    for allow in allows(text, name):
        assert 1 <= allow.line <= text.count("\n") + text.count("\r") + 1


@given(
    st.lists(st.from_regex(r"HT[1-7][0-9]{2}", fullmatch=True), min_size=1, max_size=4),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), min_size=1).map(str.strip),
)
def test_codes_and_reason_come_back(codes: list[str], reason: str) -> None:
    """The codes and the reason written are the codes and the reason read."""
    found = allows(f"x = 1  # hush: allow {', '.join(codes)} because {reason}\n", "a.py")
    if "\x85" not in reason and reason.strip(" :\t\xa0"):
        (allow,) = found
        assert allow.codes == tuple(codes)
        assert allow.reason == reason.lstrip(" :\t\xa0").strip()
