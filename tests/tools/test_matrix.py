"""The matrix: what is tried, how a failed step is told, and what the exit code is."""

from __future__ import annotations

import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import pyproject
from tools.matrix import trying
from tools.matrix.__main__ import main
from tools.matrix.cells import BASE, Cell, MatrixError, Wheel, cells, group, wheel_at
from tools.matrix.smoke import PROGRAMS, SMOKES, Command, Smoke
from tools.matrix.told import table
from tools.matrix.trying import NO_INTERPRETER, WELL, Outcome, tried

METADATA = """Metadata-Version: 2.4
Name: hushtable
Version: 0.1.0
Requires-Dist: rich>=13.7
Requires-Dist: tomli>=2; python_version < "3.12"
Provides-Extra: guard
Requires-Dist: fastapi>=0.115; extra == 'guard'
Requires-Dist: httpx[http2]>=0.28; extra == 'guard'

hushtable
"""
UV = '''#!{python}
"""Stands in for uv: makes an environment whose command prints, and notes what it was asked."""
import pathlib, stat, sys

words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(" ".join(words) + "\\n")
if words[:2] == ["python", "find"]:
    sys.exit(words[2] == "3.99")
if words[:2] == ["python", "install"]:
    sys.exit(1)
if words[0] == "venv":
    program = pathlib.Path(words[-1], "bin", "hushtable")
    program.parent.mkdir(parents=True)
    program.write_text("#!{python}\\nimport sys\\nprint('found  it')\\nsys.exit(1)\\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
if words[:2] == ["pip", "compile"]:
    pathlib.Path("pinned.txt").write_text("rich==13.7\\nanyio==4\\n")
if words[:2] == ["pip", "install"] and {broken}:
    print("it does not build")
    sys.exit(3)
if words[:2] == ["pip", "freeze"]:
    print("rich==13.7\\nfastapi==0.115.0")
'''
WHEEL = Wheel(Path("x.whl"), METADATA)


def uv(folder: Path, *, broken: bool = False) -> str:
    """Write a stand-in for uv."""
    program = folder / "uv"
    text = UV.format(python=sys.executable, log=str(folder / "log"), broken=broken)
    program.write_text(text, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def test_every_extra_has_a_smoke() -> None:
    """Each extra of the project is tried, and nothing is tried that is none; programs exist."""
    assert set(SMOKES) == {BASE, *pyproject()["project"]["optional-dependencies"]}
    named = {name for smoke in SMOKES.values() for name in smoke.programs}
    assert named == {path.name for path in PROGRAMS.glob("*.py")}
    assert all(smoke.commands or smoke.programs for smoke in SMOKES.values())


def test_the_needs_of_an_extra_are_named() -> None:
    """What a wheel needs with an extra under a Python is listed without markers."""
    assert WHEEL.extras == ("guard",)
    assert WHEEL.needs(BASE, "3.11") == ["rich>=13.7", "tomli>=2"]
    assert WHEEL.needs("guard,none", "3.12") == WHEEL.needs("guard", "3.12")
    assert WHEEL.needs("guard", "3.12") == ["fastapi>=0.115", "httpx[http2]>=0.28", "rich>=13.7"]


def test_each_extra_is_tried_in_each_column() -> None:
    """Every Python meets every resolution; suites come last, with extras of their own."""
    suites = ["tests/guard", "guard,embedded:tests/embedded"]
    made = cells(["3.11", "3.12"], ["highest"], ["guard"], suites)
    assert made == [
        Cell("3.11", "highest", "guard"),
        Cell("3.12", "highest", "guard"),
        Cell("3.11", "highest", "all", "tests/guard"),
        Cell("3.12", "highest", "all", "tests/guard"),
        Cell("3.11", "highest", "guard,embedded", "tests/embedded"),
        Cell("3.12", "highest", "guard,embedded", "tests/embedded"),
    ]


def test_a_group_brings_the_groups_in_it() -> None:
    """A dependency group is listed with those that it includes."""
    assert any(one.startswith("pytest>") for one in group("dev"))
    assert set(group("shop")) <= set(group("dev"))


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    """A missing file, a file that is no archive and one without metadata are told."""
    (tmp_path / "text.whl").write_text("no archive", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "empty.whl", "w") as archive:
        archive.writestr("a.txt", "a")
    for name in ("missing.whl", "text.whl", "empty.whl"):
        with pytest.raises(MatrixError, match="is no wheel"):
            wheel_at(tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
def test_a_cell_takes_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment is made, resolved, filled and checked, and the smoke runs in it."""
    shown = Smoke((Command(("scan", "x"), 1, "found it"),))
    monkeypatch.setitem(SMOKES, "guard", shown)
    outcome = tried(Cell("3.12", "lowest-direct", "guard"), WHEEL, uv(tmp_path))
    assert (outcome.state, outcome.said) == (WELL, "")
    assert outcome.versions == {"fastapi": "0.115.0"}
    steps = [line.split()[:2] for line in (tmp_path / "log").read_text().splitlines()]
    assert steps == [["venv", "--python"], *(["pip", one] for one in (
        "compile", "install", "check", "freeze"))]  # fmt: skip
    assert "--resolution lowest-direct" in (tmp_path / "log").read_text()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (Command(("scan", "x"), 0), "ended with 1"),
        (Command(("scan", "x"), 1, "HT102"), "'HT102' does not stand in it"),
    ],
)
def test_a_smoke_that_fails_is_told(
    command: Command, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another exit code than expected, or other words, fail the cell at this command."""
    monkeypatch.setitem(SMOKES, "guard", Smoke((command,)))
    outcome = tried(Cell("3.12", "highest", "guard"), WHEEL, uv(tmp_path))
    assert outcome.state == "hushtable scan x"
    assert said in outcome.said


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
def test_a_step_that_fails_is_told(tmp_path: Path) -> None:
    """What does not install fails there, with what was said, and nothing after it is tried."""
    outcome = tried(Cell("3.12", "highest", BASE), WHEEL, uv(tmp_path, broken=True))
    assert outcome.state == "install"
    assert "it does not build" in outcome.said
    assert "freeze" not in (tmp_path / "log").read_text()


def test_only_what_is_asked_for_is_pinned_for_a_suite() -> None:
    """Pins of the wheel's own needs are kept, spelled in either way, and no others."""
    wanted = ["Flask-Cors>=4", "httpx[http2]>=0.28"]
    pinned = ["flask-cors==4.0", "httpx==0.28", "anyio==4"]
    assert trying._direct(pinned, wanted) == ["flask-cors==4.0", "httpx==0.28"]


def test_the_table_shows_every_cell() -> None:
    """Rows are extras, columns Pythons and resolutions; what failed stands below with its words."""
    told = table(
        [
            Outcome(Cell("3.11", "lowest-direct", "guard"), WELL, versions={"fastapi": "0.115.0"}),
            Outcome(Cell("3.12", "lowest-direct", "guard"), "install", "no compiler"),
        ]
    )
    assert told.splitlines()[0] == "|  | 3.11 lowest | 3.12 lowest |"
    assert "| guard | ok | install |" in told
    assert "3.11 lowest-direct: fastapi 0.115.0" in told
    assert "3.12 lowest-direct guard: install\n\n    no compiler\n" in told


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
def test_an_interpreter_that_is_not_there_is_not_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Python that is not to be had stands in the table, and the exit code is 3."""
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as archive:
        archive.writestr("hushtable-0.1.0.dist-info/METADATA", METADATA)
    words = ["--uv", uv(tmp_path), "--wheel", str(tmp_path / "x.whl"), "--extra", "guard"]
    assert main([*words, "--python", "3.99", "-o", str(tmp_path / "told.md")]) == 3
    assert f"| guard | {NO_INTERPRETER} | {NO_INTERPRETER} |" in capsys.readouterr().out
    assert NO_INTERPRETER in (tmp_path / "told.md").read_text()
    assert main([*words, "--extra", "gaurd"]) == 2
    assert "the wheel has no extra gaurd" in capsys.readouterr().err
    assert main([*words, "--suite", "tests/none"]) == 2
    assert main([*words, "--suite", "gaurd:tests/guard"]) == 2


def test_without_uv_it_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    """A uv that is not there is wrong usage."""
    assert main(["--uv", "uv-that-is-not-there"]) == 2
    assert "pip install uv" in capsys.readouterr().err
