"""Chance and text templates: any element of what was given, and text with what is filled in."""

from __future__ import annotations

from typing import Any

from hushtable.scan.carrying import (
    any_of,
    labels_in,
    opened,
)
from hushtable.scan.frame import Call, Machine
from hushtable.scan.sequences import blur
from hushtable.scan.values import (
    NONE,
    UNKNOWN,
    Instance,
    Opaque,
    Seq,
    deep_labels,
    sequence,
)


def _chosen(m: Machine, call: Call) -> Any:
    """Evaluate `random.choice`: any element."""
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    return any_of(known, rest)


def _sampled(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    return sequence((), rest=any_of(known, rest))


def _shuffle(m: Machine, call: Call) -> Any:
    if call.args and isinstance(call.args[0], Seq):
        blur(m, call.args[0].slots)
    return NONE


def _template(m: Machine, call: Call) -> Any:
    """Make a `string.Template`."""
    del m
    return Instance(native="string.Template", slots={"template": call.argument(0, "template")})


def _substitute(m: Machine, call: Call) -> Any:
    held = call.receiver.slots.get("template") if isinstance(call.receiver, Instance) else None
    template = UNKNOWN if held is None else held
    labels = labels_in([template, *call.args, *call.kwargs.values()])
    if call.extra is not None:
        labels |= deep_labels(call.extra)
    del m
    return Opaque(labels, "str")


NATIVES: dict[str, Any] = {
    "random.choice": _chosen,
    "random.choices": _sampled,
    "random.sample": _sampled,
    "random.shuffle": _shuffle,
    "string.Template": _template,
    "string.Template.substitute": _substitute,
    "string.Template.safe_substitute": _substitute,
}
