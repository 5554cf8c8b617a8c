"""What the facts of one scan say of a table: its sensitive attributes, and what a route uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hushtable.model.facts import Access, Facts
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.rules.leaving import is_sensitive

Known = dict[str, dict[str, Sensitivity]]
"""Sensitive attributes by table and name."""

_WORST_FIRST = list(Category)


def sensitive_attributes(facts: Facts) -> Known:
    """Top-level sensitive attributes by table, seen anywhere in the program."""
    found: dict[str, dict[str, Sensitivity]] = defaultdict(dict)
    for outflow in facts.outflows:
        for carried in outflow.carried:
            attribute, sensitivity = carried.attribute, carried.sensitivity
            if attribute is None or not attribute.table or not attribute.path:
                continue
            if not is_sensitive(sensitivity):
                continue
            head = attribute.path[0]
            known = found[attribute.table].get(head)
            if head != "*" and (known is None or _rank(sensitivity) < _rank(known)):
                found[attribute.table][head] = sensitivity
    return dict(found)


def used_names(accesses: Iterable[Access], table: str) -> tuple[str, ...]:
    """Give the top-level attributes of `table` that the code behind these calls reads by name."""
    return top_level(name for one in accesses if one.table == table for name in one.used)


def top_level(names: Iterable[str]) -> tuple[str, ...]:
    """First segments of attribute paths, sorted, without wildcards."""
    heads = {name.partition(".")[0].partition("[")[0] for name in names}
    return tuple(sorted(heads - {"", "*"}))


def _rank(sensitivity: Sensitivity) -> int:
    return _WORST_FIRST.index(sensitivity.category)
