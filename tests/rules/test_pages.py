"""Every example of every rule, by one test that knows no rule by name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hushtable.model.config import ScanConfig
from hushtable.rules.catalogue import Rule, catalogue
from hushtable.rules.judge import judge
from hushtable.testing.examples import Example, cases, examples
from hushtable.testing.fixing import fixed
from hushtable.testing.probing import loaded, probe_app, probed
from hushtable.testing.scanning import scan_source, scanned
from hushtable.testing.telling import told

CASES = Path(__file__).parent / "cases"
ALL = (*examples(), *cases(CASES))
READ = [example for example in ALL if not example.program.probed]
ASKED = [example for example in ALL if example.program.probed]
each_example = pytest.mark.parametrize("example", ALL, ids=[example.label for example in ALL])
each_read = pytest.mark.parametrize("example", READ, ids=[example.label for example in READ])
each_asked = pytest.mark.parametrize("example", ASKED, ids=[example.label for example in ASKED])

# Fences of pages, and of corner cases, that no run can witness. The numbers may only fall.
UNPROVEN = (10, 1)

# Rules without a fix, and Leaks programs of the others that no fix closes. They may only fall.
WITHOUT_A_FIX = 1
UNFIXED = 2


@each_read
def test_scan_finds_exactly_the_marked_lines(example: Example) -> None:
    """Scan finds the marked lines with their attributes, and nothing else."""
    assert scanned(example) == ()


@each_asked
def test_probe_finds_exactly_the_marked_operations(example: Example) -> None:
    """Asked from outside, a service shows what is marked, and nothing else."""
    assert probed(example) == ()


@each_asked
def test_every_reporter_shows_what_was_asked(example: Example) -> None:
    """Every reporter shows what a live service showed, and no value in quotes out of it."""
    with loaded(example.program) as app:
        facts = probe_app(app, example.program)
    result = judge(facts, ScanConfig(select=(example.rule.code,)), ".")
    assert told(result, facts, {}) == ()


@each_read
def test_every_reporter_shows_it_and_no_secret(example: Example) -> None:
    """Every reporter shows what was found in an example, and no secret out of it."""
    files = dict(example.program.files)
    facts = scan_source(files)
    result = judge(facts, ScanConfig(select=(example.rule.code,)), ".")
    assert told(result, facts, files) == ()


@each_example
def test_every_program_is_python(example: Example) -> None:
    """Every Python file of an example parses."""
    for path, text in example.program.files:
        if path.endswith(".py"):
            ast.parse(text, path)


def test_fewer_fences_are_unproven() -> None:
    """The number of fences that no run can witness does not rise."""
    groups = (examples(), cases(CASES))
    assert tuple(sum(bool(one.program.unproven) for one in group) for group in groups) == UNPROVEN


def test_labels_are_unique() -> None:
    """Each example has a name of its own."""
    assert len({example.label for example in ALL}) == len(ALL)


FIXABLE = tuple(
    (rule, number)
    for rule in catalogue()
    for number, (leaks, _) in enumerate(rule.text.pairs, 1)
    if rule.fix is not None and not leaks.unfixed and not leaks.probed
)


@pytest.mark.parametrize(
    ("rule", "number"), FIXABLE, ids=[f"{rule.code} {number}" for rule, number in FIXABLE]
)
def test_the_fix_of_leaks_is_quiet(rule: Rule, number: int) -> None:
    """The n-th Leaks program, fixed, is the n-th Quiet one byte for byte, and silent.

    It is silent under a scan, which is run here, and under a run of the program, which every
    Quiet one is that can be run (`test_proven`): the two are equal.
    """
    assert fixed(rule, number) == ()


def test_fewer_rules_are_without_a_fix() -> None:
    """The number of rules without a fix, and of Leaks that no fix closes, does not rise."""
    read = [rule for rule in catalogue() if any(not one.probed for one, _ in rule.text.pairs)]
    assert sum(rule.fix is None for rule in read) == WITHOUT_A_FIX
    claimed = [leaks for rule in catalogue() for leaks, _ in rule.text.pairs if leaks.unfixed]
    assert len(claimed) == UNFIXED


def test_a_claim_of_no_fix_is_true() -> None:
    """A Leaks program that claims to have no fix is not fixed."""
    for rule in catalogue():
        for number, (leaks, _) in enumerate(rule.text.pairs, 1):
            if rule.fix is not None and leaks.unfixed:
                assert any(said.startswith("left: ") for said in fixed(rule, number))
