"""Values for the inputs of a door: planted keys where names or the store say so, else canaries."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hushtable.model.service import ParameterSource
from hushtable.prove.canary import Canary, Source
from hushtable.prove.drive.binding import Bound, Keys, Match, by_name, found_in
from hushtable.prove.drive.door import Door, Entry, is_credential
from hushtable.prove.drive.firsts import Lent
from hushtable.prove.drive.making import MISSING, Location, Making, fits
from hushtable.prove.drive.narrowing import choices
from hushtable.prove.drive.needed import OWNERS, MintLike, StoreLike
from hushtable.prove.drive.reading_source import (
    looked_up,
    read_of_mappings,
    reads_body,
    reads_form,
)
from hushtable.prove.drive.refusals import lessons
from hushtable.prove.drive.sending import FORM, JSON, Filled, Slot
from hushtable.prove.exchange import Exchange
from hushtable.prove.learn.requested import ORDINARY
from hushtable.prove.sketch import Form, Shape, Sketch
from hushtable.prove.store.guessing import OWNER, Entities
from hushtable.prove.store.sketching import with_attribute, with_table

_NAME = re.compile(r"[A-Za-z_][\w-]{0,60}")
_SAID = frozenset({"properties", "$ref", "anyOf", "oneOf", "allOf", "items", "enum", "const"})
"""What says more of a value than that it is a mapping."""
_FAILED = 400
CONFLICT = 409
_REFUSALS = frozenset({401, 403, 429})


class Inputs:
    """What is known of the inputs of every door. It grows while the app is driven."""

    def __init__(self, mint: MintLike, store: StoreLike) -> None:
        """Know nothing but names."""
        self.mint = mint
        self.store = store
        self.shapes: dict[tuple[str, str], Shape] = {}
        """What the doors want planted keys to look like; ("", "") is an owner's id."""
        self._bound: dict[tuple[int, Location], Bound] = {}
        self._fixed: dict[int, dict[Location, Shape | None]] = {}
        self._tables: dict[int, set[str]] = {}
        self._unspoken: dict[int, tuple[Slot, ...]] = {}
        self._taken: set[int] = set()
        self._read: dict[int, dict[str, Mapping[str, Any]]] = {}
        self._whole: set[int] = set()
        self._tried_whole: set[int] = set()
        self._values: dict[tuple[int, Location], str] = {}
        self._planted: dict[tuple[str, bool], tuple[Sketch, Keys]] = {}
        self._lent: dict[int, Lent] = {}

    def lend(self, door: Door, lent: Lent | None) -> None:
        """Have a door asked with what the app made for it, or again with what is planted."""
        if lent is None:
            self._lent.pop(door.index, None)
        else:
            self._lent[door.index] = lent

    def lent(self, door: Door) -> Lent:
        """Give what the app made for a door."""
        return self._lent.get(door.index) or Lent({}, ())

    def keys(self, owner: str) -> Keys:
        """Give an owner's planted keys, worked out once for what is known of the store."""
        return self._known(owner, self.store.keys, keys=True)

    def values(self, owner: str) -> Keys:
        """Give all that is plain in an owner's planted items, worked out once too."""
        return self._known(owner, self.store.values, keys=False)

    def _known(self, owner: str, read: Callable[[str, int], Keys], *, keys: bool) -> Keys:
        sketch = self.store.sketch
        known = self._planted.get((owner, keys))
        if known is None or known[0] is not sketch:
            known = self._planted[owner, keys] = (sketch, read(owner, 0))
        return known[1]

    def fill(
        self,
        door: Door,
        *,
        owner: str = "A",
        caller: str = "",
        turn: int = 0,
        minimal: bool = False,
    ) -> Filled:
        """Give values for what a door declares, with the keys of an owner.

        What may be left out of a query is left out, unless it is a key or the door fails so.

        Credentials are left out: they belong to an identity. What a header says of the caller
        (`x-user-id`) is the caller's, whoever owns the keys.
        """
        canaries: list[Canary] = []
        values: dict[Slot, Any] = {}
        fixed = self._fixed.get(door.index, {})
        who = caller if caller in OWNERS else owner

        def making(schema: Mapping[str, Any], source: ParameterSource) -> Making:
            whose = who if source in {ParameterSource.HEADER, ParameterSource.COOKIE} else owner
            return Making(
                self.mint, schema, lambda at: self._named(door, at, whose), turn=turn,
                minimal=minimal, fixed=fixed, made=canaries,
            )  # fmt: skip

        for entry in self.entries(door):
            at = (entry.source.value, entry.name)
            wanted = entry.required or fixed.get(at) is not None
            wanted = wanted or (door.index in self._whole and not minimal)
            if not wanted and (minimal or self._named(door, at, owner) is None):
                continue
            self._notice(door, entry, owner)
            value = making(entry.schema, entry.source).make(entry.schema, at)
            if value is not MISSING:
                values[entry.source, entry.name] = value
        body, media = self._body(door, making)
        return Filled(values, body, media, tuple(canaries))

    def entries(self, door: Door) -> Iterator[Entry]:
        """Give what a door takes beside its body and its credentials; unspoken inputs too."""
        known = {(entry.source, entry.name.lower()) for entry in door.entries}
        yield from (entry for entry in door.entries if not is_credential(entry))
        for source, name in self._looked_up(door):
            entry = Entry(name, source, {"type": "string"}, required=False)
            in_body = source is ParameterSource.BODY
            if (source, name.lower()) not in known and not in_body and not is_credential(entry):
                yield entry

    def binds(self, door: Door) -> bool:
        """Whether one of a door's inputs is a planted key, so that it matters whose it is."""
        mine, theirs = self.fill(door, owner="A"), self.fill(door, owner="B")
        own = {canary.planted for canary in (*mine.canaries, *theirs.canaries)}
        mine_texts = _leaves((mine.values, mine.body))
        theirs_texts = _leaves((theirs.values, theirs.body))
        pairs = zip(mine_texts, theirs_texts, strict=False)
        return any(_without(a, own) != _without(b, own) for a, b in pairs)

    def named(self, door: Door, name: str, owner: str) -> Match | None:
        """Give the planted key that a name speaks of, at a door."""
        return by_name(
            name,
            door.template,
            self.keys(owner),
            self.store.owner_id(owner),
            self._tables.get(door.index, ()),
        )

    def learn(self, door: Door, exchange: Exchange) -> bool:
        """Take from an exchange what the inputs should have been. True when that was news."""
        tables = {str(call.request.get("TableName", "")) for call in exchange.calls} - {""}
        known = self._tables.setdefault(door.index, set())
        failed = exchange.answered.status >= _FAILED
        news = failed and not tables <= known
        known |= tables
        if failed and exchange.answered.status not in _REFUSALS:
            news = self._learn_values(door, exchange) or news
        for canary in exchange.asked.inputs:
            place = (door.index, canary.path)
            if canary.source is not Source.INPUT or place in self._bound:
                continue
            bound = found_in(canary.planted, exchange.calls)
            # A filter that finds nothing is right where something new is to be made.
            is_key = bound is not None and bound.value(self.keys("A")) is not None
            if bound is not None and (is_key or failed or not door.writing):
                self._bound[place] = bound
                news = True
        if exchange.answered.status == CONFLICT and door.index not in self._taken:
            # What is planted is there already: something new is wanted.
            self._taken.add(door.index)
            news = True
        fixed = self._fixed.setdefault(door.index, {})
        told = (*lessons(exchange), *choices(door, exchange), *self._unkeyed(door, exchange))
        for at, shape in told:
            known_schema = any((one.source.value, one.name) == at for one in door.entries)
            if shape == Shape() and (at in fixed or known_schema):
                continue
            if at not in fixed or fixed[at] != shape:
                fixed[at] = shape
                news = True
        return news or (failed and self._other_inputs(door, exchange))

    def _other_inputs(self, door: Door, exchange: Exchange) -> bool:
        """Where nothing else helps, try all that may be left out, once."""
        if exchange.answered.status in _REFUSALS or exchange.asked.purpose not in ORDINARY:
            return False
        if door.index in self._tried_whole:
            self._whole.discard(door.index)
            return False
        self._tried_whole.add(door.index)
        if all(entry.required for entry in self.entries(door)):
            return False
        self._whole.add(door.index)
        return True

    def wished(self, sketch: Sketch) -> Sketch:
        """Give planted keys the look that the doors want of them. The same sketch if they have it.

        What is known of an owner's id goes to every attribute that holds one.
        """
        entities = Entities.of_sketch(sketch)
        for (name, attribute), shape in self.shapes.items():
            for table in sketch.tables:
                known = dict(table.attributes)
                names = [attribute] if table.name == name else []
                if not name:
                    every = (*known, *(key for key, _ in table.keys))
                    names = [
                        one for one in dict.fromkeys(every) if entities.of(table, one) == OWNER
                    ]
                for one in names:
                    if known.get(one) != shape:
                        sketch = with_table(sketch, with_attribute(table, one, shape))
        return sketch

    def _learn_values(self, door: Door, exchange: Exchange) -> bool:
        """Take, for inputs named like an attribute that the app just read, what it read there."""
        read: dict[str, str] = {}
        for call in exchange.calls:
            for item in (call.answer.get("Item"), *call.answer.get("Items", ())):
                for name, wire in item.items() if isinstance(item, Mapping) else ():
                    text = wire.get("S", wire.get("N")) if isinstance(wire, Mapping) else None
                    if isinstance(text, str):
                        read.setdefault(name, text)
        news = False
        for canary in exchange.asked.inputs:
            place = (door.index, canary.path)
            text = read.get(canary.path[-1])
            if canary.source is Source.INPUT and text is not None and place not in self._values:
                self._values[place] = text
                news = True
        return news

    def _named(self, door: Door, at: Location, owner: str) -> str | None:
        names = [part for part in at[1:] if not part.isdigit()]
        lent = self._lent.get(door.index)
        if lent is not None and names:
            text = lent.text(names[-1], door.template, in_body=at[0] == "body")
            if text is not None:
                return text
        if at[0] == "body" and door.index in self._taken:
            return None
        bound = self._bound.get((door.index, at))
        if bound is not None:
            value = bound.value(self.keys(owner)) or bound.value(self.values(owner))
            if value is not None:
                return value
        match = self.named(door, names[-1], owner) if names else None
        return match.text if match is not None else self._values.get((door.index, at))

    def _notice(self, door: Door, entry: Entry, owner: str) -> None:
        """Note what a planted key must look like to be sent where a door wants it."""
        match = self.named(door, entry.name, owner)
        if match is None:
            return
        schema = entry.schema
        if schema.get("type") == "integer":
            if not match.text.lstrip("-").isdigit():
                self.shapes[match.table, match.attribute] = Shape(kind="N", form=Form.INTEGER)
            return
        making = Making(self.mint, schema, lambda _: None)
        shape = making.shape(schema, (entry.source.value, entry.name))
        if not fits(match.text, shape):
            self.shapes[match.table, match.attribute] = shape

    def _body(self, door: Door, making: Any) -> tuple[Any, str]:
        if door.socket:
            return self._frames(door, making), "text/plain"
        if door.body is not None:
            schema = door.body.schema
            media = door.body.media
            if media == JSON and not (schema.keys() & _SAID):
                schema = self._read_in_body(door)
            value = making(schema, ParameterSource.BODY).make(schema, ("body",))
            if isinstance(value, str) and media != JSON:
                value = value.encode()
            return getattr(value, "content", value), media
        if not (door.opaque and door.writing):
            return MISSING, JSON
        fixed = self._fixed.get(door.index, {})
        reads = door.endpoint is not None and reads_body(door.endpoint)
        if not reads and not any(at[:1] == ("body",) for at in fixed):
            return MISSING, JSON
        names = [name for source, name in self._looked_up(door) if source is ParameterSource.BODY]
        schema = {
            "type": "object",
            "properties": {name: {"type": "string"} for name in names},
            "required": names,
        }
        form = door.endpoint is not None and reads_form(door.endpoint)
        made = making(schema, ParameterSource.BODY).make(schema, ("body",))
        return made, FORM if form else JSON

    def _read_in_body(self, door: Door) -> Mapping[str, Any]:
        """Give the schema of a body that may be any mapping: the names that are read of it."""
        if door.index not in self._read:
            self._read[door.index] = read_of_mappings(door.endpoint) if door.endpoint else {}
        if not self._read[door.index]:
            return door.body.schema if door.body is not None else {}
        properties = self._read[door.index]
        return {"type": "object", "properties": properties, "required": [*properties]}

    def _frames(self, door: Door, making: Any) -> bytes:
        """Give what is said to a socket: JSON with the names it looks up, and plain text."""
        names = [name for source, name in self._looked_up(door) if source is ParameterSource.BODY]
        properties = {name: {"type": "string"} for name in names or ["type"]}
        schema = {"type": "object", "properties": properties, "required": [*properties]}
        build = making(schema, ParameterSource.BODY)
        frames = [json.dumps(build.make(schema, ("body",)))]
        if "receive_text" in _source_of(door.endpoint):
            frames.append(str(build.make({"type": "string"}, ("body", "text"))))
        return "\n".join(frames).encode()

    def _looked_up(self, door: Door) -> tuple[Slot, ...]:
        if door.index not in self._unspoken:
            asks = door.opaque and door.endpoint is not None
            found = dict.fromkeys(looked_up(door.endpoint)) if asks else {}
            self._unspoken[door.index] = tuple(found)
        return self._unspoken[door.index]

    def _unkeyed(self, door: Door, exchange: Exchange) -> Iterator[tuple[Location, Shape | None]]:
        """Take the names that a handler missed in a body which nothing declares."""
        failed = exchange.answered.status >= _FAILED or exchange.answered.raised
        if not (door.opaque and door.writing and door.body is None and failed):
            return
        for complaint in exchange.complaints:
            name = complaint.text.strip().strip("'\"")
            if complaint.kind == "KeyError" and _NAME.fullmatch(name):
                yield ("body", name), Shape(form=Form.TEXT, shortest=1)


def _without(text: str, parts: Iterable[str]) -> str:
    for part in parts:
        text = text.replace(part, "")
    return text


def _source_of(endpoint: Any) -> str:
    try:
        return inspect.getsource(inspect.unwrap(endpoint))
    except (OSError, TypeError):
        return ""


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for one in value.values():
                yield from _leaves(one)
        case list() | tuple():
            for one in value:
                yield from _leaves(one)
        case _:
            yield str(value)
