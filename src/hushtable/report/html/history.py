"""Several results of one service in the order they were made: what is new, fixed and unchanged.

What is gone is called fixed only where it was looked for: its rule judged, its file was read, and
the whole service was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hushtable.report.html.plain import Json

WIDTH, HEIGHT, EDGE = 640.0, 160.0, 24.0
"""Of the picture of the score, in its own units."""


@dataclass(frozen=True, slots=True)
class Past:
    """One result of several. The first has nothing to be compared with.

    `fixed` are the findings of the result before that are gone, `agreed` those that do not count
    any more, `new` the keys of those that were not there. A result without a score has no point.
    """

    name: str
    score: int | None
    grade: str | None
    findings: int
    new: frozenset[str]
    fixed: tuple[Mapping[str, Json], ...]
    agreed: int
    unseen: int
    unchanged: int
    x: float
    y: float | None


def history(results: Sequence[tuple[str, Mapping[str, Json]]]) -> tuple[Past, ...]:
    """Give each result with what changed since the one before, and where it stands on the line."""
    past = []
    before: Mapping[str, Mapping[str, Json]] | None = None
    step = (WIDTH - 2 * EDGE) / max(len(results) - 1, 1)
    for number, (name, document) in enumerate(results):
        now, score = _open(document), document["score"]
        known = now if before is None else before
        quiet = {one["key"] for one in document["findings"]} - set(now)
        gone = [one for key, one in known.items() if key not in now and key not in quiet]
        fixed = tuple(one for one in gone if _looked(document, one))
        past.append(
            Past(
                name=name,
                score=score,
                grade=document["grade"],
                findings=len(now),
                new=frozenset(now) - frozenset(known),
                fixed=fixed,
                agreed=len(quiet & set(known)),
                unseen=len(gone) - len(fixed),
                unchanged=len(set(now) & set(known)) if before is not None else 0,
                x=round(EDGE + number * step, 1),
                y=None if score is None else _height(score),
            )
        )
        before = now
    return tuple(past)


def runs(past: Sequence[Past]) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Give the points of each unbroken line: results without a score part it."""
    found: list[list[tuple[float, float]]] = [[]]
    for one in past:
        if one.y is None:
            found.append([])
        else:
            found[-1].append((one.x, one.y))
    return tuple(tuple(points) for points in found if points)


def _height(score: int) -> float:
    return round(HEIGHT - EDGE - score / 100 * (HEIGHT - 2 * EDGE), 1)


def _open(document: Mapping[str, Json]) -> Mapping[str, Mapping[str, Json]]:
    """Give the findings that stand, by key."""
    return {
        one["key"]: one
        for one in document["findings"]
        if not one["suppressed"] and one["verdict"] != "refuted"
    }


def _looked(document: Mapping[str, Json], finding: Mapping[str, Json]) -> bool:
    """Whether a finding would have been found, had it still been there."""
    live = bool(document.get("asked"))
    if document["since"] or live != bool(finding.get("transcripts")):
        return False
    if document["reach"] is None and finding["proofs"] and not finding["trace"]:
        # A run alone showed it, and there was none now.
        return False
    ran = {rule["code"] for rule in document["rules"]}
    dark = {one["path"] for one in document["unknown"]}
    return finding["code"] in ran and finding["path"] not in dark
