"""Which rules exist: found by file name, so a new rule is one new file and no list is touched."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import hushtable.rules
from hushtable.model.edit import Order
from hushtable.model.errors import HushtableError, UsageError
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding
from hushtable.model.page import RulePage
from hushtable.model.rule import Judgement, RuleInfo
from hushtable.rules.page import PageText, parse

_FILE = re.compile(r"^ht(?P<number>\d{3})_(?P<words>[a-z0-9]+(?:_[a-z0-9]+)*)$")

Judge = Callable[[Facts], Iterator[Judgement]]
Fix = Callable[[Finding, Facts], Iterator[Order]]
"""Gives what may be done about a finding, best first. Raises CannotFix when nothing may."""


class RuleError(HushtableError):
    """A rule file is not a rule; the text says which and why."""

    def __init__(self, file: str, why: str) -> None:
        """Say `why` of the rule file."""
        super().__init__(f"{file}: {why}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its file declares it. `text` holds the programs of its page."""

    code: str
    name: str
    info: RuleInfo
    judge: Judge
    page: RulePage
    text: PageText
    fix: Fix | None = None


@cache
def catalogue() -> tuple[Rule, ...]:
    """Find every rule, sorted by code.

    Raises RuleError when a file named like a rule is none, or two rules share a code or a name,
    and PageError when a page is not in the language.
    """
    rules: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(hushtable.rules.__path__):
        if not re.match(r"ht\d", module.name):
            continue
        rule = rule_of(importlib.import_module(f"{hushtable.rules.__name__}.{module.name}"))
        if rule.code in rules or any(rule.name == other.name for other in rules.values()):
            raise RuleError(module.name, "another rule has this code or this name")
        rules[rule.code] = rule
    return tuple(rules[code] for code in sorted(rules))


def rule_of(module: ModuleType) -> Rule:
    """Read one rule from its module.

    Raises RuleError when the name, `RULE` or `judge` is wrong, PageError when the page is.
    """
    file = module.__name__.rpartition(".")[2]
    match = _FILE.match(file)
    if match is None:
        raise RuleError(file, "a rule's file is named ht101_some_words.py")
    info, judge = getattr(module, "RULE", None), getattr(module, "judge", None)
    fix = getattr(module, "fix", None)
    if not isinstance(info, RuleInfo) or not callable(judge) or not (fix is None or callable(fix)):
        raise RuleError(file, "a rule has RULE = RuleInfo(...) and judge(facts)")
    code, name = f"HT{match['number']}", match["words"].replace("_", "-")
    text = parse(module.__doc__ or "", f"{file}.py")
    page = RulePage(
        code=code,
        name=name,
        title=text.title,
        summary=text.summary,
        severity=info.severity,
        confidence=info.confidence,
        sections=text.sections,
        cwe=info.cwe,
        owasp=info.owasp,
        classes=info.classes,
        has_fix=callable(fix),
        path=f"rules/{file}.py",
    )
    return Rule(code, name, info, judge, page, text, fix)


def matches(rule: Rule, selector: str) -> bool:
    """Whether a selector means this rule: its code, the beginning of its code, or its name."""
    wanted = selector.strip()
    return bool(wanted) and (rule.code.startswith(wanted.upper()) or rule.name == wanted.lower())


def chosen(
    select: Iterable[str], ignore: Iterable[str], rules: tuple[Rule, ...] | None = None
) -> tuple[Rule, ...]:
    """Apply `--select` and `--ignore`: nothing selected means all, and ignoring wins.

    Raises UsageError for a selector that means no rule, so that a typing error never reads as a
    clean result.
    """
    known = catalogue() if rules is None else rules
    wanted, unwanted = tuple(select), tuple(ignore)
    for selector in (*wanted, *unwanted):
        if not any(matches(rule, selector) for rule in known):
            message = f"no rule is called {selector!r}; `hushtable rules` lists them"
            raise UsageError(message)
    return tuple(
        rule
        for rule in known
        if (not wanted or any(matches(rule, s) for s in wanted))
        and not any(matches(rule, s) for s in unwanted)
    )
