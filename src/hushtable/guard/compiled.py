"""A View made ready: what to ask for, and how the answer becomes Views or bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import starmap
from operator import attrgetter
from typing import Any, Generic, NoReturn, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from hushtable.guard.errors import DeclarationError, DecodeError
from hushtable.guard.tokens import Tokens, Where, Writer, joined
from hushtable.guard.transport.call import Body
from hushtable.guard.wirestructs import (
    MISSING,
    Convert,
    Reading,
    reading,
)
from hushtable.guard.wiretypes import DictOf, ListOf, MapOf, OneOf, Scalar, SetOf, Slot, stored_name

V = TypeVar("V", bound=BaseModel)

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for a body that is not what it should be. The second holds the body."""

_PLACE = re.compile(r" - at `\$\.(?P<path>.*)`$")
_WRONG_TYPE = re.compile(r"^(Object missing required field|Object contains unknown field)")
_OUTER = re.compile(r"^(Item|Items|Attributes|Responses)(\[\.\.\.\])?(\.|$)")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a View: where it is stored, and what is declared of it."""

    name: str
    steps: tuple[str, ...]
    slot: Slot
    alias: str
    """Its name in JSON."""
    made: Callable[[], Any] | None = None
    """Makes its default."""

    def default(self) -> Any:
        """Give what stands where nothing is stored."""
        return self.made() if self.made is not None else self.slot.default


@dataclass(slots=True)
class _Node:
    """A step of the paths that a View asks for."""

    inside: dict[str, _Node] = field(default_factory=dict)
    leaf: Reading | None = None
    own: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a Query or Scan answered: items still in wire structs."""

    items: list[Any]
    last: dict[str, Any] | None
    count: int


class Compiled(Generic[V]):
    """A View for callers who see the same fields of it."""

    def __init__(
        self,
        view: type[V],
        fields: tuple[Field, ...],
        extras: tuple[Field, ...],
        *,
        free: bool,
        sealed: tuple[str, ...] = (),
    ) -> None:
        """Make the structs.

        `extras` are read beside the shown fields, to be checked. `free` tells that the View asks
        nothing of values but their types. `sealed` are the fields that are stored encrypted.
        Raises DeclarationError where a map is shown whole and in part.
        """
        self.view = view
        self.fields = fields
        self.extras = {one.name: len(fields) + number for number, one in enumerate(extras)}
        self.sealed = tuple(at for at, one in enumerate(fields) if one.name in sealed)
        self.native = free and all(_plain(one.slot) for one in fields)
        tree = _Node()
        for one in fields:
            _plant(tree, one, view.__name__, native=self.native)
        for one in extras:
            _beside(tree, one)
        every = (*fields, *extras)
        self.item = _struct(tree)
        self.paths = tuple(Where(path) for one in every for path in leaf_paths(one.steps, one.slot))
        self.projection: Tokens = joined(((where,) for where in dict.fromkeys(self.paths)), ", ")
        # boto3's own condition builder takes #n0, #n1 and so on.
        self._writer = Writer("#h")
        self.expression = (self._writer.write(self.projection), self._writer.names)
        """The projection as text, and the names that its aliases stand for."""
        self.parameters = msgspec.json.encode(
            {
                "ProjectionExpression": self.expression[0],
                "ExpressionAttributeNames": self.expression[1],
            }
        )
        """The projection as the parameters of a request."""
        self._take = attrgetter(*(_way(tree, one.steps) for one in every))
        self._single = len(every) == 1
        self._converts = tuple(
            (number, convert, one)
            for number, one in enumerate(every)
            if (convert := _convert(tree, one.steps)) is not None
        )
        self.simple = not (extras or self.sealed or self._converts)
        """Whether an item is shown as it was decoded, with nothing to check or to convert."""
        self._names = tuple(one.name for one in fields)
        self._set = frozenset(self._names)
        self._private = view.__private_attributes__
        self.flat = self._flat()
        self.page: Any = None
        """The class of its pages, once there was one."""
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}
        self._one = msgspec.json.Decoder(_item_answer(self.item), strict=False)
        self._many = msgspec.json.Decoder(_items_answer(self.item), strict=False)

    def writer(self) -> Writer:
        """Begin a request in which the projection stands as `expression` has it."""
        return self._writer.going_on()

    def decoder(self, name: str, make: Callable[[Any], Any]) -> msgspec.json.Decoder[Any]:
        """Give the decoder of an answer that `make` describes around the item, made once."""
        found = self._decoders.get(name)
        if found is None:
            found = self._decoders[name] = msgspec.json.Decoder(make(self.item), strict=False)
        return found

    def one(self, body: Body) -> Any:
        """Decode the answer of GetItem to a wire struct; None where there is no item.

        Raises DecodeError, which names a path.
        """
        try:
            return self._one.decode(body).Item
        except BROKEN as error:
            refuse(self.view.__name__, error)

    def many(self, body: Body) -> Rows:
        """Decode the answer of Query or Scan. Raises DecodeError, which names a path."""
        try:
            answer = self._many.decode(body)
        except BROKEN as error:
            refuse(self.view.__name__, error)
        items = [] if answer.Items is msgspec.UNSET else answer.Items
        return Rows(items, answer.LastEvaluatedKey, answer.Count)

    def values(self, wire: Any) -> list[Any]:
        """Take the fields' values out of a wire struct, in order."""
        found = [self._take(wire)] if self._single else list(self._take(wire))
        for number, convert, one in self._converts:
            value = convert(found[number])
            found[number] = one.default() if value is MISSING else value
        return found

    def view_of(self, found: list[Any]) -> V:
        """Make the View of its values. Raises DecodeError where the item does not fit it."""
        values = dict(zip(self._names, found, strict=False))
        if self.native:
            return self._built(values)
        try:
            return self.view.model_validate(values, by_name=True, by_alias=False)
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            path = ".".join(str(step) for step in first["loc"]) or self.view.__name__
            raise DecodeError(path, str(first["type"])) from None

    def views(self, found: list[Any]) -> list[V]:
        """Make the Views of items that may be shown: wire structs where it is `simple`."""
        if self.simple and self.native:
            return [self._built(values) for values in self.plain(found)]
        rows = map(self.values, found) if self.simple else found
        return [self.view_of(values) for values in rows]

    def plain(self, found: list[Any]) -> list[dict[str, Any]]:
        """Give the shown fields of such items by name."""
        names = self._names
        rows = map(self._take, found) if self.simple else found
        if self.simple and self._single:
            return [{names[0]: value} for value in rows]
        return [dict(zip(names, values, strict=False)) for values in rows]

    def _built(self, values: dict[str, Any]) -> V:
        """Make a View of values that msgspec has checked already."""
        made = self.view.__new__(self.view)
        put = object.__setattr__
        put(made, "__dict__", values)
        put(made, "__pydantic_fields_set__", set(self._set))
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", {} if self._private else None)
        return made

    def flats(self, found: list[Any]) -> list[Any]:
        """Make the flat structs of items, which msgspec writes to the JSON of the View."""
        if not self.simple:
            count = len(self.fields)
            return [self.flat(*values[:count]) for values in found]
        taken = map(self._take, found)
        return list(map(self.flat, taken) if self._single else starmap(self.flat, taken))

    def _flat(self) -> Any:
        """Make the struct whose JSON is the View's, or None where only pydantic writes it."""
        if not self.native or not all(_same(one.slot) for one in self.fields):
            return None
        return msgspec.defstruct(
            "Flat",
            [(f"a{number}", Any) for number in range(len(self.fields))],
            rename={f"a{number}": one.alias for number, one in enumerate(self.fields)},
            frozen=True,
            gc=False,
        )


def refuse(where: str, error: Exception) -> NoReturn:
    """Tell where an answer does not fit, in the item's own path; msgspec's text may quote."""
    text = str(error) if isinstance(error, msgspec.DecodeError) else ""
    match = _PLACE.search(text)
    if match is None:
        raise DecodeError(where, "the answer is not DynamoDB's JSON") from None
    path = _OUTER.sub("", match["path"])
    missing = re.match(r"Object missing required field `(.+?)`", text)
    if missing is not None and missing[1] not in _WIRES:
        path = f"{path}.{missing[1]}" if path else missing[1]
        raise DecodeError(_dotted(path), "is required and not stored") from None
    why = (
        "is stored with another type" if _WRONG_TYPE.match(text) else "has a value of another form"
    )
    raise DecodeError(_dotted(path) or where, why) from None


_WIRES = frozenset({"S", "N", "B", "BOOL", "SS", "NS", "BS", "M", "L", "NULL"})


def _dotted(path: str) -> str:
    """Leave the wire types out of a path."""
    return ".".join(step for step in path.split(".") if step.removesuffix("[...]") not in _WIRES)


def _envelope(**fields: tuple[Any, Any]) -> Any:
    members = [(name, type_, default) for name, (type_, default) in fields.items()]
    return msgspec.defstruct("Answer", members, gc=False)


def _item_answer(item: Any) -> Any:
    return _envelope(Item=(item | None, None))


def _items_answer(item: Any) -> Any:
    return _envelope(
        Items=(list[item], msgspec.UNSET),
        LastEvaluatedKey=(dict[str, Any] | None, None),
        Count=(int, 0),
    )


def leaf_paths(steps: tuple[str, ...], slot: Slot) -> Iterator[tuple[str, ...]]:
    """Give the paths that must be asked for: of a map of a fixed shape, its leaves alone."""
    if isinstance(slot.shape, MapOf) and slot.shape.fields:
        for name, inner in slot.shape.fields.items():
            yield from leaf_paths((*steps, stored_name(name, inner)), inner)
    else:
        yield steps


def _plant(tree: _Node, one: Field, view: str, *, native: bool) -> None:
    node = tree
    for step in one.steps:
        if node.leaf is not None:
            _twice(view, one)
        node = node.inside.setdefault(step, _Node(own=f"a{len(node.inside)}"))
    if node.inside or node.leaf is not None:
        _twice(view, one)
    node.leaf = reading(one.slot, native=native)


def _beside(tree: _Node, one: Field) -> None:
    """Read something that is checked; a field that shows it is read once."""
    node = tree.inside.setdefault(one.steps[0], _Node(own=f"a{len(tree.inside)}"))
    if node.leaf is None:
        node.leaf = reading(one.slot, native=True)


def _twice(view: str, one: Field) -> NoReturn:
    message = f"{view}.{one.name}: {'.'.join(one.steps)} is shown twice, or whole and in part"
    raise DeclarationError(message)


def _struct(node: _Node) -> Any:
    """Make the struct of a node's insides. What may be missing stands last, as msgspec asks."""
    needed: list[Any] = []
    optional: list[Any] = []
    rename: dict[str, str] = {}
    for step, inner in node.inside.items():
        rename[inner.own] = step
        each = inner.leaf or _between(inner)
        if each.absent is msgspec.NODEFAULT:
            needed.append((inner.own, each.type))
        else:
            optional.append((inner.own, each.type, each.absent))
    return msgspec.defstruct("Item", [*needed, *optional], rename=rename, frozen=True, gc=False)


def _between(node: _Node) -> Reading:
    """Read a map on the way to what is shown of it."""
    inside = _struct(node)
    try:
        absent = inside()
    except TypeError:
        # Something in it is required.
        made = msgspec.defstruct("Wire", [("M", inside)], frozen=True, gc=False)
        return Reading(made, "M")
    made = msgspec.defstruct(
        "Wire", [("M", inside, absent), ("NULL", bool, False)],
        forbid_unknown_fields=True, frozen=True, gc=False,
    )  # fmt: skip
    return Reading(made, "M", None, made())


def _end(tree: _Node, steps: tuple[str, ...]) -> tuple[_Node, list[str]]:
    node, way = tree, []
    for step in steps:
        node = node.inside[step]
        way.append(node.own)
    return node, way


def _way(tree: _Node, steps: tuple[str, ...]) -> str:
    node, way = _end(tree, steps)
    text = ".M.".join(way)
    return f"{text}.{node.leaf.way}" if node.leaf is not None and node.leaf.way else text


def _convert(tree: _Node, steps: tuple[str, ...]) -> Convert | None:
    node, _ = _end(tree, steps)
    return node.leaf.convert if node.leaf is not None else None


def _plain(slot: Slot) -> bool:
    """Tell whether msgspec's own reading gives what pydantic would."""
    if not slot.free:
        return False
    return all(one.plain for one in _scalars(slot))


def _same(slot: Slot) -> bool:
    """Tell whether msgspec writes the value to the same JSON as pydantic."""
    return all(one.same for one in _scalars(slot)) and not _holds_map(slot)


def _scalars(slot: Slot) -> Iterator[Scalar]:
    match slot.shape:
        case Scalar():
            yield slot.shape
        case SetOf(member):
            yield member
        case ListOf(member) | DictOf(member):
            yield from _scalars(member)
        case MapOf(fields=fields):
            for one in fields.values():
                yield from _scalars(one)
        case OneOf(options):
            for option in options:
                yield from _scalars(Slot(option))
        case _:
            return


def _holds_map(slot: Slot) -> bool:
    match slot.shape:
        case MapOf():
            return True
        case ListOf(member) | DictOf(member):
            return _holds_map(member)
        case OneOf(options):
            return any(_holds_map(Slot(option)) for option in options)
        case _:
            return False
