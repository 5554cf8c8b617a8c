"""What of a result its team has agreed to: the cells of the map that a lock allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hushtable.model.contract import Basis, Part, compare
from hushtable.report.contract_lines import contract_of
from hushtable.report.html.plain import Json
from hushtable.report.read_only import overlap

_Parts = Mapping[str, list[tuple[str, Part]]]
"""Parts by route, each with its table."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What leaves each route, and what of that is wider than agreed. `lock` names the file."""

    lock: str
    here: _Parts = field(default_factory=dict)
    wider: _Parts = field(default_factory=dict)

    def allows(self, route: str, attribute: str) -> bool:
        """Whether an attribute leaves a route, and all of it that does was agreed to."""
        return _touches(self.here, route, attribute) and not _touches(self.wider, route, attribute)


def agreed(document: Mapping[str, Json]) -> Agreed | None:
    """Compare what leaves with what was agreed; None where the result holds no lock.

    Raises ConfigError when lines of it are no lines of a contract.
    """
    told = document.get("contract")
    if told is None or told["agreed"] is None:
        return None
    now = contract_of(told["leaves"], Basis(told["made_from"]), "the result: contract, leaves")
    lock = told["agreed"]
    may = contract_of(lock["lines"], Basis(lock["made_from"]), "the result: contract, agreed")
    wider = compare(may, now).wider
    return Agreed(
        lock["lock"],
        _by_route((line.route, line.table, line.parts) for line in now.lines),
        _by_route((one.route, one.table, one.parts) for one in wider),
    )


def _by_route(lines: Iterable[tuple[str, str, tuple[Part, ...]]]) -> _Parts:
    found: dict[str, list[tuple[str, Part]]] = defaultdict(list)
    for label, table, parts in lines:
        found[label] += ((table, part) for part in parts)
        # Routes of several apps that share a name are one row of the map.
        name, bracket, _ = label.rpartition(" (")
        if bracket and label.endswith(")"):
            found[name] += ((table, part) for part in parts)
    return found


def _touches(parts: _Parts, route: str, attribute: str) -> bool:
    return any(overlap(attribute, f"{table}.{part.name}") for table, part in parts.get(route, ()))
