"""The contenders, the trees they scan, and how growth is fitted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import __main__ as command
from benchmarks import peers
from benchmarks.growth import exponent
from benchmarks.trees import stage

BENCHMARKS = Path(peers.__file__).parent


def service(folder: Path) -> Path:
    """Write a tree with two Python files, a repository and an ignore file."""
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "main.py").write_text("from fastapi import APIRouter\nrouter = 1\n")
    (folder / "long.py").write_text("x = 1\n" * 100)
    (folder / ".git").mkdir()
    (folder / ".git" / "hook.py").write_text("")
    (folder / ".semgrepignore").write_text("app/\n")
    return folder


def test_a_copy_holds_the_python_and_not_the_repository(tmp_path: Path) -> None:
    """A staged tree has the same files and lines, and what would hide files is left out."""
    tree = stage(service(tmp_path / "shop"), tmp_path / "copy")
    assert (tree.name, tree.files, tree.lines) == ("shop", 2, 102)
    assert not (tree.folder / ".git").exists()
    assert (tree.folder / ".semgrepignore").read_text() == ""


def test_copies_stand_side_by_side(tmp_path: Path) -> None:
    """Four copies hold four times the files and lines, and replace what was there."""
    source = service(tmp_path / "shop")
    stage(source, tmp_path / "copy")
    tree = stage(source, tmp_path / "copy", 4)
    assert (tree.files, tree.lines) == (8, 408)
    assert sorted(path.name for path in tree.folder.glob("copy_*")) == [
        f"copy_{number}" for number in range(4)
    ]


def test_an_edit_changes_the_copy_alone(tmp_path: Path) -> None:
    """The edited file is one that builds a router, and the source stays as it is."""
    source = service(tmp_path / "shop")
    before = {path: path.read_bytes() for path in source.rglob("*") if path.is_file()}
    tree = stage(source, tmp_path / "copy")
    peers.edit(tree.folder)
    assert (tree.folder / "app" / "main.py").read_text().endswith("\n# edited\n")
    assert (tree.folder / "long.py").read_text() == "x = 1\n" * 100
    assert {path: path.read_bytes() for path in before} == before


def test_cold_means_that_no_cache_is_left(tmp_path: Path) -> None:
    """Every cache folder below the tree is removed."""
    for folder in (tmp_path / peers.CACHE, tmp_path / "inner" / peers.CACHE):
        folder.mkdir(parents=True)
        (folder / "entry").touch()
    peers.forget(tmp_path)
    assert list(tmp_path.rglob(peers.CACHE)) == []


def test_every_peer_is_pinned() -> None:
    """A published figure can be measured again: each peer has one exact version."""
    pins = [line for line in peers.PINS.read_text().splitlines() if not line.startswith("#")]
    assert [pin.split("==")[0] for pin in pins] == ["bandit", "ruff", "semgrep"]
    assert all(re.fullmatch(r"[a-z]+==\d+(\.\d+)+", pin) for pin in pins)


@pytest.mark.parametrize(
    ("text", "count"),
    [('{"results": [1, 2]}', 2), ('{"findings": []}', -1), ("no JSON", -1), ("[]", -1), ("", -1)],
)
def test_what_a_peer_reports_is_counted(tmp_path: Path, text: str, count: int) -> None:
    """Output that is not understood is told as such, never as nothing found."""
    bandit = peers.peers(tmp_path)[0]
    (tmp_path / "out").write_text(text)
    assert peers.reported(bandit, tmp_path / "out") == count


def rules() -> list[dict[str, Any]]:
    """Read the Semgrep rules."""
    files = sorted((BENCHMARKS / "semgrep_rules").glob("*.yaml"))
    return [rule for path in files for rule in yaml.safe_load(path.read_text())["rules"]]


def test_semgrep_has_rules_for_the_same_exposures() -> None:
    """The comparison is fair only when Semgrep looks for the exposures that hushtable looks for."""
    assert {rule["id"] for rule in rules()} >= {
        "whole-item-returned",
        "exception-text-in-detail",
        "scan-without-limit",
        "item-logged",
        "hardcoded-password",
        "text-built-expression",
        "raw-last-evaluated-key",
    }
    assert all(rule["languages"] == ["python"] for rule in rules())


@given(
    power=st.floats(0.2, 3),
    factor=st.floats(1e-6, 10),
    sizes=st.lists(st.integers(1, 10**6), min_size=2, max_size=6, unique=True),
)
def test_the_exponent_of_a_power_is_found(power: float, factor: float, sizes: list[int]) -> None:
    """Times that follow `c * size ** k` give k."""
    times = [factor * size**power for size in sizes]
    assert exponent(sizes, times) == pytest.approx(power, rel=1e-6)


@pytest.mark.parametrize(("sizes", "times"), [([5], [1.0]), ([5, 5], [1.0, 2.0]), ([0, 1], [1, 1])])
def test_an_exponent_needs_two_sizes(sizes: list[float], times: list[float]) -> None:
    """A fit without two different positive sizes is refused."""
    with pytest.raises(ValueError, match=r"sizes|math domain|positive"):
        exponent(sizes, times)


def test_a_tree_that_is_not_there_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong path ends the run before anything is installed or measured."""
    code = command.main([str(tmp_path / "nothing"), "--work", str(tmp_path)])
    assert code == 2
    assert "no such folder" in capsys.readouterr().out
    assert not (tmp_path / "venv").exists()
