"""Makes values that a JSON schema allows, with canaries where there is room for one."""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hushtable.prove.canary import Canary, Source
from hushtable.prove.drive.binding import words
from hushtable.prove.drive.door import Schema
from hushtable.prove.drive.needed import MintLike
from hushtable.prove.sketch import Form, Shape

Location = tuple[str, ...]
Named = Callable[[Location], "str | None"]
"""Gives the planted text that belongs at a place, if one does."""

MISSING = object()
"""No value: the place is left out."""


@dataclass(frozen=True, slots=True)
class FileValue:
    """A file in a form."""

    name: str
    content: bytes


FORMATS: dict[str, Form] = {
    "email": Form.EMAIL,
    "idn-email": Form.EMAIL,
    "name-email": Form.EMAIL,
    "uri": Form.URL,
    "uri-reference": Form.URL,
    "multi-host-uri": Form.URL,
    "uuid": Form.UUID,
    "uuid1": Form.UUID,
    "uuid3": Form.UUID,
    "uuid4": Form.UUID,
    "uuid5": Form.UUID,
    "uuid7": Form.UUID,
    "date": Form.DATE,
    "date-time": Form.DATETIME,
    "time": Form.TIME,
    "ipv4": Form.IP,
    "ipvanyaddress": Form.IP,
    "phone": Form.PHONE,
    "json-string": Form.JSON,
    "base64": Form.BASE64,
    "base64url": Form.BASE64,
}
CONSTANT = {
    "duration": "PT1H",
    "ipv6": "2001:db8::1",
    "ipv4network": "192.0.2.0/24",
    "ipv6network": "2001:db8::/32",
    "file-path": "exports",
    "directory-path": "exports",
    "path": "exports",
    "color": "#336699",
    "regex": "a+",
}
# What a name says of a text whose schema says nothing.
SPEAKING: tuple[tuple[str, Form], ...] = (
    (r"e_?mail$", Form.EMAIL),
    (r"pass_?(word|wd|phrase)|(^|_)pwd$", Form.PASSWORD),
    (r"(^|_)(url|website|homepage|link|webhook)$|callback", Form.URL),
    (r"(^|_)(phone|mobile|telephone)(_number)?$", Form.PHONE),
    (r"(^|_)(date|birthday|dob)$|^date_of|^birth_?date", Form.DATE),
    (r"_at$|(^|_)(timestamp|datetime)$", Form.DATETIME),
)
# Numbers that stand for an amount: a made-up large one would only be refused.
COUNTS: Mapping[str, int] = {
    "limit": 20, "size": 20, "count": 1, "page": 1, "offset": 0, "skip": 0, "year": 2024,
    "month": 6, "day": 15, "days": 7, "hour": 12, "hours": 12, "minute": 30, "minutes": 30,
    "age": 40, "quantity": 2, "qty": 2, "rating": 4, "stars": 4, "score": 4, "percent": 10,
    "latitude": 48, "longitude": 11, "lat": 48, "lng": 11, "lon": 11, "version": 1, "take": 20,
}  # fmt: skip
STARTS = frozenset({"start", "starts", "from", "since", "after", "begin", "min"})
ENDS = frozenset({"end", "ends", "to", "until", "before", "till", "max"})
EARLY, LATE = 900_000_000, 1_800_000_000
HOUR, DAY = 3600, 24 * 3600
UNKNOWN_COUNT = 7
MAX_DEPTH = 6
MAX_ELEMENTS = 3
STEP = 1e-3


@dataclass(slots=True)
class Making:
    """One value in the making. `turn` chooses among choices, `before` leads a canary's path.

    `fixed` are shapes that the app itself has told of, by place. `minimal` leaves out what may be
    left out. `made` collects the canaries that were used.
    """

    mint: MintLike
    root: Schema
    named: Named
    before: Location = ()
    turn: int = 0
    minimal: bool = False
    source: Source = Source.INPUT
    fixed: Mapping[Location, Shape | None] = field(default_factory=dict)
    made: list[Canary] = field(default_factory=list)

    def make(self, schema: Schema, at: Location, depth: int = 0) -> Any:
        """Make a value for a place, or MISSING where the app wants none."""
        if at in self.fixed:
            shape = self.fixed[at]
            return MISSING if shape is None else self._shaped(shape, at)
        schema = self.merged(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            choices = [one for one in schema["enum"] if one is not None]
            return choices[self.turn % len(choices)] if choices else None
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                return self.make(self._option(schema[key]), at, depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        match kind:
            case "object":
                return self._object(schema, at, depth)
            case "array":
                return self._array(schema, at, depth)
            case "integer" | "number":
                return self._number(schema, at, whole=kind == "integer")
            case "boolean":
                return schema.get("default") if isinstance(schema.get("default"), bool) else True
            case "null":
                return None
            case _ if "properties" in schema:
                return self._object(schema, at, depth)
            case _:
                return self._text(schema, at)

    def _option(self, options: list[Schema]) -> Schema:
        known = [one for one in options if self.merged(one).get("type") != "null"] or options
        # A decimal may be sent as a text too, but not as any text.
        numbers = [one for one in known if self.merged(one).get("type") in {"number", "integer"}]
        if numbers or len(known) < len(options):
            return (numbers or known)[0]
        return known[self.turn % len(known)]

    def merged(self, schema: Schema) -> Schema:
        """Follow `$ref` and lay the parts of `allOf` over each other."""
        for _ in range(MAX_DEPTH):
            if isinstance(name := schema.get("$ref"), str):
                target = self.root.get("$defs", {}).get(name.rpartition("/")[2], {})
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = {**target, **rest}
            elif schema.get("allOf"):
                whole: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
                for part in schema["allOf"]:
                    part_ = self.merged(part)
                    properties = {**whole.get("properties", {}), **part_.get("properties", {})}
                    required = [*whole.get("required", ()), *part_.get("required", ())]
                    whole = {**part_, **whole}
                    if properties:
                        whole |= {"properties": properties, "required": required}
                schema = whole
            else:
                break
        return schema

    def _object(self, schema: Schema, at: Location, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        required = schema.get("required", ())
        for name, inner in schema.get("properties", {}).items():
            if name not in required and (self.minimal or depth >= MAX_DEPTH):
                continue
            value = self.make(inner, (*at, name), depth + 1)
            if value is not MISSING:
                made[name] = value
        for place, shape in self.fixed.items():
            # What the app asked for, though its schema does not know it.
            if place[:-1] == at and shape is not None and place[-1] not in made:
                made[place[-1]] = self._shaped(shape, place)
        others = schema.get("additionalProperties")
        if not made and depth < MAX_DEPTH and (isinstance(others, Mapping) or others is True):
            inner = others if isinstance(others, Mapping) else {"type": "string"}
            made["note"] = self.make(inner, (*at, "note"), depth + 1)
        return made

    def _array(self, schema: Schema, at: Location, depth: int) -> list[Any]:
        if "prefixItems" in schema:
            return [
                self.make(one, (*at, str(number)), depth + 1)
                for number, one in enumerate(schema["prefixItems"])
            ]
        if depth >= MAX_DEPTH:
            return []
        count = min(max(int(schema.get("minItems", 1)), 1), MAX_ELEMENTS)
        if schema.get("maxItems") == 0:
            return []
        inner = schema.get("items")
        inner = inner if isinstance(inner, Mapping) else {"type": "string"}
        return [self.make(inner, (*at, str(number)), depth + 1) for number in range(count)]

    def _number(self, schema: Schema, at: Location, *, whole: bool) -> int | float:
        named = self.named(at)
        if named is not None:
            with contextlib.suppress(ValueError):
                return int(named) if whole else float(named)
        low, high = _bounds(schema, whole=whole)
        last = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", at[-1]).lower() if at else ""
        wanted = next(
            (COUNTS[one] for one in reversed(last.replace("-", "_").split("_")) if one in COUNTS),
            UNKNOWN_COUNT,
        )
        number: float = min(max(wanted, low), high)
        if step := schema.get("multipleOf"):
            number = max(step, number // step * step)
        return int(number) if whole or number == int(number) else number

    def _text(self, schema: Schema, at: Location) -> str | FileValue:
        if schema.get("format") == "binary" or "contentMediaType" in schema:
            return FileValue("note.txt", self._keep(Shape(), at).planted.encode())
        named = self.named(at)
        shape = self.shape(schema, at)
        if named is not None and fits(named, shape):
            return named
        if (known := CONSTANT.get(str(schema.get("format", "")))) is not None:
            return known
        return self._keep(shape, at).planted

    def shape(self, schema: Schema, at: Location) -> Shape:
        """Say what a text must look like, from its schema and else from its name."""
        form = FORMATS.get(str(schema.get("format", "")), Form.TEXT)
        pattern = str(schema.get("pattern", ""))
        if form is Form.TEXT and not pattern and "maxLength" not in schema and at:
            last = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", at[-1]).lower().replace("-", "_")
            form = next((one for text, one in SPEAKING if re.search(text, last)), form)
        low, high = _span(at, form) if form in {Form.DATE, Form.DATETIME} else (None, None)
        return Shape(
            form=form,
            pattern=pattern,
            low=low,
            high=high,
            shortest=schema.get("minLength"),
            longest=schema.get("maxLength"),
        )

    def _shaped(self, shape: Shape, at: Location) -> Any:
        """Make a value of the shape that the app itself asked for."""
        named = self.named(at)
        match shape.kind:
            case "BOOL":
                return True
            case "L":
                return [self._shaped(shape.element or Shape(), (*at, "0"))]
            case "M":
                inner = {name: self._shaped(one, (*at, name)) for name, one in shape.fields}
                return {**inner, **self._object({}, at, MAX_DEPTH)}
            case "N":
                bounds = {"minimum": shape.low, "maximum": shape.high}
                known = {key: value for key, value in bounds.items() if value is not None}
                return self._number(known, at, whole=shape.form is not Form.DECIMAL)
            case _:
                if shape.choices:
                    return shape.choices[self.turn % len(shape.choices)]
                if named is not None and fits(named, shape):
                    return named
                return self._keep(shape, at).planted

    def _keep(self, shape: Shape, at: Location) -> Canary:
        canary = self.mint.text(shape, self.source, (*self.before, *at))
        self.made.append(canary)
        return canary


def _span(at: Location, form: Form) -> tuple[float | None, float | None]:
    """Say where a time lies that is the start or end of others.

    A search is to find all that is planted. What is made anew is short, and begins later than now.
    """
    named = set(words(at[-1])) if at else set()
    new = at[:1] == ("body",)
    step = DAY if form is Form.DATE else HOUR
    if named & STARTS:
        return (LATE, LATE + step) if new else (EARLY - step, EARLY)
    if named & ENDS:
        return (LATE + 2 * step, LATE + 3 * step) if new else (LATE, LATE + step)
    return None, None


def _bounds(schema: Schema, *, whole: bool) -> tuple[float, float]:
    step = 1 if whole else STEP
    low, high = float("-inf"), float("inf")
    with contextlib.suppress(TypeError, ValueError):
        if "minimum" in schema:
            low = max(low, float(schema["minimum"]))
        if "exclusiveMinimum" in schema:
            low = max(low, float(schema["exclusiveMinimum"]) + step)
        if "maximum" in schema:
            high = min(high, float(schema["maximum"]))
        if "exclusiveMaximum" in schema:
            high = min(high, float(schema["exclusiveMaximum"]) - step)
    return low, high


def fits(text: str, shape: Shape) -> bool:
    """Whether a planted text may stand where a shape is asked for."""
    if shape.form is Form.UUID:
        with contextlib.suppress(ValueError):
            return bool(uuid.UUID(text))
        return False
    if shape.pattern:
        with contextlib.suppress(re.error):
            if not re.search(shape.pattern, text):
                return False
    short = shape.shortest is not None and len(text) < shape.shortest
    return not short and (shape.longest is None or len(text) <= shape.longest)
