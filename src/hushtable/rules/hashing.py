"""What may be done about a credential that is stored in clear: a hash, or a digest."""

from __future__ import annotations

from collections.abc import Iterator

from hushtable.model.edit import CannotFix, Order
from hushtable.model.facts import Facts, Operation, Seal
from hushtable.model.finding import Finding
from hushtable.model.service import Attribute, Channel

CLEAR = frozenset({Seal.NONE, Seal.ENCODED})
"""Anyone can undo these."""


def hashed(finding: Finding, facts: Facts) -> Iterator[Order]:
    """Store a hash of a password, and a digest of what is only looked up by, or compared.

    Raises CannotFix where it is used in another way.
    """
    if len(finding.attributes) != 1:
        reason = "several credentials are written at once"
        raise CannotFix(reason)
    (attribute,) = finding.attributes
    if "pass" in attribute.name.lower():
        yield _slowly(attribute, facts)
        return
    uses = [
        one
        for one in facts.keys
        if (one.table, one.attribute) == (attribute.table, attribute.name)
        and one.operation not in {Operation.PUT, Operation.BATCH_WRITE}
    ]
    places = tuple(dict.fromkeys(one.place for one in uses))
    calls = {
        (one.place.path, one.place.line): one.place
        for one in facts.accesses
        if one.table == attribute.table
    }
    also = tuple(calls.get((one.path, one.line), one) for one in places)
    here = calls.get((finding.place.path, finding.place.line), finding.place)
    yield Order(
        "digest",
        here,
        names=_files(facts, attribute.table),
        also=tuple(dict.fromkeys(also)),
        word=attribute.name,
        unsafe="what was stored before in clear is not found any more",
    )


def _slowly(attribute: Attribute, facts: Facts) -> Order:
    """Hash a password wherever it is written, and check it wherever it was compared."""
    same = (attribute.table, attribute.name)
    if any(
        (one.table, one.attribute) == same and one.operation is not Operation.PUT
        for one in facts.keys
    ):
        reason = "items are looked up by it, and no two hashes of a password are the same"
        raise CannotFix(reason)
    written = {
        flow.place: attribute.table == one.attribute.table
        for flow in facts.outflows
        for one in flow.carried
        if flow.channel is Channel.STORE and one.attribute and one.seal in CLEAR
        if one.attribute.name == attribute.name
    }
    if not all(written.values()):
        reason = "several tables have an attribute of this name, and which is compared is not clear"
        raise CannotFix(reason)
    return Order(
        "hashed_password",
        min(written),
        names=_files(facts, attribute.table),
        also=tuple(sorted(written)),
        word=attribute.name,
        unsafe="passwords that were stored in clear do not match any more",
        note="have the passwords that are stored in clear set anew, and take them out of the table",
    )


def _files(facts: Facts, table: str) -> tuple[str, ...]:
    """Give the files on the way of what is read from a table."""
    ways = [
        (one.place, *(step.place for step in one.trace))
        for one in facts.accesses
        if one.table == table
    ]
    return tuple(sorted({place.path for way in ways for place in way}))
