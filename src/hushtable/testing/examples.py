"""The examples of a rule: the programs of its page, and its corner cases in files beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hushtable.rules.catalogue import Rule, catalogue
from hushtable.rules.page import PageError, Program, programs


@dataclass(frozen=True, slots=True)
class Example:
    """One program, judged for one rule only."""

    rule: Rule
    program: Program
    label: str
    """Names the example in a test run: `HT101 leaks 2`."""


def examples(rules: tuple[Rule, ...] | None = None) -> tuple[Example, ...]:
    """Every program of every page."""
    found = [
        Example(rule, program, f"{rule.code} {side} {number}")
        for rule in (catalogue() if rules is None else rules)
        for number, pair in enumerate(rule.text.pairs, 1)
        for side, program in zip(("leaks", "quiet"), pair, strict=True)
    ]
    return tuple(found)


def cases(folder: Path) -> tuple[Example, ...]:
    """Every program of the corner cases in `folder/ht101/*.md`, in the language of the pages.

    Raises PageError when a folder is named after no rule, so that its cases are never skipped,
    and when a file is not in the language.
    """
    rules = {rule.code.lower(): rule for rule in catalogue()}
    found: list[Example] = []
    for file in sorted(folder.glob("*/*.md")):
        rule = rules.get(file.parent.name)
        if rule is None:
            raise PageError(file.parent.name, "there is no rule of this name")
        for program in programs(file.read_text(encoding="utf-8"), file.name):
            label = f"{rule.code} {file.stem} {program.title or program.line}"
            found.append(Example(rule, program, label))
    return tuple(found)
