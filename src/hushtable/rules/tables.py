"""What the facts of one scan say of a table: its sensitive attributes, and what a route uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hushtable.model.facts import Access, Facts
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.service import Route
from hushtable.rules.leaving import is_sensitive

_WORST_FIRST = list(Category)


def sensitive_attributes(facts: Facts) -> dict[str, dict[str, Sensitivity]]:
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


def used_by(facts: Facts, route: Route | None, table: str) -> tuple[str, ...]:
    """Give the top-level attributes of `table` that the code of a route reads by name."""
    names = (name for access in reads(facts, route, table) for name in access.used)
    return top_level(names)


def reads(facts: Facts, route: Route | None, table: str) -> tuple[Access, ...]:
    """Give the accesses of a route to a table."""
    return tuple(one for one in facts.accesses if one.route == route and one.table == table)


def top_level(names: Iterable[str]) -> tuple[str, ...]:
    """First segments of attribute paths, sorted, without wildcards."""
    heads = {name.partition(".")[0].partition("[")[0] for name in names}
    return tuple(sorted(heads - {"", "*"}))


def _rank(sensitivity: Sensitivity) -> int:
    return _WORST_FIRST.index(sensitivity.category)
