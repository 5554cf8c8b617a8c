"""Rules are found by file name."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

import hushtable.rules
from hushtable.model.errors import UsageError
from hushtable.model.rule import Confidence, RuleInfo, Severity
from hushtable.model.standards.cwe import cwe_title
from hushtable.rules.catalogue import RuleError, catalogue, chosen, matches, rule_of
from hushtable.rules.page import PageError
from tests.rules.samples import rule
from tests.rules.test_page import PAGE


def module(name: str = "hushtable.rules.ht999_some_words", **names: object) -> ModuleType:
    """Make a module that is a rule, unless `names` say otherwise."""
    made = ModuleType(name, PAGE)
    info = RuleInfo(Severity.LOW, Confidence.LOW, (200,))
    made.__dict__.update({"RULE": info, "judge": lambda _facts: iter(()), **names})
    return made


def test_every_rule_file_is_in_the_catalogue() -> None:
    """Each file named like a rule is one rule, and nothing else is."""
    folder = Path(hushtable.rules.__file__ or "").parent
    files = {file.stem for file in folder.glob("ht[0-9]*.py")}
    assert {Path(one.page.path).stem for one in catalogue()} == files
    assert [one.code for one in catalogue()] == sorted(f"HT{name[2:5]}" for name in files)


def test_code_and_name_come_from_the_file() -> None:
    """Code and name are the file's name; a fix exists when the module has one."""
    plain = rule_of(module())
    assert (plain.code, plain.name, plain.page.has_fix) == ("HT999", "some-words", False)
    assert plain.page.title == "A title"
    assert rule_of(module(fix=lambda: None)).page.has_fix


@pytest.mark.parametrize("name", ["ht99_words", "ht9999_words", "ht999", "ht999_Words", "ht999__x"])
def test_a_wrong_file_name_is_refused(name: str) -> None:
    """A file named nearly like a rule is an error, never a rule that does not run."""
    with pytest.raises(RuleError, match=name):
        rule_of(module(f"hushtable.rules.{name}"))


@pytest.mark.parametrize("names", [{"RULE": None}, {"judge": None}, {"RULE": Severity.LOW}])
def test_a_rule_declares_itself(names: dict[str, object]) -> None:
    """A rule file without RULE or judge is an error."""
    with pytest.raises(RuleError, match="RULE"):
        rule_of(module(**names))


def test_a_rule_without_a_page_is_refused() -> None:
    """A rule file without a docstring is an error."""
    bare = module()
    bare.__doc__ = None
    with pytest.raises(PageError, match="no page"):
        rule_of(bare)


def test_every_rule_cites_weaknesses() -> None:
    """Each rule names CWEs that have titles, finding classes, and OWASP ids with their year."""
    for one in catalogue():
        assert one.info.cwe
        assert all(map(cwe_title, one.info.cwe))
        assert re.fullmatch(r"[RELSFKAI]*", "".join(one.info.classes))
        assert all(re.fullmatch(r"API\d{1,2}:2023", name) for name in one.info.owasp)


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ("HT101", True),
        ("ht1", True),
        ("raw-item-returned", True),
        (" HT101 ", True),
        ("HT102", False),
        ("raw-item", False),
        ("", False),
    ],
)
def test_a_selector_is_a_code_a_prefix_or_a_name(selector: str, *, meant: bool) -> None:
    """A selector means a rule by its code, the beginning of its code, or its whole name."""
    assert matches(rule("HT101"), selector) is meant


def test_selecting_and_ignoring() -> None:
    """Nothing selected means all, and ignoring wins over selecting."""
    assert chosen((), ()) == catalogue()
    codes = [one.code for one in chosen(("HT1",), ("secret-in-response",))]
    assert codes == ["HT101", "HT103", "HT104", "HT105", "HT106"]


def test_an_unknown_selector_is_refused() -> None:
    """A selector that means no rule is a usage error, never a clean result."""
    with pytest.raises(UsageError, match="HT999"):
        chosen(("HT999",), ())
    with pytest.raises(UsageError, match="nope"):
        chosen((), ("nope",))
