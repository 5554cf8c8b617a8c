"""Sentences about a fleet that more than one reporter prints."""

from __future__ import annotations

from hushtable.model.fleet import State
from hushtable.model.rule import Severity
from hushtable.report.fleet.gathered import Ending, Fleet, Row
from hushtable.report.wording import count, shortened


def headline(fleet: Fleet) -> str:
    """Give `120 services: 3 with findings that fail, 2 not examined`."""
    failing = sum(row.ending is Ending.FINDINGS for row in fleet.rows)
    missing = len(fleet.not_looked_at)
    services = count(len(fleet.rows), "service")
    return f"{services}: {failing:,} with findings that fail, {missing:,} not examined"


def examined(fleet: Fleet) -> str:
    """Say how much was looked at this time."""
    anew = sum(row.state is State.EXAMINED for row in fleet.rows)
    kept = sum(row.state is State.UNCHANGED for row in fleet.rows)
    parts = [
        f"{anew:,} scanned",
        f"{kept:,} unchanged",
        f"{len(fleet.not_looked_at):,} not examined",
    ]
    partly = sum(bool(row.unknown) for row in fleet.looked_at)
    parts += [f"{partly:,} only in part"] if partly else []
    return ", ".join(parts)


def found(fleet: Fleet) -> str:
    """Give `31 findings: 4 critical, 27 high`, of all services."""
    numbers = {severity: fleet.of(severity) for severity in Severity}
    total = sum(numbers.values())
    if not total:
        return "No findings"
    told = [f"{number:,} {severity}" for severity, number in numbers.items() if number]
    return f"{count(total, 'finding')}: {', '.join(told)}"


def graded(fleet: Fleet) -> str:
    """Give `grade A 3, grade F 2`."""
    return ", ".join(f"grade {grade} {number:,}" for grade, number in fleet.grades.items())


def source(row: Row) -> str:
    """Say where a service comes from, and which revision and folder of it."""
    one = row.service
    at = f"@{one.revision}" if one.revision else ""
    return f"{one.shown}{at}{'#' if one.folder else ''}{one.folder}"


def score(row: Row) -> str:
    """Give `34 F`, or what there is in its place."""
    return "none" if row.score is None else f"{row.score} {row.grade}"


def rules(row: Row, most: int = 4) -> str:
    """Name a service's rules, the most severe first."""
    return shortened([f"{hit.code} x{hit.findings}" for hit in row.rules], most)


def attributes(row: Row, most: int = 3) -> str:
    """Name what leaves a service, the most sensitive first."""
    return shortened([name for name, _ in row.attributes], most)
