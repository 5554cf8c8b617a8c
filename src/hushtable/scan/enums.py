"""Enums: members are objects with a name and a value; those that mix in str or int equal it.

Source: docs.python.org/3/library/enum.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hushtable.scan.annotations import descends_from
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.labels import NOTHING
from hushtable.scan.lookup import mro, plain
from hushtable.scan.operators import pick
from hushtable.scan.values import (
    FALSE,
    TRUE,
    UNKNOWN,
    Bound,
    Choice,
    Class,
    Const,
    Function,
    Generic,
    Instance,
    Native,
    Opaque,
    deep_labels,
    mapping,
    sequence,
)

BASES = (
    "enum.Enum",
    "enum.StrEnum",
    "enum.IntEnum",
    "enum.Flag",
    "enum.IntFlag",
    "backports.strenum.StrEnum",
    "strenum.StrEnum",
    "fastapi_utils.enums.StrEnum",
)
MIXED = (
    "builtins.str",
    "builtins.int",
    "enum.StrEnum",
    "enum.IntEnum",
    "enum.IntFlag",
    "backports.strenum.StrEnum",
    "strenum.StrEnum",
    "fastapi_utils.enums.StrEnum",
)


def is_enum(cls: Class) -> bool:
    """Whether a class is an enumeration."""
    return descends_from(cls, *BASES)


def is_mixed(cls: Class) -> bool:
    """Whether members equal their value: `class Role(str, Enum)`, `StrEnum`."""
    return descends_from(cls, *MIXED)


def make_members(m: Machine, cls: Class) -> None:
    """Turn what the body of an enum assigned into members. The class is fresh."""
    cls.cache["enum"] = True
    cls.cache["mixed"] = is_mixed(cls)
    count = 0
    for name, held in list(cls.slots.items()):
        if not isinstance(name, str) or name.startswith("_"):
            continue
        if isinstance(held, Function | Class | Bound):
            continue
        if isinstance(held, Instance) and held.native:
            continue
        count += 1
        value = held
        if isinstance(held, Opaque) and held.of.startswith("enum.auto"):
            value = Const(name.lower()) if descends_from(cls, "enum.StrEnum") else Const(count)
        made = Instance(
            cls,
            slots={"name": Const(name), "value": value, "_value_": value, "_name_": Const(name)},
        )
        cls.slots[name] = made
        _initialise(m, cls, made, value)


def _initialise(m: Machine, cls: Class, made: Instance, value: Any) -> None:
    for one in mro(cls):
        init = one.slots.get("__init__")
        if isinstance(init, Function):
            known = list(next(iter(value.slots.values()))) if hasattr(value, "kind") else [value]
            m.call(m, Bound(init, made), known, {}, init.node, m.program.frame_of(init))
            return


def members_of(cls: Class) -> list[Instance]:
    """Give the members in order."""
    return [
        held
        for one in reversed(mro(cls))
        for held in one.slots.values()
        if isinstance(held, Instance)
        and held.cls is not None
        and held.cls is one
        and one.cache.get("enum")
    ]


def member_of(cls: Class, value: Any) -> Any:
    """Give the member that has a value; an unknown one keeps what the value carries."""
    if isinstance(value, Choice):
        return pick([member_of(cls, one) for one in value.options])
    if isinstance(value, Instance) and value.cls is not None and cls in mro(value.cls):
        return value
    for one in members_of(cls):
        if isinstance(value, Const) and one.slots["value"] == Const(value.value):
            return one
    return unknown_member(cls, Opaque(deep_labels(value)))


def unknown_member(cls: Class, value: Opaque) -> Instance:
    """Make a member of which only what its value carries is known."""
    return Instance(cls, slots={"value": value, "_value_": value, "name": Opaque(hint="str")})


def attribute(owner: Instance, name: str) -> Any:
    """Read what an enum gives its members."""
    if owner.cls is None:
        return None
    if name in {"__eq__", "__ne__"}:
        return Bound(Native(f"enum.{name}"), owner)
    if is_mixed(owner.cls):
        value = owner.slots.get("value")
        if isinstance(value, Const):
            return Native(f"{type(value.value).__name__}.{name}", value)
        if isinstance(value, Opaque):
            return Native(f"str.{name}", value)
    return None


def text_of(value: Instance) -> Any:
    """Give `str(member)`: the value for mixed members, else `Class.NAME`."""
    if value.cls is None or not value.cls.cache.get("enum"):
        return None
    held = plain(value)
    if isinstance(held, Const):
        return Const(str(held.value), held.labels)
    if isinstance(held, Opaque):
        return Opaque(held.labels, "str")
    name = value.slots.get("name")
    if isinstance(name, Const):
        return Const(f"{value.cls.name}.{name.value}")
    return Opaque(deep_labels(value), "str")


def class_attribute(owner: Class, name: str) -> Any:
    """Read what an enum's class has itself."""
    match name:
        case "__iter__" | "__len__" | "__contains__" | "__reversed__":
            return Native(f"enum.{name}", owner)
        case "__members__":
            return mapping({one.slots["name"].value: one for one in members_of(owner)})
        case "_value2member_map_":
            return mapping(
                {
                    one.slots["value"].value: one
                    for one in members_of(owner)
                    if isinstance(one.slots["value"], Const)
                }
            )
    return None


def _iterate(_m: Machine, call: Call) -> Any:
    return sequence(members_of(call.receiver) if isinstance(call.receiver, Class) else ())


def _equal(_m: Machine, call: Call) -> Any:
    left, right = call.args[0], call.args[1] if len(call.args) > 1 else UNKNOWN
    answer = _same(left, right)
    return BOOLEAN if answer is None else (TRUE if answer else FALSE)


def _different(_m: Machine, call: Call) -> Any:
    left, right = call.args[0], call.args[1] if len(call.args) > 1 else UNKNOWN
    answer = _same(left, right)
    return BOOLEAN if answer is None else (FALSE if answer else TRUE)


def _mixed_equal(m: Machine, call: Call) -> Any:
    """`"admin" == Role.ADMIN`: None when this is no enum, so that the comparison goes on."""
    cls = call.receiver.cls if isinstance(call.receiver, Instance) else None
    if cls is None or not cls.cache.get("enum"):
        return None
    call.args = [call.receiver, *call.args]
    return _equal(m, call) if call.name.endswith("eq") else _different(m, call)


def _same(left: Any, right: Any) -> bool | None:
    if isinstance(right, Choice):
        answers = {_same(left, one) for one in right.options}
        return answers.pop() if len(answers) == 1 else None
    if left is right:
        return True
    a, b = plain(left), plain(right)
    if isinstance(a, Const) and isinstance(b, Const):
        return bool(a.value == b.value)
    if isinstance(right, Instance) and left.cls is right.cls:
        mine, other = left.slots.get("value"), right.slots.get("value")
        if isinstance(mine, Const) and isinstance(other, Const):
            return bool(mine.value == other.value)
        return None
    if isinstance(a, Instance) and isinstance(b, Const):
        return False
    return None


def _count(_m: Machine, call: Call) -> Any:
    found = members_of(call.receiver) if isinstance(call.receiver, Class) else []
    return Const(len(found))


def _auto(_m: Machine, _call: Call) -> Any:
    return Opaque(NOTHING, of="enum.auto")


def _unchanged(_m: Machine, call: Call) -> Any:
    return call.argument(0, default=UNKNOWN)


def is_enum_type(value: Any) -> bool:
    """Whether a type value names an enum of the program."""
    origin = value.origin if isinstance(value, Generic) else value
    return isinstance(origin, Class) and bool(origin.cache.get("enum"))


def _of(name: str) -> Handler:
    def compare(m: Machine, call: Call) -> Any:
        call.name = name
        return _mixed_equal(m, call)

    return compare


NATIVES: Mapping[str, Handler] = {
    **{f"{base}.__{name}__": _of(name) for base in {*BASES, *MIXED} for name in ("eq", "ne")},
    "enum.__iter__": _iterate,
    "enum.__reversed__": _iterate,
    "enum.__len__": _count,
    "enum.__eq__": _equal,
    "enum.__ne__": _different,
    "enum.auto": _auto,
    "enum.unique": _unchanged,
    "enum.verify": lambda _m, _call: Native("enum.unique"),
}
