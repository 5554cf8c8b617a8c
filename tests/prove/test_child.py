"""What a child keeps of a door while it learns."""

from __future__ import annotations

from typing import Any

from hushtable.prove.child import Child
from hushtable.prove.drive.drive import Driver
from hushtable.prove.sketch import Sketch, TableSketch


def test_a_lesson_that_only_undoes_another_is_no_news() -> None:
    """What was known at a door before, without how, is known; anything else is news."""
    nothing: Any = None
    child = Child(nothing, Driver(nothing, nothing, nothing), nothing)
    first = Sketch((TableSketch("orders", (("id", "S"),)),), lessons=("id",))
    second = Sketch((TableSketch("orders", (("key", "S"),)),), lessons=("id", "key"))
    again = Sketch(first.tables, lessons=("id", "key", "id again"))
    assert [child._was_known(one) for one in (first, second, again)] == [False, False, True]
