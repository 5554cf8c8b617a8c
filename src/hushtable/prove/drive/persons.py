"""Persons made up: what a dependency would have given, had somebody signed in.

A person has the id of an owner wherever an id is asked for, so that the owner's planted items are
theirs. What an app reads of a person that no type describes is made when it is read.
"""

from __future__ import annotations

import contextlib
import inspect
import re
import types
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Iterator,
    Mapping,
)
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from hushtable.prove.canary import Source
from hushtable.prove.drive.answer_model import is_record, members
from hushtable.prove.drive.binding import IDS, is_owner, vocabulary, words
from hushtable.prove.drive.making import Making
from hushtable.prove.drive.needed import MintLike
from hushtable.prove.drive.refusing import POWERS
from hushtable.prove.sketch import Form, Shape

ROLES = vocabulary(
    "role group scope scopes permission type tier level authority privilege access entitlement"
)
SHUT = vocabulary(
    "disabled blocked banned deleted locked suspended inactive revoked expired archived anonymous"
)
TIMES: Mapping[str, int] = {"exp": 4_102_444_800, "iat": 1_700_000_000, "nbf": 1_700_000_000,
                            "auth_time": 1_700_000_000}  # fmt: skip
PLAIN = ("user", "member", "customer", "viewer", "client", "basic", "reader", "read")
FIRST = ("sub", "user_id", "id", "username", "email", "role")
TEXTS = IDS | {"username", "sub", "uid", "email", "name"}
_NOTHING: Mapping[str, tuple[str, ...]] = {}
GIVING = (AsyncGenerator, AsyncIterator, Generator, Iterator, Awaitable, Coroutine)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: an owner's id, and the role that was given to them, if any."""

    mint: MintLike
    owner: str
    owner_id: str
    role: str = ""
    known: Callable[[str], str | None] = lambda _: None
    """Gives the planted key that a name speaks of (`tenant_id`)."""

    def value(self, name: str) -> Any:
        """Give what a person has under a name."""
        parts = words(name)
        if name in TIMES:
            return TIMES[name]
        if self.is_role(name):
            return self._role(name, ())
        if is_flag(name):
            return self.flag(name)
        return self.text(name, parts)

    def text(self, name: str, parts: tuple[str, ...] = ()) -> str:
        """Give the text that a person has under a name: an id, an address, a canary."""
        parts = parts or words(name)
        if parts and (set(parts) <= IDS or is_owner(name)):
            return self.owner_id
        known = self.known(name)
        if known is not None:
            return known
        making = Making(self.mint, {}, lambda _: None)
        mail = "email" in parts or "mail" in parts
        shape = Shape(form=Form.EMAIL) if mail else making.shape({}, (name,))
        return self.mint.text(shape, Source.IDENTITY, (self.owner, name)).planted

    def is_role(self, name: str) -> bool:
        """Whether a name is that of a role, a group or a scope."""
        found = set(words(name))
        return bool(found & ROLES) and not found & {"token", "content"}

    def flag(self, name: str) -> bool:
        """Give a yes or no: not shut out, and of power only in a role that says so."""
        found = set(words(name))
        if found & SHUT:
            return False
        if found & POWERS:
            return self.role.lower() in found or self.role.lower() == name.lower()
        return True

    def _role(self, name: str, choices: tuple[Any, ...]) -> Any:
        plural = name.lower().endswith("s") and not name.lower().endswith(("ss", "status"))
        if plural and not choices:
            return self.role.split() if self.role else []
        return self.choice(choices) if choices else self.role or PLAIN[0]

    def choice(self, choices: tuple[Any, ...]) -> Any:
        """Choose a role: the one that was asked for, else one of little power."""
        wanted = {self.role.lower()} if self.role else set(PLAIN)
        for one in choices:
            if {str(one).lower(), str(getattr(one, "name", "")).lower()} & wanted:
                return one
        for one in choices if self.role else ():
            # `admin` may be written out as `administrator`.
            if str(one).lower().startswith(self.role.lower()):
                return one
        mild = [one for one in choices if not POWERS & set(words(str(one)))]
        return (mild or list(choices))[0]

    def dressed(self, made: dict[str, Any], schema: Mapping[str, Any], making: Making) -> None:
        """Put ids, roles and flags where a type asks for them."""
        properties = making.merged(schema).get("properties", {})
        for name, value in made.items():
            inner = making.merged(properties.get(name, {}))
            if isinstance(value, dict):
                self.dressed(value, inner, making)
            elif isinstance(value, bool):
                made[name] = self.flag(name)
            elif name in TIMES and isinstance(value, int):
                made[name] = TIMES[name]
            elif self.is_role(name):
                made[name] = self._as(name, value, _choices(inner, making))

    def _as(self, name: str, value: Any, choices: tuple[Any, ...]) -> Any:
        if isinstance(value, list):
            roles = self.role.split()
            return [one for one in choices if str(one) in roles] if choices else roles
        return self._role(name, choices) if isinstance(value, str) else value


def is_flag(name: str) -> bool:
    """Whether a name is that of a yes or no."""
    found = set(words(name))
    return name.startswith(("is_", "has_", "can_")) or bool(found & SHUT) or name in {
        "active", "enabled", "verified", "admin", "superuser", "staff",
    }  # fmt: skip


def _choices(schema: Mapping[str, Any], making: Making) -> tuple[Any, ...]:
    schema = making.merged(schema)
    inner = [schema, *schema.get("anyOf", ())]
    if isinstance(schema.get("items"), Mapping):
        inner.append(schema["items"])
    for one in inner:
        found = making.merged(one)
        if "enum" in found:
            return tuple(found["enum"])
        if "const" in found:
            return (found["const"],)
    return ()


class Record(dict[str, Any]):
    """A person of no known type: a dictionary and an object, with whatever is read of it."""

    def __init__(self, person: Person, more: Mapping[str, tuple[str, ...]] = _NOTHING) -> None:
        super().__init__({name: person.value(name) for name in (*FIRST, *more)})
        self.update({name: person.choice(choices) for name, choices in more.items() if choices})
        self.__dict__["_person"] = person

    def __missing__(self, key: str) -> Any:
        """Make what is read."""
        self[key] = self.__dict__["_person"].value(str(key))
        return self[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in {"model_dump", "dict"}:
            raise AttributeError(name)
        return self[name]

    def get(self, key: str, default: Any = None) -> Any:
        """Make what names an id, a role or a flag; anything else may be missing."""
        person: Person = self.__dict__["_person"]
        speaks = is_owner(key) or person.is_role(key) or is_flag(key) or "email" in words(key)
        return self[key] if key in self or speaks else default


def make(
    person: Person,
    annotation: Any,
    parameter: str = "",
    *,
    as_text: bool = False,
    more: Mapping[str, tuple[str, ...]] = _NOTHING,
) -> Any:
    """Make what a dependency of this type would have given for a person.

    `more` are names that a record is to have from the start, with the values each may have.
    """
    options = list(members(_given(annotation)))
    wanted = options[0] if options else None
    if wanted is None or wanted is Any or wanted is inspect.Parameter.empty:
        named = set(words(parameter))
        text = as_text or bool(named & TEXTS)
        return person.text(parameter or "sub") if text else Record(person, more)
    base = get_origin(wanted) or wanted
    if wanted in {bool, str, int, float}:
        given = person.text(parameter if words(parameter) else "sub")
        number = int(given) if given.isdigit() else 1
        plain: dict[Any, Any] = {str: given, int: number, float: float(number), bool: True}
        return plain[wanted]
    if inspect.isclass(base) and issubclass(base, dict | Mapping) and not is_record(base):
        return Record(person, more)
    if inspect.isclass(wanted) and issubclass(wanted, Enum):
        return person.choice(tuple(wanted))
    if inspect.isclass(wanted) and issubclass(wanted, tuple):
        return _constructed(person, wanted)
    return _typed(person, wanted)


def _given(annotation: Any) -> Any:
    """Take off what only says how a value is given: generators, coroutines, Annotated."""
    for _ in range(4):
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in GIVING:
            arguments = get_args(annotation)
            annotation = arguments[-1 if origin is Coroutine else 0] if arguments else None
        else:
            break
    return annotation


def _adapted(wanted: Any) -> tuple[TypeAdapter[Any], dict[str, Any]]:
    """Give what validates a type, and its schema; some types cannot be kept in a cache."""
    try:
        hash(wanted)
    except TypeError:
        return _adapter(wanted)
    return _kept_adapter(wanted)


def _adapter(wanted: Any) -> tuple[TypeAdapter[Any], dict[str, Any]]:
    adapter = TypeAdapter(wanted)
    return adapter, adapter.json_schema(by_alias=True)


_kept_adapter = lru_cache(maxsize=256)(_adapter)
"""A person is made for every request, and a validator takes longer than the request."""


def _typed(person: Person, wanted: Any) -> Any:
    with contextlib.suppress(
        PydanticUserError,
        ValidationError,
        TypeError,
        NameError,
        AttributeError,
        ValueError,
        KeyError,
    ):
        adapter, schema = _adapted(wanted)
        making = Making(
            person.mint, schema, lambda at: _named(person, at), before=(person.owner,),
            source=Source.IDENTITY,
        )  # fmt: skip
        made = making.make(schema, ())
        if isinstance(made, dict):
            person.dressed(made, schema, making)
        try:
            return adapter.validate_python(made)
        except ValidationError:
            if inspect.isclass(wanted) and issubclass(wanted, BaseModel):
                return wanted.model_construct(**made)
    return _constructed(person, wanted) if inspect.isclass(wanted) else Record(person)


def _named(person: Person, at: tuple[str, ...]) -> str | None:
    name = next((part for part in reversed(at) if not part.isdigit()), "")
    parts = words(name)
    if not parts or person.is_role(name):
        return None
    if set(parts) <= IDS or is_owner(name):
        return person.owner_id
    return person.known(name)


def _constructed(person: Person, cls: type) -> Any:
    """Call a plain class with what its `__init__` asks for; else give it the attributes bare."""
    arguments: dict[str, Any] = {}
    # A class may itself be what refuses: its own exceptions are no answer here.
    with contextlib.suppress(Exception):
        hints = _hints(inspect.getattr_static(cls, "__init__"))
        for name, parameter in inspect.signature(cls).parameters.items():
            if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
                continue
            hint = hints.get(name)
            plain = hint is None or hint in {str, bool, Any} or _is_optional_text(hint)
            arguments[name] = person.value(name) if plain else make(person, hint, name)
        return cls(**arguments)
    with contextlib.suppress(TypeError, AttributeError):
        return object.__new__(type(cls.__name__, (cls,), {"__getattr__": _reads(person)}))
    return Record(person)


def _reads(person: Person) -> Callable[[Any, str], Any]:
    def read(_self: Any, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return person.value(name)

    return read


def _hints(thing: Any) -> dict[str, Any]:
    try:
        return get_type_hints(thing)
    except (NameError, TypeError):
        return {}


def _is_optional_text(hint: Any) -> bool:
    union = get_origin(hint) in {Union, types.UnionType}
    return union and [*members(hint)] == [str]


def role_named(identity: str) -> str:
    """Give the role of `role:NAME`, empty for an owner."""
    match = re.fullmatch(r"role:(.+)", identity)
    return match[1] if match else ""
