"""Says of what a live service showed whether its team has agreed to it, in a lock.

A severity does not move by it: what was agreed to by mistake is as grave. A member of an answer is
held against an attribute by its name, since a lock knows tables and a service shows JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hushtable.model.contract import ANY_ROUTE, Contract, Line, Part, reaches
from hushtable.model.finding import Finding, Result
from hushtable.model.service import ANYONE, Attribute, Route
from hushtable.rules.wording import listed

_PARAMETER = re.compile(r"\{[^}]*\}")


def agreed(result: Result, lock: Contract, name: str) -> Result:
    """Give a result whose findings say which members the lock `name` lets leave there."""
    return replace(
        result, findings=tuple(_held_against(one, lock, name) for one in result.findings)
    )


def _held_against(finding: Finding, lock: Contract, name: str) -> Finding:
    if not finding.attributes or not finding.routes:
        return finding
    lines = [
        line
        for line in lock.lines
        if line.channel is finding.channel
        and reaches(line.audience, finding.audience or ANYONE)
        and any(_is_at(line, route) for route in finding.routes)
    ]
    reasons = tuple(_reasons(finding, lines, name))
    return replace(finding, reasons=(*finding.reasons, *reasons))


def _reasons(finding: Finding, lines: list[Line], name: str) -> Iterator[str]:
    known = {one: any(_covers(line, one) for line in lines) for one in finding.attributes}
    told = [one.name for one in known if known[one]]
    more = [one.name for one in known if not known[one]]
    if told:
        yield f"{name} agrees that {listed(dict.fromkeys(told))} leaves there"
    if more:
        yield f"{name} does not agree that {listed(dict.fromkeys(more))} leaves there"


def _is_at(line: Line, route: Route) -> bool:
    """Whether a line speaks of a route, whatever its parameters are called."""
    return line.route == ANY_ROUTE or _bare(line.route) == _bare(str(route))


def _bare(route: str) -> str:
    return _PARAMETER.sub("{}", route).rstrip("/")


def _covers(line: Line, attribute: Attribute) -> bool:
    path = tuple(one for one in attribute.path if one != "[]")
    if attribute.table == line.table:
        return any(part.covers(Part(path)) for part in line.parts)
    if attribute.table != "answer":
        return False
    # An answer may wrap an item in names of its own; what is left out is left out in any of them.
    tries = [Part(path[start:]) for start in range(len(path))]
    return any(
        part.covers(one) for part in line.parts if path[-1] not in part.less for one in tries
    )
