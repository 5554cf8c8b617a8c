"""What values hold, as channels, tables and comparisons see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hushtable.scan.exceptions import is_exception, labels_of
from hushtable.scan.iterate import pairs
from hushtable.scan.labels import Label, Labels
from hushtable.scan.lookup import native_bases
from hushtable.scan.values import (
    REST,
    Class,
    Const,
    Dict,
    Instance,
    Opaque,
    Seq,
    deep_labels,
    options,
    own_labels,
)


def followed(value: Any) -> Iterator[Label]:
    """Labels of a value and of what lies directly in it: enough to follow it out of a function."""
    yield from own_labels(value)
    for option in options(value):
        if isinstance(option, Dict | Seq | Instance):
            for held in _held(option):
                yield from own_labels(held)
                if isinstance(held, Dict | Seq):
                    for inner in _held(held):
                        yield from own_labels(inner)


def label_set(value: Any) -> Labels:
    """Labels of a value and of the alternatives of a choice, containers included."""
    if isinstance(value, Dict | Seq | Instance):
        return deep_labels(value)
    return own_labels(value)


def text_labels(value: Any) -> Labels:
    """Labels of a value when it becomes text: exceptions become their message."""
    found: set[Label] = set()
    for option in options(value):
        if is_exception(option):
            found |= labels_of(option, "str(e)")
        elif isinstance(option, Dict | Seq):
            for held in _held(option):
                found |= text_labels(held) if is_exception(held) else deep_labels(held)
            found |= deep_labels(option)
        else:
            found |= deep_labels(option)
    return frozenset(found)


def _held(value: Dict | Seq | Instance) -> list[Any]:
    found: list[Any] = []
    for held in value.slots.values():
        found += held if isinstance(held, tuple) else [held]
    return [one for one in found if not isinstance(one, frozenset)]


def is_http(value: Instance) -> bool:
    """Whether an exception is FastAPI's HTTPException or a subclass."""
    if value.native == "fastapi.HTTPException":
        return True
    if value.cls is None:
        return False
    names = value.cls.cache.get("http")
    if names is None:
        from_bases = _bases(value.cls)
        names = value.cls.cache["http"] = "fastapi.HTTPException" in from_bases
    return bool(names)


def _bases(cls: Class) -> set[str]:
    return set(native_bases(cls))


def is_http_value(value: Any) -> bool:
    """Whether any value is an HTTPException."""
    return isinstance(value, Instance) and is_http(value)


def written(item: Any) -> list[tuple[str, Any]]:
    """Give (attribute, value) of an item; `*` for what is not named."""
    found: list[tuple[str, Any]] = []
    for option in options(item) if item is not None else ():
        match option:
            case Dict(slots=slots):
                found += [
                    (str(key.value) if isinstance(key, Const) else "*", held)
                    for key, held in pairs(option)[0]
                ]
                if REST in slots:
                    found.append(("*", slots[REST]))
            case Instance(slots=slots):
                found += [(k, v) for k, v in slots.items() if isinstance(k, str)]
                if REST in slots:
                    found.append(("*", slots[REST]))
            case Opaque():
                found.append(("*", option))
    return found


def is_constant(value: Any) -> bool:
    """Whether a value is a constant whatever way was taken."""
    return all(isinstance(option, Const) for option in options(value))


def constants_in(value: Any) -> set[str]:
    """Give the constant texts in a value and in what it holds."""
    found: set[str] = set()
    for option in options(value):
        if isinstance(option, Const) and isinstance(option.value, str):
            found.add(option.value)
        elif isinstance(option, Seq | Dict):
            for held in _held(option):
                found |= constants_in(held)
        elif isinstance(option, Instance):
            value_ = option.slots.get("value")
            if isinstance(value_, Const) and isinstance(value_.value, str):
                found.add(value_.value)
    return found


def named_in(value: Any, name: str) -> list[Const]:
    """Find the constants under a key anywhere in nested dictionaries and lists."""
    found: list[Const] = []
    for option in options(value) if value is not None else ():
        if isinstance(option, Dict):
            held = option.slots.get(name)
            if isinstance(held, Const):
                found.append(held)
        elif isinstance(option, Seq):
            for one in _held(option):
                found += named_in(one, name)
    return found
