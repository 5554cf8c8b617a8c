"""Calls of `typing` and pydantic that make types: `TypeVar`, `NewType`, `constr`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hushtable.scan.annotations import type_variable
from hushtable.scan.fields import FIELD
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.model_config import text
from hushtable.scan.values import (
    TRUE,
    UNKNOWN,
    Generic,
    Instance,
    Native,
)


def _type_variable(_m: Machine, call: Call) -> Any:
    return type_variable(text(call.argument(0, "name")) or "T")


def _second(_m: Machine, call: Call) -> Any:
    """`NewType("Id", str)` and `cast(T, x)` are their second argument."""
    return call.argument(1, "tp", "val", "value", default=UNKNOWN)


def _first(_m: Machine, call: Call) -> Any:
    return call.argument(0, default=UNKNOWN)


def _constrained(base: str) -> Handler:
    def make(_m: Machine, call: Call) -> Any:
        told = Instance(native=FIELD, slots=dict(call.kwargs))
        inner: Any = Native(base)
        if call.args and base == "builtins.list":
            inner = Generic(inner, (call.args[0],))
        return Generic(Native("typing.Annotated"), (inner, told))

    return make


NATIVES: Mapping[str, Handler] = {
    "typing.TypeVar": _type_variable,
    "typing.ParamSpec": _type_variable,
    "typing.NewType": _second,
    "typing.cast": _second,
    "typing.TypeAliasType": _second,
    "typing.runtime_checkable": _first,
    "typing.final": _first,
    "typing.overload": _first,
    "typing.override": _first,
    "typing.no_type_check": _first,
    "pydantic.constr": _constrained("builtins.str"),
    "pydantic.conint": _constrained("builtins.int"),
    "pydantic.confloat": _constrained("builtins.float"),
    "pydantic.condecimal": _constrained("decimal.Decimal"),
    "pydantic.conlist": _constrained("builtins.list"),
    "pydantic.conset": _constrained("builtins.list"),
}
ATTRIBUTES: Mapping[str, Callable[..., Any]] = {
    "typing.TYPE_CHECKING": lambda _m, _owner: TRUE,
}
