"""What an exception value carries, and in which form it becomes text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hushtable.model.place import Place
from hushtable.scan.labels import NOTHING, Kind, Label, Labels
from hushtable.scan.lookup import native_bases
from hushtable.scan.values import REST, Const, Instance, Opaque, Seq, deep_labels

EXCEPTION_ROOTS = ("Exception", "Error", "Warning", "Interrupt", "Exit")


def is_exception(value: Any) -> bool:
    """Whether a value is an exception."""
    if not isinstance(value, Instance):
        return False
    if value.cls is not None:
        return any(_names_exception(base) for base in native_bases(value.cls))
    return _names_exception(value.native)


def _names_exception(name: str) -> bool:
    return name.rpartition(".")[2].endswith(EXCEPTION_ROOTS)


def library_exception(name: str, place: Place, *, own: bool = False) -> Instance:
    """Make an exception that a library raises: its text is not the app's unless it is `own`."""
    label = Label(Kind.EXCEPTION, name=name.rpartition(".")[2], place=place, own=own)
    return Instance(native=name, slots={REST: Opaque(frozenset({label}), of="exception")})


CLIENT_ERROR = "botocore.exceptions.ClientError"
HELD = frozenset({"response", "operation_name", "args", "MSG_TEMPLATE"})
"""What a ClientError holds beside what every object has."""


def _lacks(value: Instance, name: str) -> bool:
    """Whether an exception surely has no such attribute: reading it fails, and shows nothing."""
    if value.native != CLIENT_ERROR or name.startswith("__"):
        return False
    return name not in HELD and not hasattr(Exception, name)


def labels_of(value: Instance, form: str) -> Labels:
    """Give what an exception's text carries, with the form it leaves in."""
    if form.startswith("e.") and _lacks(value, form[2:]):
        return NOTHING
    rest = value.slots.get(REST)
    if isinstance(rest, Opaque):
        return frozenset(
            replace(label, detail=form) if label.kind is Kind.EXCEPTION else label
            for label in rest.labels
        ) | _arguments(value)
    carried = _arguments(value)
    nested = [label for label in carried if label.kind is Kind.EXCEPTION and not label.own]
    if nested:
        return carried
    name = value.cls.name if value.cls is not None else value.native.rpartition(".")[2]
    return carried | {Label(Kind.EXCEPTION, name=name, detail=form, own=True)}


CHAIN = frozenset({"__cause__", "__context__", "__traceback__"})
"""Slots of an exception that its text does not show."""


def _arguments(value: Instance) -> Labels:
    found: set[Label] = set()
    for key, held in value.slots.items():
        if key is not REST and key not in CHAIN:
            found |= deep_labels(held)
    return frozenset(found)


def constant_text(value: Instance) -> str | None:
    """Give the text of an exception whose only argument is a constant."""
    args = value.slots.get("args")
    if isinstance(args, Seq):
        known = next(iter(args.slots.values()))
        if len(known) == 1 and isinstance(known[0], Const) and isinstance(known[0].value, str):
            return known[0].value
    return None
