"""Reading and writing what values hold: attributes, items, slices."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from hushtable.scan import pieces
from hushtable.scan.attributes import child, distinct, get_attribute
from hushtable.scan.frame import Frame, Machine, Stopped, surely_raise
from hushtable.scan.iterate import element_of, elements
from hushtable.scan.labels import Kind
from hushtable.scan.lookup import class_attribute, data_of, plain
from hushtable.scan.overriding import override
from hushtable.scan.positions import anything_of, delete_position, seq_item, set_position, set_slice
from hushtable.scan.settling import is_scalar_object, settled
from hushtable.scan.values import (
    ELTS,
    FACTORY,
    KEYS,
    MAYBE,
    MINUS,
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
    Native,
    Opaque,
    Seq,
    choice,
    deep_labels,
    join,
    sequence,
)


def promote(value: Opaque, kind: str = "dict") -> Dict | Seq:
    """Give an unknown an identity, so that changes in place are remembered."""
    if kind == "list":
        return sequence((), rest=element_of(value))
    return Dict({REST: value})


def get_item(m: Machine, owner: Any, key: Any, node: ast.AST, frame: Frame) -> Any:
    """Evaluate `owner[key]`."""
    match owner:
        case Choice(options=choices):
            return _item_of_one(m, choices, key, node, frame)
        case Dict():
            if FACTORY in owner.slots and slot_key(key) not in owner.slots:
                return _made_item(m, owner, key, node, frame)
            if REST not in owner.slots and _is_missing(owner, key):
                return surely_raise(m, "KeyError", node, frame)
            return dict_item(owner, key)
        case Seq():
            if isinstance(key, Const) and isinstance(key.value, int) and REST not in owner.slots:
                size = len(owner.slots[ELTS])
                if not -size <= key.value < size:
                    return surely_raise(m, "IndexError", node, frame)
            return seq_item(owner, key)
        case Const(value=str() | bytes() | tuple() as text, labels=labels):
            if isinstance(key, Const) and isinstance(key.value, int):
                try:
                    return Const(text[key.value], labels)
                except IndexError:
                    return surely_raise(m, "IndexError", node, frame)
            if isinstance(key, Instance) and isinstance(key.extra, slice):
                return Const(text[key.extra], labels)
            return Opaque(labels, "str" if isinstance(text, str) else "bytes")
        case Opaque():
            return opaque_item(owner, key)
        case Instance():
            return _instance_item(m, owner, key, node, frame)
        case Class() | Native() | Generic():
            method = (
                class_attribute(owner, "__class_getitem__") if isinstance(owner, Class) else None
            )
            if isinstance(method, Function) and method.owner is not None:
                return m.call(m, Bound(method, owner), [key], {}, node, frame)
            if isinstance(owner, Class) and owner.cache.get("enum"):
                return owner.slots.get(getattr(key, "value", None), UNKNOWN)
            if isinstance(owner, Native) and owner.name == "os.environ":
                return m.natives["os.environ.get"](
                    m, m.observer.plain_call(owner, [key], node, frame)
                )
            arguments = tuple(key.slots[ELTS]) if isinstance(key, Seq) else (key,)
            return Generic(owner, arguments)
    return UNKNOWN


def _item_of_one(
    m: Machine, choices: tuple[Any, ...], key: Any, node: ast.AST, frame: Frame
) -> Any:
    """Read one of several values: those that have no such item raise, the others go on."""
    found: list[Any] = []
    raises = False
    for option in choices:
        if option != NONE:
            try:
                found.append(get_item(m, option, key, node, frame))
            except Stopped:
                raises = True
    if raises and not found:
        raise Stopped
    return choice(distinct(found)) if found else UNKNOWN


def _is_missing(owner: Dict, key: Any) -> bool:
    place = slot_key(key)
    return place is not MISSING and place not in owner.slots


def slot_key(key: Any) -> Any:
    """Give the key of slots that a value stands for; MISSING when it is not known."""
    match key:
        case Const(value=value):
            return value
        case Seq(slots=slots, kind="tuple" | "frozenset") if REST not in slots:
            parts = tuple(slot_key(one) for one in slots[ELTS])
            return MISSING if MISSING in parts else parts
        case Instance(cls=cls):
            member = plain(key)
            if isinstance(member, Const):
                return member.value
            return MISSING if cls is not None and _compares(cls) else key
        case Class() | Function() | Native():
            return key
    return MISSING


def key_text(key: Any) -> str:
    """Name a key of slots; an object that is a key has no name, and its text could be anything."""
    known = key is None or isinstance(key, str | bytes | int | float | complex)
    return str(key) if known else "[]"


def _compares(cls: Class) -> bool:
    """Whether two objects of a class can be the same key without being the same object."""
    if cls.cache.get("enum"):
        return False
    return bool(cls.node.decorator_list) or class_attribute(cls, "__eq__") is not MISSING


def dict_item(owner: Dict, key: Any) -> Any:
    """Read a dictionary."""
    slots = owner.slots
    place = slot_key(key)
    if place is not MISSING:
        held = slots.get(place, MISSING)
        if held is not MISSING:
            return held
        if REST not in slots or place in slots.get(MINUS, ()):
            return UNKNOWN
        rest = slots[REST]
        return child(rest, key_text(place)) if isinstance(rest, Opaque) else rest
    if isinstance(key, Choice):
        return choice(distinct([dict_item(owner, option) for option in key.options]))
    names = named_keys(key)
    if names:
        return choice(distinct([dict_item(owner, Const(name)) for name in names]))
    return anything_of(owner)


def _made_item(m: Machine, owner: Dict, key: Any, node: Any, frame: Frame) -> Any:
    """Read a dictionary that makes the value of a key that is not there."""
    made = m.call(m, owner.slots[FACTORY], [], {}, node, frame)
    found = join(dict_item(owner, key), made) if REST in owner.slots else made
    set_item(m, owner, key, found, node, frame)
    return found


def named_keys(key: Any) -> tuple[str, ...]:
    """Give the attribute names a key can be, when a condition has said so."""
    if isinstance(key, Opaque):
        found = [label.path for label in key.labels if label.kind is Kind.KEY and label.path]
        return min(found, default=())
    return ()


def opaque_item(owner: Opaque, key: Any) -> Any:
    """Read inside an unknown value."""
    match key:
        case Const(value=str() as name):
            return child(owner, name)
        case Const(value=int() as index):
            return element_of(owner) if owner.parts is None else pieces.item(owner, index)
        case Instance(native="slice", extra=bounds):
            return owner if owner.parts is None else pieces.part(owner, bounds)
    names = named_keys(key)
    if names:
        return choice(distinct([child(owner, name) for name in names]))
    return element_of(owner)


def _instance_item(m: Machine, owner: Instance, key: Any, node: ast.AST, frame: Frame) -> Any:
    method = get_attribute(m, owner, "__getitem__")
    if isinstance(method, Bound):
        return m.call(m, method, [key], {}, node, frame)
    data = data_of(owner)
    if data is not None:
        if isinstance(data, Dict) and slot_key(key) not in data.slots:
            missing = get_attribute(m, owner, "__missing__")
            if isinstance(missing, Bound) and isinstance(missing.function, Function):
                return m.call(m, missing, [key], {}, node, frame)
        return get_item(m, data, key, node, frame)
    if owner.native:
        found = m.observer.native_item(m, owner, key, node, frame)
        if found is not None:
            return found
    if isinstance(key, Const) and isinstance(key.value, str) and key.value in owner.slots:
        return owner.slots[key.value]
    return Opaque(deep_labels(owner), deep=True)


def set_item(m: Machine, owner: Any, key: Any, value: Any, node: ast.AST, frame: Frame) -> None:
    """Run `owner[key] = value`."""
    match owner:
        case Native(name=name) if f"{name}.__setitem__" in m.natives:
            m.call(m, Native(f"{name}.__setitem__", owner), [key, value], {}, node, frame)
        case Choice(options=choices):
            m.journal.apart(choices, lambda one: set_item(m, one, key, value, node, frame))
        case Dict(slots=slots):
            _set_in_dict(m, slots, key, value)
        case Seq(slots=slots):
            if isinstance(key, Instance) and key.native == "slice":
                set_slice(m, slots, key.extra, elements(m, value, node, frame))
            else:
                set_position(m, slots, key, value)
        case Instance():
            method = get_attribute(m, owner, "__setitem__")
            known = isinstance(method, Native) and method.name in m.natives
            if isinstance(method, Bound) or known:
                m.call(m, method, [key, value], {}, node, frame)
                return
            data = data_of(owner)
            if data is not None:
                set_item(m, data, key, value, node, frame)
            elif isinstance(key, Const):
                m.journal.set(owner.slots, key.value, value)
            else:
                m.journal.set(owner.slots, REST, join(owner.slots.get(REST, MISSING), value))


def _set_in_dict(m: Machine, slots: dict[Any, Any], key: Any, value: Any) -> None:
    names = named_keys(key)
    place = slot_key(key)
    if isinstance(key, Opaque) and any(label.kind is Kind.KEY for label in key.labels):
        value = under_its_name(value)
    if place is not MISSING:
        m.journal.set(slots, place, value)
        maybe = slots.get(MAYBE)
        if maybe and place in maybe:
            m.journal.set(slots, MAYBE, maybe - {place})
        minus = slots.get(MINUS)
        if minus and place in minus:
            m.journal.set(slots, MINUS, minus - {place})
    elif names:
        for name in names:
            under = child(value, name) if isinstance(value, Opaque) else value
            m.journal.set(slots, name, under)
    elif isinstance(key, Choice):
        for option in key.options:
            if isinstance(option, Const):
                m.journal.set(slots, option.value, join(slots.get(option.value, MISSING), value))
            else:
                m.journal.set(slots, REST, join(slots.get(REST, MISSING), value))
    else:
        _set_unknown_key(m, slots, key, value)


def under_its_name(value: Any) -> Any:
    """Evaluate `out[name] = convert(item[name])`: what is made of it stands under its name."""
    value = settled(value)
    if is_scalar_object(value):
        return Opaque(deep_labels(value))
    if isinstance(value, Opaque) and (value.deep or value.hint):
        return Opaque(value.labels, of=value.of)
    if isinstance(value, Choice):
        return choice(distinct([under_its_name(option) for option in value.options]))
    return value


def _set_unknown_key(m: Machine, slots: dict[Any, Any], key: Any, value: Any) -> None:
    minus = frozenset().union(
        *(label.minus for label in deep_labels(key) if label.kind is Kind.KEY)
    )
    if minus and isinstance(value, Opaque):
        value = replace(
            value,
            labels=frozenset(replace(label, minus=label.minus | minus) for label in value.labels),
        )
    if isinstance(value, Opaque) and not any(x.kind is Kind.KEY for x in deep_labels(key)):
        # A look-up table by data: what it holds under one key it holds under any.
        value = replace(value, deep=True)
    override(m, slots, value, kept=minus)
    data = frozenset(label for label in deep_labels(key) if label.kind is not Kind.KEY)
    if data:
        m.journal.set(slots, KEYS, join(slots.get(KEYS, MISSING), Opaque(data)))
    rest = slots.get(REST, MISSING)
    if REST not in slots and minus:
        m.journal.set(slots, MINUS, minus - frozenset(k for k in slots if isinstance(k, str)))
    m.journal.set(slots, REST, settled(join(rest, value)))


def delete_item(m: Machine, owner: Any, key: Any) -> None:
    """Run `del owner[key]`."""
    match owner:
        case Choice(options=choices):
            m.journal.apart(choices, lambda one: delete_item(m, one, key))
        case Dict(slots=slots) if slot_key(key) is not MISSING:
            place = slot_key(key)
            m.journal.delete(slots, place)
            if REST in slots:
                m.journal.set(slots, MINUS, slots.get(MINUS, frozenset()) | {place})
        case Dict(slots=slots) if named_keys(key):
            for name in named_keys(key):
                delete_item(m, owner, Const(name))
        case Seq(slots=slots):
            delete_position(m, slots, key)
        case Instance():
            method = get_attribute(m, owner, "__delitem__")
            data = data_of(owner)
            if isinstance(method, Bound):
                m.call(m, method, [key], {}, ast.Constant(None), m.program.no_frame)
            elif data is not None:
                delete_item(m, data, key)
