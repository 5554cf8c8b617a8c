"""Method resolution: what a class, its bases and its library base hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hushtable.scan.values import MISSING, Class, Generic, Instance, Native, Value

DATA = "__data__"
"""The slot where an instance of a subclass of dict or list keeps what it holds."""


def mro(cls: Class) -> list[Class]:
    """Give the classes of the program in resolution order (C3 where it exists)."""
    cached = cls.cache.get("mro")
    if cached is None:
        cached = cls.cache["mro"] = [cls, *_merge(cls)]
    found: list[Class] = cached
    return found


def program_bases(cls: Class) -> Iterator[Class]:
    """Give the bases that are classes of the program."""
    for base in cls.bases:
        origin = base.origin if isinstance(base, Generic) else base
        if isinstance(origin, Class) and origin is not cls:
            yield origin


def _merge(cls: Class) -> list[Class]:
    bases = list(program_bases(cls))
    cls.cache["mro"] = [cls]  # a class that is its own ancestor ends here
    lists = [list(mro(base)) for base in bases] + [bases]
    result: list[Class] = []
    while any(lists):
        for candidates in lists:
            if not candidates:
                continue
            head = candidates[0]
            if not any(head in other[1:] for other in lists):
                break
        else:
            head = next(c[0] for c in lists if c)
        result.append(head)
        lists = [[c for c in candidates if c is not head] for candidates in lists]
    return result


def class_attribute(cls: Class, name: str) -> Any:
    """Find a name in a class or its bases; MISSING when no class of the program has it."""
    for one in mro(cls):
        if name in one.slots:
            return one.slots[name]
    return MISSING


def native_base(cls: Class) -> str:
    """Give the qualified name of the first library class among the ancestors."""
    cached = cls.cache.get("native")
    if cached is None:
        cached = cls.cache["native"] = next(iter(native_bases(cls)), "")
    name: str = cached
    return name


def native_bases(cls: Class) -> Iterator[str]:
    """Give the qualified names of all library classes among the ancestors."""
    for one in mro(cls):
        for base in one.bases:
            origin = base.origin if isinstance(base, Generic) else base
            if isinstance(origin, Native) and origin.name not in {
                "abc.ABC",
                "typing.Generic",
                "typing.Protocol",
                "builtins.object",
            }:
                yield origin.name


def is_subclass(value: Value, *names: str) -> bool:
    """Whether a class descends from a library class named so (qualified)."""
    match value:
        case Class():
            return any(base in names for base in native_bases(value))
        case Native(name=name):
            return name in names
        case Generic(origin=origin):
            return is_subclass(origin, *names)
    return False


def data_of(owner: Instance) -> Any:
    """Give the container inside an instance of a subclass of dict or list."""
    return owner.slots.get(DATA)


def plain(value: Any) -> Any:
    """Give what a member of an enum that mixes in str or int equals; other values as they are."""
    if isinstance(value, Instance) and value.cls is not None and value.cls.cache.get("mixed"):
        return value.slots.get("value", value)
    return value
