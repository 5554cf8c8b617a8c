"""Which attributes leave, and which a finding names that are read and stay inside.

Attributes are compared by their names, as `users.email` and `users.*`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hushtable.model.finding import Finding
from hushtable.model.service import Attribute, Channel


def stays(finding: Finding, attribute: Attribute) -> bool:
    """Whether an attribute leaves by no route of the finding that names it: it is only read."""
    if finding.channel is not Channel.RESPONSE or finding.transcripts or not finding.routes:
        return False
    gone = {str(each) for route in finding.routes for each in route.leaves}
    seen = (map(str, proof.attributes) for proof in finding.proofs)
    return not leaves_by(str(attribute), gone, seen)


def read_only(finding: Finding) -> bool:
    """Whether all that a finding names is only read."""
    names = finding.attributes
    return bool(names) and all(stays(finding, name) for name in names)


def leaves_by(attribute: str, gone: Collection[str], seen: Iterable[Iterable[str]]) -> bool:
    """Whether an attribute leaves: `gone` leaves by what the source says, `seen` by each proof."""
    if attribute in gone or any(overlap(attribute, one) for one in gone):
        return True
    return any(overlap(attribute, one) for names in seen for one in names)


def overlap(one: str, other: str) -> bool:
    """Whether two attributes, as `users.email` or `users.*`, are the same in part."""
    return one == other or _holds(one, other) or _holds(other, one)


def _holds(whole: str, part: str) -> bool:
    inside = whole.removesuffix("*") if whole.endswith(".*") else f"{whole}."
    return part.startswith(inside)
