"""Small programs that change a list, run by Python and by the interpreter."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hushtable.scan.values import Opaque
from tests.scan.running import carried, label, run

INDEX = st.integers(-4, 4)
END = st.one_of(st.just(""), INDEX.map(str))
WORD = st.sampled_from(["'a'", "'b'", "x"])
WORDS = st.lists(WORD, max_size=3).map(lambda words: f"[{', '.join(words)}]")
STEADY = st.one_of(
    st.builds("s[{}] = {}".format, INDEX, WORD),
    st.just("s.reverse()"),
    st.builds("s[{0}], s[{1}] = s[{1}], s[{0}]".format, INDEX, INDEX),
)
LINE = st.one_of(
    STEADY,
    st.builds("s.append({})".format, WORD),
    st.builds("s.insert({}, {})".format, INDEX, WORD),
    st.builds("s += {}".format, WORDS),
    st.just("s = s + s"),
    st.builds("s.pop({})".format, st.one_of(st.just(""), INDEX)),
    st.builds("del s[{}]".format, INDEX),
    st.builds("s[{}:{}] = {}".format, END, END, WORDS),
    st.builds("del s[{}:{}]".format, END, END),
    st.builds("s = s[{}:{}]".format, END, END),
    st.builds("s = s[::{}]".format, st.sampled_from([-1, 2])),
    st.builds("s.remove({})".format, WORD),
)
# A list that is longer on one way of a branch is followed as that one: what comes behind it is
# taken to stand behind all that may be there. Texts that are built in pieces rely on it.
STEP = st.one_of(st.tuples(st.just(value=False), LINE), st.tuples(st.just(value=True), STEADY))
CLOSED = st.lists(WORD, min_size=1, max_size=4).map(lambda words: f"[{', '.join(words)}]")
OPEN = st.sampled_from(["['b', *y]", "[x, *y]", "list(y)", "['a', x, *y, 'b']"])
GIVEN = st.one_of(
    st.builds("s[{}]".format, INDEX),
    st.builds("s[{}:{}]".format, END, END),
    st.sampled_from(["s", "s.pop()", "s.pop(0)"]),
)


def program(start: str, lines: list[str], given: str) -> str:
    """Give a function that makes a list, changes it and returns something of it."""
    return "\n    ".join(["def f(x, y, c):", f"s = {start}", *lines, f"return {given}"]) + "\n"


def python_gives(source: str, y: list[str], *, c: bool) -> bool | None:
    """Whether Python's own result holds the marked value; None when the program fails."""
    space: dict[str, Any] = {}
    exec(source, space)  # noqa: S102 - the program was made above
    try:
        return "MARKED" in repr(space["f"]("MARKED", y, c))
    except (IndexError, ValueError):
        return None


def scan_gives(source: str) -> bool:
    """Whether the interpreter's result carries the marked value."""
    with tempfile.TemporaryDirectory() as folder:
        marked = Opaque(frozenset({label("t", "x")}))
        return bool(carried(run(Path(folder), source, "f", marked, Opaque(), Opaque())))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(CLOSED, st.lists(LINE, max_size=5), GIVEN)
def test_a_list_is_followed_exactly(start: str, lines: list[str], given: str) -> None:
    """Of a list whose elements are known the interpreter says just what Python does."""
    source = program(start, lines, given)
    real = python_gives(source, [], c=False)
    assert real is None or scan_gives(source) is real, source


@example("['a', x, *y, 'b']", [(False, "del s[-3]")], "s[0]")
@example("['a', x, *y, 'b']", [(False, "s[1], s[-3] = s[-3], s[1]")], "s[0]")
@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.one_of(CLOSED, OPEN), st.lists(STEP, max_size=5), GIVEN)
def test_nothing_is_missed_in_an_open_list(
    start: str, lines: list[tuple[bool, str]], given: str
) -> None:
    """What some list of unknown length, or some way of a branch, gives is not missed.

    The same programs every time: longer searches still find some whose branches matter to a later
    `remove`.
    """
    text = [f"if c:\n        {line}" if branch else line for branch, line in lines]
    source = program(start, text, given)
    answers = {python_gives(source, y, c=c) for y in ([], ["q"], ["q", "r"]) for c in (False, True)}
    assert True not in answers or scan_gives(source), source
