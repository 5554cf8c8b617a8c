"""Reads an OpenAPI document's schemas beside a value: which members it declares, which not.

`$ref` is followed where a value goes on, never ahead of it, so a schema may hold itself. What a
reference leads to is looked up by `referencing`; nothing outside the document is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from referencing import Registry, Resource, Specification
from referencing.exceptions import Unresolvable

Schema = Mapping[str, Any]
Path = tuple[str, ...]

_ALTERNATIVES = ("allOf", "anyOf", "oneOf")
_MOST_BRANCHES = 64
_MOST_LEAVES = 20_000
_DEEPEST = 40
_BASE = "urn:openapi"


class Standing(Enum):
    """What a document says of one member of an answer."""

    DECLARED = "declared"
    UNDECLARED = "undeclared"
    UNSHAPED = "unshaped"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar in a JSON value: where it stands, `[]` for an element of a list, and its value."""

    path: Path
    value: str | int | float | bool | None
    standing: Standing

    @property
    def name(self) -> str:
        """The member's name: the last segment that is no list."""
        return next((part for part in reversed(self.path) if part != "[]"), "")


class Document:
    """An OpenAPI or Swagger document, with its references."""

    def __init__(self, root: Schema) -> None:
        """Take a document as it was read. Any of it may be wrong."""
        self.root = root
        opaque: Specification[Any] = Specification.OPAQUE
        made: Resource[Any] = Resource.from_contents(dict(root), default_specification=opaque)
        registry: Registry[Any] = Registry()
        self._resolver = registry.with_resource(_BASE, made).resolver(_BASE)

    def at(self, node: object) -> Schema:
        """Follow references from a node; empty where one leads nowhere, in a circle or outside."""
        seen: set[str] = set()
        while isinstance(node, Mapping):
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            if reference in seen or not reference.startswith("#"):
                return {}
            seen.add(reference)
            try:
                node = self._resolver.lookup(reference).contents
            except (Unresolvable, ValueError, LookupError, TypeError, AttributeError):
                return {}
        return {}

    def branches(self, schema: object) -> tuple[Schema, ...]:
        """Give a schema with all its alternatives, each reference followed, each once."""
        found: list[Schema] = []
        waiting, seen = [schema], set()
        while waiting and len(found) < _MOST_BRANCHES:
            here = self.at(waiting.pop(0))
            if not here or id(here) in seen:
                continue
            seen.add(id(here))
            found.append(here)
            for word in _ALTERNATIVES:
                options = here.get(word)
                if isinstance(options, list):
                    waiting.extend(options)
        return tuple(found)

    def leaves(self, value: object, schema: object) -> Iterator[Leaf]:
        """Give every scalar of a JSON value with its standing, the first 20,000 of them."""
        left = _MOST_LEAVES
        for leaf in self._leaves(value, self.branches(schema), (), Standing.DECLARED):
            yield leaf
            left -= 1
            if not left:
                return

    def _leaves(
        self, value: object, branches: tuple[Schema, ...], path: Path, standing: Standing
    ) -> Iterator[Leaf]:
        if len(path) > _DEEPEST:
            return
        match value:
            case dict():
                yield from self._members(value, branches, path, standing)
            case list():
                inner = tuple(one for each in branches for one in self.branches(each.get("items")))
                lower = standing
                if not inner and standing is Standing.DECLARED:
                    lower = Standing.UNSHAPED
                for each in value:
                    yield from self._leaves(each, inner, (*path, "[]"), lower)
            case str() | int() | float() | None:
                yield Leaf(path, value, standing)

    def _members(
        self, value: dict[str, Any], branches: tuple[Schema, ...], path: Path, standing: Standing
    ) -> Iterator[Leaf]:
        declared: dict[str, Any] = {}
        for each in branches:
            properties = each.get("properties")
            if isinstance(properties, Mapping):
                declared.update(properties)
        of_map = _of_map(branches)
        for name, member in value.items():
            lower = standing
            inner: tuple[Schema, ...] = ()
            if name in declared:
                inner = self.branches(declared[name])
            elif of_map is not None:
                inner = self.branches(of_map)
            elif standing is Standing.DECLARED:
                lower = Standing.UNDECLARED if declared else Standing.UNSHAPED
            yield from self._leaves(member, inner, (*path, str(name)), lower)


def _of_map(branches: tuple[Schema, ...]) -> object:
    """Give the schema of a map's values, where the document says what they are."""
    for each in branches:
        extra = each.get("additionalProperties")
        if isinstance(extra, Mapping) and extra:
            return extra
        patterns = each.get("patternProperties")
        if isinstance(patterns, Mapping) and patterns:
            return next(iter(patterns.values()))
    return None
