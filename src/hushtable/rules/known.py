"""What the program shows of a table's items: the names that an answer may be made of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hushtable.model.facts import Access, Cargo, Facts, Outflow
from hushtable.model.finding import Finding
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import ANYONE, SIGNED_IN, Channel, Route
from hushtable.rules.leaving import OUTWARD, is_credential, is_sensitive
from hushtable.rules.routes import key
from hushtable.rules.tables import sensitive_attributes

_STORE_KEYS = re.compile(r"(?:pk|sk|(?:gsi|lsi)\d*_?(?:pk|sk)|entity(?:_?type)?)\Z", re.IGNORECASE)


def at_place(finding: Finding, facts: Facts) -> tuple[Outflow, ...]:
    """Give the outflows at the very line of a finding."""
    where = (finding.place.path, finding.place.line)
    return tuple(
        one
        for one in facts.outflows
        if (one.place.path, one.place.line) == where
        and (one.channel in OUTWARD) is (finding.channel in OUTWARD)
    )


def accesses_at(finding: Finding, facts: Facts) -> tuple[Access, ...]:
    """Give the DynamoDB calls at the line of a finding, as each route makes them."""
    where = (finding.place.path, finding.place.line)
    return tuple(one for one in facts.accesses if (one.place.path, one.place.line) == where)


def known_names(facts: Facts, table: str) -> tuple[str, ...]:
    """Give the names of a table's attributes that the program writes, reads or asks for."""
    found: dict[str, None] = {}
    for use in facts.keys:
        if use.table == table:
            found[use.attribute] = None
    for access in facts.accesses:
        if access.table == table:
            for name in (*access.given, *access.used, *(access.projection or ())):
                found[name.partition(".")[0].partition("[")[0]] = None
    return tuple(name for name in found if name not in {"", "*"})


def parts_of(facts: Facts, table: str, name: str) -> tuple[str, ...]:
    """Give the names that the program reads from or writes into a map of a table's items."""
    found: dict[str, None] = {}
    for access in facts.accesses:
        if access.table == table:
            for path in (*access.given, *access.used, *(access.projection or ())):
                parts = path.split(".")
                if len(parts) > 1 and parts[0] == name and parts[1] not in {"[]", "*"}:
                    found[parts[1]] = None
    hidden = {part for part in found if is_sensitive(classify(part, table=table))}
    return tuple(sorted(found.keys() - hidden))


def shown_names(facts: Facts, table: str, routes: Iterable[Route]) -> tuple[str, ...]:
    """Give the names that may be shown to whoever calls these routes.

    Credentials never are; what belongs to people is where the caller is its owner or has a role.
    """
    audiences = {route.audience for route in routes}
    wide = not audiences or bool(audiences & {ANYONE, SIGNED_IN})
    declared = sensitive_attributes(facts).get(table, {})
    found = []
    for name in known_names(facts, table):
        what = declared.get(name) or classify(name, table=table)
        hidden = is_sensitive(what) if wide else is_credential(what)
        if not hidden and not _STORE_KEYS.match(name):
            found.append(name)
    return tuple(found)


def whole_tables(outflows: Iterable[Outflow]) -> tuple[str, ...]:
    """Give the tables of which an item leaves whole."""
    return tuple(
        dict.fromkeys(
            one.attribute.table
            for outflow in outflows
            for one in outflow.carried
            if one.cargo is Cargo.ITEM and one.attribute is not None
        )
    )


def kept_whole(facts: Facts, place: tuple[str, int]) -> bool:
    """Whether an item that is read at a place is used whole: shown, logged, or written back."""
    for outflow in facts.outflows:
        for one in outflow.carried:
            origin = one.origin
            here = origin is not None and (origin.path, origin.line) == place
            if here and one.cargo is Cargo.ITEM and outflow.channel is not Channel.STORE:
                return True
    tables = {
        (one.table, key(one.route))
        for one in facts.accesses
        if (one.place.path, one.place.line) == place
    }
    return any("*" in one.given and (one.table, key(one.route)) in tables for one in facts.accesses)
