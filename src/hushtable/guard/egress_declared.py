"""What a route declares that it answers: its response model, as a shape to hold a body against.

Read from the JSON schema of the model as it is serialised, so aliases, computed fields, generics
and nested models come out as they do on the wire. Where branches of a union differ, every name of
any branch is declared. What is typed as anything (`Any`, `dict`) declares no names and is not
looked into.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter

_ERRORS = 400


@dataclass(slots=True, eq=False)
class Shape:
    """Which members an object may have here. Built once, then only read.

    `members` holds the shape of each declared member, None for one that is not looked into.
    `open` says that names are free (a map), and then `rest` is the shape of its values. `items`
    is the shape of a list's elements; where none is declared and a list comes all the same, its
    elements are held against the shape itself.
    """

    members: dict[str, Shape | None] = field(default_factory=dict)
    open: bool = False
    rest: Shape | None = None
    items: Shape | None = None


class UnreadableModelError(Exception):
    """A response model has no JSON schema. Told as not inspected."""


def declared_by(route: object, status: int) -> Shape | None:
    """Give what `route` declares for answers of `status`; None when it declares nothing.

    Raises UnreadableModelError for a model without a JSON schema.
    """
    model = _model_for(route, status)
    if model is None:
        return None
    by_alias = getattr(route, "response_model_by_alias", True)
    try:
        adapter = TypeAdapter(cast("type[object]", model))
        schema = adapter.json_schema(mode="serialization", by_alias=by_alias)
    except Exception as error:  # noqa: BLE001 - a type's own schema hook may raise anything
        raise UnreadableModelError(type(error).__name__) from None
    shape = _Reading(schema.get("$defs", {})).shape(schema)
    return None if shape is None else _narrowed(shape, route, model)


def of_names(names: Collection[str]) -> Shape:
    """Make a shape in which `names` are declared at any depth, and nothing else."""
    shape = Shape()
    shape.members = dict.fromkeys(names, shape)
    return shape


def _model_for(route: object, status: int) -> object:
    """Give the model for a status: of `responses`, else the response model unless an error."""
    responses = getattr(route, "responses", None)
    if isinstance(responses, Mapping):
        for key in (status, str(status), f"{status // 100}XX"):
            told = responses.get(key)
            if isinstance(told, Mapping) and told.get("model") is not None:
                return told["model"]
    if status >= _ERRORS:
        return None
    return getattr(route, "response_model", None) or getattr(route, "stream_item_type", None)


def _narrowed(shape: Shape, route: object, model: object) -> Shape:
    """Leave out what `response_model_include` and `_exclude` leave out of a model's own members."""
    include = getattr(route, "response_model_include", None)
    exclude = getattr(route, "response_model_exclude", None)
    own = isinstance(model, type) and issubclass(model, BaseModel)
    if (
        not own
        or (include is None and not exclude)
        or model is not getattr(route, "response_model", None)
    ):
        return shape
    names: dict[str, str] = {}
    for name, info in cast("type[BaseModel]", model).model_fields.items():
        aliased = getattr(route, "response_model_by_alias", True)
        names[(info.serialization_alias or name) if aliased else name] = name
    dropped = {
        name for name in exclude or () if not isinstance(exclude, Mapping) or _whole(exclude[name])
    }
    members = {
        written: member
        for written, member in shape.members.items()
        if names.get(written, written) not in dropped
        and (include is None or names.get(written, written) in include)
    }
    # A copy: the model may hold itself, and there it is narrowed nowhere.
    return Shape(members=members, open=shape.open, rest=shape.rest, items=shape.items)


def _whole(part: object) -> bool:
    """Tell whether an exclusion is of the whole member, not of parts of it."""
    return part is True or part is ...


class _Reading:
    """Reads one schema. Each part is read once, so that a model may hold itself."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._known: dict[int, Shape | None] = {}
        self._unfinished: set[int] = set()

    def shape(self, schema: object) -> Shape | None:
        """Give the shape of a schema, None where it allows anything."""
        if not isinstance(schema, Mapping):
            return None
        schema = self._resolved(schema)
        if id(schema) in self._known:
            return self._known[id(schema)]
        shape = self._known[id(schema)] = Shape()
        self._unfinished.add(id(shape))
        if not self._fill(shape, schema):
            # A part of it may already hold this shape, so it is opened too.
            shape.open, shape.rest, shape.items = True, None, None
            self._known[id(schema)] = None
        self._unfinished.discard(id(shape))
        return self._known[id(schema)]

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow references, and see through `X | None`."""
        while True:
            reference = schema.get("$ref")
            branches = [
                branch
                for word in ("anyOf", "oneOf", "allOf")
                for branch in schema.get(word, ())
                if branch != {"type": "null"}
            ]
            if isinstance(reference, str):
                schema = self._definitions.get(reference.rpartition("/")[2], {})
            elif len(branches) == 1:
                schema = branches[0]
            else:
                return schema

    def _fill(self, shape: Shape, schema: Mapping[str, Any]) -> bool:
        """Add what a schema declares to `shape`. False when the schema allows anything."""
        schema = self._resolved(schema)
        branches = [b for word in ("anyOf", "oneOf", "allOf") for b in schema.get(word, ())]
        if branches:
            # Every branch adds its names, also after one that allows anything.
            filled = [self._fill(shape, branch) for branch in branches]
            return all(filled)
        kind = schema.get("type")
        if kind == "object":
            self._fill_object(shape, schema)
        elif kind == "array":
            self._fill_array(shape, schema)
        else:
            return kind is not None or "enum" in schema or "const" in schema
        return True

    def _fill_object(self, shape: Shape, schema: Mapping[str, Any]) -> None:
        properties = schema.get("properties", {})
        for name, member in properties.items():
            found = self.shape(member)
            if name in shape.members:
                found = self._joined(shape.members[name], found)
            shape.members[name] = found
        values = [*schema.get("patternProperties", {}).values()]
        # pydantic before 2.10 writes `dict[str, Any]` without any of these words.
        extra = schema.get("additionalProperties", "properties" not in schema)
        if not properties and (values or extra is not False):
            # A map. A model that allows extras has properties, and declares those alone.
            for value in values or [extra]:
                rest = None if value is True else self.shape(value)
                shape.rest = self._joined(shape.rest, rest) if shape.open else rest
                shape.open = True

    def _fill_array(self, shape: Shape, schema: Mapping[str, Any]) -> None:
        elements = [*schema.get("prefixItems", ())]
        if isinstance(schema.get("items"), Mapping):
            elements.append(schema["items"])
        for element in elements or [{}]:
            found = self.shape(element) or ANYTHING
            shape.items = found if shape.items is None else self._joined(shape.items, found)

    def _joined(self, one: Shape | None, other: Shape | None) -> Shape | None:
        """Allow what either shape allows, one level deep.

        Where both name a member, that member is not looked into further unless the two are one
        shape. None allows anything, and so does what is not read to its end yet.
        """
        if one is other:
            return one
        if one is None or other is None or {id(one), id(other)} & self._unfinished:
            return None
        members = dict(one.members)
        for name, member in other.members.items():
            members[name] = member if members.get(name, member) is member else None
        rest = one.rest if one.open else other.rest
        if one.open and other.open and one.rest is not other.rest:
            rest = None
        items = one.items or other.items
        if one.items is not None and other.items is not None and one.items is not other.items:
            items = ANYTHING
        return Shape(members=members, open=one.open or other.open, rest=rest, items=items)


ANYTHING = Shape(open=True)
"""An element of a list that may be anything."""
