"""Which input of a request is which key of a table: by name, and by what the store was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hushtable.model.dynamodb.expression import parse
from hushtable.model.dynamodb.expression_tree import (
    And,
    Between,
    Call,
    Comparison,
    ExpressionError,
    Name,
    Operand,
    Path,
    Value,
)
from hushtable.model.sensitivity_names import split_words
from hushtable.prove import exchange

Keys = Mapping[str, Mapping[str, str]]


def vocabulary(text: str) -> frozenset[str]:
    """Give the words of a text."""
    return frozenset(text.split())


OWNERS = vocabulary(
    "user owner customer account member author sub uid username me person client profile creator "
    "patient employee tenant buyer seller student subscriber login subject caller principal "
    "requester"
)
IDS = vocabulary("id ids uuid guid key pk sk no nr number identifier slug ref reference")
# Words of a name that say nothing of what it names.
_FILLERS = frozenset({"my", "the", "current", "x", "new", "target", "given", "by", "for"})
_BARE = frozenset({"id", "key", "uuid", "guid", "item", "identifier", "pk", "ref"})
_NO_OWNER_ID = frozenset({"name", "type", "role", "status", "plan", "agent", "count", "email"})
_MIN_TEXT = 6


def words(name: str) -> tuple[str, ...]:
    """Split a name into its words, lowered and in the singular: `orderIds` is (order, id)."""
    return tuple(singular(word) for word in split_words(name))


def singular(word: str) -> str:
    """Give the singular of an English word, as far as table names need it."""
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > len("is"):
        return word[:-1]
    return word


@dataclass(frozen=True, slots=True)
class Bound:
    """An input that is a key: `before` and `after` are what the app puts around it."""

    table: str
    attribute: str
    before: str = ""
    after: str = ""

    def value(self, keys: Keys) -> str | None:
        """Give what the input must be for a planted key, if there is one that fits."""
        text = keys.get(self.table, {}).get(self.attribute)
        if text is None:
            return None
        if not (text.startswith(self.before) and text.endswith(self.after)):
            return None
        return text[len(self.before) : len(text) - len(self.after)]


def is_owner(name: str) -> bool:
    """Whether a name is that of somebody's id: `user_id`, `ownerId`, `sub`, `username`."""
    found = [word for word in words(name) if word not in _FILLERS]
    named = [word for word in found if word not in IDS]
    return bool(named) and named[-1] in OWNERS and not _NO_OWNER_ID & set(found)


@dataclass(frozen=True, slots=True)
class Match:
    """A planted key. `table` and `attribute` are empty for an owner's id."""

    text: str
    table: str = ""
    attribute: str = ""


def by_name(
    name: str, path: str, keys: Keys, owner_id: str, seen: Iterable[str] = ()
) -> Match | None:
    """Give the planted key that an input's name speaks of, if any.

    `path` is the route's path: the `id` of `/orders/{id}` is an order's. `seen` are the tables
    that the route was seen to read; they come first.
    """
    asked = tuple(word for word in words(name) if word not in _FILLERS)
    if not asked:
        return None
    if set(asked) <= _BARE:
        noun = noun_before(name, path)
        asked = (*words(noun), "id") if noun else asked
    named = frozenset(asked) - IDS
    best, found = 0, None
    for table, attributes in keys.items():
        for attribute, text in attributes.items():
            score = _score(asked, named, table, attribute, owned=text == owner_id)
            score += 4 * (score > 0 and table in seen)
            if score > best:
                best, found = score, Match(text, table, attribute)
    if is_owner("_".join(asked)) and best < _EXACT:
        return Match(owner_id)
    return found


_EXACT = 20


def _score(
    asked: tuple[str, ...], named: frozenset[str], table: str, attribute: str, *, owned: bool
) -> int:
    """Say how well a key attribute answers to a name; 0 is not at all."""
    known = words(attribute)
    about = bool(named & set(words(table)))
    if known == asked:
        return _EXACT + 2 * about
    if named and named == frozenset(known) - IDS and set(known) & IDS:
        return _EXACT - 5 + 2 * about
    if not about or not named <= set(words(table)):
        return 0
    if owned and not named & OWNERS:
        return 0
    return 6 if set(known) <= _BARE | {"sk"} else 3


def noun_before(name: str, path: str) -> str:
    """Give the segment that stands before a parameter in a path: `orders` in `/orders/{id}`."""
    parts = [part for part in path.split("/") if part]
    for before, part in zip(["", *parts], parts, strict=False):
        if part.startswith("{") and part[1:].rstrip("}").partition(":")[0] == name:
            return "" if before.startswith("{") else before
    fixed = [part for part in parts if not part.startswith("{")]
    return fixed[-1] if fixed and "{" not in path else ""


def asked_keys(call: exchange.Call) -> Iterator[tuple[str, str, str]]:
    """Give table, attribute and text of each value by which a call chooses items: keys, filters."""
    request = call.request
    table = str(request.get("TableName", ""))
    yield from _of_item(table, request.get("Key"))
    for name, one in _maps(request.get("RequestItems")):
        if isinstance(one, Mapping):
            for key in one.get("Keys", ()):
                yield from _of_item(name, key)
    for one in request.get("TransactItems", ()) if isinstance(request, Mapping) else ():
        for action in one.values():
            yield from _of_item(str(action.get("TableName", "")), action.get("Key"))
    for name, condition in _maps(request.get("KeyConditions")):
        for value in condition.get("AttributeValueList", ()):
            yield from _of_item(table, {name: value})
    yield from _of_condition(table, request)


def _maps(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, Mapping) else ()


def _of_item(table: str, key: Any) -> Iterator[tuple[str, str, str]]:
    for name, wire in _maps(key):
        if isinstance(wire, Mapping):
            for kind in ("S", "N"):
                if isinstance(wire.get(kind), str):
                    yield table, name, wire[kind]


def _of_condition(table: str, request: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for kind in ("KeyConditionExpression", "FilterExpression"):
        text = request.get(kind)
        if isinstance(text, str):
            yield from _of_expression(table, request, text, kind)


def _of_expression(
    table: str, request: Mapping[str, Any], text: str, kind: str
) -> Iterator[tuple[str, str, str]]:
    try:
        tree = parse(text, kind)
    except ExpressionError:
        return
    names = dict(_maps(request.get("ExpressionAttributeNames")))
    values = dict(_maps(request.get("ExpressionAttributeValues")))
    for part in tree.conditions if isinstance(tree, And) else (tree,):
        for path, value in _compared(part):
            name = _attribute(path, names)
            if name and isinstance(value, Value) and value.text in values:
                yield from _of_item(table, {name: values[value.text]})


def _compared(part: Any) -> Iterator[tuple[Operand, Operand]]:
    match part:
        case Comparison(left=left, right=right):
            yield left, right
        case Between(operand=operand, low=low):
            yield operand, low
        case Call(arguments=(left, right)):
            yield left, right
        case _:
            return


def _attribute(path: Operand, names: Mapping[str, str]) -> str:
    match path:
        case Path(parts=(Name(text=text),)):
            return str(names.get(text, text))
        case _:
            return ""


def found_in(text: str, calls: Iterable[exchange.Call]) -> Bound | None:
    """Find what a text of a request was looked up as, and what was put around it.

    It is a key, or another attribute that a filter compares.
    """
    if len(text) < _MIN_TEXT:
        return None
    for call in calls:
        for table, attribute, value in asked_keys(call):
            if text in value:
                before, _, after = value.partition(text)
                return Bound(table, attribute, before, after)
    return None
