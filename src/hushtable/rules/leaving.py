"""What leaves, as rules ask for it: outflows of some channels with the carried things they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hushtable.model.facts import Cargo, Carried, Facts, Outflow, Seal
from hushtable.model.rule import Confidence, Judgement, Severity
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.service import Channel
from hushtable.rules.wording import label

OUTWARD = frozenset({Channel.RESPONSE, Channel.HEADER, Channel.ERROR})
"""The channels a client reads."""

SENSITIVE = frozenset({Category.CREDENTIAL, Category.FINANCIAL, Category.HEALTH, Category.PERSONAL})

_CLEAR = frozenset({Seal.NONE, Seal.ENCODED, Seal.SIGNED})
_ORDER = list(Confidence)
_A_GUESS = 0.5


@dataclass(frozen=True, slots=True)
class Departure:
    """An outflow with those of its carried things that a rule asked for."""

    outflow: Outflow
    carried: tuple[Carried, ...]

    @property
    def chosen(self) -> bool:
        """Whether the code named every one of them."""
        return all(one.chosen for one in self.carried)

    def once(self) -> Departure:
        """Leave out what a whole item of the same table says already."""
        whole = {
            one.attribute.table
            for one in self.carried
            if one.cargo is Cargo.ITEM and one.attribute is not None
        }
        kept = tuple(
            one
            for one in self.carried
            if one.cargo not in {Cargo.ATTRIBUTE, Cargo.MAP}
            or one.attribute is None
            or one.attribute.table not in whole
        )
        return Departure(self.outflow, kept)

    def judgement(
        self,
        message: str,
        remedy: str,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
    ) -> Judgement:
        """Judge this outflow. Code that cannot run, or is not registered, lowers confidence."""
        flow = self.outflow
        if not flow.reachable:
            confidence = Confidence.LOW
        elif flow.route is not None and not flow.route.registered:
            confidence = weaker(confidence, Confidence.MEDIUM)
        found = {one.attribute for one in self.carried if one.attribute is not None}
        return Judgement(
            place=flow.place,
            message=message,
            remedy=remedy,
            attributes=tuple(sorted(found)),
            routes=() if flow.route is None else (flow.route,),
            channel=flow.channel,
            function=flow.function,
            trace=next((one.trace for one in self.carried if one.trace), ()),
            severity=severity,
            confidence=confidence,
            reasons=reasons(self.carried),
        )


def departures(
    facts: Facts, channels: frozenset[Channel], wanted: Callable[[Carried], bool]
) -> Iterator[Departure]:
    """Every outflow of these channels that carries, in clear, something that is wanted.

    What the program sends to others in requests of its own is none: see `sent`.
    """
    own = (one for one in facts.outflows if one.channel in channels and not one.sent_to)
    yield from _carrying(own, wanted)


def sent(facts: Facts, wanted: Callable[[Carried], bool]) -> Iterator[Departure]:
    """Every request of the program's own that carries, in clear, something that is wanted."""
    yield from _carrying((one for one in facts.outflows if one.sent_to), wanted)


def _carrying(
    outflows: Iterable[Outflow], wanted: Callable[[Carried], bool]
) -> Iterator[Departure]:
    for outflow in outflows:
        found = tuple(one for one in outflow.carried if one.seal in _CLEAR and wanted(one))
        if found:
            yield Departure(outflow, found)


def is_sensitive(sensitivity: Sensitivity) -> bool:
    """Whether it is a credential, personal, financial or health data, by more than a guess."""
    return sensitivity.category in SENSITIVE and sensitivity.confidence > _A_GUESS


def is_credential(sensitivity: Sensitivity) -> bool:
    """Whether it is a credential, by more than a guess."""
    return sensitivity.category is Category.CREDENTIAL and is_sensitive(sensitivity)


def weaker(one: Confidence, other: Confidence) -> Confidence:
    """Give the lower of two confidences."""
    return max(one, other, key=_ORDER.index)


def reasons(carried: tuple[Carried, ...]) -> tuple[str, ...]:
    """Why each sensitive thing counts as sensitive, one line each."""
    return tuple(
        dict.fromkeys(
            f"{label(one)} is {one.sensitivity.category}: {one.sensitivity.reason}"
            for one in carried
            if one.sensitivity.category in SENSITIVE and one.sensitivity.reason
        )
    )
