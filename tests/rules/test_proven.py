"""The second run of every page and corner case: a run shows exactly what its marks say."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.testing.examples import Example, cases, examples
from hushtable.testing.forked_child import ForkedEngine
from hushtable.testing.proving import proven

CASES = Path(__file__).parent / "cases"
RUN = tuple(
    example
    for example in (*examples(), *cases(CASES))
    if not (example.program.unproven or example.program.probed)
)
ENGINE = ForkedEngine()


@pytest.mark.parametrize("example", RUN, ids=[example.label for example in RUN])
def test_a_run_shows_exactly_the_marked_attributes(example: Example) -> None:
    """Prove sees the marked attributes come out of Leaks, and nothing come out of Quiet."""
    assert proven(example, ENGINE) == ()
