"""Which changes of a patch hold: the app is run with them, and the project's own tests are.

All changes are made at once and the app is proven once. Only where something comes out all the
same, a route is answered no more, or the tests fail, are the changes that touch it taken back, and
what is left is tried again. Where nothing says which change it was, halves are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from hushtable.model.edit import Left, Patch
from hushtable.model.finding import Finding, Result, Verdict
from hushtable.rules.join import covers

TRIES = 4
MOST_RUNS = 24
"""How often the tests, or the start of the app, are tried to find one change among many."""

Texts = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Trial:
    """How changes are made and tried. `before` is what a scan and a run of the app showed.

    `mend` gives the patch without the findings of some keys, `prove` what scan and run show of the
    changed app (of these routes, of all where none is given), `test` what broke in the project's
    own tests, empty when nothing did.
    """

    before: Result
    mend: Callable[[frozenset[str]], Patch]
    prove: Callable[[Texts, tuple[str, ...]], Result]
    test: Callable[[Texts], str]


@dataclass(slots=True)
class _Taken:
    """The findings whose changes were taken back, by key, with what broke."""

    whys: dict[str, str] = field(default_factory=dict)

    def patch(self, trial: Trial, also: Iterable[str] = ()) -> Patch:
        """Give the patch without what was taken back."""
        return trial.mend(frozenset((*self.whys, *also)))


def confirm(trial: Trial) -> Patch:
    """Give the patch of the changes that hold; those taken back are left, with what broke."""
    known = {one.key: one for one in trial.before.findings}
    taken = _Taken()
    patch = Patch()
    for _ in range(TRIES):
        patch = taken.patch(trial)
        bad = _broken(trial, patch, taken) or _shown(trial, patch, known, taken)
        if not bad:
            return _told(patch, known, taken)
        taken.whys |= bad
    # What could not be shown is not offered.
    taken.whys |= {one.key: "it could not be shown that it holds" for one in patch.fixed}
    return _told(Patch(left=patch.left), known, taken)


def _told(patch: Patch, known: Mapping[str, Finding], taken: _Taken) -> Patch:
    fixed = tuple(replace(one, proven=_is_proven(known[one.key])) for one in patch.fixed)
    back = [
        Left(key, known[key].code, known[key].place, why)
        for key, why in taken.whys.items()
        if key in known
    ]
    left = [one for one in patch.left if one.key not in taken.whys]
    ordered = sorted((*left, *back), key=lambda one: (one.place, one.code))
    return replace(patch, fixed=fixed, left=tuple(ordered))


def _is_proven(finding: Finding) -> bool:
    return finding.verdict is Verdict.PROVEN


# tests ------------------------------------------------------------------------------------------


def _broken(trial: Trial, patch: Patch, taken: _Taken) -> dict[str, str]:
    """Find the changes with which the project's own tests fail."""
    why = trial.test(patch.after) if patch.changed else ""

    def breaks(tried: Patch) -> str:
        return trial.test(tried.after)

    return _halved(trial, patch, taken, why, breaks) if why else {}


def _halved(
    trial: Trial, patch: Patch, taken: _Taken, why: str, breaks: Callable[[Patch], str]
) -> dict[str, str]:
    """Find the changes that something breaks with, by trying halves; `why` the whole patch does.

    What holds is kept beside what is tried next, so that changes that need each other meet.
    """
    keys = [one.key for one in patch.fixed]
    good: set[str] = set()
    bad: dict[str, str] = {}
    groups = [keys]
    for _ in range(MOST_RUNS):
        if not groups:
            return bad
        group = groups.pop()
        if group != keys:
            tried = taken.patch(trial, set(keys) - good - set(group))
            why = breaks(tried) if tried.changed else ""
        if not why:
            good.update(group)
        elif len(group) == 1:
            bad[group[0]] = why
        else:
            middle = len(group) // 2
            groups += [group[middle:], group[:middle]]
    rest = {key for group in groups for key in group}
    return bad | dict.fromkeys(rest, "it was not found out whether it holds")


# proofs -----------------------------------------------------------------------------------------


def _shown(
    trial: Trial, patch: Patch, known: Mapping[str, Finding], taken: _Taken
) -> dict[str, str]:
    """Run the changed app, and say which changes do not hold."""
    proven = [known[one.key] for one in patch.fixed if _is_proven(known[one.key])]
    if not proven:
        return {}
    routes = tuple(sorted({route for one in proven for route in _routes(one)}))
    after = trial.prove(patch.after, routes)
    if not _reached(after):
        return _does_not_start(trial, patch, taken, _why(after))
    if any(_silent(one, trial.before, after) for one in proven):
        # A route may need what another stores: nothing is blamed before all were called.
        after = trial.prove(patch.after, ())
    bad = dict(_still(patch, proven, trial.before, after))
    return bad or dict(_brought(patch, known, trial.before, after))


def _reached(result: Result) -> bool:
    return result.reach is not None and result.reach.reached > 0


def _does_not_start(trial: Trial, patch: Patch, taken: _Taken, why: str) -> dict[str, str]:
    def breaks(tried: Patch) -> str:
        after = trial.prove(tried.after, ())
        return "" if _reached(after) else _why(after)

    return _halved(trial, patch, taken, why, breaks)


def _why(result: Result) -> str:
    said = next((one.why for one in result.unknown), "no route is reached")
    return f"the changed app does not run: {said}"


def shown_still(finding: Finding, before: Result, after: Result) -> str:
    """Say where a changed app shows a proven finding all the same, or why nothing shows it would.

    Empty where the app was asked, answered, and did not show it.
    """
    return _seen_again(finding, after) or _silent(finding, before, after)


def _still(
    patch: Patch, proven: Iterable[Finding], before: Result, after: Result
) -> Iterator[tuple[str, str]]:
    """Give the proven findings that the changed app shows, or is silent of, with those beside."""
    done = {one.key: one for one in patch.fixed}
    for finding in proven:
        why = shown_still(finding, before, after)
        if not why:
            continue
        yield finding.key, why
        mine = done[finding.key].order
        for other in patch.fixed:
            if other.order.remedy == mine.remedy and other.order.place == mine.place:
                yield other.key, why


def _seen_again(finding: Finding, after: Result) -> str:
    for other in after.findings:
        if other.code != finding.code or not _is_proven(other):
            continue
        shared = _routes(finding) & _routes(other)
        alike = shared or not (_routes(finding) | _routes(other))
        if alike and _overlap(finding, other):
            proof = next((one for one in other.proofs if one.route in shared), other.proofs[0])
            return f"it comes out all the same: {proof.route or 'the app'}, {proof.where}"
    return ""


def _overlap(one: Finding, other: Finding) -> bool:
    if not one.attributes or not other.attributes:
        return True
    return any(
        covers(mine, yours) or covers(yours, mine)
        for mine in one.attributes
        for yours in other.attributes
    )


def _silent(finding: Finding, before: Result, after: Result) -> str:
    """Say which route of a finding is answered no more: then nothing shows what it would say."""
    had, has = _unreached(before), _unreached(after)
    routes = sorted(_routes(finding))
    lost = [route for route in routes if route in has and route not in had]
    # What is of the app and not of a route shows at whichever of them is answered.
    if not lost or (not finding.routes and lost != routes):
        return ""
    return f"{lost[0]} is answered no more: {has[lost[0]]}"


def _unreached(result: Result) -> dict[str, str]:
    return {one.route: one.why for one in result.reach.unreached} if result.reach else {}


def _brought(
    patch: Patch, known: Mapping[str, Finding], before: Result, after: Result
) -> Iterator[tuple[str, str]]:
    """Give the changes of a route that shows what neither a scan nor a run spoke of before."""
    for new in after.findings:
        routes = _routes(new)
        if not _is_proven(new) or not routes or any(_speaks(one, new) for one in before.findings):
            continue
        for one in patch.fixed:
            finding = known[one.key]
            if routes & (_routes(finding) | {str(route) for route in finding.routes}):
                yield one.key, f"the change would bring {new.code}: {min(routes)}"


def _speaks(one: Finding, new: Finding) -> bool:
    """Whether a finding was there before: of this rule, at this route."""
    routes = _routes(one) | {str(route) for route in one.routes}
    return one.code == new.code and bool(routes & _routes(new))


def _routes(finding: Finding) -> set[str]:
    """Give the routes that the proofs of a finding were got from, as the app declares them."""
    return {proof.route for proof in finding.proofs if proof.route}
