"""What the answers taught: values for parameters, and whose they are.

An id is somebody's own when it came in an answer to them, and the same request gave somebody else
an answer without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hushtable.model.sensitivity_names import of_people, split_words
from hushtable.probe.openapi import Input, Operation
from hushtable.probe.schema import Leaf

_BARE = frozenset({"id", "uuid", "_id", "pk", "key", "guid"})
_ID = frozenset({"id", "uuid", "guid", "key", "number", "no"})
_NAMING = frozenset({"email", "handle", "id", "login", "user_id", "username"})
"""Names under which an answer tells who somebody is."""

_MOST_VALUES = 200
_LONGEST = 200
_NUMBERED = re.compile(r"(?P<head>[A-Za-z]+)(?P<sign>[-_]?)(?P<number>\d{1,6})")


def key_of(name: str) -> str:
    """Give a name without its style: `userId`, `user-id` and `user_id` are one."""
    return "_".join(split_words(name)) or name.lower()


def singular(word: str) -> str:
    """Give `user` for `users`, `category` for `categories`."""
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def noun_before(path: str, parameter: str) -> str:
    """Give the noun before a parameter in a path: `user` in `/users/{id}`."""
    head = path.partition(f"{{{parameter}}}")[0] if f"{{{parameter}}}" in path else path
    fixed = [part for part in head.split("/") if part and not part.startswith("{")]
    return singular(key_of(fixed[-1])) if fixed else ""


@dataclass(slots=True)
class Knowledge:
    """Values by the key of their name, and for each request what it gave to whom."""

    wanted: frozenset[str] = frozenset()
    """The keys of all parameters of the service."""
    _values: dict[str, dict[str, None]] = field(default_factory=dict)
    _named: dict[str, dict[str, dict[str, set[str]]]] = field(default_factory=dict)
    _given: dict[str, dict[str, set[tuple[str, str]]]] = field(default_factory=dict)

    def say(self, name: str, value: str) -> None:
        """Take a value from the user."""
        self._add(key_of(name), value)

    def learn(self, operation: Operation, path: str, identity: str, leaves: Iterable[Leaf]) -> None:
        """Take the values of an answer that may fill a parameter somewhere."""
        given = self._given.setdefault(f"{operation.method} {path}", {}).setdefault(identity, set())
        for leaf in leaves:
            if leaf.value is None or isinstance(leaf.value, bool | float):
                continue
            text = str(leaf.value)
            if not text or len(text) > _LONGEST or "/" in text:
                continue
            if key_of(leaf.name) in _NAMING:
                named = self._named.setdefault(f"{operation.method} {path}", {})
                named.setdefault(identity, {}).setdefault(key_of(leaf.name), set()).add(text)
            for key in self._keys(operation, leaf):
                self._add(key, text)
                given.add((key, text))

    def _add(self, key: str, text: str) -> None:
        values = self._values.setdefault(key, {})
        if len(values) < _MOST_VALUES:
            values.setdefault(text)

    def _keys(self, operation: Operation, leaf: Leaf) -> Iterator[str]:
        key = key_of(leaf.name)
        if key in _BARE:
            above = [part for part in leaf.path[:-1] if part != "[]"]
            noun = singular(key_of(above[-1])) if above else ""
            yield f"{noun or noun_before(operation.path, '')}_id"
            # A list in an envelope (`items`, `data`) is named by its path.
            yield f"{noun_before(operation.path, '')}_id"
        elif key in self.wanted or set(key.split("_")) & _ID:
            yield key

    def given(self, identity: str) -> frozenset[tuple[str, str]]:
        """Give (key, value) of all that was given to somebody."""
        found: set[tuple[str, str]] = set()
        return frozenset(found.union(*(one.get(identity, ()) for one in self._given.values())))

    def owned(self, one: str, other: str) -> frozenset[tuple[str, str]]:
        """Give (key, value) of what is the one's and was not given to the other."""
        found: set[tuple[str, str]] = set()
        for by_identity in self._given.values():
            if one in by_identity and other in by_identity:
                found |= by_identity[one] - by_identity[other]
        # What the other was given by any request is not the one's alone.
        for by_identity in self._given.values():
            found -= by_identity.get(other, set())
        return frozenset(found)

    def selves(self, one: str, other: str) -> frozenset[tuple[str, str]]:
        """Give (key, value) of what names the one, where the same request named the other.

        The id of a person that differs with the caller, one to each, is the caller's own, even if
        a list shows everybody's.
        """
        found: set[tuple[str, str]] = set()
        for by_identity in self._given.values():
            mine, theirs = by_identity.get(one, set()), by_identity.get(other, set())
            for key, value in mine:
                named = {each for known, each in mine if known == key}
                others = {each for known, each in theirs if known == key}
                person = key.endswith("_id") and of_people(key.removesuffix("_id"))
                if person and len(named) == len(others) == 1 and named != others:
                    found.add((key, value))
        return frozenset(found)

    def namings(self, one: str, other: str) -> frozenset[str]:
        """Give what names the one: values under a name of people that differ with the caller."""
        found: set[str] = set()
        for by_identity in self._named.values():
            mine, theirs = by_identity.get(one, {}), by_identity.get(other, {})
            for key, values in mine.items():
                others = theirs.get(key, set())
                if len(values) == len(others) == 1 and values != others:
                    found |= values
        return frozenset(found)

    def values(self, operation: Operation, wanted: Input) -> tuple[str, ...]:
        """Give the values known for an input, the best first."""
        found: dict[str, None] = {}
        for key in self.keys(operation, wanted):
            found.update(self._values.get(key, {}))
        return tuple(found)

    def id_of(self, name: str) -> str | None:
        """Give an id that was seen under a name, as `product_id`; None for other names."""
        key = key_of(name)
        return next(iter(self._values.get(key, ())), None) if key.endswith("_id") else None

    def keys(self, operation: Operation, wanted: Input) -> tuple[str, ...]:
        """Give the keys under which values for an input may be known."""
        key = key_of(wanted.name)
        noun = noun_before(operation.path, wanted.name)
        found = [key]
        if key in _BARE:
            found = [f"{noun}_id", key]
        elif not set(key.split("_")) & _ID and key == noun:
            found.append(f"{key}_id")
        bare = key.rpartition("_")[0] if key not in _BARE else noun
        if bare and of_people(bare):
            found += sorted(
                known
                for known in self._values
                if known.endswith("_id") and of_people(known.removesuffix("_id"))
            )
        return tuple(dict.fromkeys(found))

    def guesses(self, operation: Operation, wanted: Input) -> tuple[str, ...]:
        """Guess ids of which nothing is known: in the form of other ids, then the usual forms."""
        key = key_of(wanted.name)
        noun = noun_before(operation.path, wanted.name) or key.removesuffix("_id")
        found: dict[str, None] = {}
        for known, values in sorted(self._values.items()):
            other = known.removesuffix("_id")
            for value in list(values)[:1]:
                match = _NUMBERED.fullmatch(value)
                if match and other.startswith(match["head"].lower()):
                    head = noun[: len(match["head"])]
                    head = head.upper() if match["head"].isupper() else head
                    found.setdefault(f"{head}{match['sign']}{match['number']}")
        usual = ("1", f"{noun[:1]}1", f"{noun}1", f"{noun}-1")
        found.update(dict.fromkeys(filter(None, usual)))
        return tuple(found)
