"""How a value came to a channel, told step by step."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.model.place import Step, Trace
from hushtable.model.service import (
    Route,
)
from hushtable.scan.contents import followed
from hushtable.scan.frame import Frame, Machine
from hushtable.scan.labels import Kind, Label, Origin
from hushtable.scan.observations import Carry
from hushtable.scan.records import Record


def entry_steps(route: Route | None) -> Trace:
    """Begin a trace with the route that is asked."""
    if route is None:
        return ()
    return (Step(route.place, f"{route} is answered by {route.handler}"),)


def trace_of(label: Label, carry: Carry, route: Route | None) -> Trace:
    """Tell how a value came to a channel: the route, the calls, the read, the way out."""
    steps: list[Step] = list(entry_steps(route))
    if isinstance(label.access, Origin) and label.access.record is not None:
        record: Record = label.access.record
        steps += record.trail
        what = f"{record.operation} on {record.table}"
        asked = "every attribute" if record.projection is None else "a projection"
        steps.append(Step(record.place, f"{what} asks for {asked}"))
        steps += [Step(place, f"{name} returns it") for place, name in record.returned.items()]
    elif label.place is not None:
        steps.append(Step(label.place, _origin_text(label)))
    steps += label.stack
    steps += [step for step in carry.trail if step not in steps]
    steps.append(Step(carry.place, f"leaves as {carry.channel} through {carry.via}"))
    return tuple(dict.fromkeys(steps))


def _origin_text(label: Label) -> str:
    match label.kind:
        case Kind.EXCEPTION:
            return f"catches {label.name}"
        case Kind.INPUT:
            return f"{label.name} comes from the request's {label.source}"
        case Kind.SETTING:
            return f"setting {label.name}"
    return f"{label.name or label.kind}"


def hand_on(m: Machine, value: Any, node: ast.Return, frame: Frame) -> None:
    """Note where a function hands on something of what was read.

    This is asked at the `return` itself: when the function ends, the heap is no longer as it was
    there, and what is returned may look empty.
    """
    name = "" if frame.function is None else frame.function.name.rpartition(".")[2]
    for label in followed(value):
        record = label.access.record if isinstance(label.access, Origin) else None
        if record is not None and len(record.returned) < MAX_RETURNS:
            record.returned.setdefault(m.place(node, frame), name)


MAX_RETURNS = 8
