"""Calls that nothing is known of: what they hand back, write and run."""

from __future__ import annotations

import ast
import re
from typing import Any

from hushtable.model.sensitivity import Category
from hushtable.model.sensitivity_names import classify
from hushtable.scan.frame import Call, Machine, Stopped
from hushtable.scan.labels import NOTHING, Kind, Labels
from hushtable.scan.lookup import class_attribute
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
    `pure`, what is handed to a library under the name of a credential does not come back, nor
    does a setting.
    """
    found = frozenset().union(*(deep_labels(v) for v in call.everything())) or NOTHING
    if not pure:
        if not call.name.startswith("?."):
            shown = [v for name, v in call.kwargs.items() if not _names_credential(name)]
            shown += [v for v in (call.receiver, *call.args, call.extra) if v is not None]
            found = frozenset().union(*(deep_labels(v) for v in shown)) or NOTHING
        found = frozenset(label for label in found if label.kind is not Kind.SETTING)
    return frozenset(label for label in found if label.kind is not Kind.KEY)


def _names_credential(name: str) -> bool:
    return classify(name).category is Category.CREDENTIAL


def shown_name(call: Call) -> str:
    """Name an unresolved call for the coverage line."""
    if not call.name.startswith("?.") and call.name:
        return call.name
    function = getattr(call.node, "func", None)
    try:
        return ast.unparse(function)[:60] if function is not None else "?"
    except (ValueError, RecursionError):
        return "?"
