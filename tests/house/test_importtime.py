"""Starting is cheap: the command line loads an engine's libraries only when they are used."""

import subprocess
import sys

import pytest

HEAVY = (
    "aiobotocore",
    "boto3",
    "botocore",
    "detect_secrets",
    "distributed",
    "fastapi",
    "httpx",
    "libcst",
    "mcp",
    "ministack",
    "phonenumbers",
    "pydantic",
    "referencing",
    "stdnum",
    "tree_sitter",
    "tree_sitter_hcl",
    "yaml",
)


def imported_by(statement: str) -> set[str]:
    """Top-level packages that Python imports to run `statement`, from `-X importtime`."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement],
        capture_output=True,
        text=True,
        check=True,
    )
    names = (line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if "|" in line)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "module",
    [
        "hushtable.cli.main",
        "hushtable.cli.mcp",
        "hushtable.cli.policy",
        "hushtable.rules.catalogue",
    ],
)
def test_starting_loads_nothing_heavy(module: str) -> None:
    """Importing the command line, a command or the catalogue pulls in no heavy package."""
    assert imported_by(f"import {module}") & set(HEAVY) == set()


def test_a_heavy_import_would_be_seen() -> None:
    """An import that does happen stands in the list."""
    assert "yaml" in imported_by("import yaml")
