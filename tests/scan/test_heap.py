"""Branches that write to an open map are joined with what the map held before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scan.running import carried, item, run

CASES = [
    (
        "one branch overwrites",
        "    if x():\n        item['pw'] = '***'\n    return item['pw']",
        {"users.pw"},
    ),
    (
        "both branches overwrite",
        (
            "    if x():\n        item['pw'] = '***'\n    else:\n"
            "        item['pw'] = ''\n    return item['pw']"
        ),
        set(),
    ),
    (
        "overwritten in a loop that may not run",
        "    for _ in x():\n        item['pw'] = '***'\n    return item['pw']",
        {"users.pw"},
    ),
    (
        "dropped before",
        "    item.pop('pw')\n    if x():\n        item['pw'] = '***'\n    return item['pw']",
        set(),
    ),
    (
        "dropped in the other branch",
        (
            "    if x():\n        item['pw'] = '***'\n    else:\n"
            "        item.pop('pw')\n    return item['pw']"
        ),
        set(),
    ),
]


@pytest.mark.parametrize(("body", "leaves"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_branch_that_does_not_write_keeps_the_attribute(
    body: str, leaves: set[str], tmp_path: Path
) -> None:
    """After a branch, a key holds what either branch left under it."""
    assert carried(run(tmp_path, f"def f(item):\n{body}", "f", item())) == leaves
