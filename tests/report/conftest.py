"""Reports to render: one with one of everything, and one whose every text is hostile."""

from __future__ import annotations

import pytest

from hushtable.report.report import Report
from tests.report.samples import HOSTILE, RESULT, poisoned, told


@pytest.fixture
def report() -> Report:
    """Give a report with one of everything."""
    return told(RESULT)


@pytest.fixture
def hostile() -> Report:
    """Give a report whose every text is hostile."""
    return told(poisoned(HOSTILE), prefix=HOSTILE)
