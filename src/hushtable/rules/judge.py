"""Facts in, findings out: every selected rule judges, and what it says becomes one result."""

from __future__ import annotations

from hushtable.model.config import ScanConfig
from hushtable.model.facts import Facts, Unknown
from hushtable.model.finding import Finding, Result
from hushtable.model.place import Place
from hushtable.model.rule import Judgement
from hushtable.model.sensitivity import Category
from hushtable.rules import allow
from hushtable.rules.catalogue import Rule, chosen
from hushtable.rules.merge import findings, order

_WORST_FIRST = {category: rank for rank, category in enumerate(Category)}


def judge(
    facts: Facts, config: ScanConfig, root: str, rules: tuple[Rule, ...] | None = None
) -> Result:
    """Run the selected rules over the facts; `rules` replaces the catalogue, for tests.

    A rule that raises leaves an Unknown behind: what it would have said is not known, and the
    result must not read as clean. What it said before it raised is kept.
    Raises UsageError when a selector means no rule.
    """
    ran = chosen(config.select, config.ignore, rules)
    made: list[Finding] = []
    unknown = list(facts.unknown)
    for rule in ran:
        said: list[Judgement] = []
        try:
            for judgement in rule.judge(facts):
                said.append(judgement)  # noqa: PERF402 - what came before an error is kept
        except Exception as error:  # noqa: BLE001 - any failure of a rule must be told, not thrown
            # Only the kind of error: its text may hold something of the scanned program.
            why = f"{rule.code} could not judge: {type(error).__name__}"
            unknown.append(Unknown(Place(".", 1), why))
        made.extend(findings(rule, said))
    marked, unused = allow.apply(made, facts.allows, ran)
    return Result(
        root=root,
        findings=tuple(sorted(marked, key=order)),
        routes=facts.routes,
        unknown=tuple(unknown),
        coverage=facts.coverage,
        unused_allows=unused,
        sensitivities=_sensitivities(facts),
        asked=facts.asked,
    )


def _sensitivities(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Give the category of every attribute that leaves; the worst, when a name was judged twice."""
    found: dict[str, Category] = {
        str(attribute): Category.PUBLIC for route in facts.routes for attribute in route.leaves
    }
    for outflow in facts.outflows:
        for carried in outflow.carried:
            if carried.attribute is None:
                continue
            name, category = str(carried.attribute), carried.sensitivity.category
            found[name] = min(found.get(name, category), category, key=_WORST_FIRST.__getitem__)
    for observation in facts.observations:
        for attribute, sensitivity in observation.fields:
            name, category = str(attribute), sensitivity.category
            found[name] = min(found.get(name, category), category, key=_WORST_FIRST.__getitem__)
    return tuple(sorted((name, str(category)) for name, category in found.items()))
