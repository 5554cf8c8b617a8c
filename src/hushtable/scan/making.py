"""Builtins that make objects and classes: super, object.__new__, property, exceptions."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.scan.call import instantiate
from hushtable.scan.carrying import (
    carried,
)
from hushtable.scan.frame import Call, Frame, Machine
from hushtable.scan.values import (
    ELTS,
    NONE,
    UNKNOWN,
    Class,
    Function,
    Instance,
    Native,
    Opaque,
    Super,
    deep_labels,
    sequence,
)


def _super(_m: Machine, call: Call) -> Any:
    if len(call.args) > 1 and isinstance(call.args[0], Class):
        return Super(call.args[0], call.args[1])
    here: Frame | None = call.frame
    while here is not None:
        function = here.function
        if here.owner is not None and function is not None:
            spec = function.node.args
            first = (*spec.posonlyargs, *spec.args)[:1]
            name = first[0].arg if first else (spec.vararg.arg if spec.vararg else "")
            if name in here.slots:
                receiver = here.slots[name]
                if spec.vararg is not None and name == spec.vararg.arg:
                    receiver = next(iter(receiver.slots[ELTS]), UNKNOWN)
                return Super(here.owner, receiver)
        here = here.parent
    return UNKNOWN


def _new(m: Machine, call: Call) -> Any:
    """Evaluate `object.__new__(cls)`, and that of the types a class can be built on."""
    cls = call.args[0] if call.args else call.receiver
    if isinstance(cls, Class):
        made = Instance(cls)
        if len(call.args) > 1 and not call.name.startswith("builtins.object"):
            kind = Native(call.name.removesuffix(".__new__"))
            made.slots["__data__"] = m.call(m, kind, call.args[1:], {}, call.node, call.frame)
        return made
    return Instance(native=cls.name) if isinstance(cls, Native) else UNKNOWN


def _data_init(m: Machine, call: Call) -> Any:
    """Run `__init__` of a builtin container for an object of its subclass."""
    if isinstance(call.receiver, Instance):
        name = call.name.removesuffix(".__init__")
        data = m.call(m, Native(name), call.args, call.kwargs, call.node, call.frame)
        m.journal.set(call.receiver.slots, "__data__", data)
    return NONE


def exception_made(m: Machine, call: Call) -> Any:
    """Make a builtin exception with its arguments."""
    del m
    args = sequence(
        call.args, "tuple", None if call.extra is None else Opaque(deep_labels(call.extra))
    )
    slots: dict[Any, Any] = {"args": args}
    if call.name == "builtins.SystemExit":
        slots["code"] = call.args[0] if call.args else NONE
    if call.name.endswith("ExceptionGroup") and len(call.args) > 1:
        slots |= {"message": call.args[0], "exceptions": call.args[1]}
    if call.name == "builtins.StopIteration":
        slots["value"] = call.args[0] if call.args else NONE
    return Instance(native=call.name, slots=slots)


def exception_init(m: Machine, call: Call) -> Any:
    """Run `BaseException.__init__`: it keeps its arguments."""
    receiver, args = call.receiver, call.args
    if receiver is None and args:
        receiver, args = args[0], args[1:]
    if isinstance(receiver, Instance):
        m.journal.set(receiver.slots, "args", sequence(args, "tuple"))
    return NONE


def _type_call(m: Machine, call: Call) -> Any:
    """Evaluate `type.__call__(cls, ...)`: make an object past the metaclass."""
    cls, args = call.receiver, call.args
    if not isinstance(cls, Class) and args:
        cls, args = args[0], args[1:]
    if isinstance(cls, Class):
        return instantiate(m, cls, args, call.kwargs, call.node, call.frame, call.extra)
    return carried(call)


def _mark(kind: str) -> Any:
    """Make `staticmethod`, `classmethod` and `property` as decorators and as calls."""

    def handler(_m: Machine, call: Call) -> Any:
        function = call.args[0] if call.args else call.kwargs.get("fget", NONE)
        is_call = isinstance(call.node, ast.Call) and call.node.args
        if kind == "property" and (is_call or not isinstance(function, Function)):
            slots = {
                name: value
                for name, value in (
                    ("fset", call.argument(1, "fset")),
                    ("fdel", call.argument(2, "fdel")),
                )
                if value is not None
            }
            return Instance(native="property", extra=function, slots=slots)
        if isinstance(function, Function):
            if is_call:
                function = Function(
                    function.node,
                    function.module,
                    function.closure,
                    function.name,
                    function.owner,
                    function.defaults,
                    function.kw_defaults,
                    kind,
                    function.slots,
                    function.generator,
                    function.locals,
                )
            else:
                function.kind = kind
        return function

    return handler


def _accessor(name: str) -> Any:
    """Make `@x.setter` and `@x.deleter`."""

    def handler(m: Machine, call: Call) -> Any:
        if isinstance(call.receiver, Function) and call.args:
            m.journal.set(call.receiver.slots, name, call.args[0])
            if isinstance(call.args[0], Function):
                call.args[0].owner = call.receiver.owner
        return UNKNOWN if call.receiver is None else call.receiver

    return handler


NATIVES: dict[str, Any] = {
    "builtins.super": _super,
    "builtins.property": _mark("property"),
    "builtins.staticmethod": _mark("static"),
    "builtins.classmethod": _mark("class"),
    "function.setter": _accessor("setter"),
    "function.deleter": _accessor("deleter"),
    "builtins.type.__call__": _type_call,
    "exception.__init__": exception_init,
    **{
        f"builtins.{name}.__new__": _new
        for name in (
            "object",
            "str",
            "int",
            "float",
            "bytes",
            "tuple",
            "frozenset",
            "list",
            "dict",
            "set",
        )
    },
    **{f"builtins.{name}.__init__": _data_init for name in ("list", "dict", "set", "bytearray")},
}
