"""Findings into a patch: what each rule orders, carried out together, looked at again by a scan.

A round makes every change that does not meet another, and scans the result; what met another
waits for the next round, which sees the program as it is then. What was changed and is found
all the same, or brings a new finding, is taken back: then everything begins anew without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from hushtable.fix import apply
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Change, Fixed, Left, Order, Patch
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding, Result
from hushtable.rules.catalogue import Rule, catalogue

ROUNDS = 8
TRIES = 6

Seen = tuple[Result, Facts]
Look = Callable[[Mapping[str, bytes]], Seen]
"""Scans the tree with these files in place of its own."""
Mark = tuple[str, str, str]
"""Code, file and function of a finding: what stays the same when lines move."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which findings are to be fixed, and how far a fix may go.

    `apart`: each fix is wanted by itself, too. `check` is called before each, and raises when
    there is no more time.
    """

    unsafe: bool = False
    wanted: Callable[[Finding], bool] = lambda _: True
    apart: bool = False
    check: Callable[[], None] = lambda: None


@dataclass(slots=True)
class _Try:
    """One way from the texts as they were to texts that need no more changes."""

    texts: dict[str, bytes]
    done: list[tuple[Finding, Order, Change]] = field(default_factory=list)
    left: dict[Mark, str] = field(default_factory=dict)
    alone: dict[Mark, Patch] = field(default_factory=dict)
    """The first change of each, by itself."""


def mend(texts: Mapping[str, bytes], first: Seen, look: Look, wish: Wish) -> Patch:
    """Fix what can be fixed in these texts, of which `first` is the scan.

    `look` is asked for a scan of changed texts. The patch is empty when nothing can be done.
    """
    banned: dict[Mark, str] = {}
    for number in range(TRIES):
        tried, last = _rounds(dict(texts), first, look, wish, banned)
        bad = _bad(tried, first[0], last[0])
        if not bad:
            return _patch(texts, tried, first[0], last[0], _reasons(wish, banned, tried))
        if number == TRIES - 2:
            bad |= {_mark(one): "it could not be made to hold" for one, _, _ in tried.done}
        banned |= bad
    nothing = _Try(dict(texts))
    return _patch(texts, nothing, first[0], first[0], _reasons(wish, banned, nothing))


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Which findings were to be fixed, and why each of those that stay does."""

    wish: Wish
    whys: Mapping[Mark, str]


def _reasons(wish: Wish, banned: Mapping[Mark, str], tried: _Try) -> _Reasons:
    return _Reasons(wish, {**tried.left, **banned})


def _rounds(
    texts: dict[str, bytes], seen: Seen, look: Look, wish: Wish, banned: Mapping[Mark, str]
) -> tuple[_Try, Seen]:
    tried = _Try(texts)
    for _ in range(ROUNDS):
        sources = Sources(tried.texts)
        picked, made = _picked(tried, sources, seen, wish, banned)
        if not picked:
            break
        if wish.apart:
            tried.alone = {**_each(sources, picked, wish.check), **tried.alone}
        tried.texts |= made
        tried.done += picked
        seen = look(tried.texts)
    return tried, seen


def _each(
    sources: Sources, picked: Iterable[tuple[Finding, Order, Change]], check: Callable[[], None]
) -> dict[Mark, Patch]:
    """Give each change by itself; an import that it leaves without a use stays."""
    alone: dict[Mark, Patch] = {}
    for finding, _, change in picked:
        check()
        with suppress(CannotFix):
            after = apply.apply(sources, [change], tidy=False)
            alone.setdefault(
                _mark(finding), Patch({path: sources.texts[path] for path in after}, after)
            )
    return alone


def _picked(
    tried: _Try, sources: Sources, seen: Seen, wish: Wish, banned: Mapping[Mark, str]
) -> tuple[list[tuple[Finding, Order, Change]], dict[str, bytes]]:
    """Choose changes that do not meet, the most severe findings first, and give the new texts."""
    rules = {rule.code: rule for rule in catalogue()}
    picked: list[tuple[Finding, Order, Change]] = []
    tried.left = {}
    for finding in seen[0].findings:
        mark = _mark(finding)
        if not finding.counts or not wish.wanted(finding) or mark in banned:
            continue
        wish.check()
        offered = _offered(rules[finding.code], finding, seen[1], sources, wish)
        if isinstance(offered, str):
            tried.left[mark] = offered
            continue
        order, change = offered
        if apply.overlap((one for _, _, one in picked), change):
            continue
        picked.append((finding, order, change))
    try:
        return picked, apply.apply(sources, [one for _, _, one in picked])
    except CannotFix:
        return _one_by_one(tried, sources, picked)


def _one_by_one(
    tried: _Try, sources: Sources, wanted: list[tuple[Finding, Order, Change]]
) -> tuple[list[tuple[Finding, Order, Change]], dict[str, bytes]]:
    """Leave out the changes that do not go with those before them."""
    picked: list[tuple[Finding, Order, Change]] = []
    made: dict[str, bytes] = {}
    for one in wanted:
        try:
            made = apply.apply(sources, [change for _, _, change in (*picked, one)])
        except CannotFix as reason:
            tried.left[_mark(one[0])] = str(reason)
            continue
        picked.append(one)
    return picked, made


def _offered(
    rule: Rule, finding: Finding, facts: Facts, sources: Sources, wish: Wish
) -> tuple[Order, Change] | str:
    """Give the first of a rule's orders that can be carried out, else why there is none."""
    if rule.fix is None:
        return "no fix of this kind can be written by a program"
    why = "no fix fits this code"
    try:
        for order in rule.fix(finding, facts):
            if order.unsafe and not wish.unsafe:
                why = f"the fix is unsafe: {order.unsafe}"
                continue
            try:
                change = apply.change(order, sources)
            except CannotFix as reason:
                why = str(reason)
                continue
            if change.edits:
                return order, change
    except CannotFix as reason:
        return str(reason)
    return why


def _bad(tried: _Try, before: Result, after: Result) -> dict[Mark, str]:
    """Say which changes did not remove their finding, or brought one that was not there."""
    had, has = _counted(before.findings), _counted(after.findings)
    fixed = Counter(_mark(one) for one, _, _ in tried.done)
    bad = {
        mark: "it is found all the same after the change"
        for mark in fixed
        if has[mark] > max(0, had[mark] - 1) and has[mark]
    }
    failed = {one.place.path for one in after.unknown} - {one.place.path for one in before.unknown}
    new = [one for one in after.findings if one.counts and has[_mark(one)] > had[_mark(one)]]
    for one in new:
        bad |= dict.fromkeys(_culprits(tried, one), f"the change would bring {one.code}")
    for finding, _, change in tried.done:
        if any(edit.path in failed for edit in change.edits):
            bad[_mark(finding)] = "the file could not be read after the change"
    return bad


_ANSWERS = frozenset({"closed", "drop_field", "nested_model", "parts", "response_model"})
"""Remedies that change what leaves, and so what of a read is used."""


def _culprits(tried: _Try, new: Finding) -> set[Mark]:
    """Give the changes that most likely brought a finding: those of its route, else of its file."""
    routes = {str(route) for route in new.routes}
    of_route = [
        (finding, order)
        for finding, order, _ in tried.done
        if routes & {str(route) for route in finding.routes}
    ]
    of_file = [
        (finding, order)
        for finding, order, change in tried.done
        if new.place.path in {finding.place.path, *(edit.path for edit in change.edits)}
    ]
    everything = [(finding, order) for finding, order, _ in tried.done]
    gates = [one for one in of_route if one[1].remedy == "gate"]
    for group in (
        # Who gets an answer is asked only of routes that have a gate.
        gates if new.name == "bola" else [],
        [one for one in of_route if one[1].remedy in _ANSWERS],
        [one for one in of_file if one[1].remedy in _ANSWERS],
        of_route,
        of_file,
        everything,
    ):
        if group:
            return {_mark(finding) for finding, _ in group}
    return set()


def _patch(
    texts: Mapping[str, bytes],
    tried: _Try,
    before: Result,
    after: Result,
    why: _Reasons,
) -> Patch:
    has = _counted(after.findings)
    orders = {_mark(finding): order for finding, order, _ in tried.done}
    fixed, left = [], []
    keys = {finding.key for finding, _, _ in tried.done}
    # Of those that differ by their line alone, the ones that were not changed are left.
    for finding in sorted(before.findings, key=lambda one: one.key in keys):
        if not finding.counts or not why.wish.wanted(finding):
            continue
        mark = _mark(finding)
        if has[mark]:
            has[mark] -= 1
            said = why.whys.get(mark, "no fix fits this code")
            left.append(Left(finding.key, finding.code, finding.place, said))
        elif tried.done:
            order = orders.get(mark) or _beside(finding, tried.done)
            alone = tried.alone.get(mark)
            fixed.append(Fixed(finding.key, finding.code, finding.place, order, alone=alone))
    changed = {path: text for path, text in tried.texts.items() if text != texts.get(path)}
    fixed.sort(key=lambda one: (one.place, one.code))
    left.sort(key=lambda one: (one.place, one.code))
    return Patch({path: texts[path] for path in changed}, changed, tuple(fixed), tuple(left))


def _beside(finding: Finding, done: Iterable[tuple[Finding, Order, Change]]) -> Order:
    """Give the order that removed a finding along with its own."""
    everything = list(done)
    routes = {str(route) for route in finding.routes}
    near = [
        order
        for other, order, _ in everything
        if routes & {str(route) for route in other.routes} or other.place.path == finding.place.path
    ]
    return replace((near or [everything[0][1]])[0], place=finding.place)


def _counted(findings: Iterable[Finding]) -> Counter[Mark]:
    return Counter(_mark(one) for one in findings if one.counts)


def _mark(finding: Finding) -> Mark:
    return finding.code, finding.place.path, finding.function
