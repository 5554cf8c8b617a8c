"""What is read, as rules ask for it: whether a client gets any of it, and a judgement of a call."""

from __future__ import annotations

from hushtable.model.facts import Access, Operation
from hushtable.model.rule import Confidence, Judgement, Severity
from hushtable.model.service import Channel
from hushtable.rules.leaving import OUTWARD, weaker

READS = frozenset(
    {
        Operation.GET,
        Operation.BATCH_GET,
        Operation.TRANSACT_GET,
        Operation.QUERY,
        Operation.SCAN,
        Operation.STATEMENT,
    }
)
LISTS = frozenset({Operation.QUERY, Operation.SCAN, Operation.STATEMENT})


def reaches_client(channels: tuple[Channel, ...]) -> bool:
    """Whether any of what was read leaves through a channel that a client reads."""
    return not OUTWARD.isdisjoint(channels)


def judgement(
    access: Access,
    message: str,
    remedy: str,
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
) -> Judgement:
    """Judge a DynamoDB call at its place. A route that is not registered lowers confidence."""
    route = access.route
    if route is not None and not route.registered:
        confidence = weaker(confidence, Confidence.MEDIUM)
    return Judgement(
        place=access.place,
        message=message,
        remedy=remedy,
        routes=() if route is None else (route,),
        function=access.function,
        trace=access.trace,
        severity=severity,
        confidence=confidence,
    )
