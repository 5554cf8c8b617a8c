"""The floors hold, and the contract that holds them would notice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT, imported, pyproject, sources

FLOORS = (
    *("cli", "rules", "scan", "report", "probe", "fix", "fleet", "guard"),
    *("embedded", "values", "model"),
)
ROOMS = (
    *(
        "run",
        "child",
        "replay",
        "confirming",
        "attempting",
        "surroundings",
        "drive",
        "witness",
        "learn",
        "store",
        "capturing",
        "clients",
        "services",
    ),
    *("sandbox", "told", "order", "exchange", "sketch", "canary"),
)
"""Of `prove`."""
LINT = (
    "import sys; from importlinter.cli import lint_imports; "
    "sys.exit(lint_imports(no_cache=True, cache_dir=None))"
)


def lint(folder: Path, source: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter with the configuration in `folder` on the package under `source`."""
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(source), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Build an empty house with the same floors and the real contracts."""
    for floor in FLOORS:
        (tmp_path / "hushtable" / floor).mkdir(parents=True)
        (tmp_path / "hushtable" / floor / "__init__.py").touch()
    for room in ROOMS:
        (tmp_path / "hushtable" / "prove" / room).mkdir(parents=True)
        (tmp_path / "hushtable" / "prove" / room / "__init__.py").touch()
    (tmp_path / "hushtable" / "prove" / "__init__.py").touch()
    (tmp_path / "hushtable" / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_holds() -> None:
    """No module imports up a floor, across to a neighbour, or what its contract forbids."""
    run = lint(ROOT, PACKAGE.parent)
    assert run.returncode == 0, run.stdout[-4000:]


def test_an_empty_house_passes(house: Path) -> None:
    """Where nothing is imported, no contract complains."""
    run = lint(house, house)
    assert run.returncode == 0, run.stdout[-4000:]


def test_a_new_package_must_say_where_it_stands(house: Path) -> None:
    """A top-level package that no layer names fails the build."""
    (house / "hushtable" / "attic").mkdir()
    (house / "hushtable" / "attic" / "__init__.py").touch()
    run = lint(house, house)
    assert run.returncode == 1
    assert "attic" in run.stdout


@pytest.mark.parametrize(
    ("floor", "line"),
    [
        ("model", "import hushtable.scan"),
        ("model", "import yaml"),
        ("scan", "import hushtable.report"),
        ("scan", "import hushtable.rules"),
        ("scan", "import subprocess"),
        ("report", "import hushtable.scan"),
        ("report", "import hushtable.rules"),
        ("report", "import hushtable.fix"),
        ("rules", "import hushtable.scan"),
        ("rules", "import hushtable.prove"),
        ("rules", "import ast"),
        ("rules", "import socket"),
        ("embedded", "import hushtable.cli"),
        ("fix", "import hushtable.scan"),
        ("fix", "import hushtable.rules"),
        ("fix", "import subprocess"),
        ("model", "import libcst"),
        ("fleet", "import hushtable.scan"),
        ("guard", "import hushtable.scan"),
        ("guard", "import typer"),
        ("values", "import hushtable.scan"),
        ("probe", "import hushtable.scan"),
        ("probe", "import hushtable.rules"),
    ],
)
def test_a_forbidden_import_is_noticed(house: Path, floor: str, line: str) -> None:
    """An import that crosses a floor breaks a contract, under TYPE_CHECKING too."""
    text = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {line}\n"
    (house / "hushtable" / floor / "__init__.py").write_text(text, encoding="utf-8")
    run = lint(house, house)
    assert run.returncode == 1, run.stdout[-4000:]
    assert "BROKEN" in run.stdout


def test_the_layers_contract_is_exhaustive() -> None:
    """The contract of the floors covers every top-level package."""
    contracts = pyproject()["tool"]["importlinter"]["contracts"]
    floors = next(contract for contract in contracts if contract["id"] == "floors")
    assert floors["exhaustive"] is True
    assert "exhaustive_ignores" not in floors
    assert not any("ignore_imports" in contract for contract in contracts)


def test_model_needs_the_standard_library_alone() -> None:
    """The model imports the standard library and itself, nothing else."""
    for source in sources():
        if source.floor != "model":
            continue
        for node in source.walk():
            for name in imported(node):
                top = name.partition(".")[0]
                own = name == "hushtable.model" or name.startswith("hushtable.model.")
                assert own or top in sys.stdlib_module_names, f"{source.name}: {name}"


def test_rules_need_no_third_party() -> None:
    """A rule reads facts: it imports the standard library and the product, nothing else."""
    for source in sources():
        if source.floor != "rules":
            continue
        for node in source.walk():
            for name in imported(node):
                top = name.partition(".")[0]
                assert top == "hushtable" or top in sys.stdlib_module_names, source.name


GUARD_KNOWS = (
    "hushtable.guard",
    "hushtable.model.dynamodb",
    "hushtable.model.errors",
    "hushtable.model.policy",
    "hushtable.model.sensitivity",
)


def test_guard_brings_no_engine_along() -> None:
    """The guard knows facts of DynamoDB alone, and the embedded one in its local transport."""
    found = [
        f"{source.name}: {name}"
        for source in sources()
        if source.floor == "guard"
        for node in source.walk()
        for name in imported(node)
        if name.partition(".")[0] == "hushtable"
        and not name.startswith(GUARD_KNOWS)
        and not (name.startswith("hushtable.embedded") and source.path.name == "local.py")
    ]
    assert found == []
