"""What a name and a type say of an attribute's sensitivity.

The words stand in `data/sensitivity.toml`; here is only how they are read. A name is split into
words, so that `secretary`, `passenger` and `description` hold neither secret nor pass nor pin.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from hushtable.model.errors import ConfigError
from hushtable.model.sensitivity import PUBLIC, Category, Sensitivity

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_TYPE_NAMES = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# A name longer than this is a text, not a name.
_LONGEST_NAME = 120

_SHORTEST_PLURAL = 3
_PERSON_TABLE = 0.3
_THING_TABLE = -0.3
_PLURAL_TOKEN = 0.4

_NO_SECRET_TYPES = frozenset({"bool", "datetime", "date", "timedelta", "StrictBool"})
_NUMBER_TYPES = frozenset({"int", "float", "PositiveInt", "NonNegativeInt", "StrictInt", "Decimal"})


_THING = replace(PUBLIC, confidence=0.0, reason="a name or place of a thing")


@dataclass(frozen=True, slots=True)
class _Kind:
    category: Category
    kind: str
    confidence: float
    context: bool


@dataclass(frozen=True, slots=True)
class _Match:
    """A phrase of a kind at words `start` to `end` of a name."""

    kind: _Kind
    start: int
    end: int
    phrase: str


@dataclass(frozen=True, slots=True)
class _Tables:
    """The data file, indexed by the first word of each phrase."""

    phrases: Mapping[str, tuple[tuple[tuple[str, ...], _Kind], ...]]
    whole: Mapping[tuple[str, ...], _Kind]
    never: Mapping[str, tuple[tuple[str, ...], ...]]
    about: frozenset[str]
    flags: frozenset[str]
    people: frozenset[str]
    things: frozenset[str]
    stems: tuple[tuple[str, _Kind], ...]
    hints: Mapping[str, _Kind]


def classify(
    name: str, *, table: str = "", hint: str = "", declared: Mapping[str, str] | None = None
) -> Sensitivity:
    """Say what an attribute is, and why.

    `name` is an attribute's name or dotted path, `table` the table it is in, `hint` its type as
    written (`SecretStr`, `EmailStr | None`). `declared` is the user's word and wins: it maps
    `table.name`, a name, or a pattern of either with `*`, to a category, best match first.
    Raises `ConfigError` for a declared category that does not exist.
    """
    if declared:
        stated = _declared(name, table, declared)
        if stated is not None:
            return stated
    return _inferred(name.rsplit(".", 1)[-1], table, hint)


@lru_cache(maxsize=4096)
def split_words(name: str) -> tuple[str, ...]:
    """Split a name in any case style into lower-case words; digits and signs part words.

    `userAPIKey2` gives `("user", "api", "key")`.
    """
    return tuple(word.lower() for word in _WORDS.findall(name))


def of_people(table: str) -> bool:
    """Tell whether a table's name says that its rows are people."""
    words = split_words(table)
    return any(_singular(word) in _tables().people for word in words)


def _declared(name: str, table: str, declared: Mapping[str, str]) -> Sensitivity | None:
    last = name.rsplit(".", 1)[-1]
    candidates = dict.fromkeys((f"{table}.{name}" if table else name, name, last))
    best: tuple[int, int, str] | None = None
    for pattern in declared:
        for rank, candidate in enumerate(candidates):
            if fnmatchcase(candidate, pattern):
                literal = len(pattern) - pattern.count("*") - pattern.count("?")
                exact = 1 if pattern == candidate else 0
                found = (exact, literal - rank, pattern)
                best = found if best is None or found[:2] > best[:2] else best
    if best is None:
        return None
    pattern = best[2]
    try:
        category = Category(declared[pattern])
    except ValueError:
        known = ", ".join(Category)
        message = f"sensitivity of {pattern!r} is not one of {known}"
        raise ConfigError(message) from None
    return Sensitivity(category, "declared", f"declared as {pattern}", 1.0)


@lru_cache(maxsize=65536)
def _inferred(name: str, table: str, hint: str) -> Sensitivity:
    if len(name) > _LONGEST_NAME:
        return PUBLIC
    tables = _tables()
    types = _TYPE_NAMES.findall(hint)
    for type_name in types:
        told = tables.hints.get(type_name)
        if told is not None:
            return Sensitivity(told.category, told.kind, f"type is {type_name}", 0.95)
    words = split_words(name)
    matches = [match for match in _matches(words, tables) if not _typed_away(match, types)]
    if not matches:
        return PUBLIC
    outer = [match for match in matches if not any(_holds(other, match) for other in matches)]
    judged = [_weigh(match, words, table, tables) for match in outer]
    return max(judged, key=lambda found: found.confidence)


def _holds(outer: _Match, inner: _Match) -> bool:
    """Tell whether `inner` is a part of a longer phrase, which says more than its words."""
    return (
        outer.start <= inner.start
        and inner.end <= outer.end
        and outer.end - outer.start > inner.end - inner.start
    )


def _typed_away(match: _Match, types: list[str]) -> bool:
    """Tell whether the type excludes what the name says: a bool is no password."""
    if match.kind.category is Category.INTERNAL:
        return False
    kind = match.kind.kind
    if any(name in _NO_SECRET_TYPES for name in types):
        return kind != "birth-date" or "bool" in types
    return kind in {"token", "secret"} and any(name in _NUMBER_TYPES for name in types)


def _matches(words: tuple[str, ...], tables: _Tables) -> Iterator[_Match]:
    singular = tuple(_singular(word) for word in words)
    exact = tables.whole.get(singular)
    if exact is not None:
        yield _Match(exact, 0, len(words), " ".join(singular))
    barred = list(_barred(singular, tables))
    for match in _phrases(words, singular, tables):
        if any(start < match.end and match.start < end for start, end in barred):
            continue
        rest = singular[match.end :]
        if any(word in tables.about for word in rest):
            continue
        if words[0] in tables.flags and match.start > 0:
            continue
        yield match


def _phrases(
    words: tuple[str, ...], singular: tuple[str, ...], tables: _Tables
) -> Iterator[_Match]:
    for start, (word, single) in enumerate(zip(words, singular, strict=True)):
        found = False
        for first in dict.fromkeys((single, word)):
            for phrase, kind in tables.phrases.get(first, ()):
                end = start + len(phrase)
                if singular[start + 1 : end] == phrase[1:]:
                    found = True
                    yield _Match(kind, start, end, " ".join(phrase))
        if not found:
            yield from _stemmed(word, start, tables)


def _stemmed(word: str, start: int, tables: _Tables) -> Iterator[_Match]:
    """Find a telling stem at either end of a word that was written together."""
    for stem, kind in tables.stems:
        if len(word) > len(stem) and (word.endswith(stem) or word.startswith(stem)):
            rest = word.removeprefix(stem).removesuffix(stem)
            if rest not in tables.about and rest not in tables.flags:
                yield _Match(kind, start, start + 1, stem)
            return


def _barred(singular: tuple[str, ...], tables: _Tables) -> Iterator[tuple[int, int]]:
    for start, word in enumerate(singular):
        for phrase in tables.never.get(word, ()):
            end = start + len(phrase)
            if singular[start:end] == phrase:
                yield start, end


def _weigh(match: _Match, words: tuple[str, ...], table: str, tables: _Tables) -> Sensitivity:
    kind = match.kind
    confidence = kind.confidence
    reason = f"name contains '{match.phrase}'"
    if kind.context:
        around = (*split_words(table), *words[: match.start])
        told = {_singular(word) for word in around}
        if told & tables.people:
            confidence = min(confidence + _PERSON_TABLE, 0.95)
            reason += " beside a word for people"
        elif told & tables.things:
            confidence = max(confidence + _THING_TABLE, 0.0)
            reason += " beside a word for things"
        if confidence <= _PERSON_TABLE and told & tables.things:
            return _THING
    elif match.phrase == "token" and words[match.end - 1] == "tokens":
        # Most programs count tokens; a list of bearer tokens is the rarer meaning.
        confidence = _PLURAL_TOKEN
    return Sensitivity(kind.category, kind.kind, reason, round(confidence, 3))


def _singular(word: str) -> str:
    if (
        len(word) > _SHORTEST_PLURAL
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is"))
    ):
        if word.endswith("ies"):
            return word[:-3] + "y"
        if word.endswith(("sses", "shes", "ches", "xes")):
            return word[:-2]
        return word[:-1]
    return word


@cache
def _tables() -> _Tables:
    text = files("hushtable.model").joinpath("data", "sensitivity.toml").read_text("utf-8")
    data = tomllib.loads(text)
    phrases: dict[str, list[tuple[tuple[str, ...], _Kind]]] = {}
    whole: dict[tuple[str, ...], _Kind] = {}
    strongest: dict[str, _Kind] = {}
    for row in data["kind"]:
        kind = _kind(row)
        if kind.confidence > strongest.get(kind.kind, _NOTHING).confidence:
            strongest[kind.kind] = kind
        for phrase in row["phrases"]:
            for spelling in _spellings(phrase):
                phrases.setdefault(spelling[0], []).append((spelling, kind))
        for name in row.get("whole", ()):
            whole[_words(name)] = kind
    never: dict[str, list[tuple[str, ...]]] = {}
    for phrase in data["never"]:
        for spelling in _spellings(phrase):
            never.setdefault(spelling[0], []).append(spelling)
    return _Tables(
        phrases={first: tuple(found) for first, found in phrases.items()},
        whole=whole,
        never={first: tuple(found) for first, found in never.items()},
        about=frozenset(data["about"]) | {_singular(word) for word in data["about"]},
        flags=frozenset(data["flags"]),
        people=frozenset(data["context"]["people"]),
        things=frozenset(data["context"]["things"]),
        stems=tuple(
            (stem, strongest[kind]) for kind, stems in data["stems"].items() for stem in stems
        ),
        hints={name: strongest[kind] for name, kind in data["hints"].items()},
    )


_NOTHING = _Kind(Category.PUBLIC, "", 0.0, context=False)


def _kind(row: Mapping[str, Any]) -> _Kind:
    return _Kind(
        Category(row["category"]), row["kind"], row["confidence"], bool(row.get("context", False))
    )


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(_singular(word) for word in split_words(phrase))


def _spellings(phrase: str) -> set[tuple[str, ...]]:
    """Give a phrase as words and, when it has several, as one word."""
    words = _words(phrase)
    return {words, (_singular("".join(words)),)}
