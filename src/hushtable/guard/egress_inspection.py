"""Holds a decoded JSON body against what may leave: finds, and where asked takes out."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from hushtable.guard.egress_declared import Shape
from hushtable.guard.shapes import (
    CREDENTIAL_NAMES,
    SHORTEST,
    TOKEN_NAMES,
    Leak,
    is_shown,
    leak_in_text,
    plain_name,
    plain_names,
)
from hushtable.model.dynamodb.signs import CURSOR_NAMES, METADATA_NAMES, is_typed

REDACTED = "[redacted]"

_PLACES = 50
"""So many places are told one by one; what is more is counted."""

_NAMES_KEPT = 4096
_SAFE_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,47}\d{0,3}")
_DROPPED = frozenset(
    {Leak.UNDECLARED, Leak.CREDENTIAL_NAME, Leak.CREDENTIAL, Leak.TOKEN, Leak.METADATA}
)
_PLAIN_CURSORS = plain_names(CURSOR_NAMES)
_PLAIN_TOKENS = plain_names(TOKEN_NAMES)

Path = tuple["Path", str | int] | None
"""A place in a body, from the inside out."""


@dataclass(frozen=True, slots=True)
class Place:
    """What was found where: `path` is that of the first of `count` places that differ by index.

    Member names that could be values (an e-mail as a key of a map) are told as `*`.
    """

    kind: Leak
    path: str
    count: int = 1


class Rules:
    """What is looked for, the same for every answer."""

    def __init__(
        self, credential_names: Collection[str] = (), ignore: Collection[Leak] = ()
    ) -> None:
        """Add `credential_names` to the built-in ones; leave out the kinds of `ignore`."""
        self.ignore = frozenset(ignore)
        self.names = _Meanings(plain_names(CREDENTIAL_NAMES | frozenset(credential_names)))


class _Meanings(dict[str, Leak | None]):
    """What a member's name says of it, worked out when a name is first seen."""

    def __init__(self, credentials: frozenset[str]) -> None:
        super().__init__()
        self._credentials = credentials

    def __missing__(self, name: str) -> Leak | None:
        found = self._of_new_name(name)
        if len(self) >= _NAMES_KEPT:
            self.clear()
        self[name] = found
        return found

    def _of_new_name(self, name: str) -> Leak | None:
        if name in METADATA_NAMES:
            return Leak.METADATA
        plain = plain_name(name)
        if plain in _PLAIN_CURSORS:
            return Leak.CURSOR
        if plain in self._credentials:
            return Leak.CREDENTIAL_NAME
        return Leak.TOKEN if plain in _PLAIN_TOKENS else None


@dataclass(slots=True)
class Inspection:
    """One answer: a body, or the lines of one.

    `talk` says that a text in it may be one of the store's. `allowed` are names that
    this route shows on purpose. With `redact` the value is changed in place. `seen` counts what
    was found, `more` how much of it has no place in `places`. `too_deep` is the last place below
    which nothing was looked at, empty for none.
    """

    rules: Rules
    talk: bool = True
    allowed: frozenset[str] = frozenset()
    redact: bool = False
    depth: int = 64
    too_deep: str = ""
    seen: int = 0
    more: int = 0
    _found: dict[tuple[Leak, str], tuple[str, int]] = field(default_factory=dict)

    @property
    def places(self) -> tuple[Place, ...]:
        """Give what was found so far."""
        return tuple(Place(key[0], *found) for key, found in self._found.items())

    def look(self, value: object, shape: Shape | None) -> object:
        """Look at a whole body and give it back, changed where `redact` says so."""
        kind: Leak | None = None
        if isinstance(value, str):
            kind = self._of_text(value, free=True, meaning=None)
        elif isinstance(value, dict):
            if is_typed(value) and self._wants(Leak.TYPED):
                kind = Leak.TYPED
            else:
                self._object(value, shape, None, 0)
        elif isinstance(value, list):
            self._list(value, shape, None, 0)
        if kind is None:
            return value
        self.tell(kind, None)
        return REDACTED if isinstance(value, str) else None

    def _object(self, value: dict[str, Any], shape: Shape | None, path: Path, level: int) -> None:
        if level >= self.depth:
            self._too_deep(path)
            return
        names, allowed = self.rules.names, self.allowed
        members, opened = (None, True) if shape is None else (shape.members, shape.open)
        changes: list[tuple[str, Leak]] = []
        for name, member in value.items():
            inner: Shape | None = None
            kind: Leak | None = None
            step = name
            if members is not None:
                if name in members:
                    inner = members[name]
                elif opened:
                    # The key of a map can be a value itself, such as an e-mail.
                    inner, step = cast("Shape", shape).rest, "*"
                elif name not in allowed:
                    kind = Leak.UNDECLARED
            meaning = names[name]
            if meaning is not None and name not in allowed:
                kind = self._of_named(meaning, member) or kind
            if kind is None:
                sort = type(member)
                if sort is str:
                    if len(member) >= SHORTEST and name not in allowed:
                        kind = self._of_text(member, opened, meaning)
                elif sort is dict:
                    if len(member) == 1 and is_typed(member) and self._wants(Leak.TYPED):
                        kind = Leak.TYPED
                    elif member:
                        self._object(member, inner, (path, step), level + 1)
                elif sort is list and member:
                    self._list(member, inner, (path, step), level + 1)
            if kind is not None:
                self.tell(kind, (path, step))
                changes.append((name, kind))
        if self.redact:
            for name, kind in changes:
                if kind in _DROPPED:
                    del value[name]
                else:
                    value[name] = REDACTED if kind is Leak.STORE_TEXT else None

    def _list(self, value: list[Any], shape: Shape | None, path: Path, level: int) -> None:
        if level >= self.depth:
            self._too_deep(path)
            return
        inner = shape if shape is None or shape.items is None else shape.items
        for index, member in enumerate(value):
            sort = type(member)
            kind: Leak | None = None
            if sort is dict:
                if len(member) == 1 and is_typed(member) and self._wants(Leak.TYPED):
                    kind = Leak.TYPED
                else:
                    self._object(member, inner, (path, index), level + 1)
            elif sort is list:
                self._list(member, inner, (path, index), level + 1)
            elif sort is str and len(member) >= SHORTEST:
                kind = self._of_text(member, free=True, meaning=None)
            if kind is not None:
                self.tell(kind, (path, index))
                if self.redact:
                    value[index] = REDACTED if sort is str else None

    def _of_named(self, meaning: Leak, member: object) -> Leak | None:
        """Say whether a member whose name means something holds it."""
        if meaning in self.rules.ignore:
            return None
        if meaning is Leak.METADATA:
            return meaning
        if meaning is Leak.CURSOR:
            return meaning if isinstance(member, dict | list) and member else None
        if meaning is Leak.CREDENTIAL_NAME:
            return meaning if is_shown(member) and _is_plain(member) else None
        return None

    def _of_text(self, text: str, free: bool, meaning: Leak | None) -> Leak | None:  # noqa: FBT001 - the hot path
        """Say what a text looks like.

        A token is none in a member that is declared; where names are `free`, in one whose name
        says that it is a token.
        """
        kind = leak_in_text(text, talk=self.talk)
        if kind is Leak.TOKEN and (not free or meaning is Leak.TOKEN):
            return None
        return kind if kind is None or self._wants(kind) else None

    def _wants(self, kind: Leak) -> bool:
        return kind not in self.rules.ignore

    def _too_deep(self, path: Path) -> None:
        self.too_deep = _written(path, star=False)

    def tell(self, kind: Leak, path: Path) -> None:
        """Note that `kind` is at `path`."""
        self.seen += 1
        pattern = _written(path, star=True)
        known = self._found.get((kind, pattern))
        if known is not None:
            self._found[kind, pattern] = known[0], known[1] + 1
        elif len(self._found) < _PLACES:
            self._found[kind, pattern] = _written(path, star=False), 1
        else:
            self.more += 1


def _is_plain(value: object) -> bool:
    """Tell whether a value is what a credential is: a text or number, a list of such, typed."""
    if isinstance(value, dict):
        return is_typed(value)
    return not isinstance(value, list) or all(not isinstance(v, dict | list) for v in value)


def _written(path: Path, *, star: bool) -> str:
    """Write a path out; `star` leaves the indices out."""
    parts: list[str] = []
    while path is not None:
        path, step = path
        if isinstance(step, int):
            parts.append("[*]" if star else f"[{step}]")
        else:
            parts.append(_step(step))
    parts.append("$")
    parts.reverse()
    return "".join(parts)


@lru_cache(maxsize=4096)
def _step(name: str) -> str:
    return f".{name}" if _SAFE_NAME.fullmatch(name) else ".*"
