"""The command line loads an engine, its libraries and its formats only when they are used."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import LEAKY

HEAVY = (
    "aiobotocore",
    "boto3",
    "botocore",
    "cryptography",
    "dask",
    "detect_secrets",
    "distributed",
    "fastapi",
    "httpx",
    "jinja2",
    "libcst",
    "mcp",
    "ministack",
    "phonenumbers",
    "pydantic",
    "referencing",
    "rich.progress",
    "stdnum",
    "tree_sitter",
    "tree_sitter_hcl",
    "yaml",
)


ELSEWHERE = ("embedded", "fix", "fleet", "guard", "probe", "prove", "testing")
"""What a scan of one service has no use for."""


def imported_by(*words: str) -> set[str]:
    """Modules that `python WORDS` imports, from `-X importtime`."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *words], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in run.stderr
    return {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if "|" in line}


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
    assert imported_by("-c", f"import {module}") & set(HEAVY) == set()


def test_a_scan_loads_only_what_scans(tmp_path: Path) -> None:
    """A scan of one service loads no heavy package, no other engine and nothing of a fleet."""
    (tmp_path / "app.py").write_text(LEAKY, encoding="utf-8")
    words = ("scan", str(tmp_path), "--no-cache", "--no-progress")
    loaded = imported_by("-m", "hushtable.cli.main", *words)
    assert "hushtable.scan.run" in loaded
    assert loaded & {*HEAVY, *(f"hushtable.{one}" for one in ELSEWHERE)} == set()


def test_a_heavy_import_would_be_seen() -> None:
    """An import that does happen stands in the list."""
    assert "yaml" in imported_by("-c", "import yaml")
