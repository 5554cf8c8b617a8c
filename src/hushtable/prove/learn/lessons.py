"""What a complaint of the app teaches of the items that it read.

A lesson needs a canary: it says which attribute of which table the app stumbled on. Where no text
shows one, the line of code must name an attribute of an item that was at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from hushtable.model.dynamodb.limits import KEY_NAME_BYTES
from hushtable.model.dynamodb.wire import TYPES
from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Complaint
from hushtable.prove.learn.refine import Change, Target, refined, shape_at, table_of, without
from hushtable.prove.learn.shaping import (
    BY_METHOD,
    MAP,
    called,
    mixes_zones,
    rezoned,
    spoken,
    validated,
)
from hushtable.prove.sketch import Form, Shape, Sketch
from hushtable.prove.store.guessing import guess
from hushtable.prove.store.mint import Mint

_UNEXPECTED = re.compile(r"got an unexpected keyword argument '(\w+)'")
_MISSING = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: (.+)$")
_NAME = re.compile(r"'(\w+)'")
_QUOTED = re.compile(r"'([^']{4,200})'")
_WORDS = re.compile(r"""["'.](\w+)["']?""")
_PLANTED = frozenset({Source.ITEM, Source.UNDECLARED})
_LAST_WIRE = re.compile(r"""["'](\w+)["']\s*\](?:\[["'][A-Z]+["']\])""")
_OF_ANSWERS = frozenset({
    "Item", "Items", "Attributes", "LastEvaluatedKey", "Count", "Responses", "ResponseMetadata",
    "UnprocessedKeys", "UnprocessedItems", "ScannedCount",
})  # fmt: skip
"""What answers of DynamoDB hold: where there was no item none of its attributes is missing."""

_AROUND = frozenset({"response", "body"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that a validation found wrong."""

    path: tuple[str, ...]
    kind: str
    message: str = ""
    context: dict[str, str] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()


def taught(sketch: Sketch, complaint: Complaint, mint: Mint) -> Sketch:
    """Learn from one complaint."""
    details = complaint.details
    if any(name.startswith("at ") for name, _ in details):
        for wrong in wrongs(details):
            sketch = _from_validation(sketch, wrong, complaint, mint)
        return sketch
    match complaint.kind:
        case "KeyError":
            return _from_key(sketch, complaint, mint)
        case "AttributeError":
            return _from_method(sketch, complaint, mint)
        case "TypeError" if _UNEXPECTED.search(complaint.text) or _MISSING.search(complaint.text):
            return _from_arguments(sketch, complaint, mint)
    return _from_message(sketch, complaint, mint)


def wrongs(details: Sequence[tuple[str, str]]) -> Iterator[Wrong]:
    """Group what a validation said: each location with what follows it."""
    current: Wrong | None = None
    for name, text in details:
        if name.startswith("at "):
            if current is not None:
                yield current
            current = Wrong(tuple(name.removeprefix("at ").split(".")), text)
        elif current is None:
            continue
        elif name == "message":
            current = replace(current, message=text)
        elif name == "input":
            current = replace(current, inputs=(*current.inputs, text))
        elif name == "holder":
            current = replace(current, holders=(*current.holders, text))
        elif name.startswith("ctx "):
            context = {**current.context, name.removeprefix("ctx "): text}
            current = replace(current, context=context)
    if current is not None:
        yield current


def _from_validation(sketch: Sketch, wrong: Wrong, complaint: Complaint, mint: Mint) -> Sketch:
    path = tuple(part for part in wrong.path if part not in _AROUND)
    if not path:
        return sketch
    if wrong.kind in {"missing", "missing_argument", "missing_keyword_only_argument"}:
        for holder in _holders(wrong.holders, wrong.inputs, mint):
            target = Target(holder.table, (*holder.path, path[-1]))
            if shape_at(sketch, target) is None:
                return refined(sketch, target, _same, "a model wants it")
        return sketch
    if wrong.kind in {"extra_forbidden", "unexpected_keyword_argument"}:
        for canary in _canaries(wrong.inputs, mint):
            return without(sketch, Target(canary.table, canary.path), "a model refuses it")
        return sketch
    for target in _targets(sketch, wrong, path, complaint, mint):
        why = f"a model said {wrong.kind}"

        def change(shape: Shape) -> Shape:
            return validated(shape, wrong.kind, wrong.context, wrong.message)

        found = refined(sketch, target, change, why)
        if found is not sketch:
            return found
    return sketch


def _targets(
    sketch: Sketch, wrong: Wrong, path: tuple[str, ...], complaint: Complaint, mint: Mint
) -> Iterator[Target]:
    """Give what a validation may speak of: the attribute whose canary it refused comes first.

    A value without a canary (a choice, a small number) is found by its name in the item at hand.
    A map or list is its own part's owner: a refused map holds canaries of what lies in it.
    """
    for canary in _canaries(wrong.inputs, mint):
        where = canary.path
        if canary.source is Source.UNDECLARED and len(where) > 1:
            where = where if wrong.path[-1] == where[-1] else where[:-1]
        name = path[-1]
        if name in where and name != "[]" and canary.source is Source.ITEM:
            where = where[: len(where) - where[::-1].index(name)]
        yield Target(canary.table, where)
    if wrong.inputs and any(_canaries((one,), mint) for one in wrong.inputs):
        return
    named = tuple(part for part in path if part.isidentifier() or part == "[]")
    for holder in _holders((), complaint.values, mint):
        for start in range(len(named)):
            target = Target(holder.table, (*holder.path, *named[start:]))
            if shape_at(sketch, target) is not None:
                yield target


def _from_key(sketch: Sketch, complaint: Complaint, mint: Mint) -> Sketch:
    details = dict(complaint.details)
    key, source = details.get("key", ""), details.get("source", "")
    if key in TYPES:
        return _from_wire_type(sketch, complaint, mint, key, source)
    if not 0 < len(key) <= KEY_NAME_BYTES or key in _OF_ANSWERS or mint.lookup(key) is not None:
        return sketch
    read = tuple(text for name, text in complaint.details if name == "read")
    given = read or tuple(text for name, text in complaint.details if name == "holder")
    named = set(_WORDS.findall(source))
    # In `item["address"]["street"]` the address is more likely to lack a street than the item.
    values = () if read else complaint.values
    near = (*_holders(given, values, mint), *_texts(sketch, complaint, mint))
    holders = sorted(near, key=lambda one: not (one.path and one.path[-1] in named))
    for holder in holders:
        target = Target(holder.table, (*holder.path, key))
        table = table_of(sketch, holder.table)
        if table is not None and shape_at(sketch, target) is None:
            found = refined(sketch, target, _same, "the app reads it")
            return _beside(found, _root(holder, key, complaint), complaint)
    return sketch


def _root(holder: Target, key: str, complaint: Complaint) -> Target:
    """Give the item of which a line reads `item["profile"]["locale"]`, from the map it reads."""
    for name, text in complaint.details:
        parts = text.split(".") if name == "beside" else []
        if key in parts:
            before = tuple(part for part in parts[: parts.index(key)] if part not in TYPES)
            if before and holder.path[-len(before) :] == before:
                return Target(holder.table, holder.path[: -len(before)])
    return holder


def _beside(sketch: Sketch, holder: Target, complaint: Complaint) -> Sketch:
    """Add what the same function reads of the same item; types stand in an item in wire form."""
    for name, text in complaint.details:
        parts = text.split(".") if name == "beside" else ()
        path = tuple(part for part in parts if part not in TYPES)
        kind = next((part for part in reversed(parts) if part in TYPES), "")
        target = Target(holder.table, (*holder.path, *path))
        if not path or (shape_at(sketch, target) is not None and not kind):
            continue
        change = _as_kind(kind if text.endswith(kind) else "")
        sketch = refined(sketch, target, change, "the app reads it")
    return sketch


def _as_kind(kind: str) -> Change:
    """Make a shape of a wire type, if it is not of that type already."""

    def change(shape: Shape) -> Shape:
        if not kind or shape.kind == kind:
            return _same(shape)
        form = Form.INTEGER if kind == "N" else Form.TEXT
        return Shape(kind, form, element=Shape() if kind == "L" else None)

    return change


def _from_wire_type(
    sketch: Sketch, complaint: Complaint, mint: Mint, kind: str, source: str
) -> Sketch:
    """Learn from `item["age"]["N"]` that an age is a number."""
    named = _LAST_WIRE.findall(source)
    for canary in _canaries(complaint.values, mint):
        if canary.path[-1] in named:
            target = Target(canary.table, canary.path)
            return refined(sketch, target, _as_kind(kind), f"read as {kind}")
    return sketch


def _from_method(sketch: Sketch, complaint: Complaint, mint: Mint) -> Sketch:
    details = dict(complaint.details)
    shape = BY_METHOD.get(details.get("name", ""))
    if shape is None or details.get("of") not in {"str", "Decimal", "int", "float", "list", "dict"}:
        return sketch
    given = (details["value"],) if "value" in details else ()
    return _reshaped(sketch, complaint, mint, given, shape, f"the app calls {details['name']}()")


def _from_arguments(sketch: Sketch, complaint: Complaint, mint: Mint) -> Sketch:
    """Learn from `Order(**item)` what an item must have and what it may not have."""
    unexpected = _UNEXPECTED.search(complaint.text)
    missing = _MISSING.search(complaint.text)
    for holder in _holders((), complaint.values, mint):
        if unexpected:
            target = Target(holder.table, (*holder.path, unexpected.group(1)))
            found = without(sketch, target, "a class refuses other attributes")
        else:
            names = _NAME.findall(missing.group(1)) if missing else []
            found = sketch
            for name in names:
                target = Target(holder.table, (*holder.path, name))
                if shape_at(sketch, target) is None:
                    found = refined(found, target, _same, "a class wants it")
        if found is not sketch:
            return found
    return sketch


def _from_message(sketch: Sketch, complaint: Complaint, mint: Mint) -> Sketch:
    details = complaint.details
    source = dict(details).get("source", "")
    choices = tuple(text for name, text in details if name == "choice")
    # A parser may quote what it was given, padded with zeros.
    quoted = [text for one in _QUOTED.findall(complaint.text) for text in (one, one.lstrip("0"))]
    given = (complaint.text, *(text for name, text in details if name == "value"), *quoted)
    if choices:
        is_number = all(re.fullmatch(r"-?\d+", one) for one in choices)
        shape = Shape("N" if is_number else "S", choices=choices)
        return _reshaped(sketch, complaint, mint, given, shape, "one of a class's values")
    if mixes_zones(complaint.kind, complaint.text):
        return _zones(sketch, complaint, mint)
    found = spoken(complaint.kind, complaint.text, source)
    if found is None:
        return sketch
    why = f"{complaint.kind} of {found.form.value if found.kind == 'S' else found.kind}"
    return _reshaped(sketch, complaint, mint, given, found, why)


def _zones(sketch: Sketch, complaint: Complaint, mint: Mint) -> Sketch:
    """Write a time with or without a zone, as what it is compared with."""
    source = dict(complaint.details).get("source", "")
    named = set(_WORDS.findall(source))
    times = [
        target
        for target in _of_values(complaint.values, mint)
        if (shape := shape_at(sketch, target)) and shape.form is Form.DATETIME
    ]
    times.sort(key=lambda target: target.path[-1] not in named)
    for target in times:
        return refined(sketch, target, rezoned, "times with and without a zone met")
    return sketch


def _reshaped(  # noqa: PLR0913, PLR0917 - what was said, and what follows from it
    sketch: Sketch, complaint: Complaint, mint: Mint, given: Sequence[str], shape: Shape, why: str
) -> Sketch:
    """Give a shape to the attribute whose canary was refused, else to the one the code names."""
    source = dict(complaint.details).get("source", "")
    targets = list(_of_values(given, mint))
    if not targets:
        named = set(_WORDS.findall(source))
        targets = [one for one in _of_values(complaint.values, mint) if one.path[-1] in named]
        targets += [
            Target(holder.table, (*holder.path, name))
            for holder in _holders((), complaint.values, mint)
            for name in sorted(named)
            if shape_at(sketch, Target(holder.table, (*holder.path, name))) is not None
        ]
        targets = _likeliest(sketch, targets, complaint)

    def change(known: Shape) -> Shape:
        if shape == MAP and known.kind == "M":
            # Who goes through a map's names, and takes one for a map, has a list of maps.
            return Shape("L", element=MAP) if "for " in source else known
        kind = "N" if shape.kind == "S" and known.kind == "N" and _is_number(shape) else shape.kind
        return replace(shape, kind=kind)

    for target in targets:
        found = refined(sketch, target, change, why)
        if found is not sketch:
            return found
    return sketch


def _likeliest(sketch: Sketch, targets: list[Target], complaint: Complaint) -> list[Target]:
    """Put the attribute first that the refusing call is given, then those not yet refined."""
    source = dict(complaint.details).get("source", "")
    given = set()
    for name in called(complaint.kind, complaint.text):
        for arguments in re.findall(rf"\b{name}\(([^()]*)", source):
            given |= set(_WORDS.findall(arguments))

    def rank(target: Target) -> tuple[bool, bool]:
        shape = shape_at(sketch, target) or Shape()
        return target.path[-1] not in given, shape != guess(target.path[-1])

    return sorted(targets, key=rank)


def _is_number(shape: Shape) -> bool:
    return shape.form in {Form.INTEGER, Form.DECIMAL}


def _same(shape: Shape) -> Shape:
    return shape if shape.kind else guess("")


def _texts(sketch: Sketch, complaint: Complaint, mint: Mint) -> Iterator[Target]:
    """Give the JSON texts that a line names: what is read of one may lie in no variable."""
    named = set(_WORDS.findall(dict(complaint.details).get("source", "")))
    for target in _of_values(complaint.values, mint):
        shape = shape_at(sketch, target)
        if target.path[-1] in named and shape is not None and shape.form is Form.JSON:
            yield target


def _canaries(texts: Sequence[str], mint: Mint) -> tuple[Canary, ...]:
    """Give the planted canaries in texts, each once."""
    found: dict[str, Canary] = {}
    for text in texts:
        for canary in mint.found_in(text):
            if canary.source in _PLANTED and canary.table:
                found.setdefault(canary.token, canary)
    return tuple(found.values())


def _of_values(texts: Sequence[str], mint: Mint) -> Iterator[Target]:
    for canary in _canaries(texts, mint):
        if canary.source is Source.ITEM:
            yield Target(canary.table, canary.path)


def _holders(given: Sequence[str], near: Sequence[str], mint: Mint) -> Iterator[Target]:
    """Give the items and maps at hand, by the undeclared canary in each; `given` come first.

    An item that may hold none is known by any of its attributes.
    """
    seen = set()
    found = [(one, True) for one in _canaries(given, mint)]
    found += [(one, False) for one in _canaries(near, mint)]
    for canary, is_given in sorted(found, key=lambda one: one[0].source is not Source.UNDECLARED):
        # The undeclared entry of a JSON text has the canary of the attribute that holds the text.
        inside = canary.path if is_given else ()
        if canary.source is Source.UNDECLARED:
            inside = canary.path[:-1]
        target = Target(canary.table, inside)
        if target not in seen:
            seen.add(target)
            yield target
