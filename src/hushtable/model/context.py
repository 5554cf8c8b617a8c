"""What a service is for changes how grave a finding is: a published table, applied in the open.

A severity moves by the steps that stand here for the worst category among a finding's attributes,
and the finding says so among its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from hushtable.model.finding import Finding
from hushtable.model.rule import Severity
from hushtable.model.sensitivity import Category


class Context(StrEnum):
    """What a service is for."""

    FINANCIAL = "financial"
    MEDICAL = "medical"
    PUBLIC = "public"
    INTERNAL = "internal"


STEPS: Mapping[Context, Mapping[Category, int]] = {
    Context.FINANCIAL: {Category.FINANCIAL: 1, Category.INTERNAL: 1},
    Context.MEDICAL: {Category.HEALTH: 1, Category.PERSONAL: 1},
    Context.PUBLIC: {Category.PERSONAL: 1, Category.INTERNAL: -1},
    Context.INTERNAL: {Category.PERSONAL: -1, Category.INTERNAL: -1},
}
"""Steps up (1) or down (-1) by category. Credentials weigh the same everywhere."""


def weighed(
    findings: Iterable[Finding], categories: Mapping[str, str], context: Context
) -> tuple[Finding, ...]:
    """Give findings with their severity moved as the context asks."""
    return tuple(_weighed(finding, categories, context) for finding in findings)


def _weighed(finding: Finding, categories: Mapping[str, str], context: Context) -> Finding:
    order = list(Category)
    found = [Category(categories[name]) for name in map(str, finding.attributes)
             if name in categories]  # fmt: skip
    worst = min(found, key=order.index, default=None)
    steps = STEPS[context].get(worst, 0) if worst is not None else 0
    levels = list(Severity)
    at = levels.index(finding.severity)
    moved = levels[min(max(at - steps, 0), len(levels) - 1)]
    if moved is finding.severity:
        return finding
    reason = f"{worst} data, {context} service: {finding.severity} counts as {moved}"
    return replace(finding, severity=moved, reasons=(*finding.reasons, reason))
