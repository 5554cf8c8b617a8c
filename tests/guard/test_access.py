"""Who may see an item is decided by its owner, wherever that stands."""

from __future__ import annotations

from typing import Annotated

from hushtable.guard.caller import Caller, System
from hushtable.guard.marks import Owner, PartitionKey
from hushtable.guard.record import Record
from hushtable.guard.table import Table
from hushtable.guard.view import View
from tests.guard.shop import shop

ANN, BOB = Caller("ann"), Caller("bob")


def test_somebody_elses_item_is_not_found_wherever_its_owner_stands() -> None:
    """Where the owner is no key, `find` reads the item, and gives None to all but its owner."""

    class Note(Record, table="users"):
        user_id: Annotated[str, PartitionKey]
        author: Annotated[str, Owner]

    class NoteOut(View[Note]):
        user_id: str

    made = shop()
    notes = Table(Note, made.store)
    notes.put(Note(user_id="1", author="ann"), by=ANN).now()
    seen = [notes.find(NoteOut, "1", by=by).now() for by in (ANN, BOB, System("all"))]
    assert [one is not None for one in seen] == [True, False, True]
