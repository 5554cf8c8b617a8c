"""Whatever programs stand in a tree: what lies outside the edits stays, and twice is once."""

from __future__ import annotations

import ast
import codecs
import difflib
from collections import Counter
from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hushtable.fix.source import MAX_BYTES
from hushtable.model.config import ScanConfig
from hushtable.model.edit import Patch
from hushtable.rules.catalogue import catalogue
from hushtable.rules.judge import judge
from hushtable.testing.fixing import mended, unmarked
from hushtable.testing.scanning import scan_source

PROGRAMS = tuple(
    next(text for path, text in unmarked(leaks).items() if path.endswith(".py"))
    for rule in catalogue()
    for leaks, _ in rule.text.pairs
    if leaks.language == "python" and len(leaks.files) == 1
)
FRAMES = ("", "# caf\u00e9 \u2014 \U0001f512\n", "\n\n")

trees = st.lists(
    st.tuples(st.sampled_from(PROGRAMS), st.sampled_from(FRAMES)), min_size=1, max_size=3
).map(lambda chosen: {f"part{n}/app.py": frame + text for n, (text, frame) in enumerate(chosen)})


@cache
def fixed(files: tuple[tuple[str, str], ...]) -> Patch:
    """Fix a tree once."""
    return mended(dict(files))


def found(files: dict[str, str]) -> Counter[tuple[str, str, str]]:
    """Count the findings of a tree by code, file and function."""
    result = judge(scan_source(files), ScanConfig(), ".")
    return Counter((one.code, one.place.path, one.function) for one in result.findings)


def texts_after(files: dict[str, str]) -> dict[str, str]:
    """Give the texts of a tree once it is fixed."""
    patch = fixed(tuple(files.items()))
    return {**files, **{path: text.decode() for path, text in patch.after.items()}}


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(trees)
def test_fixing_twice_changes_nothing_more(files: dict[str, str]) -> None:
    """A tree that was fixed is left as it is by another fix."""
    assert mended(texts_after(files)).changed == ()


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(trees)
def test_a_composition_is_fixed_without_a_new_finding(files: dict[str, str]) -> None:
    """In any tree what is fixed is gone, nothing new is found, and every file parses."""
    before, after = found(files), found(texts_after(files))
    gone = Counter(one.code for one in fixed(tuple(files.items())).fixed)
    assert after <= before
    assert sum((before - after).values()) >= sum(gone.values())
    for text in texts_after(files).values():
        ast.parse(text)


@pytest.mark.parametrize("begin", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("text", PROGRAMS[::7])
def test_line_ends_and_marks_stay(text: str, newline: str, begin: bytes) -> None:
    """Line ends, a BOM, comments and letters beyond ASCII outlive a fix."""
    framed = f"# caf\u00e9\t\u2014\n{text}\n# the end \n"
    plain = texts_after({"app.py": framed})["app.py"]
    data = framed.replace("\n", newline)
    made = texts_after({"app.py": begin.decode() + data})["app.py"]
    assert made == begin.decode() + plain.replace("\n", newline)


@pytest.mark.parametrize("text", PROGRAMS[::5])
def test_lines_outside_the_edits_stay_byte_for_byte(text: str) -> None:
    """Lines with odd white space that no finding is on are in the result as they were."""
    odd = "odd  =  [ 1,2 ,\t3 ]  # kept \u00e9\nif odd :\n\tpass\n"
    made = texts_after({"app.py": text + odd})["app.py"]
    assert made.endswith(odd)
    kept = difflib.SequenceMatcher(None, text.splitlines(), made.splitlines(), autojunk=False)
    assert kept.ratio() > 0.5


@pytest.mark.parametrize(
    "hostile",
    [
        "def broken(:\n",
        "x = (" * 300,
        "# coding: latin-1\nx = 1\n",
        "y = 1\n" * (MAX_BYTES // 6 + 1),
    ],
    ids=["syntax", "nesting", "coding", "huge"],
)
def test_hostile_files_are_left_alone(hostile: str) -> None:
    """A file that cannot be edited stays, and those beside it are fixed all the same."""
    files = {"app.py": PROGRAMS[0], "hostile.py": hostile}
    patch = mended(files)
    assert patch.changed == ("app.py",)
