"""Changes are carried out together, never overlapping, and the result parses."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.fix import apply
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Edit, Import, Order
from hushtable.model.place import Place

TEXT = b"a = 1\r\nb = 2\r\n"


def change(*edits: tuple[int, int, str]) -> Change:
    """Make a change of one file."""
    return Change(tuple(Edit("app.py", *edit) for edit in edits))


def test_line_ends_are_those_of_the_file() -> None:
    """What is put into a file ends its lines as the file does."""
    made = apply.apply(Sources({"app.py": TEXT}), [change((0, 0, "c = 3\nd = 4\n"))])
    assert made == {"app.py": b"c = 3\r\nd = 4\r\n" + TEXT}


ODD = (
    "x  =  [ 1,2 ,\t3 ]  # kept \u00e9",
    "# \U0001f512\t ",
    "",
    "if x :\n\tpass",
    'y = """a\n  b """',
    "def f( a,b = 1 ) : return a ;",
)


@given(
    st.lists(st.tuples(st.sampled_from(ODD), st.none() | st.sampled_from(("z=1", "# \u00e9")))),
    st.sampled_from(("\n", "\r\n")),
    st.sampled_from((b"", codecs.BOM_UTF8)),
)
def test_bytes_outside_the_edits_stay(
    parts: list[tuple[str, str | None]], newline: str, begin: bytes
) -> None:
    """Whatever is edited, every byte outside the edits is in the result as it was."""
    data, wanted, edits = begin, begin, []
    for text, instead in parts:
        old, end = text.replace("\n", newline).encode(), newline.encode()
        if instead is not None:
            edits.append((len(data), len(data) + len(old), instead))
        data += old + end
        wanted += (old if instead is None else instead.encode()) + end
    made = apply.apply(Sources({"app.py": data}), [change(*edits)])
    assert made == ({"app.py": wanted} if edits else {})


def test_edits_that_meet_are_refused() -> None:
    """Two edits of the same bytes are never carried out together."""
    sources = Sources({"app.py": TEXT})
    assert apply.overlap([change((0, 3, "x"))], change((2, 5, "y")))
    assert not apply.overlap([change((0, 3, "x"))], change((3, 5, "y")))
    with pytest.raises(CannotFix, match="two changes meet"):
        apply.apply(sources, [change((0, 3, "x")), change((2, 5, "y"))])


def test_the_same_edit_is_made_once() -> None:
    """Two findings that need the same edit share it."""
    same = change((4, 5, "9"))
    assert not apply.overlap([same], same)
    assert apply.apply(Sources({"app.py": TEXT}), [same, same]) == {"app.py": b"a = 9\r\nb = 2\r\n"}


def test_a_text_that_would_not_parse_is_refused() -> None:
    """Nothing is given when one file would be no Python any more."""
    with pytest.raises(CannotFix, match="does not parse"):
        apply.apply(Sources({"app.py": TEXT}), [change((4, 5, "("))])


def test_nothing_is_added_twice() -> None:
    """Two changes that define the same name meet."""
    one = Change(defines=(("app.py", "Out"),))
    assert apply.overlap([one], Change(defines=(("app.py", "Out"),)))


def test_imports_come_with_the_edits() -> None:
    """A change brings its imports, merged with those of the others."""
    two = Change((Edit("app.py", 4, 5, "f()"),), (Import("app.py", "m", "f"),))
    three = Change((Edit("app.py", 11, 12, "g()"),), (Import("app.py", "m", "g"),))
    made = apply.apply(Sources({"app.py": TEXT}), [two, three])
    assert made == {"app.py": b"from m import f, g\r\n\r\na = f()\r\nb = g()\r\n"}


def test_what_goes_along_may_fail_alone() -> None:
    """An order is carried out although one that goes along with it cannot be."""
    text = b"app = FastAPI(debug=True)\n"
    along = Order("debug", Place("app.py", 7))
    made = apply.change(
        Order("debug", Place("app.py", 1), along=(along,)), Sources({"app.py": text})
    )
    assert [edit.text for edit in made.edits] == [""]
    with pytest.raises(CannotFix):
        apply.change(along, Sources({"app.py": text}))


def test_every_remedy_has_a_name() -> None:
    """The remedies are found by their files."""
    assert {"debug", "response_model", "projection"} <= apply.remedies().keys()
