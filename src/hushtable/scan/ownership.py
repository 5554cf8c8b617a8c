"""What ties a key to its caller: membership look-ups, refusals that depend on data."""

from __future__ import annotations

from hushtable.scan.labels import Kind
from hushtable.scan.notes import Notes
from hushtable.scan.records import Record


def tied_inputs(notes: Notes) -> set[str]:
    """Name the inputs that a read looks up together with the caller: a membership check."""
    found: set[str] = set()
    for record in notes.records:
        kinds = {label.kind for key in record.keys for label in key.labels}
        if Kind.CALLER in kinds:
            found |= {x.name for key in record.keys for x in key.labels if x.kind is Kind.INPUT}
    return found


def is_compared(record: Record, notes: Notes) -> bool:
    """Whether a part of a key was compared with the caller: the item is under the caller's own."""
    return any(
        label.kind is Kind.INPUT and label.name in notes.checked
        for key in record.keys
        for label in key.labels
    )


def refuses_by_data(notes: Notes) -> bool:
    """Whether callers are refused by what a table or the caller's identity says."""
    return any(
        label.kind is Kind.ATTRIBUTE or (label.kind is Kind.CALLER and not denial.phase)
        for denial in notes.denials
        for label in denial.conditions
    )
