"""The harness that scores the engine on a public suite of paired cases."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import xast
from benchmarks.compose import files_named, holds
from benchmarks.xast import Case, Tally

FAKE = """\
#!{python}
import json, pathlib
taught = pathlib.Path("hushtable.toml").read_text()
assert "taint_src" in taught
found = [path for path in pathlib.Path().rglob("*.py") if "taint_sink" in path.read_text()]
print(json.dumps({{"findings": [
    {{"path": path.as_posix(), "attributes": ["suite.*"]}} for path in found
] + [{{"path": "field/b_002_F.py", "attributes": ["users.email"]}}]}}))
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Write a suite of two files, a folder that leaks, one that does not, and two scenes."""
    root = tmp_path / "case"
    field = root / "accuracy" / "field_sensitive"
    cross = root / "completeness" / "cross"
    for folder in (field, cross / "m_001_T" / "inner", cross / "m_002_F"):
        folder.mkdir(parents=True)
    (field / "a_001_T.py").write_text("taint_sink(taint_src)\n")
    (field / "a_002_F.py").write_text("pass\n")
    (cross / "m_001_T" / "m_001_T_a.py").write_text("import inner\n")
    (cross / "m_001_T" / "inner" / "m_001_T_b.py").write_text("taint_sink(taint_src)\n")
    (cross / "m_002_F" / "m_002_F.py").write_text("taint_sink('safe')\n")
    scene = {"scene": "one", "compose": "a_001_T.py && !a_002_F.py"}
    (field / "config.json").write_text(json.dumps({"field": [{"scene_list": [scene]}]}))
    module = "(m_001_T/m_001_T_a.py || m_001_T/inner/m_001_T_b.py) && !(m_002_F/m_002_F.py )"
    (cross / "config.json").write_text(json.dumps([{"compose": module}]))
    return root


@pytest.fixture
def scanner(tmp_path: Path) -> str:
    """Write a stand-in scanner that reports every file with the word `taint_sink`."""
    path = tmp_path / "scanner"
    path.write_text(FAKE.format(python=sys.executable))
    path.chmod(0o755)
    return str(path)


def test_files_and_folders_are_cases(suite: Path) -> None:
    """A folder named like a case is one case with all its files; other files are one each."""
    found = {case.path: case for case in xast.cases(suite)}
    assert set(found) == {
        "accuracy/field_sensitive/a_001_T.py",
        "accuracy/field_sensitive/a_002_F.py",
        "completeness/cross/m_001_T",
        "completeness/cross/m_002_F",
    }
    assert [case.leaks for _path, case in sorted(found.items())] == [True, False, True, False]
    assert len(found["completeness/cross/m_001_T"].files) == 2
    assert [p for p, case in found.items() if case.field_sensitive] == [
        "accuracy/field_sensitive/a_001_T.py",
        "accuracy/field_sensitive/a_002_F.py",
    ]


def test_the_half_of_a_folder_is_that_of_its_joined_files(suite: Path) -> None:
    """The half is the parity of the MD5 of the Python files, joined in the order of their paths."""
    folder = suite / "completeness" / "cross" / "m_001_T"
    joined = (folder / "inner" / "m_001_T_b.py").read_bytes()
    joined += (folder / "m_001_T_a.py").read_bytes()
    expected = int(hashlib.md5(joined, usedforsecurity=False).hexdigest()[-1], 16) % 2 == 0
    found = {case.path: case.even for case in xast.cases(suite)}
    assert found["completeness/cross/m_001_T"] is expected


@pytest.mark.parametrize("apart", [False, True])
def test_a_case_is_found_when_the_taught_table_leaves_in_it(
    suite: Path, scanner: str, *, apart: bool
) -> None:
    """Findings about anything but the taught table do not count, whatever is scanned together."""
    given_cases = xast.cases(suite)
    reported = xast.scanned(scanner, suite, given_cases, apart=apart)
    assert xast.tally(given_cases, reported) == Tally(found=2, missed=0, false=1, quiet=1)
    assert [xast.passes(scene, reported) for scene in xast.scenes(suite, given_cases)] == [
        True,
        False,
    ]
    assert not list(suite.rglob("hushtable.toml"))


def test_figures_are_printed(suite: Path, scanner: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints precision and recall and how many of the peer's scenes pass."""
    assert xast.main([str(suite), "--hushtable", scanner, "--both-halves"]) == 0
    shown = capsys.readouterr().out
    assert "0.667" in shown
    assert "config.json: 1/2" in shown
    assert "contradicts the file names: 0" in shown


def test_the_odd_half_is_not_shown_unasked(
    suite: Path, scanner: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `--both-halves` every figure is of the even half, so that it cannot be fitted to."""
    half = [case for case in xast.cases(suite) if case.even]
    assert 0 < len(half) < 4
    assert xast.main([str(suite), "--hushtable", scanner]) == 0
    shown = capsys.readouterr().out
    assert "odd" not in shown
    cells = [[cell.strip() for cell in line.split("│")] for line in shown.splitlines()]
    counted = sum(int(row[2]) for row in cells if len(row) > 2 and "/" in row[1])
    assert counted == len(half)


def test_only_the_even_half_is_listed() -> None:
    """Wrong cases of the odd half are never named."""
    halves = [
        Case("a_001_T.py", leaks=True, even=True, files=frozenset({"a_001_T.py"})),
        Case("b_001_T.py", leaks=True, even=False, files=frozenset({"b_001_T.py"})),
        Case("c_002_F.py", leaks=False, even=True, files=frozenset({"c_002_F.py"})),
        Case("d_002_F.py", leaks=False, even=False, files=frozenset({"d_002_F.py"})),
    ]
    reported = frozenset({"c_002_F.py", "d_002_F.py"})
    assert xast.wrong(halves, reported) == ["missed  a_001_T.py", "false   c_002_F.py"]


def test_only_even_folders_are_copied(suite: Path, tmp_path: Path) -> None:
    """What may be read to develop with holds no folder of the odd half."""
    given_cases = xast.cases(suite)
    target = tmp_path / "even"
    count = xast.copy_even_folders(suite, given_cases, target)
    wanted = {case.path for case in given_cases if case.even and not case.path.endswith(".py")}
    assert count == len(wanted)
    assert all(
        (target / path).is_dir() == (path in wanted)
        for path in ("completeness/cross/m_001_T", "completeness/cross/m_002_F")
    )


def test_a_failed_scan_is_an_error(suite: Path) -> None:
    """A scanner that fails gives no figures."""
    with pytest.raises(RuntimeError, match="exit code 2"):
        xast.scan(sys.executable, suite)


def test_no_suite_is_a_usage_error(tmp_path: Path) -> None:
    """A folder without a case gives exit code 2."""
    assert xast.main([str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("compose", "reported", "value"),
    [
        ("a_T.py && !b_F.py", {"a_T.py"}, True),
        ("a_T.py && !b_F.py", {"a_T.py", "b_F.py"}, False),
        ("!b_F.py && a_T.py", set(), False),
        ("(a.py || b.py) && !(c.py || d.py )", {"b.py"}, True),
        ("(a.py || b.py) && !(c.py || d.py )", {"b.py", "d.py"}, False),
        ("a.py || b.py && c.py", {"a.py"}, True),
        ("!!a/b.py", {"a/b.py"}, True),
    ],
)
def test_an_expression_is_evaluated(compose: str, reported: set[str], value: bool) -> None:  # noqa: FBT001 - a table of cases
    """Names are true when reported; `!` binds tightest, `||` least."""
    assert holds(compose, reported.__contains__) is value


@pytest.mark.parametrize("compose", ["", "a &&", "(a", "a b", ")", "a ||", "&& a", "!"])
def test_a_wrong_expression_is_refused(compose: str) -> None:
    """An expression that is not understood is an error, never a score."""
    with pytest.raises(ValueError, match=r"name|parenthesis|unexpected"):
        holds(compose, lambda _name: True)


NAMES = st.sampled_from(["a.py", "b.py", "c/d.py"])
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} && {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} || {two[1]})"),
        inner.map(lambda one: f"!({one})"),
    ),
)


@given(compose=EXPRESSIONS, reported=st.sets(NAMES))
def test_expressions_mean_what_python_means(compose: str, reported: set[str]) -> None:
    """The value is that of the same expression in Python."""
    python = compose.replace("&&", " and ").replace("||", " or ").replace("!", " not ")
    for name in ("a.py", "b.py", "c/d.py"):
        python = python.replace(name, str(name in reported))
    assert holds(compose, reported.__contains__) is eval(python)  # noqa: S307 - made of our words
    assert files_named(compose) <= {"a.py", "b.py", "c/d.py"}


def test_precision_and_recall_of_nothing() -> None:
    """No report is no false report, and no leak is no missed leak."""
    assert (Tally().precision, Tally().recall) == (1.0, 1.0)
    figures = Tally(found=3, missed=1, false=2, quiet=4)
    assert (figures.precision, figures.recall, figures.cases) == (0.6, 0.75, 10)
