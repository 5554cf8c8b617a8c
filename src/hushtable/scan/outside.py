"""Calls that nothing is known of: what they hand back, write and run."""

from __future__ import annotations

import re
from typing import Any

from hushtable.model.sensitivity import Category
from hushtable.model.sensitivity_names import classify
from hushtable.scan.frame import Call, Machine, Stopped
from hushtable.scan.labels import NOTHING, Kind, Label, Labels
from hushtable.scan.lookup import class_attribute
from hushtable.scan.unspoken import spelled
from hushtable.scan.values import (
    MISSING,
    UNKNOWN,
    Bound,
    Function,
    Instance,
    Native,
    Opaque,
    Partial,
    deep_labels,
)

MAX_CALLBACK = 3


WRITER = "library.writer"
"""An object of a library that writes what it is given to a buffer of the program."""


def is_buffer(value: Any) -> bool:
    """Whether a value is a buffer of the program that others write to."""
    return (
        isinstance(value, Instance)
        and value.cls is not None
        and class_attribute(value.cls, "write") is not MISSING
        and class_attribute(value.cls, "getvalue") is not MISSING
    )


def fill_buffers(m: Machine, call: Call, labels: Labels) -> None:
    """`frame.to_csv(buffer)`: what the call holds is written to the buffer it is handed."""
    data = frozenset(label for label in labels if label.kind is not Kind.KEY)
    for given in (*call.args, *call.kwargs.values()):
        one = given.extra if isinstance(given, Instance) and given.native == WRITER else given
        if data and isinstance(one, Instance) and one.cls is not None:
            write = class_attribute(one.cls, "write")
            if isinstance(write, Function):
                m.call(m, Bound(write, one), [Opaque(data, deep=True)], {}, call.node, call.frame)


ENTERING = (".__enter__", ".__aenter__", ".__await__")
"""Methods of a library's objects that give the object itself, unless it is known otherwise."""


SENDING = re.compile(
    r"^(send|publish|invoke|converse|upload|submit|notify|enqueue|post|put|delete|patch|request"
    r"|create|start|execute|emit|track|capture|subscribe|fetch|generate_presigned|where|find"
    r"|filter|query|lookup|document|collection|select|search|list|stream|describe)(_|$)"
)
"""Methods of services that answer with their own data, not with what they were given."""


SEALS = re.compile(r"hash|encrypt|bcrypt|digest|redact|mask", re.IGNORECASE)


def sends(call: Call) -> bool:
    """Whether a call hands its arguments to a service outside the program."""
    name = call.name.removesuffix("()").rpartition(".")[2]
    receiver = call.receiver
    outside = (
        call.name.startswith("?.")
        and isinstance(receiver, Opaque)
        and all(label.kind in {Kind.SETTING, Kind.FRESH} for label in receiver.labels)
    )
    return outside and SENDING.match(name) is not None


def is_callback(value: Any) -> bool:
    """Whether a value is a function of the program that an unknown call may run."""
    return isinstance(value, Function | Bound | Partial) and not (
        isinstance(value, Bound) and isinstance(value.function, Native)
    )


def run_callback(m: Machine, value: Any, call: Call) -> Any:
    """Run a function handed to an unknown call, on what was handed over beside it."""
    depth = sum(1 for running, _ in m.stack if running is getattr(value, "function", value))
    if depth >= MAX_CALLBACK:
        return UNKNOWN
    labels = (
        frozenset().union(*(deep_labels(v) for v in call.everything() if not is_callback(v)))
        or NOTHING
    )
    try:
        return m.call(m, value, [], {}, call.node, call.frame, Opaque(labels))
    except Stopped:
        return UNKNOWN


def call_labels(call: Call, *, pure: bool) -> frozenset[Any]:
    """Give what everything that went into a call carries.

    A client is made with a credential in order to use it, not to show it: unless the call is
    `pure` or turns what it is given into text, neither a setting nor a credential comes back.
    """
    found = frozenset().union(*(deep_labels(v) for v in call.everything())) or NOTHING
    found = frozenset(label for label in found if label.kind is not Kind.KEY)
    if pure:
        return found
    shows = SHOWING.search(call.name.rpartition(".")[2]) is not None
    return frozenset(
        label
        for label in found
        if label.kind is not Kind.SETTING and (shows or not _is_credential(label))
    )


SHOWING = re.compile(r"render|format|dump|seriali[sz]e|encode|json|text|html|str|convert|copy|^to_")
"""Calls that write down what they are given."""


def _is_credential(label: Label) -> bool:
    named = label.path[-1:] or ((label.name,) if label.kind is Kind.INPUT else ())
    return bool(named) and classify(named[0]).category is Category.CREDENTIAL


def shown_name(call: Call) -> str:
    """Name an unresolved call for the coverage line."""
    if not call.name.startswith("?.") and call.name:
        return call.name
    function = getattr(call.node, "func", None)
    return spelled(function) if function is not None else "?"
