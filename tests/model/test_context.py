"""A context moves severities by a published table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.context import STEPS, Context, weighed
from hushtable.model.rule import Severity
from hushtable.model.sensitivity import Category
from tests.report.samples import LEAK

CATEGORIES = {"users.password_hash": "credential"}


@pytest.mark.parametrize(
    ("context", "category", "before", "after"),
    [
        (Context.FINANCIAL, Category.FINANCIAL, Severity.MEDIUM, Severity.HIGH),
        (Context.FINANCIAL, Category.FINANCIAL, Severity.CRITICAL, Severity.CRITICAL),
        (Context.MEDICAL, Category.PERSONAL, Severity.LOW, Severity.MEDIUM),
        (Context.INTERNAL, Category.PERSONAL, Severity.MEDIUM, Severity.LOW),
        (Context.INTERNAL, Category.PERSONAL, Severity.NOTE, Severity.NOTE),
        (Context.PUBLIC, Category.PUBLIC, Severity.HIGH, Severity.HIGH),
    ],
)
def test_a_severity_moves_by_its_steps(
    context: Context, category: Category, before: Severity, after: Severity
) -> None:
    """The worst category decides the step, no step leaves the scale, and a moved one says so."""
    (name,) = map(str, LEAK.attributes)
    (moved,) = weighed([replace(LEAK, severity=before)], {name: str(category)}, context)
    assert moved.severity is after
    told = [one for one in moved.reasons if "counts as" in one]
    assert bool(told) is (before is not after)


def test_credentials_weigh_the_same_everywhere() -> None:
    """No context makes a credential lighter or heavier."""
    assert not any(Category.CREDENTIAL in steps for steps in STEPS.values())
    for context in Context:
        assert weighed([LEAK], CATEGORIES, context) == (LEAK,)


def test_a_finding_without_attributes_stays() -> None:
    """What speaks of no attribute is not moved."""
    bare = replace(LEAK, attributes=())
    assert weighed([bare], CATEGORIES, Context.FINANCIAL) == (bare,)
