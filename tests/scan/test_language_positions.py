"""The interpreter keeps what stands where: open lists, sets, the constant ends of built texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.scan import pieces
from hushtable.scan.combining import content
from hushtable.scan.values import Const, Opaque, Seq
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
    ("intersection of an unknown with constants", False, "return x & {'a', 'b'}"),
    ("a difference in place is seen by all", False, "s = t = {'a', x}; s -= {x}; return t"),
    ("what may be gone takes nothing", True, "s = {x}; s &= y; return {x} - s"),
    ("one of two lists is written", True, "k = [x]; l = k if y else ['a']; l[0] = 'b'; return k"),
    ("one of two lists is extended", True, "k = []; l = k if y else ['a']; l += [x]; return k"),
    ("one of two lists loses", True, "k = [x]; l = k if y else ['a']; del l[0]; return k"),
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
    ("a text's constant beginning", False, "s = 'ab' + x; return s[1]"),
    ("behind a text's beginning", True, "s = 'ab' + x; return s[2]"),
    ("a text's constant end", False, "s = x + 'ab'; return s[-1]"),
    ("a text's middle", True, "s = 'a' + x + 'b'; return s[-2]"),
    ("a slice of the beginning", False, "s = f'ab{x}'; return s[:2]"),
    ("a slice beyond the beginning", True, "s = f'ab{x}'; return s[:3]"),
    ("a slice of the end", False, "s = f'{x}ab'; return s[-2:]"),
    ("the letters of a text", False, "a, b, *c = 'ab' + x; return b"),
    ("the other letters of a text", True, "a, b, *c = 'ab' + x; return c"),
    (
        "a letter is not its text",
        True,
        "s = 'ab' + x\n    return [c for c in s if not c.startswith('ab')]",
    ),
    ("split before", False, "a, b = f'user#{x}'.split('#'); return a"),
    ("split behind", True, "a, b = f'user#{x}'.split('#'); return b"),
    ("split once", False, "return f'user#{x}'.split('#', 1)[0]"),
    ("split from the right", False, "return f'{x}#user'.rsplit('#', 1)[1]"),
    ("split from the right, before", True, "return f'{x}#user'.rsplit('#', 1)[0]"),
    ("partition before", False, "a, _, b = f'user#{x}'.partition('#'); return a"),
    ("partition behind", True, "a, _, b = f'user#{x}'.partition('#'); return b"),
    ("a prefix decides", False, "return x if f'user#{x}'.startswith('org#') else '_'"),
    ("a prefix that may be there", True, "return x if f'user#{x}'.startswith('user#1') else '_'"),
    ("a suffix decides", False, "return '_' if f'{x}.csv'.endswith('.csv') else x"),
    ("a prefix is removed", False, "return f'user#{x}'.removeprefix('user')[0]"),
    ("a template's beginning", False, "return '{{ab}} {}'.format(x)[:5]"),
    ("a percent template's beginning", False, "return ('%%a %d' % x)[:2]"),
    ("a percent template's hole", True, "return ('a%d' % x)[:3]"),
    ("a number that is added", True, "return str(x + 4)[-1]"),
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


LETTERS = st.text("ab#", max_size=4)
BUILT = st.lists(st.one_of(st.none(), LETTERS), max_size=4)


def filled(parts: list[str | None], holes: list[str]) -> str:
    """Give a text that a built text can be."""
    waiting = iter(holes)
    return "".join(next(waiting) if part is None else part for part in parts)


def agrees(value: Any, real: Any) -> bool:
    """Whether what is said of a result holds for one real result."""
    match value:
        case Const(value=known):
            return bool(known == real)
        case Seq() as found:
            known, rest, _ = content(found)
            least = len(known)
            if len(real) < least or (rest is None and len(real) != least):
                return False
            return all(agrees(a, b) for a, b in zip(known, real, strict=False))
        case Opaque() as text:
            return bool(
                real.startswith(pieces.beginning(text)) and real.endswith(pieces.ending(text))
            )
    return value is None or value == real


@given(BUILT, st.lists(LETTERS, min_size=4, max_size=4), st.data())
def test_pieces_agree_with_python(
    parts: list[str | None], holes: list[str], data: st.DataObject
) -> None:
    """What is said of a piece of a built text holds for every text that it can be."""
    value, real = Opaque(parts=tuple(parts), hint="str"), filled(parts, holes)
    index = data.draw(st.integers(-6, 6))
    if -len(real) <= index < len(real):
        assert agrees(pieces.item(value, index), real[index])
    ends = st.one_of(st.none(), st.integers(-6, 6))
    bounds = slice(data.draw(ends), data.draw(ends))
    assert agrees(pieces.part(value, bounds), real[bounds])
    other, limit = data.draw(st.sampled_from(["#", "a", "ab"])), data.draw(st.integers(-1, 3))
    assert agrees(pieces.split(value, other, limit), real.split(other, limit))
    assert agrees(pieces.split_from_right(value, other, limit), real.rsplit(other, limit))
    assert agrees(pieces.partition(value, other), real.partition(other))
    assert agrees(pieces.partition_from_right(value, other), real.rpartition(other))
    assert agrees(pieces.starts_with(value, other), real.startswith(other))
    assert agrees(pieces.ends_with(value, other), real.endswith(other))
    assert agrees(pieces.without_prefix(value, other), real.removeprefix(other))
    assert agrees(pieces.without_suffix(value, other), real.removesuffix(other))
