"""The run of the fix compares what a page claims with what the fix gives."""

from __future__ import annotations

from dataclasses import replace

from hushtable.rules.catalogue import Rule, catalogue
from hushtable.testing.fixing import fixed, mended, unmarked


def debug_rule() -> Rule:
    """Give a rule with a short page."""
    return next(rule for rule in catalogue() if rule.code == "HT502")


def test_marks_are_no_part_of_the_program() -> None:
    """A program is fixed without the marks of its page."""
    leaks, _ = debug_rule().text.pairs[0]
    assert "leaks" not in "".join(unmarked(leaks).values())


def test_a_difference_is_told() -> None:
    """A Quiet program that the fix does not give is told line by line."""
    rule = debug_rule()
    leaks, quiet = rule.text.pairs[0]
    other = replace(quiet, files=(("app.py", quiet.files[0][1] + "x = 1\n"),))
    said = fixed(replace(rule, text=replace(rule.text, pairs=((leaks, other),))), 1)
    assert any(line == "-x = 1\n" for line in said)


def test_what_is_left_is_told() -> None:
    """A finding that the fix leaves is told with its reason."""
    rule = debug_rule()
    _, quiet = rule.text.pairs[0]
    made = "app = FastAPI(**{'debug': True})"
    text = unmarked(rule.text.pairs[0][0])["app.py"].replace("app = FastAPI(debug=True)", made)
    leaks = replace(quiet, files=(("app.py", text),))
    assert mended({"app.py": text}, ("HT502",)).changed == ()
    said = fixed(replace(rule, text=replace(rule.text, pairs=((leaks, quiet),))), 1)
    assert said
