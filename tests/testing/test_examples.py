"""The examples of the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.rules.catalogue import catalogue
from hushtable.rules.page import PageError
from hushtable.testing.examples import cases, examples


def test_every_program_of_every_page_is_an_example() -> None:
    """Each rule gives its Leaks and Quiet programs, both sides of every pair."""
    found = examples()
    assert {one.rule.code for one in found} == {rule.code for rule in catalogue()}
    assert len(found) == 2 * sum(len(rule.text.pairs) for rule in catalogue())
    assert found[0].label == "HT101 leaks 1"
    assert found[0].program.marks
    assert not found[1].program.marks


def test_cases_belong_to_a_rule(tmp_path: Path) -> None:
    """A case file is read for the rule its folder names; a folder without a rule is an error."""
    (tmp_path / "ht101").mkdir()
    (tmp_path / "ht101" / "x.md").write_text("```python first\nx = 1\n```\n")
    (case,) = cases(tmp_path)
    assert (case.rule.code, case.label) == ("HT101", "HT101 x first")
    (tmp_path / "ht999").mkdir()
    (tmp_path / "ht999" / "x.md").write_text("```python first\nx = 1\n```\n")
    with pytest.raises(PageError, match="ht999"):
        cases(tmp_path)
