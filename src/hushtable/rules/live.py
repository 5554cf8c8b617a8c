"""What a live service showed, as rules speak of it: one judgement for each observation.

Texts of a rule may hold `{who}` (the operation), `{gets}` (who was answered), `{fields}` (names of
members) and `{details}` (what the observation adds).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hushtable.model.facts import Facts
from hushtable.model.observation import Observation, Seen
from hushtable.model.place import Place
from hushtable.model.rule import Confidence, Judgement, Severity
from hushtable.model.sensitivity import Category
from hushtable.model.service import ANYONE, SIGNED_IN, Channel
from hushtable.rules.leaving import SENSITIVE
from hushtable.rules.wording import listed, path

SERVICE = Place("service", 0)
"""The place of what holds for a whole service."""

Weigh = Callable[[Observation], Severity | None]


@dataclass(frozen=True, slots=True)
class Says:
    """What a rule says of one kind of observation. `weigh` gives a severity of its own, or None."""

    seen: Seen
    message: str
    remedy: str
    weigh: Weigh = lambda _: None
    channel: Channel = Channel.RESPONSE


def spoken(facts: Facts, *says: Says) -> Iterator[Judgement]:
    """Judge every observation of these kinds, in the order they were made."""
    by_kind = {one.seen: one for one in says}
    for observation in facts.observations:
        said = by_kind.get(observation.seen)
        if said is not None:
            yield _judgement(observation, said)


def _judgement(seen: Observation, says: Says) -> Judgement:
    words = {
        "who": str(seen.route) if seen.route is not None else "the service",
        "gets": gets(seen.audience),
        "fields": listed(path(attribute) for attribute, _ in seen.fields) or "its answer",
        "details": _said(seen.details),
    }
    return Judgement(
        place=seen.route.place if seen.route is not None else SERVICE,
        message=says.message.format(**words),
        remedy=says.remedy.format(**words),
        attributes=tuple(attribute for attribute, _ in seen.fields),
        routes=() if seen.route is None else (seen.route,),
        channel=says.channel,
        severity=says.weigh(seen),
        confidence=Confidence.HIGH if seen.certain else Confidence.MEDIUM,
        reasons=_reasons(seen),
        transcripts=seen.transcripts,
        proven=seen.certain,
        audience=seen.audience,
    )


def _said(details: tuple[str, ...]) -> str:
    """Join details: names in backticks, phrases as they are."""
    return ", ".join(one if " " in one else f"`{one}`" for one in dict.fromkeys(details))


def gets(audience: str) -> str:
    """Say who was answered."""
    return {ANYONE: "anyone", SIGNED_IN: "a signed-in caller"}.get(audience, audience)


def _reasons(seen: Observation) -> tuple[str, ...]:
    return tuple(
        f"{path(attribute)} is {sensitivity.category}: {sensitivity.reason}"
        for attribute, sensitivity in seen.fields
        if sensitivity.category in SENSITIVE and sensitivity.reason
    )


def by_category(grave: Severity, usual: Severity, otherwise: Severity | None = None) -> Weigh:
    """Weigh by the worst category: `grave` for credentials, health and finance, else `usual`.

    `otherwise` is for what holds nothing sensitive; without it, `usual`.
    """
    heavy = {Category.CREDENTIAL, Category.FINANCIAL, Category.HEALTH}

    def weigh(seen: Observation) -> Severity:
        if seen.worst in heavy:
            return grave
        return usual if seen.worst in SENSITIVE or otherwise is None else otherwise

    return weigh


def by_audience(anyone: Severity, others: Severity) -> Weigh:
    """Weigh by who was answered."""
    return lambda seen: anyone if seen.audience == ANYONE else others


def by_nearness(near: Severity, far: Severity) -> Weigh:
    """Weigh by where the service was asked: on loopback and in a private network less counts."""
    return lambda seen: near if seen.near else far
