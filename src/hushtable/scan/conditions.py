"""boto3's condition objects: `Key("id").eq(x) & Attr("owner").eq(me)`."""

from __future__ import annotations

from typing import Any

from hushtable.scan.frame import Call, Machine
from hushtable.scan.operators import text_parts
from hushtable.scan.values import NONE, Const, Instance, deep_labels

NAME = "dynamodb.name"
CONDITION = "dynamodb.condition"
COMPARISONS = (
    "eq", "ne", "lt", "lte", "gt", "gte", "begins_with", "between", "is_in", "contains",
    "exists", "not_exists", "attribute_type", "size", "startswith", "does_not_exist", "not_exist",
    "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__",
)  # fmt: skip


def attribute_name(value: Any) -> str:
    """Give the constant name of an attribute, `*` for one that is not constant."""
    if isinstance(value, Const):
        return str(value.value)
    parts = text_parts(value)
    return "".join(part or "*" for part in parts)


def _name(_m: Machine, call: Call) -> Any:
    given = call.argument(0, "name", default=NONE)
    return Instance(native=NAME, slots={"name": Const(attribute_name(given), deep_labels(given))})


def _compare(_m: Machine, call: Call) -> Any:
    receiver = call.receiver
    name = receiver.slots["name"].value if isinstance(receiver, Instance) else "*"
    op = call.name.rpartition(".")[2]
    return Instance(native=CONDITION, extra=((name, op, tuple(call.args)),))


def _combine(_m: Machine, call: Call) -> Any:
    parts: tuple[Any, ...] = ()
    for one in call.everything():
        if isinstance(one, Instance) and one.native == CONDITION:
            parts += one.extra
    return Instance(native=CONDITION, extra=parts)


def comparisons(value: Any) -> list[tuple[str, str, tuple[Any, ...]]]:
    """Give (attribute, comparison, values) of a condition object; empty for anything else."""
    if isinstance(value, Instance) and value.native == CONDITION:
        return list(value.extra)
    if hasattr(value, "options"):
        return [part for option in value.options for part in comparisons(option)]
    return []


NATIVES: dict[str, Any] = {
    "boto3.dynamodb.conditions.Key": _name,
    "boto3.dynamodb.conditions.Attr": _name,
    "aiodynamo.expressions.F": _name,
    "aiodynamo.expressions.HashKey": lambda _m, call: Instance(
        native=CONDITION,
        extra=((attribute_name(call.argument(0, default=NONE)), "eq", tuple(call.args[1:])),),
    ),
    "dyntastic.A": _name,
    f"{CONDITION}.__and__": _combine,
    f"{CONDITION}.__or__": _combine,
    f"{CONDITION}.__invert__": _combine,
    **{f"{NAME}.{one}": _compare for one in COMPARISONS},
    **{f"{NAME}.__{one}__": _compare for one in ("eq", "ne", "lt", "le", "gt", "ge")},
}
