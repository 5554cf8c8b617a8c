"""Annotations: from source text to type values, and what a type value is made of.

A type value is what evaluating an annotation gives: a class of the program, a `Native` name, a
`Generic` of either, or `Const(None)`. A type variable is `Native("typing.TypeVar", Const(name))`,
so that it has a name and takes part in `T | None`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from hushtable.scan.frame import Frame, Machine, Stopped
from hushtable.scan.lookup import mro, native_bases
from hushtable.scan.values import (
    NONE,
    UNKNOWN,
    Class,
    Const,
    Function,
    Generic,
    Native,
    Value,
)

TYPE_VARIABLE = "typing.TypeVar"
FIRST_ARGUMENT = frozenset(
    {
        "typing.Annotated",
        "typing.Required",
        "typing.NotRequired",
        "typing.ReadOnly",
        "typing.Final",
        "typing.ClassVar",
        "typing.Awaitable",
        "dataclasses.InitVar",
        "pydantic.Json",
        "asyncio.Future",
        "asyncio.Task",
        "pydantic.SkipValidation",
        "typing.Unpack",
    }
)
UNIONS = frozenset({"typing.Union", "typing.Optional", "types.UnionType"})
SEQUENCES = frozenset(
    {
        "builtins.list",
        "builtins.tuple",
        "builtins.set",
        "builtins.frozenset",
        "typing.List",
        "typing.Tuple",
        "typing.Set",
        "typing.FrozenSet",
        "typing.Sequence",
        "typing.Iterable",
        "typing.Collection",
        "typing.MutableSequence",
        "typing.AbstractSet",
        "typing.MutableSet",
        "typing.Iterator",
        "typing.Generator",
        "typing.AsyncIterator",
        "typing.AsyncIterable",
        "typing.AsyncGenerator",
        "typing.Deque",
        "collections.deque",
        "pydantic.conlist",
        "pydantic.conset",
    }
)
MAPPINGS = frozenset(
    {
        "builtins.dict",
        "typing.Dict",
        "typing.Mapping",
        "typing.MutableMapping",
        "typing.DefaultDict",
        "typing.OrderedDict",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.Counter",
        "collections.ChainMap",
    }
)
ANYTHING = frozenset({"typing.Any", "builtins.object", "typing.TypeVar", "pydantic.JsonValue"})
KINDS = {
    "typing.List": "list",
    "typing.Sequence": "list",
    "typing.Iterable": "list",
    "typing.Collection": "list",
    "typing.MutableSequence": "list",
    "builtins.list": "list",
    "builtins.tuple": "tuple",
    "typing.Tuple": "tuple",
    "builtins.set": "set",
    "builtins.frozenset": "set",
    "typing.Set": "set",
    "typing.FrozenSet": "set",
    "typing.AbstractSet": "set",
    "typing.MutableSet": "set",
    "typing.Iterator": "iterator",
    "typing.Generator": "iterator",
    "typing.AsyncIterator": "iterator",
    "typing.AsyncGenerator": "iterator",
}
MAX_NESTING = 12


def class_frame(cls: Class) -> Frame:
    """Give a frame that sees what the body of a class sees: its own types, then outwards."""
    visible: dict[Any, Any] = {
        name: held for name, held in cls.slots.items() if isinstance(held, Class | Generic)
    }
    for parameter in getattr(cls.node, "type_params", ()):
        visible[parameter.name] = type_variable(parameter.name)
    closure = cls.closure
    outer = None if closure is None or closure.module_level else closure
    return Frame(cls.module, visible, parent=outer, is_class=True)


def function_frame(function: Function) -> Frame:
    """Give a frame that sees what the annotations of a function see."""
    if function.owner is not None and function.closure is None:
        return class_frame(function.owner)
    visible: dict[Any, Any] = {}
    for parameter in getattr(function.node, "type_params", ()):
        visible[parameter.name] = type_variable(parameter.name)
    return Frame(function.module, visible, parent=function.closure)


def type_variable(name: str) -> Native:
    """Make the type value of a type variable."""
    return Native(TYPE_VARIABLE, Const(name))


def resolve(m: Machine, node: ast.expr | None, frame: Frame) -> Value | None:
    """Give the type value of an annotation; None when there is none."""
    if node is None:
        return None
    match node:
        case ast.Constant(value=str() as text):
            return _parsed(m, text, frame, 0)
    try:
        return _quoted(m, m.evaluate(m, node, frame), frame, 0)
    except Stopped:
        return UNKNOWN


def _parsed(m: Machine, text: str, frame: Frame, depth: int) -> Value:
    """Evaluate an annotation written as a string."""
    if depth > MAX_NESTING:
        return UNKNOWN
    try:
        node = ast.parse(text.strip(), mode="eval").body
        return _quoted(m, m.evaluate(m, node, frame), frame, depth + 1)
    except (SyntaxError, ValueError, RecursionError, MemoryError, Stopped):
        return UNKNOWN


def _quoted(m: Machine, value: Value, frame: Frame, depth: int) -> Value:
    """Evaluate the strings inside a type value: `list["User"]`."""
    match value:
        case Const(value=str() as text):
            return _parsed(m, text, frame, depth)
        case Generic(origin=Native(name="typing.Literal")):
            return value
        case Generic(origin=Native(name="typing.Annotated") as origin, arguments=arguments):
            return Generic(origin, (_quoted(m, arguments[0], frame, depth), *arguments[1:]))
        case Generic(origin=origin, arguments=arguments) if depth <= MAX_NESTING:
            inner = tuple(_quoted(m, one, frame, depth + 1) for one in arguments)
            return Generic(_quoted(m, origin, frame, depth + 1), inner)
    return value


def strip(value: Value) -> Value:
    """Take off what says nothing about shape: Annotated, Required, Final, Awaitable."""
    for _ in range(MAX_NESTING):
        match value:
            case Generic(origin=Native(name=name), arguments=(first, *rest)):
                if name in FIRST_ARGUMENT:
                    value = first
                elif name == "typing.Coroutine" and len(rest) == 2:  # noqa: PLR2004 - 3 arguments
                    value = rest[1]
                else:
                    return value
            case _:
                return value
    return value


def metadata(value: Value | None) -> Iterator[Any]:
    """Give what `Annotated[...]` adds to a type, outermost first."""
    while isinstance(value, Generic) and isinstance(value.origin, Native):
        if value.origin.name not in FIRST_ARGUMENT | UNIONS:
            return
        if value.origin.name == "typing.Annotated":
            yield from value.arguments[1:]
        value = value.arguments[0] if value.arguments else None


def members(value: Value) -> list[Value]:
    """Give the alternatives of a union, None among them; a type alone is its only one."""
    value = strip(value)
    if isinstance(value, Generic) and isinstance(value.origin, Native):
        name = value.origin.name
        if name in UNIONS:
            found = [one for argument in value.arguments for one in members(argument)]
            return [*found, NONE] if name == "typing.Optional" else found
    return [value]


def is_optional(value: Value) -> bool:
    """Whether None is one of the alternatives."""
    return any(one == NONE for one in members(value))


def origin_name(value: Value) -> str:
    """Give the library name of a type or of what it is a generic of; empty for classes."""
    match value:
        case Native(name=name):
            return name
        case Generic(origin=Native(name=name)):
            return name
    return ""


def arguments_of(value: Value) -> tuple[Any, ...]:
    """Give the arguments of a generic."""
    return value.arguments if isinstance(value, Generic) else ()


def element_type(value: Value) -> Value | None:
    """Give the type of the elements of a sequence type; None when it is not said."""
    arguments = [one for one in arguments_of(value) if one != Const(...)]
    return arguments[0] if arguments else None


def tuple_types(value: Value) -> list[Value] | None:
    """Give the types of a tuple of fixed length."""
    if origin_name(value) not in {"builtins.tuple", "typing.Tuple"}:
        return None
    arguments = arguments_of(value)
    return None if not arguments or Const(...) in arguments else list(arguments)


def value_type(value: Value) -> Value | None:
    """Give the type of the values of a mapping type; None when it is not said."""
    arguments = arguments_of(value)
    return arguments[1] if len(arguments) > 1 else None


def substitute(value: Value, bindings: Mapping[str, Value]) -> Value:
    """Put types in the place of type variables."""
    if not bindings:
        return value
    match value:
        case Native(name="typing.TypeVar", receiver=Const(value=name)):
            return bindings.get(name, value)
        case Generic(origin=origin, arguments=arguments):
            return Generic(
                substitute(origin, bindings), tuple(substitute(one, bindings) for one in arguments)
            )
    return value


def parameters_of(cls: Class) -> list[str]:
    """Give the names of a class's type parameters, in order."""
    declared = [parameter.name for parameter in getattr(cls.node, "type_params", ())]
    if declared:
        return declared
    found: dict[str, None] = {}
    explicit: dict[str, None] = {}
    for base in cls.bases:
        if isinstance(base, Generic):
            into = explicit if origin_name(base) in {"typing.Generic", "typing.Protocol"} else found
            for argument in base.arguments:
                into.update(dict.fromkeys(variables(argument)))
    return list(explicit or found)


def variables(value: Value) -> Iterator[str]:
    """Give the names of the type variables in a type value."""
    match value:
        case Native(name="typing.TypeVar", receiver=Const(value=name)):
            yield str(name)
        case Generic(arguments=arguments):
            for one in arguments:
                yield from variables(one)


def bindings_of(value: Value) -> dict[str, Value]:
    """Give what the type parameters of a generic class stand for: `Page[User]` binds T."""
    if not (isinstance(value, Generic) and isinstance(value.origin, Class)):
        return {}
    return dict(zip(parameters_of(value.origin), value.arguments, strict=False))


def inherited_bindings(cls: Class) -> dict[int, dict[str, Value]]:
    """Give, by identity of each ancestor, what its type parameters stand for in this class."""
    found: dict[int, dict[str, Value]] = {id(cls): {}}
    for one in mro(cls):
        own = found.get(id(one), {})
        for base in one.bases:
            origin = base.origin if isinstance(base, Generic) else base
            if isinstance(origin, Class) and id(origin) not in found:
                bound = bindings_of(base)
                found[id(origin)] = {k: substitute(v, own) for k, v in bound.items()}
    return found


def class_of(value: Value) -> Class | None:
    """Give the class of the program that a type value names."""
    origin = value.origin if isinstance(value, Generic) else value
    return origin if isinstance(origin, Class) else None


def shown(value: Value) -> str:
    """Give a type as a reader writes it: `list[UserOut]`, `dict[str, Any]`."""
    match value:
        case Class(name=name):
            return name
        case Native(name="typing.TypeVar", receiver=Const(value=name)):
            return str(name)
        case Native(name=name):
            return name.rpartition(".")[2]
        case Generic(origin=Native(name=name), arguments=arguments) if name in UNIONS:
            texts = [shown(one) for one in arguments]
            return " | ".join([*texts, "None"] if name == "typing.Optional" else texts)
        case Generic(origin=Native(name="typing.Annotated"), arguments=(first, *_)):
            return shown(first)
        case Generic(origin=origin, arguments=arguments):
            return f"{shown(origin)}[{', '.join(shown(one) for one in arguments)}]"
        case Const(value=None):
            return "None"
        case Const(value=known) if known is ...:
            return "..."
    return "?"


def descends_from(cls: Class, *names: str) -> bool:
    """Whether a class has one of these library classes among its ancestors."""
    cached: frozenset[str] | None = cls.cache.get("library bases")
    if cached is None:
        cached = cls.cache["library bases"] = frozenset(native_bases(cls))
    return not cached.isdisjoint(names)
