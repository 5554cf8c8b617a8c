"""Cursors that clients send back: signed where they are made, checked where they are read."""

from __future__ import annotations

from collections.abc import Iterator

from hushtable.model.edit import Order
from hushtable.model.facts import Cargo, Facts, Seal
from hushtable.model.finding import Finding
from hushtable.rules.known import accesses_at

UNSAFE = "cursors made before are refused, and a key must be set for new ones"
NOTE = "set the key that the new functions read, the same in every process"


def sealed(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Sign the cursors of the table that a read starts from, where they are only encoded."""
    tables = {one.table for one in accesses_at(finding, facts)}
    for flow in facts.outflows:
        carried = [
            one
            for one in flow.carried
            if one.cargo is Cargo.CURSOR
            and one.seal is Seal.ENCODED
            and one.attribute is not None
            and one.attribute.table in tables
        ]
        if carried:
            way = tuple(dict.fromkeys(step.place for one in carried for step in one.trace))
            yield Order("sealed_cursor", flow.place, also=way, many=True, unsafe=UNSAFE, note=NOTE)
