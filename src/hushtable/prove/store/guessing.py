"""What a name says of a value: its shape, and whose or what's identifier it is.

The words stand in `names.toml`; here is only how they are read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hushtable.model.sensitivity_names import of_people, split_words
from hushtable.prove.sketch import Form, Shape, Sketch, TableSketch

OWNER = "owner"
"""The entity of the ids that say whose an item is."""

PLACEHOLDER = re.compile(r"\{([\w ]*)\}")
"""Where an id stands in the form of a composed key."""

_SHORTEST_PLURAL = 4


@dataclass(frozen=True, slots=True)
class _Row:
    whole: frozenset[tuple[str, ...]]
    starts: tuple[tuple[str, ...], ...]
    ends: tuple[tuple[str, ...], ...]
    shape: Shape

    def fits(self, words: tuple[str, ...]) -> bool:
        return (
            words in self.whole
            or any(
                words[: len(start)] == start and len(words) > len(start) for start in self.starts
            )
            or any(words[-len(end) :] == end for end in self.ends)
        )


@dataclass(frozen=True, slots=True)
class _Names:
    rows: tuple[_Row, ...]
    generic: frozenset[tuple[str, ...]]
    sort: frozenset[tuple[str, ...]]
    late: frozenset[str]
    identifier: frozenset[str]
    owner: frozenset[tuple[str, ...]]
    owner_with_id: frozenset[tuple[str, ...]]
    noise: frozenset[str]


def guess(name: str) -> Shape:
    """Give the shape that an attribute of this name most likely has."""
    words = split_words(name)
    return next((row.shape for row in _names().rows if row.fits(words)), Shape())


def singular(word: str) -> str:
    """Give the singular of an English word, as far as its ending tells."""
    if len(word) < _SHORTEST_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word.removesuffix("s")


def rows_of(table: str) -> str:
    """Say what a table's rows are: `myapp-dev-Orders` has `order`."""
    words = [word for word in split_words(table) if word not in _names().noise]
    return singular(words[-1]) if words else "row"


def speaking(table: str) -> frozenset[str]:
    """Give the words of a table's name that say what is in it, in the singular."""
    return frozenset(singular(one) for one in split_words(table) if one not in _names().noise)


def is_generic(name: str) -> bool:
    """Whether a key's name says nothing of what it holds (`id`, `PK`, `sort_key`)."""
    words = split_words(name)
    return words in _names().generic or words in _names().sort


def comes_second(name: str) -> bool:
    """Whether an attribute of a key with two is more likely the sort key."""
    words = split_words(name)
    return bool(words) and (words in _names().sort or words[-1] in _names().late)


def names_owner(name: str) -> bool:
    """Whether a name says that its value is an owner's id (`user_id`, `createdBy`, `sub`)."""
    words = split_words(name)
    names = _names()
    if words and words[-1] in names.identifier:
        return words[:-1] in names.owner
    return words in names.owner - names.owner_with_id


def entity_in(name: str) -> str:
    """Give what a name identifies: `productId` has `product`. Empty when it identifies nothing."""
    words = split_words(name)
    if names_owner(name):
        return OWNER
    if len(words) > 1 and words[-1] in _names().identifier:
        return " ".join((*words[:-2], singular(words[-2])))
    return ""


def entity_of_placeholder(name: str) -> str:
    """Give what stands for `{user_id}` or `{order}` in a composed key."""
    return entity_in(name) or entity_in(f"{name} id") or "row"


def normal_form(template: str) -> str:
    """Give one spelling of a key's form: `{member}` and `{user_id}` are both the owner."""
    return PLACEHOLDER.sub(lambda match: f"{{{entity_of_placeholder(match.group(1))}}}", template)


@dataclass(frozen=True, slots=True)
class Entities:
    """Tells which attributes hold ids, and of what, so that a join finds what it looks for.

    `people` are key names of tables of people that say more than `id` (`username`): the same name
    in another table is the same person.
    """

    tables: Mapping[str, TableSketch]
    people: frozenset[str]

    @classmethod
    def of_sketch(cls, sketch: Sketch) -> Entities:
        """Read what the tables say."""
        people = {
            table.keys[0][0]
            for table in sketch.tables
            if of_people(table.name) and len(table.keys) == 1 and not is_generic(table.keys[0][0])
        }
        plain = {name for name in people if guess(name).form is Form.TEXT}
        return cls({table.name: table for table in sketch.tables}, frozenset(plain))

    def of(self, table: TableSketch, name: str) -> str:
        """Give the entity that an attribute holds an id of, or nothing."""
        shape = dict(table.attributes).get(name)
        if shape is not None and shape.refers_to:
            home, _, key = shape.refers_to.rpartition(".")
            return self.of(self.tables[home], key) if home in self.tables else entity_in(key)
        if name == table.owner or name in self.people:
            return OWNER
        found = entity_in(name)
        if found:
            return found
        row = OWNER if of_people(table.name) else rows_of(table.name)
        keys = [key for key, _ in table.keys]
        if name not in keys:
            return row if split_words(name) == ("id",) else ""
        if name == keys[0] and is_generic(name):
            return row
        if guess(name).form not in {Form.TEXT, Form.EMAIL}:
            return ""
        return f"{rows_of(table.name)} {name}" if is_generic(name) else name


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """Put the names of a key's attributes in their most likely order; else they stay as given."""
    return tuple(sorted(names, key=comes_second))


@cache
def _names() -> _Names:
    text = files("hushtable.prove.store").joinpath("names.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return _Names(
        rows=tuple(map(_row, data["row"])),
        generic=_phrases(data["generic"]),
        sort=_phrases(data["sort"]),
        late=frozenset(data["late"]),
        identifier=frozenset(data["identifier"]),
        owner=_phrases(data["owner"]),
        owner_with_id=_phrases(data["owner_with_id"]),
        noise=frozenset(data["noise"]),
    )


def _phrases(texts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(text.split()) for text in texts)


def _row(data: Mapping[str, Any]) -> _Row:
    element = data.get("element")
    return _Row(
        whole=_phrases(data.get("is", ())),
        starts=tuple(_phrases(data.get("starts", ()))),
        ends=tuple(_phrases(data.get("ends", ()))),
        shape=Shape(
            kind=data.get("kind", "S"),
            form=Form(data.get("form", "text")),
            choices=tuple(data.get("choices", ())),
            low=data.get("low"),
            high=data.get("high"),
            element=Shape(kind=element) if element else None,
        ),
    )
