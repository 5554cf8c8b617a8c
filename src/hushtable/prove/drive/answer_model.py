"""What a route's response model lets through, read from its types."""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from hushtable.model.place import Place
from hushtable.model.service import ModelState, ResponseModel

MAX_LEVELS = 8
SEQUENCES = (list, tuple, set, frozenset, collections.abc.Sequence, collections.abc.Iterable)
MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)

Opening = tuple[tuple[str, ...], str]


def answer_model(annotation: Any, folder: Path) -> ResponseModel:
    """Say whether a response model is closed, or what leaves it open."""
    if annotation is None:
        return ResponseModel()
    opened = list(_openings(annotation, (), ()))
    classes = list(dict.fromkeys(_classes(annotation)))
    name = classes[0].__name__ if len(classes) == 1 else shown(annotation)
    place = place_of(classes[0], folder) if classes else None
    if not opened:
        return ResponseModel(ModelState.CLOSED, name, place)
    fields = tuple(dict.fromkeys(".".join(path) for path, _ in opened if path))
    return ResponseModel(ModelState.OPEN, name, place, fields, opened[0][1])


def bypassed(response: Any) -> ResponseModel:
    """Describe a handler that says it returns a response of its own, which no model touches."""
    return ResponseModel(ModelState.BYPASSED, why=f"{shown(response)} returned")


def place_of(thing: Any, folder: Path) -> Place | None:
    """Where a class or function stands, if that is below the folder."""
    try:
        plain = inspect.unwrap(thing)
        file = inspect.getsourcefile(plain)
        code = getattr(plain, "__code__", None)
        line = code.co_firstlineno if code is not None else inspect.getsourcelines(plain)[1]
        if file is None:
            return None
        return Place(Path(file).resolve().relative_to(folder.resolve()).as_posix(), max(line, 1))
    except (OSError, TypeError, ValueError):
        return None


def shown(annotation: Any) -> str:
    """Give a type as a reader writes it: `list[UserOut]`, `dict[str, Any]`, `str | None`."""
    if annotation is None or annotation is type(None):
        return "None"
    if annotation is ...:
        return "..."
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shown(arguments[0])
    if origin is Union or origin is types.UnionType:
        return " | ".join(shown(one) for one in arguments)
    if origin is typing.Literal:
        return f"Literal[{', '.join(repr(one) for one in arguments)}]"
    if origin is not None:
        return f"{shown(origin)}[{', '.join(shown(one) for one in arguments)}]"
    name = getattr(annotation, "__name__", None) or str(annotation).rpartition(".")[2]
    return str(name)


def members(annotation: Any) -> Iterator[Any]:
    """Give what a type may be: the members of a union, without what only annotates."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from members(get_args(annotation)[0])
    elif origin is Union or origin is types.UnionType:
        for one in get_args(annotation):
            yield from members(one)
    elif hasattr(annotation, "__supertype__"):
        yield from members(annotation.__supertype__)
    elif _is_alias(annotation):
        yield from members(annotation.__value__)
    elif annotation is not None and annotation is not type(None):
        yield annotation


def _is_alias(annotation: Any) -> bool:
    return hasattr(annotation, "__value__") and not inspect.isclass(annotation)


def _classes(annotation: Any, level: int = 0) -> Iterator[type]:
    for one in members(annotation):
        if is_record(one):
            yield one
        elif level < MAX_LEVELS:
            for argument in get_args(one):
                yield from _classes(argument, level + 1)


def is_record(one: Any) -> bool:
    """Whether a type declares its fields: a pydantic model, a dataclass, a TypedDict."""
    if not inspect.isclass(one):
        return False
    return issubclass(one, BaseModel) or dataclasses.is_dataclass(one) or typing.is_typeddict(one)


def _openings(annotation: Any, path: tuple[str, ...], seen: tuple[type, ...]) -> Iterator[Opening]:
    """Give each place in a type that has no fixed shape, with what opens it."""
    if len(path) > MAX_LEVELS:
        return
    for one in members(annotation):
        if is_record(one):
            if one not in seen:
                yield from _of_fields(one, path, (*seen, one))
            continue
        base, arguments = get_origin(one) or one, get_args(one)
        if one is Any or one is object:
            yield path, shown(one)
        elif base in SEQUENCES or base in {collections.abc.Iterator, collections.abc.AsyncIterator}:
            if not arguments:
                yield path, f"{shown(one)} has elements of any shape"
            for argument in arguments:
                yield from _openings(argument, path, seen)
        elif inspect.isclass(base) and issubclass(base, MAPPINGS):
            yield path, shown(one)
            if arguments:
                yield from _openings(arguments[-1], path, seen) if is_record(arguments[-1]) else ()


def _of_fields(cls: type, path: tuple[str, ...], seen: tuple[type, ...]) -> Iterator[Opening]:
    if issubclass(cls, BaseModel):
        if cls.model_config.get("extra") == "allow":
            yield path, 'extra="allow"'
        for name, info in cls.model_fields.items():
            if info.exclude:
                continue
            inside = (
                path
                if _is_root(cls)
                else (
                    *path,
                    info.serialization_alias or info.alias or name,
                )
            )
            yield from _openings(info.annotation, inside, seen)
        return
    try:
        hints = get_type_hints(cls)
    except (NameError, TypeError):
        return
    for name, hint in hints.items():
        yield from _openings(hint, (*path, name), seen)


def _is_root(cls: type[BaseModel]) -> bool:
    return bool(getattr(cls, "__pydantic_root_model__", False))
