"""The interpreter keeps what stands where: open lists and sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.scan.values import Opaque
from tests.scan.running import carried, item, label, run

CASES = [
    ("the sure index of a constant", False, "l = [x, 'b', 'c']; return l[l.index('c')]"),
    ("beside the index of a constant", True, "l = ['a', x, 'c']; return l[l.index('c') - 1]"),
    ("a constant is removed", True, "l = ['a', x]; l.remove('a'); return l[0]"),
    ("a constant behind an unknown", True, "l = [x, 'b']; l.remove('b'); return l"),
    ("a long repetition", False, "l = ['a'] * 200; l[150] = x; return l[151]"),
    ("an open list, first written", False, "l = list(x); l[0] = 'a'; return l[0]"),
    ("an open list, the others", True, "l = list(x); l[0] = 'a'; return l[1]"),
    ("an open list, skipped over", True, "l = list(x); l[2] = 'a'; return l[1]"),
    ("an open list, its beginning", False, "l = list(x); l[0] = 'a'; l[1] = 'b'; return l[:2]"),
    ("an open list, after its beginning", True, "l = ['a', *list(x)]; return l[1:][0]"),
    ("an open list, its end is not its beginning", True, "l = [x, *'a b'.split(y)]; return l[-1]"),
    ("an open list, written at the end", True, "l = [x, *y]; l[-1] = 'a'; return l[0]"),
    ("an open list, cut at the end", True, "l = [x, *y]; del l[-1]; return l"),
    (
        "an open list, written on one way",
        True,
        "l = list(x)\n    if y:\n        l[0] = 'a'\n    return l[0]",
    ),
    ("a slice is a list of its own", False, "l = list(y); k = l[:9]; k.append(x); return l"),
    (
        "the end of a list that may be shorter",
        True,
        "l = [x]\n    if y:\n        l.append('a')\n    return l[-1]",
    ),
    (
        "the last of a list that may be shorter",
        True,
        "l = [x]\n    if y:\n        l.append('a')\n    return l.pop()",
    ),
    (
        "a slice of a list that may be shorter",
        True,
        "l = [x]\n    if y:\n        l.append('a')\n    return l[-1:]",
    ),
    ("intersection with constants", False, "return {'a', x} & {'a', 'b'}"),
    ("intersection by name", False, "return {'a', x}.intersection(['a'])"),
    ("intersection in place", False, "s = {'a', x}; s &= {'a'}; return s"),
    ("intersection of unknowns", True, "return {'a', x} & {'a', y}"),
    ("intersection with itself", True, "return {'a', x} & {x}"),
    ("difference takes itself", False, "return {'a', x}.difference([x])"),
    ("difference in place", False, "s = {'a', x}; s.difference_update({x}); return s"),
    ("difference keeps", True, "return {'a', x} - {'a'}"),
    ("difference from constants", False, "return {'a', 'b'} - {x}"),
    ("symmetric difference takes itself", False, "return {'a', x} ^ {x}"),
    ("symmetric difference keeps", True, "return {'a'} ^ {x}"),
    (
        "what may be in a set decides nothing",
        True,
        "s = {'a', 'b'} & {y}; return '_' if 'a' in s else x",
    ),
    (
        "a library is not a folder's name",
        True,
        "import array; a = array.array('u', 'b'); a.append(x); return a",
    ),
]


@pytest.mark.parametrize(("title", "carries", "body"), CASES, ids=[c[0] for c in CASES])
def test_what_stands_where(
    tmp_path: Path,
    title: str,
    carries: bool,  # noqa: FBT001
    body: str,
) -> None:
    """A value that is read back carries the argument, and nothing beside it does."""
    (tmp_path / "array").mkdir()
    (tmp_path / "array" / "other.py").write_text("size = 1\n")
    source = f"def f(x, y):\n    {body}\n"
    result = run(tmp_path, source, "f", Opaque(frozenset({label("t", "x")})), Opaque())
    assert any(name.startswith("t.x") for name in carried(result)) is carries, title


def test_names_taken_out_of_an_item(tmp_path: Path) -> None:
    """Keys less constant names are a deny-list, keys in common with constants an allow-list."""
    less = "def f(i):\n    return {k: i[k] for k in i.keys() - {'password'}}\n"
    assert carried(run(tmp_path, less, "f", item())) == {"users.*-password"}
    allowed = "def f(i):\n    return {k: i[k] for k in i.keys() & {'id', 'name'}}\n"
    assert carried(run(tmp_path, allowed, "f", item())) == {"users.id", "users.name"}
