"""Reading, writing and binding attributes, as Python looks them up."""

from __future__ import annotations

import ast
from typing import Any

from hushtable.scan.frame import Frame, Machine
from hushtable.scan.lookup import class_attribute, mro, native_base
from hushtable.scan.values import (
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Generic,
    Instance,
    ModuleValue,
    Native,
    Opaque,
    Partial,
    Seq,
    Super,
    choice,
    sequence,
)

child = Opaque.child


def distinct(found: list[Any]) -> list[Any]:
    """Drop what stands twice, keeping the order."""
    kept: list[Any] = []
    for one in found:
        if one not in kept:
            kept.append(one)
    return kept


def get_attribute(m: Machine, owner: Any, name: str) -> Any:
    """Evaluate `owner.name`."""
    match owner:
        case Instance():
            return _instance_attribute(m, owner, name)
        case ModuleValue(module=module):
            return m.program.module_attribute(m, module, name)
        case Class():
            return _class_attribute(m, owner, name)
        case Native(name=qualified, receiver=receiver):
            return m.observer.native_attribute(m, qualified, receiver, name)
        case Choice(options=choices):
            found = [get_attribute(m, option, name) for option in choices if option != NONE]
            return choice(distinct(found)) if found else UNKNOWN
        case Const(value=value, labels=labels):
            if name in {"real", "imag", "numerator", "denominator"} and hasattr(value, name):
                return Const(getattr(value, name), labels)
            return Native(f"{type(value).__name__}.{name}", owner)
        case Dict(kind=kind):
            return Native(f"{kind}.{name}", owner)
        case Seq(kind=kind):
            return Native(f"{kind}.{name}", owner)
        case Opaque():
            return opaque_attribute(m, owner, name)
        case Super():
            return m.program.super_attribute(m, owner, name)
        case Generic(origin=origin):
            return get_attribute(m, origin, name)
        case Function():
            return _function_attribute(m, owner, name)
        case Bound(function=function, receiver=receiver):
            return receiver if name == "__self__" else get_attribute(m, function, name)
        case Partial(function=function):
            return function if name == "func" else UNKNOWN
    return UNKNOWN


def _function_attribute(m: Machine, owner: Function, name: str) -> Any:
    if name in owner.slots:
        return owner.slots[name]
    match name:
        case "__name__" | "__qualname__":
            return Const(owner.name.rpartition(".")[2])
        case "__doc__":
            return Const(
                ast.get_docstring(owner.node) if not isinstance(owner.node, ast.Lambda) else None
            )
        case "__dict__":
            return Dict(owner.slots)
        case "__wrapped__":
            return UNKNOWN
        case "__get__":
            return Native("function.__get__", owner)
        case "__call__":
            return owner
    return m.observer.function_attribute(m, owner, name)


def opaque_attribute(m: Machine, owner: Opaque, name: str) -> Any:
    """Read an attribute of something unknown: a method if it is one that values have."""
    if owner.hint and f"{owner.hint}.{name}" in m.natives:
        return Native(f"{owner.hint}.{name}", owner)
    return Native(f"?.{name}", owner)


def _instance_attribute(m: Machine, owner: Instance, name: str) -> Any:
    if owner.cls is not None and name[:2] != "__":
        found = class_attribute(owner.cls, "__getattribute__")
        if isinstance(found, Function) and not any(f is found for f, _ in m.stack):
            return m.call(
                m, Bound(found, owner), [Const(name)], {}, found.node, m.program.frame_of(found)
            )
        found = class_attribute(owner.cls, name)
        if isinstance(found, Function) and found.kind == "property":
            return bind_to(m, found, owner, owner.cls)
        if (
            isinstance(found, Instance)
            and found.cls is not None
            and isinstance(class_attribute(found.cls, "__set__"), Function)
        ):
            return bind_to(m, found, owner, owner.cls)
    if name in owner.slots:
        return owner.slots[name]
    if owner.cls is not None:
        found = class_attribute(owner.cls, name)
        if found is not MISSING:
            if isinstance(found, Function) and found.kind == "" and name == "__new__":
                return found
            return bind_to(m, found, owner, owner.cls)
        special = m.observer.model_attribute(m, owner, name)
        if special is not None:
            return special
        if name == "__class__":
            return owner.cls
        if name == "__dict__":
            return Dict(owner.slots)
        getter = class_attribute(owner.cls, "__getattr__")
        if isinstance(getter, Function):
            return m.call(
                m, Bound(getter, owner), [Const(name)], {}, getter.node, m.program.frame_of(getter)
            )
    base = owner.native or (native_base(owner.cls) if owner.cls else "")
    if base:
        return m.observer.native_member(m, owner, base, name)
    if REST in owner.slots:
        rest = owner.slots[REST]
        return child(rest, name) if isinstance(rest, Opaque) else rest
    return UNKNOWN


def bind_to(m: Machine, found: Any, receiver: Any, cls: Class) -> Any:
    """Bind what a class holds to its receiver, as Python's descriptors do."""
    match found:
        case Function(kind="static"):
            return found
        case Function(kind="class"):
            return Bound(found, cls)
        case Function(kind="property"):
            return m.call(m, Bound(found, receiver), [], {}, found.node, m.program.frame_of(found))
        case Function():
            return Bound(found, receiver)
        case Instance(native="functools.cached_property", extra=function):
            return m.call(m, function, [receiver], {}, ast.Constant(None), m.program.no_frame)
        case Instance(native="functools.singledispatch"):
            return Bound(
                Instance(
                    native="functools.singledispatchmethod", extra=found.extra, slots=found.slots
                ),
                receiver,
            )
        case Instance(native="property", extra=function):
            return m.call(m, function, [receiver], {}, ast.Constant(None), m.program.no_frame)
    if isinstance(found, Instance) and found.native == "functools.partialmethod":
        return Partial(Bound(found.extra.function, receiver), found.extra.args, found.extra.kwargs)
    if isinstance(found, Instance) and found.cls is not None:
        getter = class_attribute(found.cls, "__get__")
        if isinstance(getter, Function):
            return m.call(
                m,
                Bound(getter, found),
                [receiver, cls],
                {},
                getter.node,
                m.program.frame_of(getter),
            )
    return found


def _class_attribute(m: Machine, owner: Class, name: str) -> Any:
    found = class_attribute(owner, name)
    if found is not MISSING:
        match found:
            case Function(kind="class"):
                return Bound(found, owner)
            case Instance(native="property"):
                return UNKNOWN
        if isinstance(found, Instance) and found.cls is not None:
            return bind_to(m, found, NONE, owner)
        return found
    match name:
        case "__name__" | "__qualname__":
            return Const(owner.name)
        case "__module__":
            return Const(owner.module.name)
        case "__dict__":
            return Dict(owner.slots)
        case "__bases__":
            return sequence(owner.bases, "tuple")
        case "__mro__":
            return sequence(mro(owner), "tuple")
        case "__doc__":
            return Const(ast.get_docstring(owner.node))
        case "__subclasses__":
            return Native("type.__subclasses__", owner)
    if owner.metaclass is not None and isinstance(owner.metaclass, Class):
        meta = class_attribute(owner.metaclass, name)
        if meta is not MISSING:
            return bind_to(m, meta, owner, owner.metaclass)
    special = m.observer.model_class_attribute(m, owner, name)
    if special is not None:
        return special
    base = native_base(owner)
    if base:
        return m.observer.native_class_member(m, owner, base, name)
    return UNKNOWN


def set_attribute(
    m: Machine, owner: Any, name: str, value: Any, node: ast.AST, frame: Frame
) -> None:
    """Run `owner.name = value`."""
    match owner:
        case Choice(options=choices):
            m.journal.apart(choices, lambda one: set_attribute(m, one, name, value, node, frame))
        case Instance(cls=cls):
            setter = class_attribute(cls, name) if cls is not None else MISSING
            if isinstance(setter, Function) and setter.kind == "property":
                function = setter.slots.get("setter")
                if function is not None:
                    m.call(m, Bound(function, owner), [value], {}, node, frame)
                    return
            if isinstance(setter, Instance) and setter.native == "property":
                if "fset" in setter.slots:
                    m.call(m, setter.slots["fset"], [owner, value], {}, node, frame)
                return
            if isinstance(setter, Instance) and setter.cls is not None:
                method = class_attribute(setter.cls, "__set__")
                if isinstance(method, Function):
                    m.call(m, Bound(method, setter), [owner, value], {}, node, frame)
                    return
            hook = class_attribute(cls, "__setattr__") if cls is not None else MISSING
            if isinstance(hook, Function) and not any(f is hook for f, _ in m.stack):
                m.call(m, Bound(hook, owner), [Const(name), value], {}, node, frame)
                return
            m.journal.set(owner.slots, name, value)
        case Class() | Function():
            m.journal.set(owner.slots, name, value)
        case Native(name=qualified):
            m.journal.set(m.patched, f"{qualified}.{name}", value)
        case ModuleValue(module=module):
            m.journal.set(module.slots, name, value)


def delete_attribute(m: Machine, owner: Any, name: str, node: ast.AST, frame: Frame) -> None:
    """Run `del owner.name`."""
    match owner:
        case Instance(cls=cls) if cls is not None:
            held = class_attribute(cls, name)
            deleter = held.slots.get("deleter") if isinstance(held, Function) else None
            hook = class_attribute(cls, "__delattr__")
            if deleter is not None:
                m.call(m, Bound(deleter, owner), [], {}, node, frame)
            elif isinstance(hook, Function):
                m.call(m, Bound(hook, owner), [Const(name)], {}, node, frame)
            else:
                m.journal.delete(owner.slots, name)
        case Instance() | Class() | Function():
            m.journal.delete(owner.slots, name)
