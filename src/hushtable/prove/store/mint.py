"""Makes canaries: the same for one seed, and no two alike."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hushtable.prove.canary import UNDECLARED, Canary, Source
from hushtable.prove.sketch import Form, Shape
from hushtable.prove.store.forms import is_strong, number, text_of

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_START = "hq"
_LETTERS = 12
_HEAD = 12
"""Characters that tell a token apart from every other, so that a cut one is recognised."""
_TRIES = 50
_LONGEST_WRITTEN = 80
"""Characters of a number or date."""
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_PATTERN = rf"{_START}[a-z2-7]{{{_HEAD - len(_START)},{_LETTERS}}}"


@dataclass(frozen=True, slots=True)
class Place:
    """What a canary is made for. The same place has the same canary, whenever it is asked for."""

    source: Source
    path: tuple[str, ...]
    table: str = ""
    owner: str = ""
    item: int = 0


class Mint:
    """All canaries of one process."""

    PATTERN = re.compile(_PATTERN, re.IGNORECASE)
    """Finds every text that may be a token, or one that was cut to twelve characters."""
    BYTES = re.compile(_PATTERN.encode(), re.IGNORECASE)

    def __init__(self, seed: int) -> None:
        """Start with none. Two mints with one seed make the same canaries."""
        self.seed = seed
        self._made: dict[tuple[Place, Shape], Canary] = {}
        self._by_head: dict[str, Canary] = {}
        self._whole: dict[str, Canary] = {}
        self._ids: dict[str, tuple[str, Canary]] = {}

    def text(self, shape: Shape, source: Source, path: tuple[str, ...]) -> Canary:
        """Make a canary. Its token is empty where the value is too weak to be recognised."""
        return self._canary(shape, Place(source, path))

    def identifier(self, entity: str, shape: Shape, place: Place) -> Canary:
        """Make the id of something; `entity_in` tells later what it is the id of."""
        canary = self._canary(shape, place)
        self._ids[canary.planted] = (entity, canary)
        return canary

    def undeclared(self, table: str, owner: str, item: int, inside: tuple[str, ...] = ()) -> Canary:
        """Make the value of the attribute that no code names, of an item or of a map in it."""
        return self._canary(
            Shape(), Place(Source.UNDECLARED, (*inside, UNDECLARED), table, owner, item)
        )

    def wire(  # noqa: PLR0913 - the parts of a place
        self,
        shape: Shape,
        *,
        table: str,
        path: tuple[str, ...],
        owner: str,
        item: int,
        source: Source = Source.ITEM,
    ) -> dict[str, Any]:
        """Make a value in DynamoDB's wire form. A map gets an undeclared entry unless closed."""
        place = Place(source, path, table, owner, item)
        match shape.kind:
            case "M":
                return {"M": self._map(shape, place)}
            case "L":
                return {"L": [self._part(shape.element or Shape(), place, "[]")]}
            case "SS" | "NS" | "BS":
                element = replace(shape.element or Shape(), kind=shape.kind[0])
                return {shape.kind: [*self._part(element, place, "[]").values()]}
            case "BOOL":
                return {"BOOL": _chosen(shape, place) != "false"}
            case "NULL":
                return {"NULL": True}
            case "B":
                text = self._canary(shape, place).planted
                return {"B": base64.b64encode(text.encode()).decode()}
            case kind:
                return {kind: self._canary(shape, place).planted}

    def of(self, token: str) -> Canary | None:
        """Give the canary of a token, which may be cut to its first twelve characters."""
        lowered = token.lower()
        found = self._by_head.get(lowered[:_HEAD])
        return found if found is not None and found.token.startswith(lowered) else None

    def lookup(self, text: str) -> Canary | None:
        """Give the canary that a whole text, number or date is, however it is written."""
        bare = text.strip().lower()
        return self._whole.get(bare) or self._whole.get(_normal(bare)) or self.of(bare)

    def found_in(self, text: str) -> Iterator[Canary]:
        """Give each canary in a text, those that only stand there whole included."""
        whole = self.lookup(text)
        if whole is not None:
            yield whole
        for match in self.PATTERN.finditer(text):
            found = self.of(match.group())
            if found is not None and found is not whole:
                yield found

    def ids_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """Give each id that stands in a text, with the entity that it is an id of."""
        return tuple((one, entity) for one, (entity, _) in self._ids.items() if one in text)

    def tokens(self) -> frozenset[str]:
        """Give every token that was made."""
        return frozenset(one.token for one in self._made.values() if one.token)

    def _map(self, shape: Shape, place: Place) -> dict[str, Any]:
        entries = {name: self._part(one, place, name) for name, one in shape.fields}
        if not shape.closed:
            element = shape.element or Shape()
            if element.kind == "S" and element == Shape():
                inside = self.undeclared(place.table, place.owner, place.item, place.path)
                entries[UNDECLARED] = {"S": inside.planted}
            else:
                unnamed = replace(place, source=Source.UNDECLARED)
                entries[UNDECLARED] = self._part(element, unnamed, UNDECLARED)
        return entries

    def _part(self, shape: Shape, place: Place, name: str) -> dict[str, Any]:
        return self.wire(
            shape,
            table=place.table,
            path=(*place.path, name),
            owner=place.owner,
            item=place.item,
            source=place.source,
        )

    def _canary(self, shape: Shape, place: Place) -> Canary:
        made = self._made.get((place, shape))
        if made is None:
            made = self._made[place, shape] = self._new(shape, place)
        return made

    def _new(self, shape: Shape, place: Place) -> Canary:
        planted = _chosen(shape, place)
        for attempt in range(0 if shape.choices else _TRIES):
            # A canary depends on its place alone, not on what was made before it.
            source = random.Random(f"{self.seed}|{place}|{attempt}")  # noqa: S311 - no secret
            token = _START + "".join(source.choice(_ALPHABET) for _ in range(_LETTERS))
            is_number = shape.kind in {"N", "NS"}
            planted = number(shape, source) if is_number else text_of(shape, token, source)
            lowered = planted.lower()
            if token[:_HEAD] in lowered or shape.form is Form.BASE64:
                if token[:_HEAD] not in self._by_head:
                    canary = _canary(token, planted, place)
                    self._by_head[token[:_HEAD]] = self._whole[lowered] = canary
                    return canary
            elif not is_strong(shape, planted):
                break
            elif not {lowered, _normal(lowered)} & self._whole.keys():
                canary = _canary(lowered, planted, place)
                self._whole[lowered] = self._whole[_normal(lowered)] = canary
                return canary
        return _canary("", planted, place)


def _canary(token: str, planted: str, place: Place) -> Canary:
    return Canary(token, planted, place.source, place.table, place.path, place.owner, place.item)


def _chosen(shape: Shape, place: Place) -> str:
    """Take one of the only values there may be, another for each item and owner."""
    if not shape.choices:
        return ""
    return shape.choices[(place.item + (place.owner == "B")) % len(shape.choices)]


def _normal(text: str) -> str:
    """Give one form to a number or date that can be written in several."""
    if len(text) > _LONGEST_WRITTEN:
        return text
    if _NUMBER.fullmatch(text):
        try:
            return f"number {Decimal(text).normalize()}"
        except ArithmeticError:
            return text
    try:
        when = datetime.fromisoformat(text.upper())
    except ValueError:
        return text
    return f"moment {when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC).isoformat()}"
