"""The changelog is made of fragments, one sentence each."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, pyproject

FOLDER = ROOT / "changelog.d"
NOT_FRAGMENTS = {"README.md", "template.md"}


def types() -> set[str]:
    """Give the kinds of change that towncrier is told of."""
    return {kind["directory"] for kind in pyproject()["tool"]["towncrier"]["type"]}


def wrong(name: str, text: str) -> str:
    """Why a fragment is not well-formed, or nothing."""
    match = re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*\.([a-z]+)\.md", name)
    if match is None or match[1] not in types():
        return "the name is what-changed.TYPE.md"
    body = text.strip()
    # A full stop within backticks ends no sentence: `result.json` stays one word.
    told = re.sub(r"`[^`]*`", "X", body)
    several = re.search(r"[.!?]\s+[A-Z]", told) or "\n\n" in body
    if not body.endswith(".") or several or body.startswith(("-", "#", "*")):
        return "the text is one sentence that ends with a full stop"
    return ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scan-json.nonsense.md", "Something is new."),
        ("ScanJson.added.md", "Something is new."),
        ("scan-json.md", "Something is new."),
        ("scan-json.added.md", ""),
        ("scan-json.added.md", "No full stop"),
        ("scan-json.added.md", "- A bullet."),
        ("scan-json.added.md", "A paragraph.\n\nAnother."),
        ("scan-json.added.md", "It does one thing. `It` does another, too."),
    ],
)
def test_a_bad_fragment_is_noticed(name: str, text: str) -> None:
    """A wrong name, an unknown kind, an empty text or more than a sentence is refused."""
    assert wrong(name, text)


def test_fragments_are_well_formed() -> None:
    """Every fragment has a known kind and holds one sentence."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.name not in NOT_FRAGMENTS:
            why = wrong(path.name, path.read_text(encoding="utf-8"))
            found.update({path.name: why} if why else {})
    assert found == {}


def test_a_release_gathers_the_fragments(tmp_path: Path) -> None:
    """Towncrier writes each sentence under its kind and leaves the head of the file in place."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "CHANGELOG.md", tmp_path)
    (tmp_path / "changelog.d").mkdir()
    shutil.copy(FOLDER / "template.md", tmp_path / "changelog.d")
    (tmp_path / "changelog.d" / "one.added.md").write_text("The first is new.\n", encoding="utf-8")
    (tmp_path / "changelog.d" / "two.fixed.md").write_text("The second works.\n", encoding="utf-8")
    command = [sys.executable, "-m", "towncrier", "build", "--yes", "--version", "1.2.3"]
    subprocess.run(
        [*command, "--date", "2030-01-31"], cwd=tmp_path, check=True, capture_output=True
    )
    text = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.startswith("# Changelog")
    expected = (
        "## 1.2.3 (2030-01-31)\n\n### Added\n\n- The first is new.\n\n"
        "### Fixed\n\n- The second works.\n"
    )
    assert expected in text
