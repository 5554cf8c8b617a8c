"""Functions and methods on objects of dataclasses, attrs and tuples with names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.constructing import elements_of
from hushtable.scan.dumping import PLAIN, dump
from hushtable.scan.fields import kind_of
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.lookup import DATA, class_attribute
from hushtable.scan.members import promote
from hushtable.scan.operators import pick
from hushtable.scan.schema import schema_of
from hushtable.scan.values import (
    FALSE,
    NONE,
    REST,
    TRUE,
    UNKNOWN,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Native,
    Opaque,
    Seq,
    Value,
    choice,
    deep_labels,
    mapping,
    sequence,
)

NAMED_TUPLE = frozenset({"_asdict", "_replace", "__iter__", "index", "count"})


def _each(value: Any, use: Callable[[Any], Any]) -> Any:
    if isinstance(value, Choice):
        return pick([use(one) for one in value.options if one != NONE])
    return use(value)


def _asdict(m: Machine, call: Call) -> Any:
    """`dataclasses.asdict`, `attr.asdict`: nested records become maps too."""

    def use(value: Any) -> Any:
        match value:
            case Instance():
                return _deep(m, value)
            case Opaque() if value.labels and not value.deep:
                return promote(value)
        return value

    return _each(call.argument(0, "obj", "inst", default=UNKNOWN), use)


def _deep(m: Machine, value: Any) -> Any:
    match value:
        case Instance() if value.cls is not None and kind_of(value.cls) in {"dataclass", "attrs"}:
            made = dump(m, value, PLAIN)
            return _deep(m, made) if isinstance(made, Dict) else made
        case Seq(slots=slots, kind=kind):
            rest = slots.get(REST)
            known = [_deep(m, one) for one in elements_of(value)]
            return sequence(known, kind, None if rest is None else _deep(m, rest))
        case Dict(slots=slots):
            return Dict({k: v if not isinstance(k, str) else _deep(m, v) for k, v in slots.items()})
        case Choice(options=found):
            return choice([_deep(m, one) for one in found])
    return value


def _astuple(m: Machine, call: Call) -> Any:
    made = _asdict(m, call)
    if isinstance(made, Dict):
        return sequence([v for k, v in made.slots.items() if isinstance(k, str)], "tuple")
    return made


def _replace(_m: Machine, call: Call) -> Any:
    """`dataclasses.replace`, `attr.evolve`: a changed copy."""

    def use(value: Any) -> Any:
        if not isinstance(value, Instance):
            return value
        slots = dict(value.slots)
        slots |= call.kwargs
        if DATA in slots and value.cls is not None:
            names = [name for name in slots if isinstance(name, str) and name != DATA]
            slots[DATA] = sequence([slots[name] for name in names], "tuple")
        return Instance(value.cls, value.native, slots, value.extra)

    owner = call.receiver if call.receiver is not None else call.argument(0, default=UNKNOWN)
    return _each(owner, use)


def _fields(m: Machine, call: Call) -> Any:
    value = call.argument(0, default=UNKNOWN)
    cls = value.cls if isinstance(value, Instance) else value
    schema = schema_of(m, cls) if isinstance(cls, Class) else None
    if schema is None:
        return sequence((), "tuple", Opaque(of="field"))
    return sequence(
        [
            Instance(native="dataclasses.Field", slots={"name": Const(name)})
            for name in schema.fields
        ],
        "tuple",
    )


def _is_record(_m: Machine, call: Call) -> Any:
    value = call.argument(0, default=UNKNOWN)
    if isinstance(value, Opaque | Choice):
        return BOOLEAN
    cls = value.cls if isinstance(value, Instance) else value
    return TRUE if isinstance(cls, Class) and kind_of(cls) in {"dataclass", "attrs"} else FALSE


def _tuple_asdict(m: Machine, call: Call) -> Any:
    owner = call.receiver
    if not isinstance(owner, Instance) or owner.cls is None:
        return Opaque(deep_labels(owner), deep=True)
    schema = schema_of(m, owner.cls)
    names = () if schema is None else schema.fields
    return mapping({name: owner.slots[name] for name in names if name in owner.slots})


def _tuple_iter(_m: Machine, call: Call) -> Any:
    held = call.receiver.slots.get(DATA) if isinstance(call.receiver, Instance) else None
    return sequence(elements_of(held), "tuple")


def _tuple_make(m: Machine, call: Call) -> Any:
    return m.call(m, call.receiver, list(elements_of(call.argument(0))), {}, call.node, call.frame)


def named_tuple_class(m: Machine, cls: Class, name: str) -> Value:
    """Read `_fields` and `_make` of a tuple class with names."""
    if name == "_make":
        return Native("namedtuple._make", cls)
    schema = schema_of(m, cls)
    return sequence([Const(one) for one in (schema.fields if schema else ())], "tuple")


def by_protocol(m: Machine, value: Instance) -> Dict | None:
    """Open an object that has `keys` and `__getitem__`."""
    if value.cls is None or not isinstance(class_attribute(value.cls, "keys"), Function):
        return None
    node = value.cls.node
    method = m.get_attribute(m, value, "keys")
    names = m.call(m, method, [], {}, node, m.program.no_frame)
    getter = m.get_attribute(m, value, "__getitem__")
    if not isinstance(names, Seq | Dict):
        return None
    known = (
        elements_of(names)
        if isinstance(names, Seq)
        else [Const(key) for key in names.slots if isinstance(key, str)]
    )
    return mapping(
        {
            one.value: m.call(m, getter, [one], {}, node, m.program.no_frame)
            for one in known
            if isinstance(one, Const)
        }
    )


NATIVES: Mapping[str, Handler] = {
    "dataclasses.asdict": _asdict,
    "dataclasses.astuple": _astuple,
    "dataclasses.replace": _replace,
    "dataclasses.fields": _fields,
    "dataclasses.is_dataclass": _is_record,
    "attr.asdict": _asdict,
    "attr.astuple": _astuple,
    "msgspec.to_builtins": _asdict,
    "msgspec.structs.asdict": _asdict,
    "msgspec.structs.replace": _replace,
    "attr.evolve": _replace,
    "attr.fields": _fields,
    "namedtuple._asdict": _tuple_asdict,
    "namedtuple._replace": _replace,
    "namedtuple.__iter__": _tuple_iter,
    "namedtuple._make": _tuple_make,
}
