"""What the interpreter computes on constants is what Python computes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hushtable.scan.carrying import NotConstantError, python
from tests.scan.running import run

NUMBERS = st.integers(-5, 5).map(str)
TEXTS = st.text("ab, %{}1", max_size=5).map(repr)
LISTS = st.lists(NUMBERS, max_size=4).map(lambda parts: f"[{', '.join(parts)}]")
DICTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), NUMBERS, max_size=3).map(
    lambda held: "{" + ", ".join(f"{k!r}: {v}" for k, v in held.items()) + "}"
)
SLICES = st.tuples(*[st.one_of(st.just(""), NUMBERS)] * 2).map(":".join)
ON_TEXT = st.sampled_from(
    [
        ".upper()",
        ".strip()",
        ".split(',')",
        ".replace('a', 'bb')",
        ".find('b')",
        ".partition(',')",
        ".startswith('a')",
        ".zfill(7)",
        ".encode()",
        ".title()",
        ".isdigit()",
        ".count('a')",
    ]
)
ON_LIST = st.sampled_from(
    [
        ".copy()",
        ".count(1)",
        " + [7]",
        " * 2",
        "[::-1]",
        "[:-1]",
        "[1:3]",
    ]
)
ON_DICT = st.sampled_from(
    [
        ".get('a')",
        ".get('z', 9)",
        " | {'b': 8}",
        ".copy()",
        ".pop('q', 3)",
        ".setdefault('a', 4)",
    ]
)
CALLS = st.sampled_from(
    [
        "len({})",
        "sorted({})",
        "list(reversed({}))",
        "list({})",
        "tuple({})",
        "sum({})",
        "max({})",
        "list(enumerate({}))",
        "list(zip({}, 'ab'))",
        "list(map(lambda v: v + 1, {}))",
        "any({})",
        "list(filter(lambda v: v > 0, {}))",
        "[v * 2 for v in {} if v % 2]",
        "{}.index(1)",
        "sorted({}, key=lambda v: -v)",
        "all({})",
        "min({}, default=0)",
        "[*{}, 5]",
        "not {}",
    ]
)
EXPRESSIONS = st.one_of(
    st.tuples(TEXTS, ON_TEXT).map("".join),
    st.tuples(TEXTS, SLICES).map(lambda p: f"{p[0]}[{p[1]}]"),
    st.tuples(LISTS, ON_LIST).map("".join),
    st.tuples(LISTS, SLICES).map(lambda p: f"{p[0]}[{p[1]}]"),
    st.tuples(LISTS, NUMBERS).map(lambda p: f"{p[0]}[{p[1]}]"),
    st.tuples(DICTS, ON_DICT).map("".join),
    st.tuples(CALLS, LISTS).map(lambda p: p[0].replace("{}", p[1])),
    st.tuples(
        NUMBERS, st.sampled_from(["+", "-", "*", "//", "%", "<<", "&", "<", "=="]), NUMBERS
    ).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
    st.tuples(TEXTS, NUMBERS).map(lambda p: f"{p[0]} % ({p[1]},)"),
    st.tuples(TEXTS, NUMBERS).map(lambda p: f"{p[0]}.format({p[1]})"),
)


def expected(expression: str) -> Any:
    """Give what Python computes, or the exception it raises."""
    try:
        return eval(expression, {})  # noqa: S307 - an expression that this test made
    except (ValueError, LookupError, TypeError, ArithmeticError) as error:
        return type(error).__name__


@settings(max_examples=250, deadline=None)
@given(EXPRESSIONS)
def test_constants_are_computed_as_python_does(expression: str) -> None:
    """A value that the interpreter calls known is the value that Python computes."""
    source = (
        "def f():\n    try:\n"
        f"        return {expression}\n"
        "    except Exception as error:\n        return type(error).__name__\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), source, "f")
    try:
        known = python(result)
    except NotConstantError:
        return
    assert known == expected(expression)
