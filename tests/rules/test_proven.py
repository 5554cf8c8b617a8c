"""The second run of every page: a run of the program shows exactly what its marks say."""

from __future__ import annotations

import pytest

from hushtable.testing.examples import Example, examples
from hushtable.testing.forked_child import ForkedEngine
from hushtable.testing.proving import proven

RUN = tuple(example for example in examples() if not example.program.unproven)
ENGINE = ForkedEngine()


@pytest.mark.parametrize("example", RUN, ids=[example.label for example in RUN])
def test_a_run_shows_exactly_the_marked_attributes(example: Example) -> None:
    """Prove sees the marked attributes come out of Leaks, and nothing come out of Quiet."""
    assert proven(example, ENGINE) == ()
