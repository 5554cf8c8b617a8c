"""What is told of a fleet: a row for each service, the worst first, and the sums.

Rows are made from the results' JSON documents, so that one of an earlier run is told as one of
today. Names and messages come from services that nobody vouches for: each reporter escapes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hushtable.model.fleet import Listed, State
from hushtable.model.rule import Severity
from hushtable.report.html.plain import CATEGORIES, Json, category_of, leaving


class Ending(StrEnum):
    """How a service makes the run end."""

    QUIET = "quiet"
    FINDINGS = "findings"
    UNKNOWN = "not examined"


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule with findings that stand. `services` is 1 in a service's own row."""

    code: str
    name: str
    severity: Severity
    findings: int
    services: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One service. Without a result all counts are 0, and `why` says why there is none."""

    service: Listed
    state: State
    ending: Ending
    file: str
    """What its files are called, without a suffix."""
    why: str = ""
    commit: str = ""
    seconds: float = 0.0
    score: int | None = None
    grade: str | None = None
    severities: Mapping[Severity, int] | None = None
    proven: int = 0
    unknown: int = 0
    """Findings and places of which nothing could be said."""
    suppressed: int = 0
    routes: int = 0
    rules: tuple[Hit, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    """(attribute, sensitivity) of what leaves by findings that stand, the most sensitive first."""

    @property
    def findings(self) -> int:
        """How many findings stand."""
        return sum((self.severities or {}).values())

    def of(self, severity: Severity) -> int:
        """How many findings of a severity stand."""
        return (self.severities or {}).get(severity, 0)


@dataclass(frozen=True, slots=True)
class Fleet:
    """All rows, the worst first; those that were not examined come last."""

    rows: tuple[Row, ...]
    seconds: float = 0.0

    @property
    def looked_at(self) -> tuple[Row, ...]:
        """The services that there is a result of."""
        return tuple(row for row in self.rows if row.state is not State.UNKNOWN)

    @property
    def not_looked_at(self) -> tuple[Row, ...]:
        """The services that there is none of."""
        return tuple(row for row in self.rows if row.state is State.UNKNOWN)

    @property
    def rules(self) -> tuple[Hit, ...]:
        """Each rule with findings, the one that most services have first."""
        hits: dict[str, list[Hit]] = {}
        for row in self.rows:
            for hit in row.rules:
                hits.setdefault(hit.code, []).append(hit)
        summed = (_summed(found) for found in hits.values())
        return tuple(sorted(summed, key=lambda one: (-one.services, *_heavy(one))))

    @property
    def grades(self) -> Mapping[str, int]:
        """How many services have each grade; `none` where there was nothing to judge."""
        counted = Counter(row.grade or "none" for row in self.looked_at)
        return {grade: counted[grade] for grade in (*"ABCDF", "none") if counted[grade]}

    def of(self, severity: Severity) -> int:
        """How many findings of a severity stand in all services."""
        return sum(row.of(severity) for row in self.rows)


def fleet(rows: Iterable[Row], seconds: float = 0.0) -> Fleet:
    """Put rows in order, the worst first."""
    return Fleet(tuple(sorted(rows, key=badness)), seconds)


def badness(row: Row) -> tuple[object, ...]:
    """Give what rows are ordered by: the lowest score first, then the most severe findings."""
    return (
        row.state is State.UNKNOWN,
        row.score is None,
        row.score,
        tuple(-row.of(severity) for severity in Severity),
        row.service.name,
        row.service.id,
    )


def unknown_row(service: Listed, file: str, why: str, seconds: float = 0.0) -> Row:
    """Give the row of a service that there is no result of."""
    return Row(service, State.UNKNOWN, Ending.UNKNOWN, file, why=why, seconds=seconds)


def filled(blank: Row, document: Mapping[str, Json], threshold: Severity | None) -> Row:
    """Fill a row from a result; the service's own threshold has decided where none is given."""
    standing = [one for one in document["findings"] if stands(one)]
    undecided = sum(one["verdict"] == "unknown" for one in standing)
    return replace(
        blank,
        ending=blank.ending if threshold is None else ending(document, threshold),
        score=document["score"],
        grade=document["grade"],
        severities=severities(standing),
        proven=sum(one["verdict"] == "proven" for one in standing),
        unknown=undecided + len(document["unknown"]),
        suppressed=sum(bool(one["suppressed"]) for one in document["findings"]),
        routes=len(document["routes"]),
        rules=hits(standing),
        attributes=attributes(document, standing),
    )


def ending(document: Mapping[str, Json], threshold: Severity) -> Ending:
    """Say how a result ends a run that fails from a severity on."""
    standing = [one for one in document["findings"] if stands(one)]
    if any(
        Severity(one["severity"]).rank >= threshold.rank
        for one in standing
        if one["verdict"] != "unknown"
    ):
        return Ending.FINDINGS
    undecided = any(one["verdict"] == "unknown" for one in standing)
    return Ending.UNKNOWN if document["unknown"] or undecided else Ending.QUIET


def stands(finding: Mapping[str, Json]) -> bool:
    """Whether a finding is neither suppressed nor refuted."""
    return not finding["suppressed"] and finding["verdict"] != "refuted"


def severities(findings: Iterable[Mapping[str, Json]]) -> Mapping[Severity, int]:
    """Count findings by severity, the most severe first."""
    counted = Counter(one["severity"] for one in findings)
    return {severity: counted[severity] for severity in Severity}


def hits(findings: Sequence[Mapping[str, Json]]) -> tuple[Hit, ...]:
    """Count findings by rule, the most severe first."""
    by_code: dict[str, list[Mapping[str, Json]]] = {}
    for one in findings:
        by_code.setdefault(one["code"], []).append(one)
    made = (
        Hit(code, found[0]["name"], _worst(one["severity"] for one in found), len(found))
        for code, found in by_code.items()
    )
    return tuple(sorted(made, key=_heavy))


def attributes(
    document: Mapping[str, Json], findings: Iterable[Mapping[str, Json]]
) -> tuple[tuple[str, str], ...]:
    """Give what leaves by findings, with its sensitivity; what is only read is no such thing."""
    kinds = document["sensitivities"]
    gone: dict[str, set[str]] = {}
    for route in document["routes"]:
        gone.setdefault(f"{route['method']} {route['path']}", set()).update(route["leaves"])
    found = {name for one in findings for name in leaving(one, gone, asked=False)}
    told = ((name, category_of(name, kinds)) for name in found)
    return tuple(sorted(told, key=lambda one: (CATEGORIES.index(one[1]), one[0])))


def _summed(found: Sequence[Hit]) -> Hit:
    worst = _worst(one.severity for one in found)
    total = sum(one.findings for one in found)
    return Hit(found[0].code, found[0].name, worst, total, len(found))


def _heavy(one: Hit) -> tuple[int, int, str]:
    return (-one.severity.rank, -one.findings, one.code)


def _worst(found: Iterable[str]) -> Severity:
    return max(map(Severity, found), key=lambda one: one.rank)
