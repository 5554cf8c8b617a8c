"""Beginning a rule."""

import ast
from pathlib import Path

import pytest

from hushtable.rules.page import parse
from tools.new_rule import UnfitNameError, begin, main


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a repository with one rule."""
    rules = tmp_path / "src" / "hushtable" / "rules"
    rules.mkdir(parents=True)
    (tmp_path / "changelog.d").mkdir()
    (rules / "ht101_raw_item_returned.py").touch()
    return tmp_path


def test_a_rule_is_one_file_and_one_fragment(root: Path) -> None:
    """The rule's file and the fragment are written, and nothing else."""
    rule, fragment = begin(root, "HT107", "field-added-later")
    assert rule.relative_to(root).as_posix() == "src/hushtable/rules/ht107_field_added_later.py"
    assert fragment.name == "ht107.added.md"
    assert "HT107" in fragment.read_text(encoding="utf-8")
    assert len([path for path in root.rglob("*") if path.is_file()]) == 3


def test_the_page_follows_the_language(root: Path) -> None:
    """The written page parses, has a pair of whole programs, and marks a line."""
    rule, _ = begin(root, "HT107", "field-added-later")
    text = rule.read_text(encoding="utf-8")
    page = parse(ast.get_docstring(ast.parse(text)) or "", rule.name)
    ((leaks, quiet),) = page.pairs
    assert [mark.names for mark in leaks.marks] == [frozenset({"nickname"})]
    assert not quiet.marks
    for program in (leaks, quiet):
        for name, source in program.files:
            ast.parse(source, name)


def test_the_rule_can_be_loaded(root: Path) -> None:
    """The written file runs, and declares what the catalogue asks for."""
    rule, _ = begin(root, "HT107", "field-added-later")
    scope: dict[str, object] = {}
    exec(compile(rule.read_text(encoding="utf-8"), rule.name, "exec"), scope)  # noqa: S102
    assert {"RULE", "judge"} <= set(scope)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("107", "field-added-later"),
        ("HT1070", "field-added-later"),
        ("HT107", "Field-Added"),
        ("HT107", "field_added"),
        ("HT107", "../field"),
        ("HT107", ""),
        ("HT101", "another-name"),
        ("HT107", "raw-item-returned"),
    ],
)
def test_an_unfit_name_writes_nothing(root: Path, code: str, name: str) -> None:
    """A malformed code or name, and one that is taken, is refused before anything is written."""
    before = sorted(root.rglob("*"))
    with pytest.raises(UnfitNameError):
        begin(root, code, name)
    assert sorted(root.rglob("*")) == before


def test_the_command_says_what_it_wrote(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints both paths, and answers 2 when the code is taken."""
    assert main(["HT107", "field-added-later"], root) == 0
    assert "changelog.d/ht107.added.md" in capsys.readouterr().out
    assert main(["HT107", "something-else"], root) == 2
    assert "ht107_field_added_later.py" in capsys.readouterr().err
