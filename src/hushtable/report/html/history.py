"""Several results of one service in the order they were made: what is new, fixed and unchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hushtable.report.html.gathered import Json

_WIDTH, _HEIGHT, _EDGE = 640.0, 160.0, 24.0


@dataclass(frozen=True, slots=True)
class Past:
    """One result of several. The first has nothing to be compared with."""

    name: str
    score: int | None
    grade: str | None
    findings: int
    new: int
    fixed: int
    unchanged: int
    x: float
    y: float


def history(results: Sequence[tuple[str, Mapping[str, Json]]]) -> tuple[Past, ...]:
    """Give each result with what changed since the one before, and where it stands on the line."""
    past = []
    before: set[str] | None = None
    step = (_WIDTH - 2 * _EDGE) / max(len(results) - 1, 1)
    for number, (name, document) in enumerate(results):
        keys = {one["key"] for one in document["findings"] if not one["suppressed"]}
        score = document["score"]
        past.append(
            Past(
                name=name,
                score=score,
                grade=document["grade"],
                findings=len(keys),
                new=len(keys - before) if before is not None else 0,
                fixed=len(before - keys) if before is not None else 0,
                unchanged=len(keys & before) if before is not None else 0,
                x=round(_EDGE + number * step, 1),
                y=round(_HEIGHT - _EDGE - (score or 0) / 100 * (_HEIGHT - 2 * _EDGE), 1),
            )
        )
        before = keys
    return tuple(past)
