"""Pages of the rules, written from the rules."""

from pathlib import Path

from hushtable.rules.catalogue import catalogue
from tools.rule_pages import main, titled, write


def test_every_rule_has_its_page(tmp_path: Path) -> None:
    """Each rule of the catalogue has a page with its sections, and a row in the index."""
    assert main([str(tmp_path / "rules")]) == 0
    index = (tmp_path / "rules" / "index.md").read_text(encoding="utf-8")
    rules = catalogue()
    assert rules
    for rule in rules:
        text = (tmp_path / "rules" / f"{rule.code}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {rule.code} {rule.name}\n")
        assert "\n## Limits\n" in text
        assert f"[{rule.code}]({rule.code}.md)" in index


def test_the_page_of_a_rule_that_is_gone_is_removed(tmp_path: Path) -> None:
    """A page without a rule disappears; other files in the folder stay."""
    (tmp_path / "HT999.md").touch()
    (tmp_path / "notes.md").touch()
    assert write((), tmp_path) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.md", "notes.md"]


def test_a_fence_is_titled_with_what_it_shows() -> None:
    """What stands behind the language of a fence becomes its title, and nothing else changes."""
    text = '```python an item "as it is"\nx = """```a b"""\n```\n\n```text\n```\n'
    told = '```python title="an item \'as it is\'"\nx = """```a b"""\n```\n\n```text\n```\n'
    assert titled(text) == told
