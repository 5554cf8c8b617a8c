"""Calls that make a class with fields: `namedtuple`, `TypedDict`, `create_model`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from hushtable.scan.constructing import elements_of
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.model_config import text
from hushtable.scan.values import (
    Class,
    Const,
    Dict,
    Generic,
    Native,
    Seq,
)


def made_class(call: Call, name: str, base: str, types: Mapping[str, Any]) -> Class:
    """Make the class that a call such as `namedtuple("P", "x y")` gives."""
    node = ast.ClassDef(name=name, bases=[], keywords=[], body=[ast.Pass()], decorator_list=[])
    ast.copy_location(node, call.node)
    made = Class(node, call.frame.module, name, (Native(base),))
    made.cache["declared"] = tuple(types)
    made.cache["types"] = dict(types)
    made.cache["fields"] = tuple(types)
    return made


def _namedtuple(_m: Machine, call: Call) -> Any:
    """`namedtuple("P", "x y")`, `NamedTuple("P", [("x", int)])`."""
    listed = call.argument(1, "field_names", "fields")
    types: dict[str, Any] = {}
    match listed:
        case Const(value=str() as listing):
            types = dict.fromkeys(listing.replace(",", " ").split())
        case Seq():
            for one in elements_of(listed):
                match one:
                    case Const(value=str() as name):
                        types[name] = None
                    case Seq():
                        pair = elements_of(one)
                        if len(pair) == 2 and isinstance(pair[0], Const):  # noqa: PLR2004 - a pair
                            types[str(pair[0].value)] = pair[1]
    made = made_class(call, text(call.argument(0)) or "tuple", "typing.NamedTuple", types)
    defaults = elements_of(call.kwargs.get("defaults"))
    if defaults:
        made.slots.update(zip(list(types)[-len(defaults) :], defaults, strict=False))
    return made


def _typeddict(_m: Machine, call: Call) -> Any:
    listed = call.argument(1, "fields")
    types = (
        {}
        if not isinstance(listed, Dict)
        else {str(key): held for key, held in listed.slots.items() if isinstance(key, str)}
    )
    return made_class(call, text(call.argument(0)) or "dict", "typing.TypedDict", types)


def _create_model(m: Machine, call: Call) -> Any:
    """`create_model("M", __base__=Base, name=(str, ...))`."""
    types: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    for name, spec in call.kwargs.items():
        if name.startswith("__"):
            continue
        pair = elements_of(spec)
        types[name] = pair[0] if pair else spec
        if len(pair) > 1 and pair[1] != Const(...):
            defaults[name] = pair[1]
    made = made_class(call, text(call.argument(0)) or "Model", "pydantic.BaseModel", types)
    base = call.kwargs.get("__base__")
    if isinstance(base, Class | Generic):
        made.bases = (base,)
    made.slots.update(defaults)
    del m
    return made


def _make_dataclass(m: Machine, call: Call) -> Any:
    listed = call.argument(1, "fields")
    types: dict[str, Any] = {}
    for one in elements_of(listed):
        pair = elements_of(one) or (one,)
        if isinstance(pair[0], Const):
            types[str(pair[0].value)] = pair[1] if len(pair) > 1 else None
    made = made_class(call, text(call.argument(0)) or "Record", "builtins.object", types)
    made.cache["dataclass"] = "dataclass"
    del m
    return made


NATIVES: Mapping[str, Handler] = {
    "pydantic.create_model": _create_model,
    "collections.namedtuple": _namedtuple,
    "typing.NamedTuple": _namedtuple,
    "typing.TypedDict": _typeddict,
    "dataclasses.make_dataclass": _make_dataclass,
}
